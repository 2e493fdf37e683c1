#include "actors/planner/thermostat_shadow.hpp"

#include "actors/planner/heat_planner.hpp"
#include "actors/planner/hours_ahead.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace hearth;
using namespace hearth::testing;

namespace {

heat_model model_of_a_house() { return assumed_model(*small_house().plant); }

/// Two days of a cold snap, by the quarter.
heat_problem cold_days(const heat_model& m) {
  auto out = heat_problem{15min, 15min, {}, {}};
  for (auto i = 0; i < 192; ++i) {
    const auto outdoor = celsius(-8 + 7 * std::sin(i / 96.0 * 2 * 3.14159));
    out.slots.push_back({outdoor, m.load_at(outdoor), (60 + i % 40) * usd_per_mwh});
  }
  return out;
}

thermostat_shadow::slot_past past(const heat_problem& p, std::size_t i, temperature store) {
  return {noon + static_cast<int>(i) * p.slot,
          p.slot,
          p.slots[i].outdoor,
          p.slots[i].load,
          p.slots[i].price,
          store,
          false,
          40 * usd_per_mwh};
}

}  // namespace

TEST_CASE("slot by slot the shadow does what a thermostat's plan says of the same days") {
  const auto m = model_of_a_house();
  const auto p = cold_days(m);
  auto shadow = thermostat_shadow{};
  auto before = past(p, 0, celsius(48));
  before.start -= p.slot;
  shadow.live(m, before);
  CHECK(shadow.take().empty());
  for (std::size_t i = 0; i < p.slots.size(); ++i) shadow.live(m, past(p, i, celsius(48)));
  const auto lived = shadow.take();
  const auto planned = thermostat_plan(m, p, {celsius(48), false, 24h}, noon);
  REQUIRE(lived.size() == planned.slots.size());
  auto runs = 0;
  for (std::size_t i = 0; i < lived.size(); ++i) {
    CAPTURE(i);
    CHECK(lived[i].start == noon + static_cast<int>(i) * 15min);
    CHECK(lived[i].electricity.si() == doctest::Approx(planned.slots[i].electricity.si()));
    CHECK(lived[i].store.in_celsius() == doctest::Approx(planned.slots[i].store.in_celsius()));
    runs += planned.slots[i].part > 0;
  }
  CHECK(runs > 10);
  CHECK(runs < 192);
  CHECK(shadow.take().empty());
}

TEST_CASE("what the true store holds beyond the thermostat's is worth what heat is worth") {
  const auto m = model_of_a_house();
  const auto p = cold_days(m);
  auto shadow = thermostat_shadow{};
  shadow.live(m, past(p, 0, celsius(48)));
  shadow.live(m, past(p, 1, celsius(58)));
  const auto lived = shadow.take();
  REQUIRE(lived.size() == 1);
  const auto more_j = (celsius(58) - lived[0].store).in(kelvin)*m.heat_j_per_k;
  CHECK(lived[0].ahead.in(us_dollar) == doctest::Approx(more_j / 3.6e9 * 40));
  CHECK(lived[0].ahead.in(us_dollar) > 0);
}

TEST_CASE("after a gap the shadow begins where the true store stands") {
  const auto m = model_of_a_house();
  const auto p = cold_days(m);
  auto shadow = thermostat_shadow{};
  for (std::size_t i = 0; i < 10; ++i) shadow.live(m, past(p, i, celsius(48)));
  CHECK(shadow.take().size() == 9);
  shadow.live(m, past(p, 30, celsius(60)));
  CHECK(shadow.take().empty());
  shadow.live(m, past(p, 31, celsius(60)));
  const auto lived = shadow.take();
  REQUIRE(lived.size() == 1);
  CHECK(lived[0].electricity == energy{});
  CHECK(lived[0].store.in_celsius() == doctest::Approx(60).epsilon(0.03));
}

TEST_CASE("what nobody takes is kept for two days") {
  const auto m = model_of_a_house();
  const auto p = cold_days(m);
  auto shadow = thermostat_shadow{};
  for (std::size_t i = 0; i < 400; ++i) {
    auto slot = past(p, i % 192, celsius(48));
    slot.start = noon + static_cast<int>(i) * 15min;
    shadow.live(m, slot);
  }
  const auto lived = shadow.take();
  REQUIRE(lived.size() == thermostat_shadow::most);
  CHECK(lived.back().start == noon + 399 * 15min);
}

TEST_CASE("a planner tells with its plan what it was made of and what a thermostat did meanwhile") {
  auto l = small_house();
  l.tariff = two_price_tariff();
  const auto house = shared(std::move(l));
  auto planner = heat_planner{house};
  auto seen = image{*house, noon};
  seen.be(noon - 7min);
  planner.look(seen.now());
  seen.be(noon);
  const auto first = planner.look(seen.now());
  REQUIRE(first);
  auto news = planner.news(*first, noon);
  CHECK(news.outlook.size() == first->slots.size());
  CHECK(news.thermostat.empty());
  for (std::size_t i = 0; i < news.outlook.size(); ++i)
    CHECK(news.outlook[i].price == first->slots[i].price);

  auto told = std::size_t{0};
  for (auto minute = 1; minute <= 120; ++minute) {
    seen.pass(1min);
    const auto plan = planner.look(seen.now());
    if (!plan) continue;
    news = planner.news(*plan, seen.time());
    CHECK(news.at == seen.time());
    REQUIRE(news.outlook.size() == plan->slots.size());
    CHECK(news.outlook.front().price == plan->slots.front().price);
    CHECK(news.outlook.back().price == plan->slots.back().price);
    for (const auto& slot : news.thermostat) {
      CHECK(slot.start == noon + static_cast<int>(told) * 15min);
      CHECK(slot.length == 15min);
      REQUIRE(slot.price);
      CHECK(slot.price->in(usd_per_mwh) == doctest::Approx(450));
      ++told;
    }
  }
  CHECK(told == 8);
}

TEST_CASE(
    "a date that is corrected by seconds leaves the thermostat as it was, one that jumps begins it "
    "anew") {
  const auto house = shared(small_house());
  auto planner = heat_planner{house};
  auto seen = image{*house, noon};
  auto told = std::size_t{0};
  const auto live = [&](int minutes) {
    for (auto minute = 0; minute < minutes; ++minute) {
      if (const auto plan = planner.look(seen.now()))
        told += planner.news(*plan, seen.time()).thermostat.size();
      seen.pass(1min);
    }
    return std::exchange(told, 0);
  };
  live(31);
  CHECK(live(60) == 4);
  planner.redate({20s, date_trust::good, date_source::node});
  CHECK(live(60) == 4);
  planner.redate({-8h - 7min, date_trust::good, date_source::node});
  CHECK(live(60) == 3);
}

TEST_CASE("a thermostat's slot has no price while nobody says what electricity costs") {
  auto l = small_house();
  l.tariff.energy.reset();
  const auto house = shared(std::move(l));
  auto planner = heat_planner{house};
  auto seen = image{*house, noon - 7min};
  auto told = std::vector<thermostat_slot>{};
  for (auto minute = 0; minute < 60; ++minute) {
    if (const auto plan = planner.look(seen.now()))
      for (auto& slot : planner.news(*plan, seen.time()).thermostat) told.push_back(slot);
    seen.pass(1min);
  }
  REQUIRE(told.size() >= 2);
  for (const auto& slot : told) CHECK_FALSE(slot.price);
}
