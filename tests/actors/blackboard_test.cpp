#include "actors/blackboard.hpp"

#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace hearth;
using namespace hearth::testing;

namespace {

struct fixture {
  std::shared_ptr<const layout> house = shared(small_house());
  blackboard board{house, noon};

  void hear(const reading& r, time_point now) { board.take({&r, 1}, now); }
  void hear(channel_id c, measured value, time_point at, time_point now) {
    hear({c, value, at}, now);
  }
  void hear(channel_id c, measured value, time_point now) { hear({c, value, now}, now); }
};

measured degrees(double c) { return of(celsius(c)); }

}  // namespace

TEST_CASE_FIXTURE(fixture, "a channel that never spoke is 'never' and holds no value") {
  const auto seen = board.freeze(noon + 1h);
  CHECK(seen.at == noon + 1h);
  CHECK(seen[at::top].quality == quality::never);
  CHECK_FALSE(seen[at::top].value);
  CHECK_FALSE(seen.good<temperature>(at::top));
}

TEST_CASE_FIXTURE(fixture,
                  "the newest reading of a channel wins and an older one is dropped and counted") {
  hear(at::top, degrees(50), noon + 10s, noon + 11s);
  hear(at::top, degrees(40), noon + 5s, noon + 12s);
  auto seen = board.freeze(noon + 12s);
  CHECK(seen.good<temperature>(at::top) == celsius(50));
  CHECK(seen[at::top].at == noon + 10s);
  CHECK(board.dropped() == 1);
  hear(at::top, degrees(51), noon + 20s);
  CHECK(board.freeze(noon + 20s).good<temperature>(at::top) == celsius(51));
}

TEST_CASE_FIXTURE(fixture, "two readings of one instant: the later word wins") {
  hear(at::enable, switched(true), noon + 1s);
  hear(at::enable, switched(false), noon + 1s);
  CHECK(board.freeze(noon + 1s).good<bool>(at::enable) == false);
  CHECK(board.dropped() == 0);
}

TEST_CASE_FIXTURE(fixture,
                  "a stale value keeps the time it was measured, however often it is frozen") {
  hear(at::top, degrees(50), noon);
  CHECK(board.freeze(noon + 30s)[at::top].quality == quality::good);
  CHECK(board.freeze(noon + 35s)[at::top].quality == quality::stale);
  const auto seen = board.freeze(noon + 1h);
  CHECK(seen[at::top].quality == quality::stale);
  CHECK(seen[at::top].at == noon);
  CHECK(seen[at::top].since == noon + 35s);
  CHECK(seen[at::top].value == degrees(50));
  CHECK_FALSE(seen.good<temperature>(at::top));
}

TEST_CASE_FIXTURE(
    fixture, "a late word that is too old already leaves a stale channel stale since when it was") {
  hear(at::top, degrees(50), noon);
  board.freeze(noon + 40s);
  hear(at::top, degrees(51), noon + 5s, noon + 60s);
  const auto seen = board.freeze(noon + 60s);
  CHECK(seen[at::top].quality == quality::stale);
  CHECK(seen[at::top].since == noon + 40s);
  CHECK(seen[at::top].at == noon + 5s);
}

TEST_CASE_FIXTURE(
    fixture,
    "a fault says its cause and since when, through every repeat, until the channel is back") {
  hear(at::top, degrees(50), noon);
  hear({at::top, failed(fault_code::timeout, "no answer"), noon + 10s}, noon + 10s);
  hear({at::top, failed(fault_code::timeout, "no answer"), noon + 20s}, noon + 20s);
  auto seen = board.freeze(noon + 5min);
  CHECK(seen[at::top].quality == quality::fault);
  CHECK(seen[at::top].since == noon + 10s);
  CHECK(seen[at::top].at == noon + 20s);
  REQUIRE_FALSE(seen[at::top].value);
  CHECK(seen[at::top].value.error().code == fault_code::timeout);
  hear(at::top, degrees(49), noon + 6min);
  seen = board.freeze(noon + 6min);
  CHECK(seen[at::top].quality == quality::good);
  CHECK(seen[at::top].since == noon + 6min);
}

TEST_CASE_FIXTURE(fixture, "what cannot be a reading of this house is dropped and counted") {
  hear(at::top, degrees(50), noon);
  SUBCASE("an unknown channel") { hear({9999}, degrees(1), noon + 1s); }
  SUBCASE("another unit") { hear(at::top, of(3 * watt), noon + 1s); }
  SUBCASE("not a number") {
    hear(at::top, degrees(std::numeric_limits<double>::quiet_NaN()), noon + 1s);
  }
  SUBCASE("infinite") {
    hear(at::top, degrees(std::numeric_limits<double>::infinity()), noon + 1s);
  }
  SUBCASE("from the future") { hear(at::top, degrees(1), noon + 31s + 1ms, noon + 1s); }
  SUBCASE("a fault from the future") {
    hear({at::top, failed(fault_code::io), noon + 31s + 1ms}, noon + 1s);
  }
  CHECK(board.dropped() == 1);
  CHECK(board.freeze(noon + 1s).good<temperature>(at::top) == celsius(50));
}

TEST_CASE_FIXTURE(fixture, "a reading within clock skew of the future is taken") {
  hear(at::top, degrees(50), noon + limits::clock_skew, noon);
  CHECK(board.dropped() == 0);
  CHECK(board.freeze(noon).good<temperature>(at::top) == celsius(50));
}
