#include "actors/restarts.hpp"

#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Dies at once whenever it is started; the plan of its n-th death.
struct hopeless {
  restarts history;
  time_point now = noon;
  restarts::plan die() {
    const auto plan = history.died(now, 0);
    now += plan.delay;
    return plan;
  }
};

}  // namespace

TEST_CASE("restarts wait half a second, then twice as long each time") {
  auto actor = hopeless{};
  for (const auto expected : {500ms, 1000ms, 2000ms, 4000ms, 8000ms}) {
    const auto plan = actor.die();
    CHECK(plan.delay == expected);
    CHECK_FALSE(plan.failed);
  }
  CHECK(actor.history.count() == 5);
}

TEST_CASE(
    "the sixth death within a minute is reported once, and from then on it is retried every "
    "minute") {
  auto actor = hopeless{};
  for (auto i = 0; i < 5; ++i) actor.die();
  const auto sixth = actor.die();
  CHECK(sixth.failed);
  CHECK(sixth.newly_failed);
  CHECK(sixth.delay == 60s);
  CHECK(actor.history.failed());
  for (auto i = 0; i < 20; ++i) {
    const auto later = actor.die();
    CHECK(later.failed);
    CHECK_FALSE(later.newly_failed);
    CHECK(later.delay == 60s);
  }
}

TEST_CASE("the back-off of an actor that dies slowly grows to a minute and no further") {
  auto history = restarts{};
  auto now = noon;
  auto longest = duration{};
  for (auto i = 0; i < 30; ++i) {
    const auto plan = history.died(now, 0);
    CHECK_FALSE(plan.failed);
    longest = std::max(longest, plan.delay);
    now += plan.delay + 20s;
  }
  CHECK(longest == 60s);
}

TEST_CASE("a delay is spread by a fifth either way, whatever the jitter is") {
  CHECK(restarts{}.died(noon, 1).delay == 600ms);
  CHECK(restarts{}.died(noon, -1).delay == 400ms);
  CHECK(restarts{}.died(noon, 50).delay == 600ms);
  CHECK(restarts{}.died(noon, -50).delay == 400ms);
}

TEST_CASE("a minute up without a death and the count starts again") {
  auto actor = hopeless{};
  for (auto i = 0; i < 6; ++i) actor.die();
  REQUIRE(actor.history.failed());
  SUBCASE("a minute after its restart") {
    actor.now += 60s;
    const auto plan = actor.die();
    CHECK_FALSE(plan.failed);
    CHECK(plan.delay == 500ms);
    CHECK_FALSE(actor.history.failed());
  }
  SUBCASE("but not a moment earlier: the wait for the restart is not time up") {
    actor.now += 60s - 1ms;
    CHECK(actor.die().failed);
  }
}

TEST_CASE("an actor that failed, recovered and fails again is reported again") {
  auto actor = hopeless{};
  for (auto i = 0; i < 6; ++i) actor.die();
  actor.now += 1h;
  auto reports = 0;
  for (auto i = 0; i < 12; ++i) reports += actor.die().newly_failed ? 1 : 0;
  CHECK(reports == 1);
}
