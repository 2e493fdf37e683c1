#include "actors/planner/outdoor_persistence.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numbers>
#include <random>

using namespace hearth;

namespace {

double of_the_day(std::size_t hour) {
  return 10 * std::sin(static_cast<double>(hour) * 2 * std::numbers::pi / 24);
}

}  // namespace

TEST_CASE("days that are alike go on alike") {
  auto w = outdoor_persistence{};
  for (std::size_t h = 0; h < 24 * 5; ++h) w.learn(celsius(of_the_day(h)));
  for (std::size_t h = 0; h < 60; ++h)
    CHECK(w.ahead(h).in_celsius() == doctest::Approx(of_the_day(119 + h)).epsilon(1e-6));
}

TEST_CASE("a colder hour is believed at once, and fades as it was seen to fade") {
  auto w = outdoor_persistence{};
  for (auto h = 0; h < 24 * 20; ++h) w.learn(celsius(5));
  w.learn(celsius(-3));
  CHECK(w.ahead(0).in_celsius() == doctest::Approx(-3));
  auto before = -3.0;
  for (std::size_t h = 1; h < 48; ++h) {
    CHECK(w.ahead(h).in_celsius() >= before - 0.9);
    CHECK(w.ahead(h).in_celsius() < 5);
    before = w.ahead(h).in_celsius();
  }
  CHECK(before > 0);
  auto fickle = outdoor_persistence{};
  for (auto h = 0; h < 24 * 40; ++h) fickle.learn(celsius(h % 5 == 0 ? 4 : -1));
  CHECK(fickle.fades_to() < 0.5);
  CHECK(w.fades_to() > 0.9);
}

TEST_CASE("on the first day it stays as it is") {
  auto w = outdoor_persistence{};
  w.learn(celsius(4));
  for (std::size_t h = 0; h < 23; ++h) CHECK(w.ahead(h).in_celsius() == doctest::Approx(4));
}

TEST_CASE("a temperature that is no number is the one that was expected") {
  auto w = outdoor_persistence{};
  w.learn(celsius(std::numeric_limits<double>::quiet_NaN()));
  CHECK(w.ahead(0).in_celsius() == 0);
  for (std::size_t h = 1; h < 24 * 5; ++h) w.learn(celsius(of_the_day(h)));
  const auto expected = w.ahead(1).in_celsius();
  w.learn(celsius(std::numeric_limits<double>::infinity()));
  CHECK(w.ahead(0).in_celsius() == expected);
}

TEST_CASE("how far it may be off grows with the hours, to as much as days differ") {
  auto w = outdoor_persistence{};
  auto random = std::mt19937_64{1};
  auto off = 0.0;
  for (std::size_t h = 0; h < 24 * 100; ++h) {
    off = 0.9 * off + std::normal_distribution{0.0, 1.0}(random);
    w.learn(celsius(of_the_day(h) + off));
  }
  CHECK(w.doubt(0).in(kelvin) == 0);
  CHECK(w.doubt(1).in(kelvin) == doctest::Approx(1).epsilon(0.15));
  for (std::size_t h = 1; h < 48; ++h) CHECK(w.doubt(h) >= w.doubt(h - 1));
  CHECK(w.doubt(48).in(kelvin) == doctest::Approx(1 / std::sqrt(1 - 0.81)).epsilon(0.25));
}
