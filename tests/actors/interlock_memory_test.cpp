// What the interlock remembers of orders and readings, and when it believes which.
#include "tests/actors/guarded_house.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

using enum interlock_rule;
using fixture = guarded_house;
using running = running_compressor;

}  // namespace

TEST_CASE("minimum off counts from the start of the program, which knows nothing of before") {
  const auto house = shared(small_house());
  auto lock = interlock{house, noon};
  auto seen = pumping(*house);
  lock.observe(seen.now());
  CHECK(lock.check(want(at::enable, true, noon), seen.now()).rule == minimum_off);
  seen.pass(5min);
  lock.observe(seen.now());
  CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == none);
}

TEST_CASE("minimum times count from the order, before any read-back has shown it") {
  const auto house = shared(small_house());
  auto lock = interlock{house, noon - 1h};
  auto seen = pumping(*house);
  lock.observe(seen.now());
  lock.commanded(want(at::enable, true, noon));
  const auto stop = want(at::enable, false, noon + 2s);
  seen.pass(2s);
  CHECK(lock.check(stop, seen.now()).rule == minimum_on);
  CHECK(lock.check(want(at::pump, false, seen.time()), seen.now()).allowed->value ==
        switched(true));
  SUBCASE("the read-back confirms it, and the minimum runs from there") {
    seen.pass(3s).on(at::enable);
    lock.observe(seen.now());
    seen.pass(10min - 1s);
    lock.observe(seen.now());
    CHECK(lock.check(want(at::enable, false, seen.time()), seen.now()).rule == minimum_on);
  }
  SUBCASE("a relay that does not obey is believed in the end") {
    seen.pass(limits::command_life);
    lock.observe(seen.now());
    CHECK(lock.check(want(at::enable, false, seen.time()), seen.now()).rule == none);
  }
  SUBCASE("an order taken back unseen may have started the compressor: it rests") {
    seen.degrees(at::top, 80);
    lock.observe(seen.now());
    lock.commanded(*lock.check(want(at::enable, true, seen.time()), seen.now()).allowed);
    seen.pass(10s).degrees(at::top, 50);
    lock.observe(seen.now());
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == minimum_off);
  }
}

TEST_CASE("a stop that was ordered and not yet seen is followed by its rest") {
  auto [house, lock, seen] = running{};
  lock.commanded(want(at::enable, false, seen.time()));
  CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == minimum_off);
}

TEST_CASE(
    "a stop ordered the moment the compressor was first seen to run is followed by its rest") {
  const auto house = shared(small_house());
  auto lock = interlock{house, noon - 1h};
  auto seen = pumping(*house);
  lock.observe(seen.now());
  lock.commanded(want(at::enable, true, seen.time()));
  seen.pass(2min).on(at::enable).lose_store();
  lock.observe(seen.now());
  const auto stop = lock.check(want(at::enable, false, seen.time()), seen.now());
  REQUIRE(stop.allowed);
  lock.commanded(*stop.allowed);
  seen.pass(1min).degrees(at::top, 50).lose(at::enable);
  lock.observe(seen.now());
  CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == minimum_off);
}

TEST_CASE("a stop ordered out of sight may have been carried out when it comes into sight again") {
  auto [house, lock, seen] = running{};
  seen.lose(at::enable);
  lock.observe(seen.now());
  lock.commanded(want(at::enable, false, seen.time()));
  seen.pass(2 * house->pace.command_life()).lose(at::enable);
  lock.observe(seen.now());
  // The first answer of a bus that was silent may be one to an earlier question.
  seen.pass(1s).on(at::enable);
  lock.observe(seen.now());
  CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == minimum_off);
  seen.pass(house->pace.command_life());
  lock.observe(seen.now());
  CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == none);
}

TEST_CASE(
    "a compressor whose command nobody renewed has stopped, a moment ago for all that is known") {
  auto [house, lock, seen] = running{};
  lock.commanded(want(at::enable, true, seen.time()));
  const auto longer = house->pace.command_life() + 1s;
  SUBCASE("it rests") {
    // Whoever makes the snapshots was dead, and has not been told anything yet.
    seen.pass(longer).lose(at::enable);
    lock.observe(seen.now());
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == minimum_off);
    seen.pass(house->plant->heat_pump.min_off);
    lock.observe(seen.now());
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == none);
  }
  SUBCASE("seen to run nevertheless, it goes on") {
    seen.pass(longer).on(at::enable);
    lock.observe(seen.now());
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == none);
  }
  SUBCASE("with its command renewed it may be out of sight for long") {
    for (auto n = 0; n < 20; ++n) {
      seen.pass(house->pace.command_life() / 3).lose(at::enable);
      lock.observe(seen.now());
      const auto again = lock.check(want(at::enable, true, seen.time()), seen.now());
      CHECK(again.rule == none);
      lock.commanded(*again.allowed);
    }
  }
}

TEST_CASE("a stop that was ordered and never seen is believed until something else is seen") {
  auto [house, lock, seen] = running{};
  lock.commanded(want(at::enable, false, seen.time()));
  // Longer than a command lives, and nothing can be read.
  seen.pass(house->pace.command_life() + 1s).lose(at::enable);
  lock.observe(seen.now());
  CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == minimum_off);
  seen.pass(house->plant->heat_pump.min_off);
  lock.observe(seen.now());
  CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == none);
}

TEST_CASE_FIXTURE(fixture, "a lost read-back keeps what was seen last: running is not forgotten") {
  house_image.pass(1min).on(at::enable);
  ask(at::enable, true);
  house_image.pass(1min).lose(at::enable);
  CHECK(ask(at::enable, false).rule == minimum_on);
}

TEST_CASE_FIXTURE(fixture,
                  "a compressor told to run and then out of sight, found at rest, has only just "
                  "stopped") {
  REQUIRE(heat_pump_may(true));
  lock.commanded(want(at::enable, true, house_image.time()));
  house_image.pass(1s).lose(at::enable);
  ask(at::enable, true);
  // Blind, the house wants it off; nobody knows whether it heard.
  lock.commanded(want(at::enable, false, house_image.time()));
  house_image.pass(1h);
  ask(at::enable, true);
  // The bus is back; its device made it safe first.
  house_image.on(at::enable, false);
  CHECK(ask(at::enable, true).rule == minimum_off);
  house_image.pass(house->plant->heat_pump.min_off - 1s);
  CHECK(ask(at::enable, true).rule == minimum_off);
  house_image.pass(1s);
  CHECK(heat_pump_may(true));
}

TEST_CASE_FIXTURE(fixture, "a compressor nobody told to run may start when it is seen again") {
  lock.commanded(want(at::enable, false, house_image.time()));
  house_image.pass(1s).lose(at::enable);
  ask(at::enable, false);
  house_image.pass(1min).on(at::enable, false);
  CHECK(heat_pump_may(true));
}
