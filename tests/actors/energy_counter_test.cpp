#include "actors/energy_counter.hpp"

#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

TEST_CASE("each reading holds until the next") {
  auto meter = energy_counter{};
  meter.advance(6 * kilowatt, noon);
  CHECK(meter.metered() == energy{});
  meter.advance(3 * kilowatt, noon + 10min);
  CHECK(meter.metered().in(kilowatt_hour) == doctest::Approx(1));
  meter.advance(3 * kilowatt, noon + 30min);
  CHECK(meter.metered().in(kilowatt_hour) == doctest::Approx(2));
  CHECK(meter.unmeasured() == 0s);
}

TEST_CASE("time without a good reading is counted as unmeasured and adds no energy") {
  auto meter = energy_counter{};
  meter.advance(6 * kilowatt, noon);
  meter.advance({}, noon + 10min);
  meter.advance(6 * kilowatt, noon + 25min);
  meter.advance(6 * kilowatt, noon + 35min);
  CHECK(meter.metered().in(kilowatt_hour) == doctest::Approx(2));
  CHECK(meter.unmeasured() == 15min);
}

TEST_CASE("the same instant twice counts once, and the later word holds") {
  auto meter = energy_counter{};
  meter.advance({}, noon);
  meter.advance(6 * kilowatt, noon);
  meter.advance(6 * kilowatt, noon - 1min);
  meter.advance(6 * kilowatt, noon + 10min);
  CHECK(meter.metered().in(kilowatt_hour) == doctest::Approx(1));
  CHECK(meter.unmeasured() == 0s);
}
