#include "drivers/simulated/stratified_store.hpp"

#include <doctest/doctest.h>

#include <random>

namespace hearth::simulated {
namespace {

using namespace std::chrono_literals;

constexpr auto step = seconds_real{10s};
constexpr auto basement = celsius(12);
constexpr auto stream = 3 * litre;

double in_joule(energy e) { return e.in(joule); }

TEST_CASE("charging a store warms its top first and its bottom last") {
  auto s = stratified_store{600 * litre, 6, celsius(40)};
  const auto heat = heat_capacity_j_per_k(stream) * 20 * joule;
  for (auto i = 0; i < 33; ++i) {  // one layer's worth of water
    s.exchange(stream, heat, {}, {});
    s.settle(step, basement);
  }
  CHECK(s.top() > celsius(50));
  CHECK(s.layer(1) > celsius(42));
  CHECK(s.bottom() < celsius(40.1));
  for (std::size_t i = 1; i < s.size(); ++i) CHECK(s.layer(i) < s.layer(i - 1));
}

TEST_CASE("discharging a store cools its bottom first and its top last") {
  auto s = stratified_store{600 * litre, 6, celsius(60)};
  const auto heat = heat_capacity_j_per_k(stream) * 20 * joule;
  for (auto i = 0; i < 33; ++i) {
    s.exchange({}, {}, stream, heat);
    s.settle(step, basement);
  }
  CHECK(s.bottom() < celsius(50));
  CHECK(s.top() > celsius(59.8));
  for (std::size_t i = 1; i < s.size(); ++i) CHECK(s.layer(i) < s.layer(i - 1));
}

TEST_CASE("cold water put on top of warm turns the store over") {
  auto s = stratified_store{600 * litre, 6, celsius(40)};
  s.exchange(stream, -heat_capacity_j_per_k(stream) * 10 * joule, {}, {});
  CHECK(s.top() < s.bottom());
  s.settle(step, basement);
  for (std::size_t i = 1; i < s.size(); ++i) CHECK(s.layer(i) <= s.layer(i - 1));
  CHECK(s.top() < celsius(40));
}

TEST_CASE("a store left alone loses half a percent of its excess heat per hour and stays layered") {
  auto s = stratified_store{600 * litre, 3, celsius(60)};
  s.exchange({}, {}, 100 * litre, heat_capacity_j_per_k(100 * litre) * 30 * joule);
  const auto above_basement = [&] {
    return in_joule(s.heat()) - heat_capacity_j_per_k(600 * litre) * basement.in_celsius();
  };
  const auto before = above_basement();
  auto lost = energy{};
  for (auto i = 0; i < 360; ++i) lost += s.settle(step, basement);
  CHECK(above_basement() / before == doctest::Approx(0.995).epsilon(1e-4));
  CHECK(in_joule(lost) == doctest::Approx(before - above_basement()).epsilon(1e-9));
  CHECK(s.top() - s.bottom() > 14 * kelvin);
  CHECK(s.top() - s.bottom() < 15 * kelvin);
}

TEST_CASE(
    "a store keeps its order and every joule under any mix of streams, however few its layers") {
  auto chance = std::mt19937_64{7};
  auto part = std::uniform_real_distribution<>{0, 0.5};
  for (const std::size_t layers : {1U, 2U, 9U}) {
    auto s = stratified_store{90 * litre, layers, celsius(50)};
    const auto start = s.heat();
    auto in = energy{};
    for (auto i = 0; i < 20'000; ++i) {
      const auto charged = part(chance) * s.layer_volume();
      const auto discharged = part(chance) * s.layer_volume();
      const auto heat = heat_capacity_j_per_k(charged) * (60 - s.bottom().in_celsius()) * joule;
      const auto given = heat_capacity_j_per_k(discharged) * (s.top().in_celsius() - 30) * joule;
      s.exchange(charged, heat, discharged, given);
      in += heat - given - s.settle(step, basement);
      for (std::size_t l = 1; l < layers; ++l) REQUIRE(s.layer(l) <= s.layer(l - 1));
      REQUIRE(s.top() < celsius(60.001));
      REQUIRE(s.bottom() > celsius(29.9));
    }
    CHECK(std::abs(in_joule(s.heat() - start - in)) < 1e-3);
  }
}

TEST_CASE(
    "tanks in series are charged one after the other, and cold lies under warm in each alone") {
  auto s = stratified_store{{{200 * litre, 2}, {400 * litre, 2}}, 0, celsius(40)};
  CHECK(s.size() == 4);
  CHECK(s.layer_volume().in(litre) == doctest::Approx(100));
  const auto heat = heat_capacity_j_per_k(stream) * 20 * joule;
  for (auto i = 0; i < 66; ++i) {  // the first tank's worth of water
    s.exchange(stream, heat, {}, {});
    s.settle(step, basement);
  }
  CHECK(s.layer(0) > celsius(57));
  CHECK(s.layer(1) > celsius(50));
  CHECK(s.layer(2) > celsius(42));
  CHECK(s.layer(3) < celsius(42));

  // A first tank that was cooled stays colder than the next: nothing rises from one to the other.
  auto cooled = stratified_store{{{200 * litre, 2}, {400 * litre, 2}}, 0, celsius(40)};
  cooled.exchange(stream, -20 * heat, {}, {});
  for (auto i = 0; i < 360; ++i) cooled.settle(step, basement);
  CHECK(cooled.layer(0) < cooled.layer(2) - 5 * kelvin);
  CHECK((cooled.layer(0) - cooled.layer(1)).in(kelvin) == doctest::Approx(0));
}

TEST_CASE("a jet that stirs blurs the layers") {
  const auto spread = [](double mixing) {
    auto s = stratified_store{{{600 * litre, 6}}, mixing, celsius(40)};
    for (auto i = 0; i < 33; ++i) {
      s.exchange(stream, heat_capacity_j_per_k(stream) * 20 * joule, {}, {});
      s.settle(step, basement);
    }
    return s.layer(0) - s.layer(1);
  };
  CHECK(spread(0.3) < spread(0) - 0.5 * kelvin);
  CHECK(spread(1) < spread(0.3));
}

TEST_CASE("each tank loses what its insulation lets through") {
  auto s = stratified_store{{{454 * litre, 3, 2.0}, {454 * litre, 3, 4.0}}, 0, celsius(62)};
  const auto lost = s.settle(step, basement);
  CHECK((lost / step).in(watt) == doctest::Approx(50 * 6).epsilon(1e-4));
}

TEST_CASE("tanks of unlike size keep every joule under any mix of streams, stirred or not") {
  auto chance = std::mt19937_64{11};
  auto part = std::uniform_real_distribution<>{0, 0.5};
  for (const auto mixing : {0.0, 0.4, 1.0}) {
    auto s = stratified_store{
        {{30 * litre, 1}, {90 * litre, 4}, {200 * litre, 3, 2.0}}, mixing, celsius(50)};
    const auto start = s.heat();
    auto in = energy{};
    for (auto i = 0; i < 20'000; ++i) {
      const auto charged = part(chance) * s.layer_volume();
      const auto discharged = part(chance) * s.layer_volume();
      const auto heat = heat_capacity_j_per_k(charged) * (60 - s.bottom().in_celsius()) * joule;
      const auto given = heat_capacity_j_per_k(discharged) * (s.top().in_celsius() - 30) * joule;
      s.exchange(charged, heat, discharged, given);
      in += heat - given - s.settle(step, basement);
      REQUIRE(s.top() < celsius(60.001));
      REQUIRE(s.bottom() > celsius(29.5));
    }
    CHECK(std::abs(in_joule(s.heat() - start - in)) < 1e-3);
  }
}

}  // namespace
}  // namespace hearth::simulated
