#include "drivers/simulated/heat_pump.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace hearth::simulated {
namespace {

using enum heat_pump_phase;

const auto machine = heat_pump_of({}, 9.7 * kilowatt);

heat_pump_surroundings around(double outdoor_c, double entering_c = 35, double leaving_c = 45) {
  return {true, celsius(outdoor_c), celsius(entering_c), celsius(leaving_c)};
}

TEST_CASE("COP falls with outdoor cold and with leaving water, and stays physical") {
  const auto& table = machine.performance;
  for (auto outdoor = -60; outdoor <= 60; ++outdoor)
    for (auto leaving = 0; leaving <= 110; ++leaving) {
      const auto here = table.cop(celsius(outdoor), celsius(leaving));
      CHECK(here <= table.cop(celsius(outdoor + 1), celsius(leaving)));
      CHECK(here >= table.cop(celsius(outdoor), celsius(leaving + 1)));
      CHECK(here >= 1);
      const auto lift = leaving - outdoor;
      // Beyond the ends of the table it stays as it is there, so only within can Carnot judge.
      if (lift > 0 && outdoor <= 20) CHECK(here < (leaving + 273.15) / lift);
    }
  for (auto outdoor = -30; outdoor < 20; ++outdoor)
    for (auto leaving = 35; leaving < 75; ++leaving) {
      const auto here = table.cop(celsius(outdoor), celsius(leaving));
      CHECK(here < table.cop(celsius(outdoor + 1), celsius(leaving)));
      CHECK(here > table.cop(celsius(outdoor), celsius(leaving + 1)));
    }
}

TEST_CASE("the default machine has the COP and capacity that were certified of a 12 kW monobloc") {
  const auto kw12 = performance{11.3 * kilowatt};  // at 0/45, as a machine of 12 kW at 7/35 has
  const auto is = [&](double outdoor, double water, double kw, double cop) {
    const auto found = kw12.at(celsius(outdoor), celsius(water));
    CHECK(found.capacity.in(kilowatt) == doctest::Approx(kw).epsilon(0.005));
    CHECK(found.cop == doctest::Approx(cop).epsilon(1e-12));
  };
  is(7, 35, 12.0, 4.80);
  is(7, 55, 12.0, 3.10);
  is(2, 35, 11.58, 3.30);
  is(2, 55, 11.41, 2.55);
  is(-7, 35, 10.75, 2.78);
  is(-22, 35, 7.70, 2.04);
  is(-22, 55, 6.84, 1.52);
  // Between the points, and beyond them.
  is(-4, 35, 10.75 + (11.58 - 10.75) / 3, 2.78 + (3.30 - 2.78) / 3);
  is(-60, 20, 5.80, 1.71);
}

TEST_CASE("capacity falls with outdoor cold and with leaving water from its nominal point") {
  const auto& table = machine.performance;
  CHECK(table.capacity(celsius(0), celsius(45)).in(kilowatt) == doctest::Approx(14));
  for (auto outdoor = -60; outdoor <= 60; ++outdoor)
    for (auto leaving = 0; leaving <= 110; ++leaving) {
      const auto here = table.capacity(celsius(outdoor), celsius(leaving));
      CHECK(here > power{});
      CHECK(here <= table.capacity(celsius(outdoor + 1), celsius(leaving)));
      CHECK(here >= table.capacity(celsius(outdoor), celsius(leaving + 1)));
    }
}

TEST_CASE("a table of one's own counts, in whatever order, even one of a single point") {
  using point = simulation_layout::performance_point;
  const auto own = performance{{point{celsius(7), celsius(55), 9 * kilowatt, 2.9},
                                point{celsius(-7), celsius(55), 6 * kilowatt, 1.9},
                                point{celsius(-7), celsius(35), 7 * kilowatt, 2.7},
                                point{celsius(7), celsius(35), 10 * kilowatt, 4.7}}};
  CHECK(own.cop(celsius(-7), celsius(35)) == 2.7);
  CHECK(own.cop(celsius(0), celsius(45)) == doctest::Approx((2.9 + 1.9 + 2.7 + 4.7) / 4));
  CHECK(own.capacity(celsius(40), celsius(90)) == 9 * kilowatt);
  const auto one = performance{{point{celsius(0), celsius(45), 8 * kilowatt, 2.5}}};
  CHECK(one.cop(celsius(-30), celsius(75)) == 2.5);
  auto s = simulation_layout{};
  s.heat_pump.table = {point{celsius(0), celsius(45), 8 * kilowatt, 2.5}};
  CHECK(heat_pump_of(s, 9 * kilowatt).nominal == 8 * kilowatt);
}

TEST_CASE(
    "a machine runs at the part it is told, never below its least, and never above its nameplate") {
  auto modest = machine;
  modest.modulation_min = 0.3;
  const auto at_work = heat_pump_machine{running, {}, {}};
  const auto heat = [&](const heat_pump_model& is, double part, double leaving_c = 45) {
    auto s = around(0, leaving_c - 10, leaving_c);
    s.part = part;
    const auto f = flows(at_work, is, s);
    CHECK((f.electric + f.from_air).in(watt) == doctest::Approx(f.to_water.in(watt)));
    return f.to_water.in(kilowatt);
  };
  CHECK(heat(modest, 1) == doctest::Approx(14));
  CHECK(heat(modest, 0.5) == doctest::Approx(7));
  CHECK(heat(modest, 0.1) == doctest::Approx(4.2));
  CHECK(heat(machine, 0.1) == doctest::Approx(14));
  // Near its hottest water it turns itself down; one that cannot runs on until it cuts out.
  CHECK(heat(modest, 1, 80) == doctest::Approx(0.3 / 1 * heat(modest, 1, 75)).epsilon(1e-9));
  CHECK(heat(machine, 1, 80) == heat(machine, 1, 75));
  auto thirsty = machine;
  thirsty.electric_max = 2 * kilowatt;
  CHECK(flows(at_work, thirsty, around(0)).electric.in(watt) == doctest::Approx(2000));
}

TEST_CASE(
    "a heat pump warms up, runs, defrosts in frosty air and ends when it is no longer wanted") {
  auto m = heat_pump_machine{};
  const auto pass = [&](seconds_real time, const heat_pump_surroundings& s) {
    for (; time > seconds_real{}; time -= seconds_real{10s})
      m = advance(m, machine, s, seconds_real{10s});
    return m.phase;
  };
  const auto frosty = around(-2);
  CHECK(pass(10min, {}) == off);
  CHECK(pass(10min, frosty) == warming_up);
  CHECK(pass(10s, frosty) == running);
  CHECK(pass(54min - 10s, frosty) == running);
  CHECK(pass(10s, frosty) == defrosting);
  CHECK(pass(6min - 10s, frosty) == defrosting);
  CHECK(pass(54min, frosty) == running);
  CHECK(pass(10s, frosty) == defrosting);
  auto unwanted = frosty;
  unwanted.wanted = false;
  CHECK(pass(10s, unwanted) == off);
  CHECK(pass(10s, frosty) == warming_up);
}

TEST_CASE("frost stays until it is melted, and forms in neither dry nor mild air") {
  auto m = heat_pump_machine{running, {}, machine.frost / 2};
  for (const auto outdoor : {-11.0, 6.0}) {
    for (auto i = 0; i < 1000; ++i) m = advance(m, machine, around(outdoor), seconds_real{10s});
    CHECK(m.phase == running);
    CHECK(m.frosted == machine.frost / 2);
  }
  m = advance(m, machine, {}, seconds_real{10s});
  CHECK(m.frosted == machine.frost / 2);
}

TEST_CASE("a heat pump stops itself above 80 °C and starts again, warming up, below 75 °C") {
  const auto step = seconds_real{10s};
  auto m = heat_pump_machine{running, {}, {}};
  m = advance(m, machine, around(0, 72, 80), step);
  CHECK(m.phase == running);
  m = advance(m, machine, around(0, 73, 81), step);
  CHECK(m.phase == cut_out);
  m = advance(m, machine, around(0, 70, 76), step);
  CHECK(m.phase == cut_out);
  m = advance(m, machine, around(0, 66, 74), step);
  CHECK(m.phase == warming_up);
  CHECK(advance({}, machine, around(0, 78, 86), step).phase == cut_out);
}

TEST_CASE("what goes into a heat pump comes out, in every phase and at any temperature") {
  for (const auto phase : {off, warming_up, running, defrosting, cut_out})
    for (const auto outdoor : {-60.0, -20.0, 0.0, 60.0})
      for (const auto entering : {5.0, 40.0, 80.0}) {
        const auto f = flows({phase, seconds_real{5min}, {}}, machine,
                             around(outdoor, entering, entering + 8));
        CHECK((f.electric + f.from_air).in(watt) ==
              doctest::Approx((f.to_water + f.to_outdoors).in(watt)).epsilon(1e-12));
        CHECK(f.electric >= power{});
        CHECK(f.electric <= machine.electric_max);
        CHECK(f.from_air >= power{});
        CHECK((f.to_water > power{}) == (phase == running));
        CHECK((f.to_water < power{}) == (phase == defrosting && entering > 15));
      }
}

}  // namespace
}  // namespace hearth::simulated
