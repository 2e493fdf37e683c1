#include "actors/leases.hpp"

#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace hearth;
using namespace hearth::testing;

namespace {

request admin_hold(const std::string& channel, measured value, duration lease = {}) {
  return {authority::admin, hold{channel, value}, lease, "test"};
}
request grid_shed(duration lease = {}) { return {authority::grid, shed{}, lease, "peak"}; }

struct fixture {
  leases held{shared(small_house())};
};

}  // namespace

TEST_CASE_FIXTURE(fixture,
                  "an admin's hold lasts five minutes unless asked otherwise, and ends by itself") {
  const auto answer = held.ask(admin_hold("hp.enable", switched(true)), "r1", noon);
  CHECK(answer.accepted);
  CHECK(answer.request_id == "r1");
  const auto lease = held.hold_on(at::enable, noon + 5min - 1ms);
  REQUIRE(lease);
  CHECK(lease->value == switched(true));
  CHECK(lease->request_id == "r1");
  CHECK_FALSE(held.hold_on(at::enable, noon + 5min));
}

TEST_CASE_FIXTURE(fixture, "every kind of lease ends by itself, of whatever length it is granted") {
  for (const auto length : {1ms, duration{30s}, duration{1h}, limits::admin_lease_longest}) {
    CAPTURE(to_text(length));
    REQUIRE(
        held.ask(admin_hold("valve.position", {0.5, unit::fraction}, length), "h", noon).accepted);
    REQUIRE(held.ask(grid_shed(length), "s", noon).accepted);
    CHECK(held.hold_on(at::valve, noon + length - 1ms));
    CHECK(held.grid().shedding(noon + length - 1ms));
    CHECK_FALSE(held.hold_on(at::valve, noon + length));
    CHECK_FALSE(held.grid().shedding(noon + length));
  }
}

TEST_CASE_FIXTURE(fixture, "the end of a lease is an event, once") {
  held.ask(admin_hold("hp.enable", switched(true), 10min), "h", noon);
  held.ask(grid_shed(10min), "s", noon);
  CHECK(held.expire(noon + 10min - 1ms).empty());
  const auto events = held.expire(noon + 10min);
  REQUIRE(events.size() == 2);
  CHECK(count_kind(events, "lease-ended") == 2);
  CHECK(events[0].subject == "hp.enable");
  CHECK(held.expire(noon + 11min).empty());
}

TEST_CASE("an admin request of a node is refused unless the layout allows it") {
  auto house = small_house();
  SUBCASE("link.remote_admin is false") { house.link->remote_admin = false; }
  SUBCASE("there is no link") { house.link.reset(); }
  auto held = leases{shared(house)};
  const auto answer = held.ask(admin_hold("hp.enable", switched(true)), "r1", noon);
  CHECK_FALSE(answer.accepted);
  CHECK(answer.reason.find("remote_admin") != std::string::npos);
  CHECK_FALSE(held.hold_on(at::enable, noon));
  CHECK_FALSE(held.ask({authority::admin, release{}, {}, ""}, "r2", noon).accepted);
  CHECK(held.ask(grid_shed(), "r3", noon).accepted);
}

TEST_CASE("somebody who stands in the house holds an actuator, whatever its node may") {
  auto house = small_house();
  SUBCASE("link.remote_admin is false") { house.link->remote_admin = false; }
  SUBCASE("there is no link") { house.link.reset(); }
  auto held = leases{shared(house)};
  CHECK(held.ask_on_site(admin_hold("hp.pump", switched(true)), "r1", noon).accepted);
  REQUIRE(held.hold_on(at::pump, noon));
  CHECK_FALSE(held.hold_on(at::pump, noon + 5min));
  CHECK_FALSE(held.ask_on_site(admin_hold("tank.top", switched(true)), "r2", noon).accepted);
  CHECK_FALSE(held.ask_on_site(grid_shed(), "r3", noon).accepted);
  CHECK_FALSE(held.ask({authority::admin, release{}, {}, ""}, "r4", noon).accepted);
  CHECK(held.hold_on(at::pump, noon));
  CHECK(held.ask_on_site({authority::admin, release{}, {}, ""}, "r5", noon).accepted);
  CHECK_FALSE(held.hold_on(at::pump, noon));
}

TEST_CASE_FIXTURE(fixture, "a request has the rank of admin or grid and no other") {
  for (const auto rank :
       {authority::safety, authority::contract, authority::policy, authority::local}) {
    CHECK_FALSE(held.ask({rank, hold{"hp.enable", switched(true)}, {}, ""}, "r", noon).accepted);
    CHECK_FALSE(held.ask({rank, shed{}, {}, ""}, "r", noon).accepted);
    CHECK_FALSE(held.ask({rank, release{}, {}, ""}, "r", noon).accepted);
  }
  CHECK_FALSE(
      held.ask({authority::grid, hold{"hp.enable", switched(true)}, {}, ""}, "r", noon).accepted);
  CHECK_FALSE(held.ask({authority::admin, shed{}, {}, ""}, "r", noon).accepted);
  CHECK_FALSE(held.hold_on(at::enable, noon));
  CHECK_FALSE(held.grid().shedding(noon));
}

TEST_CASE_FIXTURE(fixture,
                  "a hold that makes no sense is refused with the reason and holds nothing") {
  const auto refuse = [&](const request& wish, const char* why) {
    const auto answer = held.ask(wish, "r", noon);
    CHECK_FALSE(answer.accepted);
    CAPTURE(answer.reason);
    CHECK(answer.reason.find(why) != std::string::npos);
  };
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  refuse(admin_hold("hp.enabel", switched(true)), "no channel");
  refuse(admin_hold("tank.top", of(celsius(50))), "not commanded");
  refuse(admin_hold("hp.enable", of(1 * watt)), "counted in on/off");
  refuse(admin_hold("hp.enable", {0.5, unit::on_off}), "a switch");
  refuse(admin_hold("hp.enable", {nan, unit::on_off}), "not a number");
  refuse(admin_hold("valve.position", {nan, unit::fraction}), "not a number");
  refuse(admin_hold("valve.position", {1.01, unit::fraction}), "from 0 to 1");
  refuse(admin_hold("valve.position", {-0.01, unit::fraction}), "from 0 to 1");
  refuse(admin_hold("hp.enable", switched(true), 24h + 1s), "at most");
  refuse(admin_hold("hp.enable", switched(true), -1s), "at most");
  refuse(grid_shed(24h + 1s), "at most");
  for (std::uint16_t i = 0; i < 12; ++i) CHECK_FALSE(held.hold_on({i}, noon));
  CHECK(held.expire(noon + 48h).empty());
}

TEST_CASE_FIXTURE(fixture, "a newer request replaces the lease before it, shorter or longer") {
  held.ask(admin_hold("hp.enable", switched(true), 1h), "first", noon);
  held.ask(admin_hold("hp.enable", switched(false), 1min), "second", noon + 1s);
  const auto lease = held.hold_on(at::enable, noon + 2s);
  REQUIRE(lease);
  CHECK(lease->request_id == "second");
  CHECK(lease->value == switched(false));
  CHECK_FALSE(held.hold_on(at::enable, noon + 62s));
  CHECK(held.expire(noon + 2h).size() == 1);
}

TEST_CASE_FIXTURE(fixture, "a refused request leaves the lease before it alone") {
  held.ask(admin_hold("hp.enable", switched(true), 1h), "first", noon);
  held.ask(admin_hold("hp.enable", {2, unit::on_off}, 1h), "second", noon);
  CHECK(held.hold_on(at::enable, noon)->request_id == "first");
}

TEST_CASE_FIXTURE(fixture,
                  "a release ends the leases of its own rank at once and without an event") {
  held.ask(admin_hold("hp.enable", switched(true)), "h", noon);
  held.ask(admin_hold("hp.pump", switched(true)), "h", noon);
  held.ask(grid_shed(), "s", noon);
  CHECK(held.ask({authority::admin, release{}, {}, ""}, "r", noon).accepted);
  CHECK_FALSE(held.hold_on(at::enable, noon));
  CHECK_FALSE(held.hold_on(at::pump, noon));
  CHECK(held.grid().shedding(noon));
  CHECK(held.ask({authority::grid, release{}, {}, ""}, "r", noon).accepted);
  CHECK_FALSE(held.grid().shedding(noon));
  CHECK(held.expire(noon + 1h).empty());
}
