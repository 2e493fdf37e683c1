#include "actors/planner/heat_planner.hpp"

#include "actors/dispatcher.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Prices by the hour from `start` on.
prices hourly(time_point start, std::vector<double> usd) {
  auto out = prices{start, 1h, {}, {}};
  for (const auto p : usd) out.energy.push_back(p * usd_per_mwh);
  return out;
}

struct fixture {
  std::shared_ptr<const layout> house = [] {
    auto l = small_house();
    l.tariff = two_price_tariff();
    l.tariff.energy.reset();
    return shared(std::move(l));
  }();
  image seen{*house, noon};
  heat_planner planner{house};

  /// The compressor has rested since the house began.
  fixture() {
    seen.be(noon - 7min);
    look();
    seen.be(noon);
  }

  std::optional<heat_plan> look() { return planner.look(seen.now()); }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a plan is made at once, then every quarter of an hour, for two days") {
  const auto first = look();
  REQUIRE(first);
  CHECK(first->start == noon);
  CHECK(first->end() == noon + 48h);
  auto plans = 0;
  for (auto minute = 1; minute <= 60; ++minute) {
    seen.pass(1min);
    plans += look().has_value();
  }
  CHECK(plans == 4);
}

TEST_CASE_FIXTURE(fixture, "a compressor that does what the plan does not say makes a new plan") {
  const auto first = look();
  REQUIRE(first);
  const auto planned = first->at(noon)->part > 0;
  seen.pass(1min);
  seen.on(at::enable, planned);
  CHECK_FALSE(look());
  seen.pass(1min);
  seen.on(at::enable, !planned);
  const auto second = look();
  REQUIRE(second);
  CHECK(second->start == noon + 2min);
  seen.pass(1min);
  CHECK_FALSE(look());
}

TEST_CASE("a house that has just begun is planned for when its compressor has rested, not before") {
  const auto l = small_house();
  auto planner = heat_planner{shared(l)};
  auto seen = image{l, noon};
  CHECK_FALSE(planner.look(seen.now()));
  CHECK_FALSE(planner.look(seen.pass(6min).now()));
  CHECK(planner.look(seen.pass(2s).now()));
  // One that is found running needs no rest.
  auto running = heat_planner{shared(l)};
  CHECK(running.look(seen.on(at::enable).now()));
}

TEST_CASE_FIXTURE(fixture, "news of a plan says what was learned of the rooms") {
  const auto first = look();
  REQUIRE(first);
  auto rooms = planner.news(*first, seen.time()).rooms;
  REQUIRE(rooms.size() == 2);
  CHECK_FALSE(rooms[0]);
  // No thermometer is outdoors; the forecast says how cold it is. Of one room nobody sees the
  // valve.
  planner.hear(weather{noon, 1h, std::vector(48, celsius(-10))}, seen.time());
  seen.lose(at::bed_call);
  auto latest = first;
  for (auto minute = 0; minute < 24 * 60; ++minute) {
    seen.pass(1min);
    seen.degrees(at::living, 20 + minute % 60 / 100.0).on(at::living_call, minute % 120 < 60);
    if (auto plan = look()) latest = std::move(plan);
  }
  rooms = planner.news(*latest, seen.time()).rooms;
  REQUIRE(rooms.size() == 2);
  CHECK(rooms[0]);
  CHECK_FALSE(rooms[1]);
}

TEST_CASE("of rooms that are not heated by their calls nothing is learned") {
  // Hands are off; or the store is too cold to heat, whoever calls.
  for (const auto hands_off : {true, false}) {
    const auto house = shared(small_house());
    auto planner = heat_planner{house};
    auto seen = image{*house, noon};
    planner.hear(weather{noon, 1h, std::vector(48, celsius(-10))}, noon);
    planner.let_go(hands_off);
    auto latest = std::optional<heat_plan>{};
    for (auto minute = 0; minute < 24 * 60; ++minute) {
      seen.pass(1min);
      if (!hands_off) seen.degrees(at::top, 30).degrees(at::mid, 29).degrees(at::bottom, 28);
      seen.degrees(at::living, 20 + minute % 60 / 100.0).on(at::living_call, minute % 120 < 60);
      if (auto plan = planner.look(seen.now())) latest = std::move(plan);
    }
    REQUIRE(latest);
    CHECK_FALSE(planner.news(*latest, seen.time()).rooms.at(0));
  }
}

TEST_CASE("another date makes the hours of the day forgotten") {
  const auto house = shared(small_house());
  auto planner = heat_planner{house};
  auto seen = image{*house, noon};
  planner.hear(weather{noon, 1h, std::vector(48, celsius(-10))}, noon);
  auto latest = std::optional<heat_plan>{};
  const auto live = [&](int minutes) {
    for (auto minute = 0; minute < minutes; ++minute) {
      seen.pass(1min);
      seen.degrees(at::living, 20 + minute % 60 / 100.0).on(at::living_call, minute % 120 < 60);
      if (auto plan = planner.look(seen.now())) latest = std::move(plan);
    }
    return planner.news(*latest, seen.time()).rooms.at(0)->model.usual_k_per_h;
  };
  const auto any = [](const auto& hours) {
    return std::ranges::any_of(hours, [](double k) { return k != 0; });
  };
  CHECK(any(live(24 * 60)));
  planner.redate({duration{20min}, date_trust::good, date_source::network_time});
  CHECK(any(live(15)));
  planner.redate({duration{30h}, date_trust::good, date_source::network_time});
  CHECK_FALSE(any(live(15)));
}

TEST_CASE_FIXTURE(fixture, "news of prices or weather makes a new plan at the next look") {
  look();
  seen.pass(1min);
  CHECK_FALSE(look());
  planner.hear(hourly(noon, std::vector(48, 30.0)), seen.time());
  CHECK(look());
  planner.hear(weather{noon, 1h, std::vector(48, celsius(-10))}, seen.time());
  CHECK(look());
  planner.hear(heartbeat{}, seen.time());
  CHECK_FALSE(look());
}

TEST_CASE_FIXTURE(fixture,
                  "a plan that came true is confirmed, and one that did not is made anew") {
  const auto first = look();
  REQUIRE(first);
  REQUIRE(first->slots[0].part == 0);
  // As planned: the same plan, a slot shorter.
  const auto warm = first->slots[0].store.in_celsius();
  seen.pass(15min).degrees(at::top, warm).degrees(at::mid, warm).degrees(at::bottom, warm);
  const auto second = look();
  REQUIRE(second);
  CHECK(second->start == noon + 15min);
  CHECK(second->end() == first->end());
  CHECK(second->slots[0].store == first->slots[1].store);
  // Somebody took a bath.
  seen.pass(15min).degrees(at::top, 38).degrees(at::mid, 36).degrees(at::bottom, 34);
  const auto third = look();
  REQUIRE(third);
  CHECK(third->end() == noon + 30min + 48h);
}

TEST_CASE_FIXTURE(fixture, "a plan that begins between two slots ends its first slot with them") {
  seen.pass(7min);
  const auto plan = look();
  REQUIRE(plan);
  CHECK(plan->first == 8min);
  CHECK(plan->slot == 15min);
}

TEST_CASE_FIXTURE(fixture, "without a date, a store or a view of the compressor there is no plan") {
  planner.redate(dating{});
  CHECK_FALSE(look());
  CHECK(planner.obstacle() == "the date is unknown");
  planner.redate(exact_dates);
  seen.lose_store();
  CHECK_FALSE(look());
  CHECK(planner.obstacle() == "no store temperature can be trusted");
  seen.degrees(at::mid, 50).lose(at::enable);
  CHECK_FALSE(look());
  seen.on(at::enable, false);
  CHECK(look());
  CHECK_FALSE(planner.obstacle());
}

TEST_CASE_FIXTURE(fixture, "once a day people are told what was learned, with its doubt") {
  look();
  auto told = std::vector<event>{};
  for (auto hour = 0; hour < 50; ++hour) {
    seen.pass(1h);
    look();
    for (auto& e : planner.take_events()) told.push_back(std::move(e));
  }
  REQUIRE(told.size() == 2);
  CHECK(told[0].kind == "house-learned");
  CHECK(told[0].text.find("heat load at 0 °C") != std::string::npos);
  CHECK(told[0].text.find("±") != std::string::npos);
}

TEST_CASE(
    "whatever thermometers, meters, forecasts and prices say, there is a plan that is none of it") {
  auto l = small_house();
  l.plant->outdoor = at::bed;
  auto planner = heat_planner{shared(l)};
  auto seen = image{l, noon};
  const auto ravings =
      std::vector{std::nan(""), std::numeric_limits<double>::infinity(), 1e300, -1e300, -273.16};
  auto plans = 0;
  for (auto minute = 0; minute < 600; ++minute) {
    const auto raving = ravings[static_cast<std::size_t>(minute) % ravings.size()];
    seen.pass(1min).degrees(at::bed, raving).on(at::enable, minute % 120 < 60);
    seen.set(at::hp_power, measured{raving, unit::watt});
    if (minute % 30 == 0) seen.degrees(at::top, minute % 60 == 0 ? raving : 50);
    if (minute % 60 == 7) {
      planner.hear(hourly(noon, std::vector(48, raving)), seen.time());
      planner.hear(weather{noon, 1h, std::vector(48, celsius(raving))}, seen.time());
    }
    const auto plan = planner.look(seen.now());
    if (!plan) continue;
    ++plans;
    for (const auto& s : plan->slots) {
      REQUIRE(std::isfinite(s.store.in_celsius()));
      REQUIRE(std::isfinite(s.electricity.si()));
    }
  }
  CHECK(plans > 30);
}

TEST_CASE("a house without a store has nothing to plan") {
  auto l = small_house();
  l.plant->store.reset();
  auto planner = heat_planner{shared(l)};
  CHECK_FALSE(planner.look(image{l, noon}.now()));
}

TEST_CASE_FIXTURE(fixture, "the hour that costs least is used, wherever it is") {
  // The night is long, and one of its hours is nearly free.
  auto usd = std::vector(48, 200.0);
  for (const auto hour : {9, 10}) usd[hour] = 1;
  planner.hear(hourly(noon, usd), noon);
  seen.degrees(at::top, 62).degrees(at::mid, 55).degrees(at::bottom, 50);
  const auto plan = look();
  REQUIRE(plan);
  auto in_hour = energy{};
  for (auto t = noon + 9h; t < noon + 11h; t += 15min) in_hour += plan->at(t)->electricity;
  CHECK(in_hour > 3 * kilowatt_hour);
}

TEST_CASE_FIXTURE(fixture, "a plan is followed, and an old one until the store is too cold") {
  auto control = local_control{house};
  const auto prices = tariff{house->tariff, house->timezone};
  auto plan = heat_plan{noon, 15min, 15min, {}, {}, {}};
  for (auto i = 0; i < 192; ++i)
    plan.slots.push_back({i < 2 ? 1.0 : 0.0, {}, celsius(50), {}, 90 * usd_per_mwh, {}});
  const auto decide = [&](time_point t) {
    seen.be(t);
    return control.decide(seen.now(), prices, &plan);
  };
  CHECK(decide(noon).mode == local_mode::planner);
  CHECK(decide(noon + 29min).heat_pump_on);
  // A fresh plan knows how warm the store is, and what it gives up.
  seen.degrees(at::top, 44).degrees(at::mid, 40).degrees(at::bottom, 38);
  CHECK_FALSE(decide(noon + 40min).heat_pump_on);
  const auto old = decide(noon + 61min);
  CHECK(old.mode == local_mode::last_plan);
  CHECK(old.heat_pump_on);
  seen.degrees(at::top, 49);
  CHECK(decide(noon + 90min).heat_pump_on);
  seen.degrees(at::top, 51);
  CHECK_FALSE(decide(noon + 91min).heat_pump_on);
  CHECK(decide(noon + 12h).mode == local_mode::tariff_timer);
}

TEST_CASE_FIXTURE(fixture,
                  "a store that is full is not filled on, and not by the plan that filled it") {
  auto control = local_control{house};
  const auto prices = tariff{house->tariff, house->timezone};
  auto plan = heat_plan{noon, 15min, 15min, {}, {}, {}};
  for (auto i = 0; i < 192; ++i)
    plan.slots.push_back({1.0, {}, celsius(50), {}, 90 * usd_per_mwh, {}});
  const auto on_at = [&](double bottom) {
    seen.pass(1min).degrees(at::top, 70).degrees(at::mid, 68).degrees(at::bottom, bottom);
    return control.decide(seen.now(), prices, &plan).heat_pump_on;
  };
  CHECK(on_at(64));
  CHECK_FALSE(on_at(65.5));
  CHECK_FALSE(on_at(40));
  plan.start = seen.time();
  CHECK(on_at(40));
}

TEST_CASE_FIXTURE(fixture,
                  "whether to start or stop waits for the plan that is made as the slot begins") {
  auto control = local_control{house};
  const auto prices = tariff{house->tariff, house->timezone};
  auto plan = heat_plan{noon, 15min, 15min, {}, {}, {}};
  for (auto i = 0; i < 192; ++i)
    plan.slots.push_back({i == 0 ? 0.0 : 1.0, {}, celsius(50), {}, 90 * usd_per_mwh, {}});
  const auto on_at = [&](time_point t) {
    seen.be(t);
    return control.decide(seen.now(), prices, &plan).heat_pump_on;
  };
  CHECK_FALSE(on_at(noon));
  CHECK_FALSE(on_at(noon + 15min));
  CHECK_FALSE(on_at(noon + 16min));
  CHECK(on_at(noon + 17min));
}

TEST_CASE_FIXTURE(fixture,
                  "a plan under which a critical zone gets cold is left until that is warm again") {
  auto mind = dispatcher{house, noon - 1h};
  auto plan = heat_plan{noon, 15min, 15min, {}, {}, {}};
  for (auto i = 0; i < 192; ++i)
    plan.slots.push_back({0.0, {}, celsius(40), {}, 90 * usd_per_mwh, {}});
  mind.follow(plan);
  const auto mode_at = [&](double living) {
    auto said = only<state_report>(
        mind.decide(seen.pass(1min).degrees(at::living, living).now()).statements);
    return said.empty() ? std::string{"as before"} : said.back().mode;
  };
  seen.degrees(at::top, 40).degrees(at::mid, 36).degrees(at::bottom, 34);
  CHECK(mode_at(19.8) == "planner");
  CHECK(mode_at(19.3) == "tariff-timer");
  CHECK(mode_at(19.6) == "as before");
  CHECK(mode_at(19.8) == "planner");
}

TEST_CASE("what was told ahead and what it became teaches what to expect") {
  auto outlook = price_outlook{tariff_layout{}, "UTC"};
  // Each hour costs what was said if the one before did, and 60 more as long as a spell lasts.
  const auto spell = [](int hour) { return hour % 20 < 8; };
  const auto real = [&](int hour) { return 40.0 + (spell(hour) ? 60 : 0); };
  for (auto hour = 0; hour < 400; ++hour) {
    auto usd = std::vector(48, 40.0);
    usd[0] = real(hour);
    outlook.learn(hourly(noon + hour * 1h, usd), noon + hour * 1h);
  }
  const auto at = [&](int hour) {
    auto usd = std::vector(48, 40.0);
    usd[0] = real(hour);
    outlook.learn(hourly(noon + hour * 1h, usd), noon + hour * 1h);
    return outlook.ahead(noon + hour * 1h + 5min, 4);
  };
  const auto in_spell = at(401);
  CHECK(in_spell[0].in(usd_per_mwh) == doctest::Approx(100));
  CHECK(in_spell[1] > 65 * usd_per_mwh);
  const auto outside = at(410);
  CHECK(outside[0].in(usd_per_mwh) == doctest::Approx(40));
  CHECK(outside[1] < in_spell[1]);
}

TEST_CASE("a market that keeps its word is taken at its word") {
  auto outlook = price_outlook{tariff_layout{}, "UTC"};
  auto usd = std::vector<double>{};
  for (auto i = 0; i < 300; ++i) usd.push_back(20 + i % 7);
  for (auto hour = 0; hour < 200; ++hour)
    outlook.learn(hourly(noon + hour * 1h, {usd.begin() + hour, usd.begin() + hour + 48}),
                  noon + hour * 1h);
  const auto ahead = outlook.ahead(noon + 199h, 24);
  for (auto h = 0; h < 24; ++h)
    CHECK(ahead[static_cast<std::size_t>(h)].in(usd_per_mwh) ==
          doctest::Approx(usd[static_cast<std::size_t>(199 + h)]));
}

TEST_CASE("hours that nobody has priced yet cost what they cost a day before") {
  auto outlook = price_outlook{tariff_layout{}, "UTC"};
  auto usd = std::vector<double>{};
  for (auto i = 0; i < 30; ++i) usd.push_back(10.0 + i % 24);
  outlook.learn(hourly(noon, usd), noon);
  const auto ahead = outlook.ahead(noon, 48);
  CHECK(ahead[40].in(usd_per_mwh) == doctest::Approx(10 + 40 % 24));
}

TEST_CASE("without any price the grid's own price is known and energy is assumed") {
  const auto outlook = price_outlook{two_price_tariff(), "UTC"};
  auto terms = two_price_tariff();
  terms.energy.reset();
  const auto silent = price_outlook{terms, "UTC"};
  CHECK(silent.ahead(noon, 1)[0] == assumed_energy + 50 * usd_per_mwh);
  CHECK(outlook.ahead(noon - 5h, 1)[0] == 450 * usd_per_mwh);
}
