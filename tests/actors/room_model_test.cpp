#include "actors/planner/room_model.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using namespace hearth;
using namespace std::chrono_literals;

/// Loses a twentieth of its excess in an hour, warms by 2 K in an hour of heat.
constexpr auto light = room_model{0, 0.05, 0, 2, {}};

std::vector<room_slot> hours(int count, double outdoor_c, std::optional<double> setpoint_c,
                             double heat = 1) {
  auto slots = std::vector<room_slot>{};
  for (auto i = 0; i < count; ++i) {
    auto setpoint = std::optional<temperature>{};
    if (setpoint_c) setpoint = celsius(*setpoint_c);
    slots.push_back({1h, static_cast<std::size_t>(i % 24), celsius(outdoor_c), setpoint, heat});
  }
  return slots;
}

double at(const std::vector<std::optional<temperature>>& expected, std::size_t slot) {
  REQUIRE(expected.at(slot));
  return expected[slot]->in_celsius();
}

}  // namespace

TEST_CASE("a room that is asked for less than it has cools towards outdoors") {
  const auto expected = expected_room(light, {celsius(20), celsius(20)}, hours(10, -10, 5));
  CHECK(at(expected, 0) == doctest::Approx(-10 + 30 * std::exp(-0.05)));
  CHECK(at(expected, 9) == doctest::Approx(-10 + 30 * std::exp(-0.5)));
}

TEST_CASE("a room comes to its setpoint as fast as it can, and stays there") {
  const auto expected = expected_room(light, {celsius(17), celsius(17)}, hours(8, 0, 20));
  // In its first hour it gains 2 K of heat and loses 0.83 K.
  CHECK(at(expected, 0) == doctest::Approx((17 - 40) * std::exp(-0.05) + 40));
  CHECK(at(expected, 1) < 20);
  for (std::size_t i = 3; i < 8; ++i) CHECK(at(expected, i) == doctest::Approx(20));
}

TEST_CASE(
    "where half of the heat is missing a room is half as far above where it would be without") {
  const auto from = room_warmth_state{celsius(20), celsius(20)};
  const auto none = at(expected_room(light, from, hours(1, -10, 20, 0)), 0);
  CHECK(none == doctest::Approx(-10 + 30 * std::exp(-0.05)));
  CHECK(at(expected_room(light, from, hours(1, -10, 20, 0.5)), 0) ==
        doctest::Approx((none + 20) / 2));
}

TEST_CASE("a room never cools by itself below what it gains, and a sunny hour warms it beyond") {
  auto sunny = light;
  sunny.free_k_per_h = 0.2;
  sunny.usual_k_per_h[3] = 3;
  const auto expected = expected_room(sunny, {celsius(20), celsius(20)}, hours(5, 16, 20));
  for (std::size_t i = 0; i < 3; ++i) CHECK(at(expected, i) == doctest::Approx(20));
  CHECK(at(expected, 3) > 22.5);
  CHECK(at(expected, 4) < at(expected, 3));
}

TEST_CASE("a warm structure keeps its room warm for a while") {
  auto heavy = light;
  heavy.coupling_per_h = 0.2;
  const auto warm = expected_room(heavy, {celsius(20), celsius(20)}, hours(24, 0, 5));
  const auto cold = expected_room(heavy, {celsius(20), celsius(14)}, hours(24, 0, 5));
  CHECK(at(warm, 0) - at(cold, 0) > 0.9);
  for (std::size_t i = 1; i < 24; ++i) CHECK(at(warm, i) > at(cold, i));
  CHECK(at(warm, 23) - at(cold, 23) < 4);
}

TEST_CASE("from the first slot on of which nobody knows what decides nothing is expected") {
  auto slots = hours(4, 0, 20);
  slots[2].setpoint.reset();
  const auto expected = expected_room(light, {celsius(20), celsius(20)}, slots);
  CHECK(expected[1]);
  CHECK_FALSE(expected[2]);
  CHECK_FALSE(expected[3]);
  CHECK(expected_room(light, {celsius(20), celsius(20)}, {}).empty());
}
