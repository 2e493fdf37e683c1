#include "actors/history/historian.hpp"

#include "drivers/ports/sqlite_chronicle.hpp"
#include "tests/actors/houses.hpp"
#include "tests/support/memory_history_files.hpp"
#include "tests/support/mosquitto.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace hearth;
using namespace hearth::testing;

namespace {

struct fixture {
  std::shared_ptr<const layout> house = [] {
    auto l = small_house();
    l.history.emplace();
    return shared(std::move(l));
  }();
  std::shared_ptr<history_memory> feeds = std::make_shared<history_memory>();
  temporary_folder folder;
  bool chronicle_there = true;
  image seen{*house, noon};
  std::optional<historian> mind;

  fixture() { begin(); }
  void begin() {
    mind.reset();
    mind.emplace(house, disk(), true, seen.time());
  }
  history_disk disk() {
    return {[this](const feed_plan& plan, time_point now) {
              return feed_store::open(std::make_shared<memory_history_files>(feeds), plan, now);
            },
            [this]() -> result<opened_chronicle> {
              if (!chronicle_there) return failed(fault_code::io, "the chronicle's disk is gone");
              return open_sqlite_chronicle(folder.file("house.chronicle"));
            }};
  }
  /// The feeds of the house as a former program has them.
  std::unique_ptr<feed_store> former(const history_layout& kept) const {
    auto plan = feed_plan{kept, house->timezone};
    plan.earliest = {};
    auto opened = feed_store::open(std::make_shared<memory_history_files>(feeds), plan, noon);
    REQUIRE(opened);
    return std::move(*opened);
  }
  /// Seconds of life, with the flush that the actor would do.
  void live(duration d) {
    for (auto t = duration{}; t < d; t += 1s) {
      mind->see(seen.now());
      seen.pass(1s);
      if (seen.time().time_since_epoch() % historian::flush_every == 0s) mind->flush(seen.time());
    }
  }
  void say(severity how, std::string kind, std::string subject) {
    mind->hear(event{how, std::move(kind), std::move(subject), "a sentence", seen.time()},
               seen.time());
  }
  std::vector<std::optional<float>> values(const std::string& channel, time_point from,
                                           time_point to, duration interval = 10s) {
    const auto got =
        mind->answer(history_query{{channel}, from, to, bucket::interval, interval, 0, {}});
    REQUIRE_MESSAGE(got, (got ? std::string{} : to_text(got.error())));
    return got->series.empty() ? std::vector<std::optional<float>>{} : got->series[0].values;
  }
  chronicle_page chronicle(std::vector<std::string> kinds = {}) {
    const auto got = mind->answer(
        chronicle_query{noon - 48h, noon + 48h, std::move(kinds), severity::info, {}, 500},
        seen.time());
    REQUIRE_MESSAGE(got, (got ? std::string{} : to_text(got.error())));
    return *got;
  }
  std::vector<std::string> told() {
    auto kinds = std::vector<std::string>{};
    for (const auto& e : mind->take_events()) kinds.push_back(e.kind + " " + e.subject);
    return kinds;
  }
};

using words = std::vector<std::string>;

auto missing(const std::vector<std::optional<float>>& values) {
  return std::ranges::count_if(values, [](const auto& v) { return !v; });
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "what was seen is answered at once and is on disk after its block") {
  seen.degrees(at::living, 21);
  live(1min);
  auto living = values("living.temp", noon, noon + 1min);
  REQUIRE(living.size() == 6);
  CHECK(living[0] == 21.0F);
  CHECK(mind->status(seen.time()).waiting > 0);
  CHECK(mind->status(seen.time()).recording);
  live(5min);
  CHECK(mind->status(seen.time()).waiting < 200);
  CHECK(mind->status(seen.time()).bytes > 0);
  // As after a crash: what was not written is gone, the rest is there.
  begin();
  living = values("living.temp", noon, noon + 5min);
  REQUIRE(living.size() == 30);
  CHECK(std::ranges::count(living, std::optional{21.0F}) >= 28);
}

TEST_CASE_FIXTURE(fixture, "a history that ends in good order has everything on disk") {
  live(95s);
  say(severity::info, "clock-set", "node");
  mind->end(seen.time());
  begin();
  const auto living = values("living.temp", noon, noon + 100s);
  CHECK(std::ranges::count(living, std::optional{20.0F}) == 10);
  REQUIRE(chronicle().items.size() == 1);
  CHECK(chronicle().items[0].subject == "clock-set node");
}

TEST_CASE_FIXTURE(fixture,
                  "without a disk the newest is kept in memory, told, and written when the "
                  "disk is back") {
  feeds->broken = true;
  chronicle_there = false;
  begin();
  seen.degrees(at::living, 21);
  live(10min);
  say(severity::info, "clock-set", "node");
  CHECK(told() == words{"history-failing chronicle", "history-failing feeds"});
  CHECK_FALSE(mind->status(seen.time()).recording);
  CHECK_FALSE(mind->status(seen.time()).problem.empty());
  CHECK(mind->status(seen.time()).waiting > 500);
  CHECK_FALSE(mind->answer(history_query{{"living.temp"}, noon, noon + 1h, {}, {}, 10, {}}));
  CHECK_FALSE(mind->answer(chronicle_query{noon, noon + 1h, {}, {}, {}, 10}, seen.time()));
  CHECK_FALSE(mind->answer(moment_query{noon}, seen.time()));
  CHECK_FALSE(mind->answer(money_query{noon, noon + 1h, bucket::day, {}}, seen.time()));

  feeds->broken = false;
  chronicle_there = true;
  live(2min);
  CHECK(told() == words{"history-back chronicle", "history-back feeds"});
  const auto living = values("living.temp", noon, noon + 10min);
  CHECK(std::ranges::count(living, std::optional{21.0F}) == 60);
  CHECK(chronicle().items.size() == 1);
  CHECK(mind->status(seen.time()).problem.empty());
}

TEST_CASE_FIXTURE(fixture,
                  "on a full disk nothing is lost that was promised, and recording goes on "
                  "when there is room") {
  live(6min);
  feeds->full = true;
  live(12min);
  CHECK(told() == words{"history-failing feeds"});
  // What is in memory is still answered.
  CHECK(missing(values("living.temp", noon, noon + 18min)) <= 1);
  feeds->full = false;
  live(6min);
  CHECK(told() == words{"history-back feeds"});
  mind->end(seen.time());
  begin();
  CHECK(missing(values("living.temp", noon, noon + 24min)) == 0);
}

TEST_CASE_FIXTURE(fixture, "what no memory can hold either is lost from the front and told") {
  feeds->broken = true;
  begin();
  told();
  live(16h);
  CHECK(mind->status(seen.time()).waiting <= historian::waiting_values);
  const auto said = told();
  CHECK(std::ranges::count(said, "history-gap history") >= 1);
  CHECK(std::ranges::count(said, "history-gap history") <= 16);
  feeds->broken = false;
  live(2min);
  const auto living = values("living.temp", noon, noon + 16h);
  CHECK_FALSE(living.front());
  CHECK(living[living.size() - 100]);
}

TEST_CASE_FIXTURE(fixture, "a moment shows values, state, plan and open alarms as they were then") {
  mind->hear(event{severity::info, "started", "small", "control runs", noon}, noon);
  seen.degrees(at::living, 19);
  live(2min);
  mind->hear(state_report{authority::local, "plan", "the plan says so", "", seen.time()},
             seen.time());
  say(severity::warning, "link-down", "mqtt://a");
  live(1min);
  say(severity::warning, "channel-fault", "valve.position");
  seen.degrees(at::living, 22);
  live(5min);
  say(severity::info, "link-up", "mqtt://a");
  mind->hear(state_report{authority::grid, "plan", "the grid asks", "", seen.time()}, seen.time());
  live(1min);

  auto then = mind->answer(moment_query{noon + 1min}, seen.time());
  REQUIRE(then);
  CHECK(then->values.at("living.temp") == 19.0F);
  CHECK_FALSE(then->state);
  CHECK(then->open_alarms.empty());
  then = mind->answer(moment_query{noon + 150s}, seen.time());
  CHECK(then->state->subject == "local");
  REQUIRE(then->open_alarms.size() == 1);
  CHECK(then->open_alarms[0].subject == "link-down mqtt://a");
  const auto was_said = event_of(then->open_alarms[0]);
  CHECK(was_said.severity == severity::warning);
  CHECK(was_said.kind == "link-down");
  CHECK(was_said.subject == "mqtt://a");
  then = mind->answer(moment_query{noon + 5min}, seen.time());
  CHECK(then->values.at("living.temp") == 22.0F);
  CHECK(then->values.at("hearth.in_charge") == 5.0F);
  CHECK(then->open_alarms.size() == 2);
  then = mind->answer(moment_query{noon + 8min + 30s}, seen.time());
  CHECK(then->state->subject == "grid");
  REQUIRE(then->open_alarms.size() == 1);
  CHECK(then->open_alarms[0].subject == "channel-fault valve.position");
  CHECK(then->resolution == 10s);
}

TEST_CASE_FIXTURE(fixture, "an alarm is on disk at once, information with its block") {
  say(severity::info, "clock-set", "node");
  say(severity::alarm, "actor-failed", "hp-meter");
  begin();
  REQUIRE(chronicle().items.size() == 2);
  say(severity::info, "clock-set", "node");
  begin();
  CHECK(chronicle().items.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "a program that begins again knows the plan of the day it finds") {
  auto news = plan_news{};
  news.at = news.plan.start = noon;
  news.plan.slot = news.plan.first = 15min;
  news.plan.slots.assign(96, {1, 1 * kilowatt_hour, celsius(50), {}, 100 * usd_per_mwh, {}});
  mind->plan(news, noon);
  mind->end(noon);
  begin();
  CHECK(values("hearth.plan.power", noon, noon + 10s).at(0) == 4000.0F);
  news.at = news.plan.start = noon + 1h;
  for (auto& slot : news.plan.slots) slot.electricity = 2 * kilowatt_hour;
  mind->plan(news, noon + 1h);
  CHECK(values("hearth.plan.power", noon + 2h, noon + 2h + 10s).at(0) == 4000.0F);
  const auto plans = chronicle({"plan"}).items;
  REQUIRE(plans.size() == 2);
  CHECK(plans[0].subject == "made");
  CHECK(plans[1].subject == "day");
}

TEST_CASE_FIXTURE(fixture,
                  "money of a day comes from the feeds, with what a thermostat would have "
                  "cost") {
  seen.set(at::hp_power, {3600, unit::watt});
  live(1h);
  auto news = plan_news{};
  news.at = seen.time();
  for (auto i = 0; i < 4; ++i)
    news.thermostat.push_back({noon + i * 15min, 15min, 1 * kilowatt_hour, 150 * usd_per_mwh,
                               celsius(45), 0.1 * us_dollar});
  mind->plan(news, seen.time());
  live(10s);
  const auto money = mind->answer(money_query{noon, noon + 1h, bucket::interval, 1h}, seen.time());
  REQUIRE_MESSAGE(money, (money ? std::string{} : to_text(money.error())));
  REQUIRE(money->rows.size() == 1);
  const auto& row = money->rows[0];
  CHECK(row.used->in(kilowatt_hour) == doctest::Approx(3.6).epsilon(0.01));
  CHECK(row.cost->in(us_dollar) == doctest::Approx(3.6 * 0.15).epsilon(0.01));
  CHECK(row.covered == doctest::Approx(1));
  CHECK(row.slots == 4);
  CHECK(row.unknown == 0);
  // Of the first slot nobody knows what the stores were worth when it began.
  REQUIRE(row.compared);
  CHECK(row.compared->slots == 3);
  CHECK(row.compared->cost.in(us_dollar) == doctest::Approx(2.7 * 0.15).epsilon(0.01));
  CHECK(row.compared->thermostat.in(us_dollar) == doctest::Approx(3 * 0.15).epsilon(0.01));
  CHECK(row.compared->thermostat_used.in(kilowatt_hour) == doctest::Approx(3).epsilon(0.01));
}

TEST_CASE_FIXTURE(fixture, "money of years of which only hours are left is counted by the hour") {
  auto kept = history_layout{};
  kept.interval = 60s;
  kept.keep_finest = kept.keep_minutes = 24h * 30;
  kept.keep_quarters = 24h * 600;
  const auto then = noon - 24h * 1900;
  {
    auto store = former(kept);
    for (const auto& [channel, value] : {std::pair{"hp.power", 4000.0F},
                                         {"hearth.cost", 0.6F},
                                         {"hearth.thermostat.power", 5000.0F},
                                         {"hearth.thermostat.cost", 0.9F},
                                         {"hearth.store.worth", 0.2F}}) {
      const auto id = store->declare(channel, "W");
      REQUIRE(id);
      for (auto t = then - 2h; t < then + 6h; t += 1min) REQUIRE(store->put(*id, t, value));
      // Two stretches of quarters since then, which are all that is kept of them.
      for (const auto later : {24h * 900, 24h * 1800})
        REQUIRE(store->put(*id, then + later, value));
    }
    REQUIRE(store->distribute(noon, true));
    CHECK(store->at(then).resolution == 1h);
  }
  auto l = small_house();
  l.history = kept;
  house = shared(std::move(l));
  begin();
  for (const auto asked : {duration{1h}, duration{15min}}) {
    const auto money =
        mind->answer(money_query{then, then + 3h, bucket::interval, asked}, seen.time());
    REQUIRE_MESSAGE(money, (money ? std::string{} : to_text(money.error())));
    REQUIRE(money->rows.size() == 3);
    for (const auto& row : money->rows) {
      CHECK(row.end - row.start == 1h);
      CHECK(row.slots == 1);
      CHECK(row.unknown == 0);
      CHECK(row.covered == doctest::Approx(1));
      CHECK(row.cost->in(us_dollar) == doctest::Approx(0.6));
      REQUIRE(row.compared);
      CHECK(row.compared->thermostat.in(us_dollar) == doctest::Approx(0.9));
    }
    CHECK(money->total.used->in(kilowatt_hour) == doctest::Approx(12));
  }
}

TEST_CASE_FIXTURE(fixture, "what a clock that is months behind says finds no place, and is told") {
  {
    auto store = former(*house->history);
    const auto id = store->declare("living.temp", "°C");
    REQUIRE(id);
    for (auto n = 1; n < 20; ++n) REQUIRE(store->put(*id, noon + 24h * 10 * n, 20));
    REQUIRE(store->distribute(noon + 24h * 200, true));
  }
  begin();
  told();
  live(2h);
  const auto said = mind->take_events();
  REQUIRE(said.size() >= 1);
  CHECK(said.size() <= 2);
  CHECK(said[0].kind == "history-gap");
  CHECK(said[0].text.find("is the clock right?") != std::string::npos);
  CHECK(missing(values("living.temp", noon, noon + 2h)) == 720);
}

TEST_CASE_FIXTURE(fixture, "a question that asks for too much is refused") {
  CHECK_FALSE(
      mind->answer(history_query{words(65, "living.temp"), noon, noon + 1h, {}, {}, 10, {}}));
  CHECK_FALSE(mind->answer(history_query{{"living.temp"}, noon, noon + 1h, {}, {}, 20'001, {}}));
  CHECK_FALSE(mind->answer(money_query{noon, noon, bucket::day, {}}, noon));
}

TEST_CASE("a house that nobody told the date keeps what it sees and places it later") {
  auto f = fixture{};
  f.mind.reset();
  f.mind.emplace(f.house, f.disk(), false, f.seen.time());
  f.live(10min);
  CHECK_FALSE(f.mind->answer(history_query{{"living.temp"}, noon, noon + 1h, {}, {}, 10, {}}));
  CHECK(f.mind->status(f.seen.time()).problem == "the history waits until the date is known");
  CHECK(f.told().empty());
  const auto years = 24h * 2557;
  f.mind->redate({years, date_trust::good, date_source::node}, f.seen.time());
  const auto living = f.values("living.temp", noon + years, noon + years + 9min);
  CHECK(std::ranges::count(living, std::optional{20.0F}) == 54);
}
