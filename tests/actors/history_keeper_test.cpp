#include "actors/history/history_keeper.hpp"

#include "actors/history/chronicler.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>

using namespace hearth;
using namespace hearth::testing;

namespace {

using derived = history_keeper::derived;

struct fixture {
  std::shared_ptr<const layout> house = shared(small_house());
  history_keeper keeper{house, 10s, true};
  image seen{*house, noon};

  void see() { keeper.see(seen.now()); }
  void see_for(duration d) {
    for (auto t = duration{}; t < d; t += 1s) {
      see();
      seen.pass(1s);
    }
  }
  static std::map<time_point, float> of(const std::vector<kept_value>& all, std::size_t channel) {
    auto out = std::map<time_point, float>{};
    for (const auto& v : all)
      if (v.channel == channel) out[v.at] = v.value;
    return out;
  }
};

/// A plan of whole quarters from `start` on, that heats in each second one.
plan_news news(time_point start, std::size_t slots) {
  auto out = plan_news{};
  out.at = start;
  out.plan.start = start;
  out.plan.slot = out.plan.first = 15min;
  for (std::size_t i = 0; i < slots; ++i) {
    out.plan.slots.push_back({i % 2 ? 1.0 : 0.0,
                              (i % 2 ? 1.0 : 0.0) * kilowatt_hour,
                              celsius(40 + static_cast<double>(i % 2)),
                              {},
                              100 * usd_per_mwh,
                              {}});
    out.outlook.push_back({celsius(-5), 3 * kilowatt, 100 * usd_per_mwh});
  }
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "of what was good in a slot the mean is kept, of a switch the last") {
  seen.degrees(at::living, 20).on(at::enable, true);
  see_for(4s);
  seen.degrees(at::living, 21).on(at::enable, false);
  see_for(6s);
  CHECK(keeper.take().empty());
  see();
  const auto all = keeper.take();
  const auto living = of(all, at::living.value);
  REQUIRE(living.size() == 1);
  CHECK(living.at(noon) == doctest::Approx(20.6));
  CHECK(of(all, at::enable.value).at(noon) == 0);
  CHECK(of(all, keeper.place_of(derived::store)).at(noon) == doctest::Approx(45));
}

TEST_CASE_FIXTURE(fixture,
                  "what was lost leaves nothing, and what came back is kept as it was good") {
  seen.lose(at::living);
  see_for(10s);
  seen.degrees(at::living, 19);
  see_for(11s);
  const auto living = of(keeper.take(), at::living.value);
  REQUIRE(living.size() == 1);
  CHECK(living.at(noon + 10s) == doctest::Approx(19));
}

TEST_CASE_FIXTURE(fixture, "a value that is no number is not kept") {
  seen.set(at::hp_power, {std::nan(""), unit::watt});
  see_for(11s);
  CHECK(of(keeper.take(), at::hp_power.value).empty());
}

TEST_CASE_FIXTURE(fixture, "price and cost of the heat pump are kept beside its power") {
  seen.set(at::hp_power, {4000, unit::watt});
  see_for(11s);
  const auto all = keeper.take();
  CHECK(of(all, keeper.place_of(derived::price)).at(noon) == doctest::Approx(0.15));
  CHECK(of(all, keeper.place_of(derived::cost)).at(noon) == doctest::Approx(0.60));
  CHECK(keeper.channels().at(keeper.place_of(derived::cost)).name == "hearth.cost");
  CHECK(keeper.channels().at(keeper.place_of(derived::cost)).unit == "USD/h");
}

TEST_CASE("a house that knows no price keeps no cost until the node says one") {
  auto l = small_house();
  l.tariff.energy.reset();
  auto keeper = history_keeper{shared(l), 10s, true};
  auto seen = image{l, noon};
  keeper.see(seen.now());
  keeper.see(seen.pass(10s).now());
  CHECK(fixture::of(keeper.take(), keeper.place_of(derived::price)).empty());
  keeper.hear(prices{noon, 1h, {60 * usd_per_mwh}, {}});
  keeper.see(seen.pass(10s).now());
  const auto all = keeper.take();
  CHECK(fixture::of(all, keeper.place_of(derived::price)).at(noon + 10s) == doctest::Approx(0.16));
}

TEST_CASE_FIXTURE(fixture, "who is in charge is kept as a number once it was said") {
  see_for(10s);
  keeper.hear(state_report{authority::grid, "plan", "the grid asks", "", noon});
  see_for(11s);
  const auto charge = of(keeper.take(), keeper.place_of(derived::in_charge));
  REQUIRE(charge.size() == 1);
  CHECK(charge.at(noon + 10s) == 2);
}

TEST_CASE("without a date slots wait in house time and get their place when it is known") {
  const auto house = shared(small_house());
  auto keeper = history_keeper{house, 10s, false};
  // The house believes it is 1970; an hour that is no multiple of the interval lies between.
  const auto offset = duration{noon.time_since_epoch() - 1003s};
  auto seen = image{*house, time_point{1000s}};
  seen.set(at::hp_power, {1000, unit::watt});
  for (auto i = 0; i < 60; ++i) {
    keeper.see(seen.now());
    seen.degrees(at::living, 20 + i / 10);
    seen.pass(1s);
  }
  CHECK(keeper.take().empty());
  keeper.redate({offset, date_trust::good, date_source::node}, seen.time());
  const auto all = keeper.take();
  const auto living = fixture::of(all, at::living.value);
  REQUIRE(living.size() == 6);
  // Each by its middle.
  CHECK(living.begin()->first == noon);
  CHECK(living.rbegin()->first == noon + 50s);
  for (const auto& [t, v] : living) CHECK(t.time_since_epoch() % 10s == 0s);
  // Priced by the hour they were measured in.
  CHECK(fixture::of(all, keeper.place_of(derived::cost)).size() == 6);
  CHECK(keeper.take_lost() == 0);
}

TEST_CASE("what waits for a date is bounded, and what had to go is counted") {
  const auto house = shared(small_house());
  auto keeper = history_keeper{house, 10s, false};
  auto seen = image{*house, time_point{1000s}};
  const auto per_slot = house->channels.size() + 1;
  const auto slots = history_keeper::undated_values / per_slot + 50;
  for (std::size_t i = 0; i <= slots; ++i) {
    keeper.see(seen.now());
    seen.pass(10s);
  }
  const auto lost = keeper.take_lost();
  CHECK(lost >= 49);
  CHECK(lost <= 51);
  keeper.redate({noon - time_point{}, date_trust::good, date_source::node}, seen.time());
  CHECK(fixture::of(keeper.take(), at::living.value).size() >= slots - lost);
}

TEST_CASE("a date that nobody confirms is believed after two minutes, a good one at once") {
  const auto house = shared(small_house());
  auto keeper = history_keeper{house, 10s, false};
  auto seen = image{*house, noon};
  keeper.redate({0s, date_trust::assumed, date_source::system_clock}, noon);
  for (auto i = 0; i < 119; ++i) keeper.see(seen.pass(1s).now());
  CHECK(keeper.take().empty());
  keeper.see(seen.pass(1s).now());
  CHECK(fixture::of(keeper.take(), at::living.value).size() == 12);
  // Confirmed meanwhile: nothing is placed twice or lost.
  keeper.redate({0s, date_trust::good, date_source::network_time}, seen.time());
  for (auto i = 0; i < 20; ++i) keeper.see(seen.pass(1s).now());
  CHECK(fixture::of(keeper.take(), at::living.value).size() >= 2);
}

TEST_CASE("when the clock jumps each slot is kept by the date in which it was measured") {
  const auto house = shared(small_house());
  auto keeper = history_keeper{house, 10s, false};
  keeper.redate({0s, date_trust::good, date_source::network_time}, noon);
  auto seen = image{*house, noon};
  seen.degrees(at::living, 20);
  for (auto i = 0; i < 25; ++i) keeper.see(seen.pass(1s).now());
  // Back by an hour: the wrong slots stay, the right ones get their values.
  keeper.redate({-1h, date_trust::good, date_source::node}, seen.time());
  seen.degrees(at::living, 10);
  for (auto i = 0; i < 25; ++i) keeper.see(seen.pass(1s).now());
  // And on by two.
  keeper.redate({1h, date_trust::good, date_source::node}, seen.time());
  seen.degrees(at::living, 15);
  for (auto i = 0; i < 15; ++i) keeper.see(seen.pass(1s).now());
  const auto living = fixture::of(keeper.take(true), at::living.value);
  for (const auto& [t, v] : living) {
    const auto expected = t < noon ? 10 : t < noon + 30min ? 20 : 15;
    CHECK(v == doctest::Approx(expected));
  }
  CHECK(living.contains(noon + 20s));
  CHECK(living.contains(noon + 20s - 1h));
  CHECK(living.contains(noon + 50s + 1h));
}

TEST_CASE_FIXTURE(fixture, "at the end the slot in progress is kept, too") {
  see_for(3s);
  CHECK(keeper.take().empty());
  CHECK(of(keeper.take(true), at::living.value).size() == 1);
  CHECK(keeper.take(true).empty());
}

TEST_CASE_FIXTURE(fixture, "the first plan of a local day is kept for the rest of that day only") {
  // 17:30 local; midnight is 6 h 30 min away.
  const auto evening = noon + 10h + 30min;
  keeper.plan(news(evening, 192));
  const auto all = keeper.take();
  const auto plan = of(all, keeper.place_of(derived::plan_power));
  REQUIRE(plan.size() == 6.5 * 360);
  CHECK(plan.begin()->first == evening);
  CHECK(plan.rbegin()->first == evening + 6h + 30min - 10s);
  CHECK(plan.at(evening) == 0);
  CHECK(plan.at(evening + 15min) == doctest::Approx(4000));
  CHECK(of(all, keeper.place_of(derived::plan_store)).at(evening + 15min) == doctest::Approx(41));
  // What is planned later that day changes nothing.
  keeper.plan(news(evening + 15min, 192));
  CHECK(keeper.take().empty());
  keeper.plan(news(evening + 6h + 30min, 192));
  CHECK(of(keeper.take(), keeper.place_of(derived::plan_power)).size() == 24 * 360);
}

TEST_CASE_FIXTURE(fixture, "a plan of today that is already on disk is not written again") {
  CHECK(keeper.begins_a_day(noon));
  keeper.plan(news(noon + 1h, 192));
  CHECK(keeper.take().empty());
}

TEST_CASE_FIXTURE(fixture, "what a thermostat would have done is spread over its quarter") {
  auto n = news(noon, 0);
  n.thermostat = {{noon, 15min, 1 * kilowatt_hour, 200 * usd_per_mwh, celsius(45), 0.5 * us_dollar},
                  {noon + 15min, 15min, {}, {}, celsius(44), {}}};
  keeper.plan(n);
  const auto all = keeper.take();
  const auto power = of(all, keeper.place_of(derived::thermostat_power));
  CHECK(power.size() == 180);
  CHECK(power.at(noon + 890s) == doctest::Approx(4000));
  CHECK(power.at(noon + 900s) == 0);
  const auto cost = of(all, keeper.place_of(derived::thermostat_cost));
  // The second had no price.
  CHECK(cost.size() == 90);
  CHECK(cost.at(noon) == doctest::Approx(0.8));
  CHECK(of(all, keeper.place_of(derived::store_worth)).at(noon) == doctest::Approx(0.5));
}

TEST_CASE("a house without plant, store or meter keeps what it has") {
  auto l = small_house();
  l.plant.reset();
  auto keeper = history_keeper{shared(l), 10s, true};
  auto seen = image{l, noon};
  keeper.see(seen.now());
  keeper.see(seen.pass(10s).now());
  CHECK(fixture::of(keeper.take(), at::living.value).size() == 1);
  // A picture of another layout has other channels.
  keeper.see({noon + 20s, {}});
  keeper.see({noon + 30s, {}});
}

// ---- the chronicle's words

namespace {

struct telling {
  chronicler said{"America/New_York", true};
  nlohmann::json data(const chronicle_item& i) { return nlohmann::json::parse(i.data); }
};

}  // namespace

TEST_CASE_FIXTURE(telling,
                  "who is in charge is told when it changes, not whenever it is repeated") {
  auto state = state_report{authority::local, "plan", "the plan says so", "", noon};
  said.hear(state, noon);
  said.hear(state, noon + 1s);
  state.since = noon + 5s;
  said.hear(state, noon + 5s);
  state.in_charge = authority::contract;
  state.contract_id = "c-1";
  said.hear(state, noon + 10s);
  const auto items = said.take(noon + 11s);
  REQUIRE(items.size() == 2);
  CHECK(items[0].kind == "state");
  CHECK(items[0].subject == "local");
  CHECK(items[0].at == noon);
  CHECK(data(items[1])["contract_id"] == "c-1");
  CHECK(said.take(noon + 12s).empty());
}

TEST_CASE_FIXTURE(telling,
                  "events, outcomes and contracts are told with their data, an alarm at once") {
  said.hear(event{severity::warning, "link-down", "mqtt://a", "no link", noon}, noon);
  CHECK_FALSE(said.urgent(noon));
  said.hear(outcome{"r-1", false, "too late"}, noon + 1s);
  said.hear(contract_report{"c-1", contract_status::completed, "", 2 * kilowatt_hour,
                            1.5 * kilowatt_hour, noon + 2s},
            noon + 2s);
  said.hear(event{severity::info, "lease-begun", "shed", "the grid's shed begins", noon}, noon);
  said.hear(heartbeat{}, noon);
  said.hear(event{severity::alarm, "actor-failed", "hp", "keeps failing", noon}, noon);
  CHECK(said.urgent(noon));
  const auto items = said.take(noon + 3s);
  REQUIRE(items.size() == 5);
  CHECK(items[0].kind == "event");
  CHECK(items[0].subject == "link-down mqtt://a");
  CHECK(items[0].severity == severity::warning);
  CHECK(data(items[0])["kind"] == "link-down");
  CHECK(items[1].text == "refused: too late");
  CHECK(data(items[2])["metered_kwh"] == 1.5);
  CHECK(items[3].kind == "lease");
  CHECK(items[4].severity == severity::alarm);
  CHECK_FALSE(said.urgent(noon));
}

TEST_CASE_FIXTURE(telling,
                  "a plan is told whole when it is made, and in a line when it is confirmed") {
  auto first = news(noon, 8);
  said.plan(first);
  auto second = first;
  second.at = noon + 15min;
  second.plan = *first.plan.from(noon + 15min);
  second.outlook.erase(second.outlook.begin());
  said.plan(second);
  auto third = news(noon + 30min, 8);
  third.plan.cost = 3 * us_dollar;
  said.plan(third);
  const auto items = said.take(noon + 1h);
  REQUIRE(items.size() == 3);
  CHECK(items[0].subject == "day");
  CHECK(items[1].subject == "confirmed");
  CHECK(items[2].subject == "made");
  const auto whole = data(items[0]);
  CHECK(whole["on"] == false);
  CHECK(whole["until_ms"] == (noon + 15min).time_since_epoch().count());
  CHECK(whole["slots"]["power_w"].size() == 8);
  CHECK(whole["slots"]["power_w"][1] == 4000);
  CHECK(whole["slots"]["outdoor_c"][0] == -5);
  CHECK_FALSE(data(items[1]).contains("slots"));
  CHECK(data(items[1])["on"] == true);
  CHECK(data(items[1])["power_w"] == 4000);
}

TEST_CASE_FIXTURE(telling, "a first plan that is already in the chronicle is not the day's again") {
  said.knows_a_plan_of(noon - 1h);
  said.plan(news(noon, 8));
  CHECK(said.take(noon).at(0).subject == "made");
}

TEST_CASE("two days planned whole fit an item of the chronicle many times over") {
  const auto n = news(noon, 192);
  CHECK(plan_data(n, exact_dates, true).size() < chronicle_limits::item_bytes / 8);
}

TEST_CASE(
    "what is said without a date is told when there is one, and what is too much is counted") {
  auto said = chronicler{"America/New_York", false};
  for (auto i = 0; i < 1010; ++i)
    said.hear(event{severity::info, "n", std::to_string(i), "", time_point{i * 1s}},
              time_point{i * 1s});
  CHECK(said.take(time_point{2000s}).empty());
  CHECK(said.take_lost() == 10);
  said.redate({noon - time_point{}, date_trust::good, date_source::node}, time_point{2000s});
  const auto items = said.take(time_point{2000s});
  REQUIRE(items.size() == 1000);
  CHECK(items.front().at == noon + 10s);
}

TEST_CASE_FIXTURE(telling, "text that is no UTF-8 makes data that are still JSON") {
  said.hear(event{severity::info, "odd", "\xff\xfe", "\xc3", noon}, noon);
  CHECK(data(said.take(noon).at(0))["kind"] == "odd");
}
