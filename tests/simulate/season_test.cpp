#include "tools/simulate/season.hpp"

#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace hearth;
using namespace hearth::simulate;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

/// Days of the sample January, in a house of the tree.
season_plan january(const std::string& file, duration length) {
  auto parsed = load_layout(source(file), known_catalog());
  REQUIRE(parsed.layout);
  auto weather = load_series(source("layouts/samples/january-weather.csv"), weather_columns);
  auto prices = load_series(source("layouts/samples/january-prices.csv"), price_columns);
  REQUIRE(weather.columns.size() == 1);
  REQUIRE(prices.columns.size() == 2);
  auto plan = season_plan{};
  plan.house = std::make_shared<const layout>(std::move(*parsed.layout));
  plan.outdoor = std::make_shared<const series>(std::move(weather.columns.front()));
  plan.prices = std::move(prices.columns);
  plan.when = {plan.outdoor->start, plan.outdoor->start + length};
  return plan;
}

duration hours_of(const season_record& r, authority rank) {
  const auto at = std::ranges::find(authorities, rank) - authorities.begin();
  return r.totals.in_charge[static_cast<std::size_t>(at)];
}

season_record lived(const season_plan& plan) {
  auto s = season::begin(plan);
  REQUIRE(s);
  while ((*s)->live()) {
  }
  return (*s)->record();
}

}  // namespace

TEST_CASE("one seed, one log: a week lived twice is the same to the last event") {
  auto plan = january("layouts/maine-house.yaml", 7 * 24h);
  plan.contracts = true;
  const auto once = lived(plan), again = lived(plan);
  CHECK(once.totals.event_log_sha256 == again.totals.event_log_sha256);
  MESSAGE("to be compared between builds: " << once.totals.event_log_sha256 << ", "
                                            << once.totals.electricity.in(kilowatt_hour));
  CHECK(once.totals.messages == again.totals.messages);
  CHECK(once.totals.electricity == again.totals.electricity);
  CHECK(once.totals.energy_cost == again.totals.energy_cost);
  REQUIRE(once.slots.size() == 7 * 288);
  for (std::size_t i = 0; i < once.slots.size(); ++i) {
    const auto a = once.slots.at(i), b = again.slots.at(i);
    REQUIRE(a.layers == b.layers);
    REQUIRE(a.rooms.at(0).is == b.rooms.at(0).is);
  }
  CHECK(hours_of(once, authority::contract) > 1h);
}

TEST_CASE("what a season counts adds up") {
  const auto r = lived(january("layouts/leaky-house.yaml", 3 * 24h));
  const auto& t = r.totals;
  CHECK(std::abs(t.balance_error.in(kilowatt_hour)) < 1e-6);
  auto electricity = energy{}, delivered = energy{};
  auto cost = money{};
  for (std::size_t i = 0; i < r.slots.size(); ++i) {
    const auto s = r.slots.at(i);
    electricity += s.heat_pump * slot_length;
    delivered += s.heat_to_zones * slot_length;
    REQUIRE(s.price);
    cost += s.heat_pump * slot_length * *s.price;
  }
  CHECK(electricity.in(kilowatt_hour) == doctest::Approx(t.electricity.in(kilowatt_hour)));
  CHECK(delivered.in(kilowatt_hour) == doctest::Approx(t.heat_delivered.in(kilowatt_hour)));
  CHECK(cost.in(us_dollar) == doctest::Approx(t.energy_cost.in(us_dollar)));
  CHECK(t.unpriced == energy{});
  auto ruled = duration{};
  for (const auto length : t.in_charge) ruled += length;
  CHECK(ruled == 3 * 24h);
  CHECK(t.heat_pump_starts > 0);
  REQUIRE(t.shortest_run);
  CHECK(*t.shortest_run >= 10min);
}

TEST_CASE("no control pays less than the bound of its own heat") {
  for (const auto who : {control::timer, control::thermostat})
    for (const auto* file : {"layouts/leaky-house.yaml", "layouts/tight-house.yaml"}) {
      auto plan = january(file, 4 * 24h);
      plan.control = who;
      const auto r = lived(plan);
      REQUIRE(r.bound);
      CHECK(*r.bound < r.totals.energy_cost);
      CHECK(*r.bound > 0.1 * r.totals.energy_cost);
    }
}

TEST_CASE("longer steps change little") {
  auto plan = january("layouts/leaky-house.yaml", 2 * 24h);
  plan.step = 10s;
  const auto fine = lived(plan).totals;
  plan.step = 60s;
  const auto coarse = lived(plan).totals;
  CHECK(coarse.electricity / fine.electricity == doctest::Approx(1).epsilon(0.05));
  CHECK(coarse.heat_delivered / fine.heat_delivered == doctest::Approx(1).epsilon(0.05));
}

TEST_CASE("a layout without a plant cannot be simulated, and says so") {
  auto plan = january("layouts/pi-bench.yaml", 24h);
  if (plan.house->plant) {
    auto bare = *plan.house;
    bare.plant.reset();
    plan.house = std::make_shared<const layout>(std::move(bare));
  }
  const auto s = season::begin(plan);
  REQUIRE_FALSE(s);
  CHECK(s.error().detail.find("'plant'") != std::string::npos);
}
