#include "drivers/simulated/heat_pump.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace hearth::simulated {
namespace {

using enum heat_pump_phase;

constexpr auto capacity_nominal = 14 * kilowatt;
constexpr auto electric_max = 9.7 * kilowatt;

heat_pump_surroundings around(double outdoor_c, double entering_c = 35, double leaving_c = 45) {
  return {true, celsius(outdoor_c), celsius(entering_c), celsius(leaving_c)};
}

TEST_CASE("COP falls with outdoor cold and with leaving water, and stays physical") {
  for (auto outdoor = -60; outdoor <= 40; ++outdoor)
    for (auto leaving = 15; leaving <= 90; ++leaving) {
      const auto here = cop(celsius(outdoor), celsius(leaving));
      CHECK(here <= cop(celsius(outdoor + 1), celsius(leaving)));
      CHECK(here >= cop(celsius(outdoor), celsius(leaving + 1)));
      CHECK(here >= 1);
      const auto lift = leaving - outdoor;
      if (lift > 0) CHECK(here < (leaving + 273.15) / lift);
    }
  for (auto outdoor = -30; outdoor <= 15; ++outdoor)
    for (auto leaving = 25; leaving < 75; ++leaving) {
      const auto here = cop(celsius(outdoor), celsius(leaving));
      CHECK(here > 1);
      CHECK(here < cop(celsius(outdoor + 1), celsius(leaving)));
      CHECK(here > cop(celsius(outdoor), celsius(leaving + 1)));
    }
}

TEST_CASE("COP is what cold-climate machines reach") {
  CHECK(cop(celsius(0), celsius(45)) == doctest::Approx(2.5).epsilon(0.05));
  CHECK(cop(celsius(10), celsius(70)) == doctest::Approx(2.2).epsilon(0.05));
  CHECK(cop(celsius(-20), celsius(70)) == doctest::Approx(1.5).epsilon(0.05));
}

TEST_CASE("capacity falls with outdoor cold and with leaving water from its nominal point") {
  CHECK(capacity(capacity_nominal, celsius(0), celsius(45)) == capacity_nominal);
  for (auto outdoor = -60; outdoor <= 40; ++outdoor)
    for (auto leaving = 15; leaving <= 90; ++leaving) {
      const auto here = capacity(capacity_nominal, celsius(outdoor), celsius(leaving));
      CHECK(here > power{});
      CHECK(here <= capacity(capacity_nominal, celsius(outdoor + 1), celsius(leaving)));
      CHECK(here >= capacity(capacity_nominal, celsius(outdoor), celsius(leaving + 1)));
    }
}

TEST_CASE(
    "a heat pump warms up, runs, defrosts in frosty air and ends when it is no longer wanted") {
  auto m = heat_pump_machine{};
  const auto pass = [&](seconds_real time, const heat_pump_surroundings& s) {
    for (; time > seconds_real{}; time -= seconds_real{10s}) m = advance(m, s, seconds_real{10s});
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
  auto m = heat_pump_machine{running, {}, frost_time / 2};
  for (const auto outdoor : {-11.0, 6.0}) {
    for (auto i = 0; i < 1000; ++i) m = advance(m, around(outdoor), seconds_real{10s});
    CHECK(m.phase == running);
    CHECK(m.frosted == frost_time / 2);
  }
  m = advance(m, {}, seconds_real{10s});
  CHECK(m.frosted == frost_time / 2);
}

TEST_CASE("a heat pump stops itself above 80 °C and starts again, warming up, below 75 °C") {
  const auto step = seconds_real{10s};
  auto m = heat_pump_machine{running, {}, {}};
  m = advance(m, around(0, 72, 80), step);
  CHECK(m.phase == running);
  m = advance(m, around(0, 73, 81), step);
  CHECK(m.phase == cut_out);
  m = advance(m, around(0, 70, 76), step);
  CHECK(m.phase == cut_out);
  m = advance(m, around(0, 66, 74), step);
  CHECK(m.phase == warming_up);
  CHECK(advance({}, around(0, 78, 86), step).phase == cut_out);
}

TEST_CASE("what goes into a heat pump comes out, in every phase and at any temperature") {
  for (const auto phase : {off, warming_up, running, defrosting, cut_out})
    for (const auto outdoor : {-60.0, -20.0, 0.0, 40.0})
      for (const auto entering : {5.0, 40.0, 80.0}) {
        const auto f =
            flows({phase, seconds_real{5min}, {}}, around(outdoor, entering, entering + 8),
                  capacity_nominal, electric_max);
        CHECK((f.electric + f.from_air).in(watt) ==
              doctest::Approx((f.to_water + f.to_outdoors).in(watt)).epsilon(1e-12));
        CHECK(f.electric >= power{});
        CHECK(f.electric <= electric_max);
        CHECK(f.from_air >= power{});
        CHECK((f.to_water > power{}) == (phase == running));
        CHECK((f.to_water < power{}) == (phase == defrosting && entering > 15));
      }
}

}  // namespace
}  // namespace hearth::simulated
