#include "drivers/simulated/plant.hpp"
#include "tests/support/simulated_layout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

namespace hearth::simulated {
namespace {

constexpr auto start = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 12}} + 5h;

std::shared_ptr<const series> steady(double outdoor_c) {
  return std::make_shared<series>(series{start, 1h, {outdoor_c, outdoor_c}});
}

std::shared_ptr<const series> january() {
  auto read = load_series(testing::source("layouts/samples/january-weather.csv"), weather_columns);
  REQUIRE(read.columns.size() == 1);
  return std::make_shared<series>(std::move(read.columns.front()));
}

plant house(std::shared_ptr<const series> weather, const layout& l = testing::simulated_layout()) {
  auto p = plant{*l.plant, *l.simulation, std::move(weather)};
  p.advance(start);
  for (std::size_t z = 0; z < p.zone_count(); ++z) p.call(z, false);
  return p;
}

void check_books(const plant& p) {
  const auto b = p.books();
  INFO("imbalance ", b.imbalance().in(joule), " J of ", b.throughput().in(joule), " J");
  CHECK(std::abs(b.imbalance() / b.throughput()) < 1e-9);
}

TEST_CASE("a starting heat pump draws ever more power for ten minutes before it gives any heat") {
  auto p = house(steady(-15));
  p.enable(true);
  auto last = power{};
  for (auto t = start + 1min; t <= start + 10min; t += 1min) {
    p.advance(t);
    CHECK(p.phase() == heat_pump_phase::warming_up);
    CHECK(p.heat_pump_power() > last);
    CHECK(p.store().top() <= celsius(45));
    CHECK(p.books().ambient_in == energy{});
    last = p.heat_pump_power();
  }
  p.advance(start + 20min);
  CHECK(p.phase() == heat_pump_phase::running);
  CHECK(p.store().top() > celsius(45.5));
  CHECK(p.leaving_water() > p.store().bottom() + 7 * kelvin);
  CHECK(p.books().ambient_in > energy{});
}

TEST_CASE("a defrost shows in the power once an hour, and takes heat from the store") {
  auto p = house(steady(0));
  p.enable(true);
  for (std::size_t z = 0; z < p.zone_count(); ++z) p.call(z, true);
  auto defrosts = 0;
  auto was_low = false;
  for (auto t = start + 15min; t < start + 6h; t += 1min) {
    const auto before = p.store().heat();
    p.advance(t);
    const auto low = p.heat_pump_power() < 2 * kilowatt;
    CHECK(low == (p.phase() == heat_pump_phase::defrosting));
    if (low && was_low) CHECK(p.store().heat() < before);
    defrosts += low && !was_low;
    was_low = low;
  }
  CHECK(defrosts == 5);

  auto dry = house(steady(-15));
  dry.enable(true);
  for (auto t = start + 15min; t < start + 3h; t += 1min) {
    dry.advance(t);
    CHECK(dry.phase() == heat_pump_phase::running);
  }
}

TEST_CASE("the same heat costs more electricity in colder air and for a hotter store") {
  const auto cop_over_an_hour = [](double outdoor_c, double store_c) {
    auto l = testing::simulated_layout();
    l.simulation->store_initial = celsius(store_c);
    auto p = house(steady(outdoor_c), l);
    p.enable(true);
    p.advance(start + 15min);
    const auto before = p.books();
    p.advance(start + 45min);
    const auto after = p.books();
    const auto electric = after.electric_in - before.electric_in;
    return (electric + after.ambient_in - before.ambient_in) / electric;
  };
  CHECK(cop_over_an_hour(-20, 40) < cop_over_an_hour(-12, 40) - 0.1);
  CHECK(cop_over_an_hour(-12, 60) < cop_over_an_hour(-12, 40) - 0.2);
}

TEST_CASE("a heat pump left enabled in an idle house stops itself before its water boils") {
  auto p = house(steady(5));
  p.enable(true);
  auto stopped = false;
  for (auto t = start; t < start + 48h; t += 1min) {
    p.advance(t);
    REQUIRE(p.leaving_water() <= celsius(81));
    REQUIRE(p.store().top() <= celsius(81));
    stopped |= p.phase() == heat_pump_phase::cut_out;
  }
  CHECK(stopped);
  CHECK(p.store().top() > celsius(70));
  check_books(p);
}

TEST_CASE("a heat pump whose circulator is held off does not run") {
  auto p = house(steady(-5));
  p.enable(true);
  p.pump(false);
  p.advance(start + 1h);
  CHECK(p.phase() == heat_pump_phase::off);
  CHECK(p.heat_pump_energy() == energy{});
  p.pump(true);
  p.advance(start + 2h);
  CHECK(p.phase() == heat_pump_phase::running);
}

TEST_CASE(
    "a zone that does not call cools toward outdoors on the exponential of its time constant") {
  auto l = testing::simulated_layout();
  l.simulation->zones[0].internal_gain = power{};
  l.simulation->zones[0].initial = celsius(21);
  l.simulation->loop.loss_w_per_k = 0;  // pipes would even the rooms out
  const auto outdoor = -10.0;
  auto p = house(steady(outdoor), l);
  const auto tau_h = 4000.0 / 60;
  for (auto h = 1; h <= 7 * 24; h += 13) {
    p.advance(start + std::chrono::hours{h});
    const auto expected = outdoor + (21 - outdoor) * std::exp(-h / tau_h);
    CHECK(p.room(0).in_celsius() == doctest::Approx(expected).epsilon(1e-9));
  }
  // With people in it, a room settles above outdoors by gain over conductance.
  for (auto h = 1; h <= 8; ++h) p.advance(start + std::chrono::weeks{h});
  CHECK(p.room(0).in_celsius() == doctest::Approx(outdoor));
  CHECK(p.room(1).in_celsius() == doctest::Approx(outdoor + 100.0 / 60));
}

TEST_CASE("a calling zone takes more from a hotter store, and a store too cold heats too little") {
  const auto warmed_k = [](double store_c) {
    auto l = testing::simulated_layout();
    l.simulation->store_initial = celsius(store_c);
    auto p = house(steady(-25), l);
    p.call(0, true);
    p.advance(start + 1h);
    check_books(p);
    return (p.room(0) - celsius(20)).in(kelvin);
  };
  CHECK(warmed_k(60) > 0.4);
  CHECK(warmed_k(45) > 0);
  CHECK(warmed_k(60) > 2 * warmed_k(45));
  CHECK(warmed_k(30) < 0);
}

TEST_CASE("charging warms the top of the store first; drawing from it cools the bottom first") {
  auto l = testing::simulated_layout();
  l.simulation->store_initial = celsius(50);
  auto charged = house(steady(-15), l);
  charged.enable(true);
  charged.advance(start + 20min);
  CHECK(charged.store().top() > celsius(51));
  CHECK(charged.store().bottom() < celsius(50));
  auto drawn = house(steady(-15), l);
  drawn.call(0, true);
  drawn.advance(start + 20min);
  CHECK(drawn.store().bottom() < celsius(48));
  CHECK(drawn.store().top() > celsius(49.8));
}

TEST_CASE("zones whose valve no relay drives keep their warmth by themselves") {
  const auto l = testing::simulated_layout();
  auto p = plant{*l.plant, *l.simulation, steady(-10)};
  p.advance(start);
  p.enable(true);
  for (auto t = start; t < start + 24h; t += 5min) p.advance(t);
  for (std::size_t z = 0; z < p.zone_count(); ++z)
    CHECK(p.room(z).in_celsius() == doctest::Approx(20).epsilon(0.005));
}

TEST_CASE("the books balance over a week of relays thrown at random") {
  auto p = house(january());
  auto chance = std::mt19937_64{2020};
  auto pause = std::uniform_int_distribution<>{1, 3'600'000};
  auto now = start;
  while (now < start + std::chrono::weeks{1}) {
    p.enable(chance() % 4 != 0);
    if (chance() % 8 == 0) p.pump(chance() % 4 != 0);
    p.call(chance() % p.zone_count(), chance() % 2 == 0);
    now += duration{pause(chance)};
    p.advance(now);
  }
  const auto b = p.books();
  CHECK(b.electric_in > 50 * kilowatt_hour);
  CHECK(b.ambient_in > 50 * kilowatt_hour);
  CHECK(b.gains_in.in(kilowatt_hour) ==
        doctest::Approx((0.3 * kilowatt * seconds_real{now - start}).in(kilowatt_hour))
            .epsilon(1e-4));  // the last step has not ended
  CHECK(b.lost_outdoors > 50 * kilowatt_hour);
  CHECK(b.lost_store > kilowatt_hour);
  check_books(p);
}

TEST_CASE("the books balance in absurd houses, at −60 °C, with all relays toggling each second") {
  auto absurd = testing::simulated_layout();
  absurd.plant->store->volume = 1 * litre;
  absurd.plant->store->layers.resize(50);
  absurd.simulation->zones[0].capacity_wh_per_k = 0;
  absurd.simulation->zones[1].conductance_w_per_k = 1e6;
  absurd.simulation->zones[1].emitter_w_per_k = 1e6;
  absurd.simulation->zones[2].conductance_w_per_k = 0;
  absurd.simulation->heat_pump_capacity = 1000 * kilowatt;
  auto no_store = testing::simulated_layout();
  no_store.plant->store.reset();
  for (const auto& l : {testing::simulated_layout(), absurd, no_store}) {
    auto p = house(steady(-60), l);
    auto on = false;
    const auto live = [&](int seconds, duration toggle_every) {
      for (auto t = start; t < start + std::chrono::seconds{seconds}; t += toggle_every) {
        on = !on;
        p.enable(on);
        p.pump(on);
        for (std::size_t z = 0; z < p.zone_count(); ++z) p.call(z, on || z == 0);
        p.advance(t);
      }
    };
    live(3600, 1s);
    live(5 * 3600, 25min);
    check_books(p);
    for (std::size_t i = 0; i < p.store().size(); ++i) {
      CHECK(p.store().layer(i) > celsius(-95));
      CHECK(p.store().layer(i) < celsius(100));
    }
  }
}

TEST_CASE(
    "a clock that leaps a year costs a week's work, and one that runs backwards costs nothing") {
  auto p = house(january());
  p.enable(true);
  const auto year = std::chrono::hours{24 * 365};
  p.advance(start + year);
  CHECK((p.house_energy() - p.heat_pump_energy()).in(watt_hour) ==
        doctest::Approx((400 * watt * seconds_real{leap_longest}).in(watt_hour)).epsilon(1e-9));
  check_books(p);
  const auto before = p.house_energy();
  p.advance(start);
  CHECK(p.house_energy() == before);
  p.advance(start + year + 1h);
  CHECK(p.house_energy() > before);
}

TEST_CASE("the house meter reads the base load and the heat pump's meter together") {
  auto p = house(steady(-15));
  p.enable(true);
  p.advance(start + 30min);
  CHECK(p.house_power() == p.heat_pump_power() + 400 * watt);
  CHECK(p.house_energy().in(watt_hour) ==
        doctest::Approx(p.heat_pump_energy().in(watt_hour) + 200));
}

TEST_CASE("a copy of a house lives the same life") {
  auto one = house(january());
  one.enable(true);
  auto other = one;
  for (auto t = start; t < start + 24h; t += 7min) {
    one.call(0, t.time_since_epoch().count() % 3 == 0);
    other.call(0, t.time_since_epoch().count() % 3 == 0);
    one.advance(t);
    other.advance(t);
  }
  CHECK(one.books().stored_change == other.books().stored_change);
  CHECK(one.heat_pump_energy() == other.heat_pump_energy());
  CHECK(one.store().top() == other.store().top());
}

TEST_CASE("a plain thermostat keeps every zone within 1 K of setpoint through the January week") {
  auto p = house(january());
  auto furthest = temperature_difference{};
  for (auto now = start; now < start + std::chrono::days{10}; now += 1min) {
    if (p.store().top() < celsius(48)) p.enable(true);
    if (p.store().bottom() > celsius(52)) p.enable(false);
    for (std::size_t z = 0; z < p.zone_count(); ++z) {
      const auto above = p.room(z) - celsius(20);
      if (above < -0.2 * kelvin) p.call(z, true);
      if (above > 0.2 * kelvin) p.call(z, false);
      furthest = std::max({furthest, above, -above});
    }
    p.advance(now);
  }
  const auto b = p.books();
  const auto mean_cop = (b.electric_in + b.ambient_in) / b.electric_in;
  CHECK(mean_cop > 1.6);
  CHECK(mean_cop < 2.5);
  CHECK(furthest < 1 * kelvin);
  check_books(p);
}

}  // namespace
}  // namespace hearth::simulated
