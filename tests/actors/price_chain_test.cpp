#include "actors/planner/price_chain.hpp"

#include "actors/planner/price_committee.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <vector>

using namespace hearth;

namespace {

const auto kinds =
    std::vector<chain_settings>{{},
                                {.levels = 2},
                                {.moods = 3},
                                {.levels = 15, .hour_weight = 0.5},
                                {.levels = 7, .moods = 4, .mood_memory = 0.85, .hour_weight = 1}};

energy_price usd(double per_mwh) { return per_mwh * usd_per_mwh; }

/// What is expected of the next hour, in USD/MWh, with this day-ahead price.
double expected_next(const price_chain& c, std::size_t hour, double day_ahead) {
  auto sum = 0.0;
  const auto now = c.now();
  const auto next = c.transitions(hour);
  for (std::size_t a = 0; a < c.states(); ++a)
    for (std::size_t b = 0; b < c.states(); ++b)
      sum += now[a] * next[a * c.states() + b] * (c.price(b, hour, usd(day_ahead)) / usd_per_mwh);
  return sum;
}

void check_sums_to_one(std::span<const double> parts) {
  auto sum = 0.0;
  for (const auto p : parts) {
    CHECK(p >= 0);
    sum += p;
  }
  CHECK(sum == doctest::Approx(1).epsilon(1e-9));
}

}  // namespace

TEST_CASE("whatever a chain has learned, it expects something, and one thing in all") {
  auto random = std::mt19937_64{3};
  for (const auto& settings : kinds) {
    auto c = price_chain{settings};
    for (auto i = 0; i < 300; ++i) {
      check_sums_to_one(c.now());
      for (const auto hour : {0UL, 13UL})
        for (std::size_t a = 0; a < c.states(); ++a)
          check_sums_to_one(c.transitions(hour).subspan(a * c.states(), c.states()));
      // Calm, then wild, then all the same.
      const auto spread = i < 100   ? std::normal_distribution{0.0, 5.0}(random)
                          : i < 200 ? std::cauchy_distribution{0.0, 50.0}(random)
                                    : 7.0;
      c.learn(static_cast<std::size_t>(i) % 24, usd(30), usd(30 + spread));
    }
  }
}

TEST_CASE("prices that are no numbers, or absurd, teach nothing") {
  auto c = price_chain{}, same = price_chain{};
  for (auto i = 0; i < 100; ++i) {
    c.learn(static_cast<std::size_t>(i) % 24, usd(20), usd(20 + i % 7));
    same.learn(static_cast<std::size_t>(i) % 24, usd(20), usd(20 + i % 7));
  }
  c.learn(4, usd(20), usd(std::numeric_limits<double>::quiet_NaN()));
  c.learn(4, usd(std::numeric_limits<double>::infinity()), usd(20));
  c.learn(4, usd(20), usd(1e300));
  CHECK(expected_next(c, 5, 20) == expected_next(same, 5, 20));
  CHECK(c.now() == same.now());
}

TEST_CASE("a spread that stays is expected to stay, and one that alternates to turn") {
  auto stays = price_chain{}, turns = price_chain{};
  for (std::size_t i = 0; i < 24 * 40; ++i) {
    stays.learn(i % 24, usd(30), usd(45));
    turns.learn(i % 24, usd(30), usd(i % 2 == 0 ? 10 : 50));
  }
  CHECK(expected_next(stays, 0, 30) == doctest::Approx(45).epsilon(0.03));
  CHECK(expected_next(stays, 0, 100) == doctest::Approx(115).epsilon(0.03));
  // The last was an odd hour: 50.
  CHECK(expected_next(turns, 0, 30) < 20);
}

TEST_CASE("what happens at an hour of the day is expected at that hour") {
  auto c = price_chain{};
  for (std::size_t i = 0; i < 24 * 200; ++i) c.learn(i % 24, usd(30), usd(i % 24 == 7 ? 42 : 30));
  const auto seven = c.price(4, 7, usd(30)) - c.price(4, 8, usd(30));
  CHECK(seven / usd_per_mwh == doctest::Approx(12).epsilon(0.25));
}

TEST_CASE("a committee learns as its members do") {
  auto all = price_committee{};
  REQUIRE(all.members().size() > 1);
  for (std::size_t i = 0; i < 24 * 40; ++i) all.learn(i % 24, usd(30), usd(45));
  for (const auto& member : all.members())
    CHECK(expected_next(member, 0, 30) == doctest::Approx(45).epsilon(0.05));
}
