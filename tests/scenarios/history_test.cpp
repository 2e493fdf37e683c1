#include "drivers/ports/sqlite_chronicle.hpp"
#include "tests/scenarios/virtual_house.hpp"
#include "tests/support/memory_history_files.hpp"
#include "tests/support/mosquitto.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <future>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

auto missing(const std::vector<std::optional<float>>& values) {
  return std::ranges::count_if(values, [](const auto& v) { return !v; });
}

/// The simulated house with a history in memory and a chronicle on disk.
struct remembering_house {
  std::shared_ptr<history_memory> feeds = std::make_shared<history_memory>();
  temporary_folder folder;
  virtual_house home;

  explicit remembering_house(bool remembers = true)
      : home{of(remembers), {}, {}, {}, disk()}, self{home.system} {}

  static std::shared_ptr<const layout> of(bool remembers) {
    auto l = *house_of("layouts/simulated-house.yaml");
    l.history.reset();
    if (remembers) l.history.emplace();
    return std::make_shared<const layout>(std::move(l));
  }
  history_disk disk() {
    return {[in = feeds](const feed_plan& plan, time_point now) {
              return feed_store::open(std::make_shared<memory_history_files>(in), plan, now);
            },
            [file = folder.file("house.chronicle")] { return open_sqlite_chronicle(file); }, false};
  }
  template <class Answer, class Question>
  result<Answer> ask(Question asked) {
    auto out = result<Answer>{failed(fault_code::not_ready, "no answer")};
    const auto to = home.running.members->history;
    self->send(to, std::move(asked));
    home.settle();
    self->receive([&](result<Answer>& said) { out = std::move(said); }, caf::after(0s) >> [] {});
    return out;
  }
  history_query channel(std::string name, time_point from, time_point to, duration every) {
    return {{std::move(name)}, from, to, bucket::interval, every, 0, fold::average};
  }

  caf::scoped_actor self;
};

}  // namespace

TEST_CASE("a simulated day is in the history: feeds, plan, who was in charge and what it cost") {
  auto h = remembering_house{};
  const auto began = h.home.now();
  h.home.pass(26h);
  const auto to = h.home.now();
  const auto& house = *h.home.house;
  const auto meter = house[*house.plant->heat_pump.power_meter].name;

  const auto power = h.ask<history_answer>(h.channel(meter, began, to, 15min));
  REQUIRE_MESSAGE(power, (power ? std::string{} : to_text(power.error())));
  REQUIRE(power->series.size() == 1);
  auto measured = 0;
  auto ran = false;
  for (const auto& v : power->series[0].values) {
    measured += v.has_value();
    ran = ran || v.value_or(0) > 1000;
  }
  CHECK(measured >= 100);
  CHECK(ran);

  const auto plan = h.ask<history_answer>(h.channel("hearth.plan.power", began, to, 1h));
  REQUIRE(plan);
  REQUIRE(plan->series.size() == 1);
  CHECK(missing(plan->series[0].values) <= 1);

  const auto plans = h.ask<chronicle_page>(chronicle_query{began, to, {"plan"}, {}, {}, 500});
  REQUIRE(plans);
  CHECK(plans->items.size() >= 100);
  const auto states = h.ask<chronicle_page>(chronicle_query{began, to, {"state"}, {}, {}, 500});
  REQUIRE(states);
  CHECK_FALSE(states->items.empty());

  const auto money = h.ask<money_answer>(money_query{began, to, bucket::interval, 24h});
  REQUIRE_MESSAGE(money, (money ? std::string{} : to_text(money.error())));
  auto used = energy{};
  for (const auto& row : money->rows) used += row.used.value_or(energy{});
  CHECK(used > 5 * kilowatt_hour);

  const auto then = h.ask<moment_answer>(moment_query{began + 20h});
  REQUIRE(then);
  CHECK(then->state);
  CHECK(then->plan);
  CHECK(then->values.at(meter));
  CHECK(then->values.at("hearth.thermostat.power"));
}

TEST_CASE(
    "a disk that hangs fills no memory: the house says so, goes on, and says what was missed") {
  auto mended = std::promise<void>{};
  const auto feeds = std::make_shared<history_memory>();
  const auto folder = temporary_folder{};
  const auto disk = history_disk{
      [feeds, free = mended.get_future().share()](const feed_plan& plan, time_point now) {
        free.wait();
        return feed_store::open(std::make_shared<memory_history_files>(feeds), plan, now);
      },
      [file = folder.file("house.chronicle")] { return open_sqlite_chronicle(file); }, true};
  auto home = virtual_house{remembering_house::of(true), {}, {}, {}, disk};
  home.pass(10min);
  CHECK(home.happened("history-failing", "history"));
  CHECK_FALSE(home.happened("history-back"));
  mended.set_value();
  const auto asks = caf::scoped_actor{home.system};
  auto tries = 0;
  for (; tries < 100 && !home.happened("history-back"); ++tries) {
    // It comes last in the mailbox: all that waited is taken before it is answered.
    auto answered = false;
    asks->request(home.running.members->history, caf::infinite, atom::tell::value)
        .receive([&](const history_status&) { answered = true; }, [](const caf::error&) {});
    REQUIRE(answered);
    home.pass(1s);
  }
  const auto back = std::ranges::find(home.events, "history-back", &event::kind);
  REQUIRE(back != home.events.end());
  const auto missed = 10 * 60 - static_cast<int>(limits::pictures_untaken_most);
  INFO(back->text);
  auto said = 0;
  REQUIRE(std::sscanf(back->text.c_str(), "%*[^0-9]%d", &said) == 1);
  CHECK(said >= missed - 1);
  CHECK(said <= missed + tries + 1);
}

TEST_CASE("a house that ends has everything it saw on disk") {
  auto h = remembering_house{};
  const auto began = h.home.now();
  h.home.pass(100s);
  h.self->send(h.home.running.supervisor, atom::stop::value);
  h.home.settle();
  h.home.pass(5s);
  const auto name = h.home.house->channels.front().name;
  const auto kept = feed_store::open(std::make_shared<memory_history_files>(h.feeds),
                                     {*h.home.house->history, "UTC", true, {}}, h.home.now());
  REQUIRE(kept);
  const auto answer = (*kept)->ask(h.channel(name, began, began + 100s, 10s));
  REQUIRE(answer);
  REQUIRE(answer->series.size() == 1);
  auto measured = 0;
  for (const auto& v : answer->series[0].values) measured += v.has_value();
  CHECK(measured >= 9);
}

TEST_CASE("another layout ends the history in good order and begins it anew") {
  auto h = remembering_house{};
  const auto began = h.home.now();
  h.home.pass(100s);
  auto other = *h.home.house;
  other.tariff.energy = 77 * usd_per_mwh;
  other.hash += "x";
  h.self->send(h.home.running.supervisor, checked_layout{std::make_shared<layout>(other)});
  h.home.settle();
  h.home.pass(3min);
  REQUIRE(h.home.running.members->history);
  const auto name = h.home.house->channels.front().name;
  const auto answer = h.ask<history_answer>(h.channel(name, began, began + 4min, 10s));
  REQUIRE_MESSAGE(answer, (answer ? std::string{} : to_text(answer.error())));
  // But for the seconds of the change.
  CHECK(missing(answer->series.at(0).values) <= 2);
  CHECK(h.home.happened("layout-changed"));
}

TEST_CASE("a history that dies is begun again by itself and goes on with what is on disk") {
  auto h = remembering_house{};
  const auto began = h.home.now();
  h.home.pass(6min);
  caf::anon_send_exit(h.home.running.members->history, caf::exit_reason::kill);
  h.home.settle();
  h.home.pass(1min);
  CHECK(h.home.happened("actor-died", "history"));
  CHECK(h.home.happened("actor-restarted", "history"));
  // To the new one, too: what the old one complained of is over.
  const auto told = h.ask<chronicle_page>(
      chronicle_query{began, h.home.now(), {"event"}, severity::info, {}, 1000});
  REQUIRE(told);
  CHECK(std::ranges::any_of(told->items, [](const chronicle_item& item) {
    return item.subject == "actor-restarted history";
  }));
  const auto name = h.home.house->channels.front().name;
  const auto answer = h.ask<history_answer>(h.channel(name, began, began + 5min, 10s));
  REQUIRE_MESSAGE(answer, (answer ? std::string{} : to_text(answer.error())));
  CHECK(missing(answer->series.at(0).values) <= 2);
}

TEST_CASE("a house whose layout has no history has no such actor") {
  auto h = remembering_house{false};
  h.home.pass(10s);
  CHECK_FALSE(h.home.running.members->history);
  CHECK(h.feeds->files.empty());
}

TEST_CASE("a history without a disk is a warning, and the house decides the same") {
  auto with = remembering_house{};
  with.feeds->broken = true;
  auto without = remembering_house{false};
  with.home.pass(2h);
  without.home.pass(2h);
  CHECK(with.home.happened("history-failing", "feeds"));
  CHECK(with.home.world->truth().enabled() == without.home.world->truth().enabled());
  CHECK(with.home.beats == without.home.beats);
}
