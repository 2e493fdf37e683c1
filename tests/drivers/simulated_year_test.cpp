#include "drivers/registry.hpp"
#include "drivers/simulated/plant.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"
#include "tests/support/simulated_layout.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace hearth::simulated {
namespace {

constexpr auto new_year = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}};
constexpr auto year = std::chrono::hours{8784};

/// Northern Maine as two cosines: 5.5 °C on average, 14 K over the year and 4 K over the day.
std::shared_ptr<const series> maine_year() {
  auto w = series{new_year, 1h, {}};
  for (auto hour = 0; hour < 8784; ++hour)
    w.values.push_back(5.5 - 14 * std::cos(2 * std::numbers::pi * (hour / 24.0 - 15) / 366) -
                       4 * std::cos(2 * std::numbers::pi * (hour % 24 - 9) / 24.0));
  return std::make_shared<const series>(std::move(w));
}

std::shared_ptr<const series> steady(double outdoor_c) {
  return std::make_shared<const series>(series{new_year, 1h, {outdoor_c, outdoor_c}});
}

layout example(const std::string& name) {
  const auto parsed = load_layout(testing::source("layouts/" + name + ".yaml"), known_catalog());
  auto complaints = std::string{};
  for (const auto& d : parsed.diagnostics) complaints += to_text(d);
  REQUIRE_MESSAGE(parsed.layout.has_value(), complaints);
  return *parsed.layout;
}

/// Everything the model knows, in one house.
layout rich_house() {
  auto l = testing::simulated_layout();
  l.plant->store->layers.resize(9);
  auto& s = *l.simulation;
  s.store.tanks = 2;
  s.store.buffer = 200 * litre;
  s.store.layers_per_sensor = 2;
  s.store.mixing = 0.2;
  s.heat_pump.modulation_min = 0.3;
  s.loop.exposed_w_per_k = 1;
  s.away = simulation_layout::absence{8h, 17h};
  for (auto& z : s.zones) {
    z.structure_wh_per_k = 6000;
    z.emitter_exponent = 1.3;
    z.window_m2 = 5;
    z.occupants = 1;
  }
  s.zones[1].windows_face = simulation_layout::compass::west;
  return l;
}

plant house(const layout& l, std::shared_ptr<const series> weather,
            std::shared_ptr<const series> sun = {}) {
  auto p = plant{*l.plant, *l.simulation, std::move(weather), std::move(sun)};
  p.advance(new_year);
  return p;
}

void check_books(const plant& p, double tolerance = 1e-9) {
  const auto b = p.books();
  const auto per_mille = b.throughput().in(joule);
  CHECK(std::abs(b.imbalance().in(joule)) < tolerance * per_mille);
  for (const auto part : b.imbalances()) CHECK(std::abs(part.in(joule)) < tolerance * per_mille);
}

bool sane(const plant& p) {
  const auto fine = [](double c) { return c > -100 && c < 120; };
  auto all = fine(p.leaving_water().in_celsius()) && fine(p.loop_water().in_celsius()) &&
             p.heat_pump_power() >= power{} && std::isfinite(p.house_energy().in(joule));
  for (std::size_t i = 0; i < p.store().size(); ++i)
    all = all && fine(p.store().layer(i).in_celsius());
  for (std::size_t z = 0; z < p.zone_count(); ++z)
    all = all && fine(p.room(z).in_celsius()) && fine(p.structure(z).in_celsius());
  return all;
}

/// A plain thermostat on the store; the zones' own valves do the rest.
void keep_store(plant& p, double lowest_c) {
  if (p.layer(0) < celsius(lowest_c)) p.enable(true);
  if (p.layer(p.layer_count() - 1) > celsius(lowest_c + 4)) p.enable(false);
}

TEST_CASE("the books of every part balance over a virtual year of commands at random") {
  auto p = house(rich_house(), maine_year());
  auto chance = std::mt19937_64{4};
  auto pause = std::uniform_int_distribution<>{1, 3'600'000};
  for (auto now = new_year; now < new_year + year; now += duration{pause(chance)}) {
    p.advance(now);
    p.enable(chance() % 4 != 0);
    if (chance() % 8 == 0) p.pump(chance() % 4 != 0);
    if (chance() % 3 == 0) p.modulate(static_cast<double>(chance() % 101) / 100);
    p.call(chance() % p.zone_count(), chance() % 2 == 0);
    REQUIRE(sane(p));
  }
  p.advance(new_year + year);
  const auto b = p.books();
  MESSAGE("imbalance ", b.imbalance() / b.throughput(), " of ", b.throughput().in(kilowatt_hour),
          " kWh");
  CHECK(b.electric_in > 1000 * kilowatt_hour);
  CHECK(b.solar_in > 1000 * kilowatt_hour);
  CHECK(b.lost_pipes > 10 * kilowatt_hour);
  CHECK(b.emitted > 1000 * kilowatt_hour);
  check_books(p);
}

TEST_CASE("no weather from -60 to 60 °C, no house and no commands make a temperature absurd") {
  for (auto seed = 1U; seed <= 40; ++seed) {
    auto chance = std::mt19937_64{seed};
    const auto between = [&](double low, double high) {
      return low + (high - low) * static_cast<double>(chance() % 10'001) / 10'000;
    };
    auto l = rich_house();
    auto& s = *l.simulation;
    l.plant->store->volume = std::pow(10, between(0, 4.5)) * litre;
    l.plant->store->layers.resize(1 + chance() % 40);
    s.store.tanks = static_cast<int>(1 + chance() % 6);
    if (chance() % 2) s.store.buffer = between(10, 3000) * litre;
    s.store.layers_per_sensor = static_cast<int>(1 + chance() % 8);
    s.store.mixing = between(0, 1);
    s.store_initial = celsius(between(1, 95));
    s.heat_pump_capacity = std::pow(10, between(2, 6)) * watt;
    s.heat_pump.modulation_min = between(0.05, 1);
    s.loop.volume = std::pow(10, between(0, 4)) * litre;
    s.loop.exposed_w_per_k = between(0, 1000);
    s.latitude = between(-90, 90);
    for (auto& z : s.zones) {
      z.conductance_w_per_k = std::pow(10, between(1, 4));  // less, and people boil
      z.capacity_wh_per_k = std::pow(10, between(0, 6));
      z.structure_wh_per_k = chance() % 3 ? std::pow(10, between(0, 6)) : 0;
      z.structure_w_per_k = std::pow(10, between(0, 5));
      z.structure_loss = between(0, 1);
      z.emitter_w_per_k = std::pow(10, between(0, 4));
      z.emitter_exponent = between(1, 1.6);
      if (chance() % 2) z.flow_l_per_min = std::pow(10, between(-1, 3));
      z.window_m2 = 0;  // a greenhouse without losses boils, as it would
    }
    auto weather = series{new_year, 17min, {}};
    for (auto i = 0; i < 200; ++i) weather.values.push_back(between(-60, 60));
    auto p = house(l, std::make_shared<const series>(std::move(weather)));
    const auto hectic = chance() % 2 == 0;
    for (auto now = new_year; now < new_year + 36h;
         now += duration{hectic ? 1 + chance() % 30'000 : 1 + chance() % 7'200'000}) {
      p.advance(now);
      p.enable(chance() % 3 != 0);
      if (chance() % 5 == 0) p.pump(chance() % 3 != 0);
      p.modulate(between(-1, 2));
      p.call(chance() % p.zone_count(), chance() % 2 == 0);
      REQUIRE_MESSAGE(sane(p), "seed ", seed, " after ", to_text(now - new_year));
    }
    check_books(p);
  }
}

TEST_CASE("what happens depends on when relays move, not on how often somebody looks") {
  auto seldom = house(rich_house(), maine_year());
  auto often = seldom;
  auto chance = std::mt19937_64{9};
  auto now = new_year;
  for (auto i = 0; i < 200; ++i) {
    const auto next = now + duration{1 + chance() % 1'800'000};
    for (auto t = now; t < next; t += duration{1 + chance() % 4000}) often.advance(t);
    seldom.advance(next);
    often.advance(next);
    const auto on = chance() % 2 == 0;
    for (auto* p : {&seldom, &often}) {
      p->enable(on);
      p->call(0, !on);
    }
    now = next;
  }
  CHECK(seldom.heat_pump_energy() == often.heat_pump_energy());
  CHECK(seldom.books().stored_change == often.books().stored_change);
  CHECK(seldom.loop_water() == often.loop_water());
}

TEST_CASE("a modulating heat pump holds its water where an on-off one must cut out") {
  const auto runs_for = [](double least) {
    auto l = testing::simulated_layout();
    l.simulation->store_initial = celsius(70);
    l.simulation->heat_pump.modulation_min = least;
    auto p = house(l, steady(7));
    p.enable(true);
    auto now = new_year;
    while (p.phase() != heat_pump_phase::cut_out && now < new_year + 48h) p.advance(now += 1min);
    return now - new_year;
  };
  CHECK(runs_for(0.2) > runs_for(1) + 10min);
  auto l = testing::simulated_layout();
  l.simulation->heat_pump.modulation_min = 0.3;
  auto p = house(l, steady(-12));
  p.enable(true);
  p.advance(new_year + 20min);
  const auto full = p.heat_pump_power();
  p.modulate(0.5);
  p.advance(new_year + 21min);
  CHECK(p.heat_pump_power() / full == doctest::Approx(0.5).epsilon(0.05));
}

TEST_CASE("still water in exposed pipes freezes long before the rooms do; flowing water does not") {
  auto l = testing::simulated_layout();
  l.simulation->loop.exposed_w_per_k = 6;
  auto p = house(l, steady(-25));
  for (std::size_t z = 0; z < p.zone_count(); ++z) p.call(z, false);
  p.advance(new_year + 12h);
  CHECK(p.loop_water() < celsius(0));
  CHECK(p.room(0) > celsius(10));
  p.call(0, true);
  p.advance(new_year + 12h + 10min);
  CHECK(p.loop_water() > celsius(15));
  check_books(p);
}

TEST_CASE("the sun of the weather file counts where it has one, and people only while at home") {
  auto l = rich_house();
  const auto gained = [&](std::shared_ptr<const series> sun) {
    auto p = house(l, steady(0), std::move(sun));
    p.advance(new_year + 7 * 24h);
    check_books(p);
    return p.books();
  };
  const auto dark = std::make_shared<const series>(series{new_year, 1h, {0, 0}});
  const auto dull = std::make_shared<const series>(series{new_year, 1h, {60, 60}});
  CHECK(gained(dark).solar_in == energy{});
  CHECK(gained(dull).solar_in > energy{});
  CHECK(gained(dull).solar_in < gained({}).solar_in);
  // Five of seven days from 8 to 17 nobody is there; the week begins at 19 h local standard time.
  const auto home_h = 7 * 24 - 5 * 9;
  CHECK(gained(dark).gains_in.in(kilowatt_hour) ==
        doctest::Approx(3 * (0.1 * 168 + 0.075 * home_h)).epsilon(0.002));
}

/// Heat that the rooms of a house need per time at -25 °C without people and sun.
power design_load(layout l, double store_c) {
  l.simulation->clearness = 0;
  l.simulation->store_initial = celsius(store_c);
  for (auto& z : l.simulation->zones) {
    z.internal_gain = {};
    z.occupants = 0;
    z.initial = celsius(20);
  }
  auto p = house(l, steady(-25));
  const auto keep = [&](time_point from, time_point to) {
    for (auto now = from; now < to; now += 1min) {
      keep_store(p, store_c);
      p.advance(now);
    }
  };
  keep(new_year, new_year + 12 * 24h);
  const auto before = p.books().emitted;
  keep(new_year + 12 * 24h, new_year + 14 * 24h);
  for (std::size_t z = 0; z < p.zone_count(); ++z)
    CHECK(p.room(z).in_celsius() == doctest::Approx(20).epsilon(0.02));
  return (p.books().emitted - before) / seconds_real{48h};
}

/// Heat delivered to its rooms in a year as it is lived in.
energy yearly_load(const layout& l) {
  auto p = house(l, maine_year());
  for (auto now = new_year; now < new_year + year; now += 1min) {
    keep_store(p, l.plant->store->min_top.in_celsius());
    p.advance(now);
  }
  check_books(p);
  return p.books().emitted;
}

TEST_CASE("the leaky house needs 9.5 kW at -25 °C and its heat pump can give it") {
  const auto l = example("leaky-house");
  CHECK(design_load(l, 55).in(kilowatt) == doctest::Approx(9.5).epsilon(0.02));
  const auto heat_pump = heat_pump_of(*l.simulation, l.plant->heat_pump.max_power);
  CHECK(heat_pump.performance.capacity(celsius(-25), celsius(60)) >= 10.4 * kilowatt);
  CHECK(yearly_load(l).in(kilowatt_hour) == doctest::Approx(20'300).epsilon(0.02));
}

TEST_CASE("the tight house needs 3.6 kW at -25 °C and its heat pump can give it") {
  const auto l = example("tight-house");
  CHECK(design_load(l, 40).in(kilowatt) == doctest::Approx(3.6).epsilon(0.02));
  const auto heat_pump = heat_pump_of(*l.simulation, l.plant->heat_pump.max_power);
  CHECK(heat_pump.performance.capacity(celsius(-25), celsius(45)) >= 3.6 * kilowatt);
  CHECK(yearly_load(l).in(kilowatt_hour) == doctest::Approx(4500).epsilon(0.02));
}

TEST_CASE("the leaky house has a small store and the tight one a large one, tank by tank") {
  const auto leaky = example("leaky-house");
  const auto tight = example("tight-house");
  CHECK(tight.plant->store->volume > 3 * leaky.plant->store->volume);
  const auto p = house(tight, steady(0));
  CHECK(p.layer_count() == 12);
  CHECK(p.store().layer_volume().in(litre) == doctest::Approx(227.0 / 3));
  CHECK(house(leaky, steady(0)).store().size() == 6);
}

}  // namespace
}  // namespace hearth::simulated
