#include "actors/house_clock.hpp"

#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

using ticks = house_clock::ticks;

/// The same instants as house time would have them.
time_point by_system_clock() {
  return std::chrono::floor<duration>(std::chrono::system_clock::now());
}

}  // namespace

TEST_CASE("a driven clock starts where it is told and moves only with its source") {
  auto source = ticks{} + 7s;
  const auto clock = house_clock::driven(noon, [&] { return source; });
  CHECK(clock.now() == noon);
  source += 90s;
  CHECK(clock.now() == noon + 90s);
  CHECK(clock.speed() == 1);
}

TEST_CASE("a part of a millisecond has not passed yet") {
  auto source = ticks{};
  const auto clock = house_clock::driven(noon, [&] { return source; });
  source += 1999us;
  CHECK(clock.now() == noon + 1ms);
}

TEST_CASE("a real clock shows the time of day and never runs backwards") {
  const auto before = by_system_clock();
  const auto clock = house_clock::real();
  const auto first = clock.now();
  const auto second = clock.now();
  CHECK(first >= before);
  CHECK(first <= second);
}

TEST_CASE("two programs given the same start, anchor and speed agree on house time") {
  const auto anchor = by_system_clock() - 10s;
  const auto scada = house_clock::warped(noon, anchor, 60);
  const auto node = house_clock::warped(noon, anchor, 60);
  // One question to the node between two to the house: no matter how long they take. The anchors
  // are rounded to a millisecond, which is 60 ms of house time.
  const auto before = scada.now();
  const auto between = node.now();
  const auto after = scada.now();
  CHECK(before >= noon + 10min);
  CHECK(between >= before - 120ms);
  CHECK(between <= after + 120ms);
}

TEST_CASE("waiting outside is shorter in a faster house, and never no wait at all") {
  const auto clock = house_clock::warped(noon, by_system_clock(), 60);
  CHECK(clock.outside(60s) == 1s);
  CHECK(clock.outside(1ms) == 1ms);
  CHECK(clock.outside(0ms) == 0ms);
  CHECK(clock.outside(-5s) == 0ms);
  CHECK(house_clock::real().outside(5s) == 5s);
}
