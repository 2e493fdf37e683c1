#include "tests/actors/guarded_house.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace hearth;
using namespace hearth::testing;

namespace {

using enum interlock_rule;
using fixture = guarded_house;
using running = running_compressor;

}  // namespace

TEST_CASE_FIXTURE(fixture, "with nothing wrong a command passes unchanged") {
  for (const auto on : {true, false}) {
    const auto asked = want(at::enable, on, noon, authority::contract);
    const auto verdict = lock.check(asked, house_image.now());
    CHECK(verdict.rule == none);
    CHECK(verdict.allowed == asked);
  }
}

TEST_CASE_FIXTURE(
    fixture,
    "rule not_an_actuator: what cannot be commanded, or a value that does not fit, is dropped") {
  const auto drop = [&](channel_id target, measured value) {
    auto c = want(target, true, noon);
    c.value = value;
    const auto verdict = lock.check(c, house_image.now());
    CHECK_FALSE(verdict.allowed);
    CHECK(verdict.rule == not_an_actuator);
    CHECK_FALSE(verdict.reason.empty());
  };
  drop({9999}, switched(true));
  drop(at::top, of(celsius(50)));
  drop(at::enable, of(1 * watt));
  drop(at::enable, {0.5, unit::on_off});
  drop(at::enable, {std::numeric_limits<double>::quiet_NaN(), unit::on_off});
  drop(at::valve, {std::numeric_limits<double>::infinity(), unit::fraction});
}

TEST_CASE_FIXTURE(fixture, "rule expired: a command that is dead on arrival is dropped") {
  auto c = want(at::enable, true, noon - limits::command_life);
  const auto verdict = lock.check(c, house_image.now());
  CHECK_FALSE(verdict.allowed);
  CHECK(verdict.rule == expired);
  c.expires += 1ms;
  CHECK(lock.check(c, house_image.now()).allowed);
}

TEST_CASE_FIXTURE(fixture,
                  "rule store_too_hot: the heat pump is off from the maximum until 3 K below") {
  house_image.degrees(at::top, 74.9);
  CHECK(heat_pump_may(true));
  house_image.degrees(at::top, 75);
  CHECK(ask(at::enable, true).rule == store_too_hot);
  CHECK_FALSE(heat_pump_may(true));
  house_image.degrees(at::top, 72);
  CHECK_FALSE(heat_pump_may(true));
  house_image.degrees(at::top, 71.9);
  CHECK(heat_pump_may(true));
}

TEST_CASE_FIXTURE(fixture,
                  "rule store_too_hot: any layer counts, and going blind does not forget it") {
  house_image.degrees(at::bottom, 80);
  CHECK(ask(at::enable, true).rule == store_too_hot);
  house_image.lose_store();
  CHECK(ask(at::enable, true).rule == store_too_hot);
}

TEST_CASE_FIXTURE(
    fixture, "rule freezing: a room or layer below the limit turns heat pump, pump and calls on") {
  for (const auto cold : {at::living, at::bed, at::bottom}) {
    auto f = fixture{};
    f.house_image.degrees(cold, 5);
    CHECK_FALSE(f.heat_pump_may(false));
    f.house_image.degrees(cold, 4.9);
    for (const auto target : {at::enable, at::pump, at::living_call, at::bed_call}) {
      const auto verdict = f.ask(target, false);
      CHECK(verdict.rule == freezing);
      CHECK(verdict.allowed->value == switched(true));
      CHECK(verdict.allowed->source == authority::safety);
    }
  }
}

TEST_CASE_FIXTURE(fixture, "rule blind: without any store temperature the heat pump is released") {
  house_image.lose(at::top).lose(at::mid);
  CHECK(heat_pump_may(true));
  house_image.lose(at::bottom);
  CHECK(ask(at::enable, true).rule == blind);
  CHECK_FALSE(heat_pump_may(true));
}

TEST_CASE_FIXTURE(fixture,
                  "rule electrical_limit: the heat pump starts only into what is left, and stops "
                  "when it is too much") {
  house_image.set(at::house_power, of(4 * kilowatt));
  CHECK(heat_pump_may(true));
  house_image.set(at::house_power, of(4001 * watt));
  CHECK(ask(at::enable, true).rule == electrical_limit);
  CHECK_FALSE(heat_pump_may(true));
  house_image.on(at::enable)
      .set(at::hp_power, of(6 * kilowatt))
      .set(at::house_power, of(12 * kilowatt));
  CHECK(heat_pump_may(true));
  house_image.set(at::house_power, of(12001 * watt));
  CHECK_FALSE(heat_pump_may(true));
  // Nor is it kept on by what it has begun.
  CHECK_FALSE(heat_pump_may(false));
}

TEST_CASE_FIXTURE(
    fixture, "rule grid_limit: the house keeps within what the grid allows, whoever commands") {
  lock.bound(9 * kilowatt);
  CHECK(heat_pump_may(true));
  house_image.set(at::house_power, of(1001 * watt));
  for (const auto who : {authority::admin, authority::grid, authority::contract, authority::local})
    CHECK(lock.check(want(at::enable, true, noon, who), house_image.now()).rule == grid_limit);
  lock.bound({});
  CHECK(heat_pump_may(true));
  house_image.pass(1min).on(at::enable).set(at::hp_power, of(5 * kilowatt));
  house_image.set(at::house_power, of(6 * kilowatt));
  lock.bound(6 * kilowatt);
  CHECK(heat_pump_may(true));
  lock.bound(5999 * watt);
  CHECK(ask(at::enable, true).rule == grid_limit);
  CHECK_FALSE(heat_pump_may(false));
}

TEST_CASE_FIXTURE(
    fixture, "rule grid_limit: where nobody meters the house the heat pump alone must keep it") {
  house_image.lose(at::house_power);
  lock.bound(7999 * watt);
  CHECK(ask(at::enable, true).rule == grid_limit);
  lock.bound(8 * kilowatt);
  CHECK(heat_pump_may(true));
  house_image.pass(1min).on(at::enable).set(at::hp_power, of(3 * kilowatt));
  lock.bound(3 * kilowatt);
  CHECK(heat_pump_may(true));
  house_image.lose(at::hp_power);
  CHECK(ask(at::enable, true).rule == grid_limit);
}

TEST_CASE_FIXTURE(fixture,
                  "rule grid_limit: a house that is close to freezing heats all the same") {
  lock.bound(0 * watt);
  CHECK_FALSE(heat_pump_may(true));
  house_image.degrees(at::living, 4);
  CHECK(heat_pump_may(false));
}

TEST_CASE("rule starts_per_hour: the compressor starts so often in any hour and not once more") {
  auto l = small_house();
  l.plant->heat_pump.min_on = l.plant->heat_pump.min_off = 1min;
  l.plant->heat_pump.starts_per_hour = 3;
  const auto house = shared(l);
  auto lock = interlock{house, noon - 1h};
  auto seen = pumping(*house);
  lock.observe(seen.now());
  auto first = time_point{};
  for (auto n = 0; n < 3; ++n) {
    const auto start = lock.check(want(at::enable, true, seen.time()), seen.now());
    REQUIRE(start.rule == none);
    lock.commanded(*start.allowed);
    if (n == 0) first = seen.time();
    // Ordered, read back and seen for a while: one start.
    for (auto i = 0; i < 5; ++i) lock.observe(seen.pass(30s).on(at::enable).now());
    lock.commanded(want(at::enable, false, seen.time()));
    lock.observe(seen.pass(1s).on(at::enable, false).now());
    lock.observe(seen.pass(2min).now());
  }
  CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == starts_per_hour);
  SUBCASE("also for a house that freezes") {
    seen.degrees(at::living, 2);
    lock.observe(seen.now());
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == starts_per_hour);
  }
  SUBCASE("an hour after the first of them it may again") {
    seen.be(first + 1h - 1ms);
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == starts_per_hour);
    seen.be(first + 1h);
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == none);
  }
  SUBCASE("one that runs already goes on") {
    lock.observe(seen.on(at::enable).now());
    seen.pass(2min);
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == none);
  }
}

TEST_CASE_FIXTURE(fixture,
                  "rule pump_first: the compressor starts when its pump has been seen to run") {
  house_image.on(at::pump, false);
  CHECK(ask(at::enable, true).rule == pump_first);
  CHECK_FALSE(heat_pump_may(true));
  CHECK(lock.needs_pump(want(at::enable, true, noon), house_image.now()));
  CHECK_FALSE(lock.needs_pump(want(at::enable, false, noon), house_image.now()));
  lock.commanded(want(at::pump, true, noon));
  house_image.pass(1s).on(at::pump);
  CHECK(heat_pump_may(true));
  SUBCASE("one that cannot be read is no pump that runs") {
    house_image.lose(at::pump);
    CHECK(ask(at::enable, true).rule == pump_first);
    house_image.degrees(at::living, 3);
    CHECK(ask(at::enable, true).rule == pump_first);
  }
  SUBCASE("what was read before it was told to run says nothing") {
    lock.commanded(want(at::pump, false, house_image.time()));
    CHECK(ask(at::enable, true).rule == pump_first);
    auto unread = house_image.now();
    unread.at += 5s;
    lock.commanded(want(at::pump, true, unread.at));
    CHECK(lock.check(want(at::enable, true, unread.at), unread).rule == pump_first);
    house_image.be(unread.at);
    CHECK(heat_pump_may(true));
  }
  SUBCASE("what was read while a command lived says nothing after its death") {
    auto unread = house_image.now();
    unread.at += limits::command_life + 1s;
    lock.commanded(want(at::pump, true, unread.at));
    CHECK(lock.check(want(at::enable, true, unread.at), unread).rule == pump_first);
  }
  SUBCASE("where there is no pump nobody waits for it") {
    auto l = small_house();
    l.plant->heat_pump.pump.reset();
    auto bare = interlock{shared(l), noon - 1h};
    house_image.on(at::pump, false);
    bare.observe(house_image.now());
    CHECK(bare.check(want(at::enable, true, house_image.time()), house_image.now()).rule == none);
  }
}

TEST_CASE("rule pump_stopped: a compressor whose pump is seen off stops at once") {
  auto [house, lock, seen] = running{};
  lock.commanded(want(at::pump, true, seen.time()));
  seen.pass(1s);
  SUBCASE("out of sight it is left to run: so would a bus that is silent stop every house") {
    seen.lose(at::pump);
    lock.observe(seen.now());
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == none);
  }
  SUBCASE("seen off, whatever the time it has run and though the house freezes") {
    seen.on(at::pump, false).degrees(at::living, 3);
    lock.observe(seen.now());
    const auto verdict = lock.check(want(at::enable, true, seen.time()), seen.now());
    CHECK(verdict.rule == pump_stopped);
    CHECK(verdict.allowed->value == switched(false));
    lock.commanded(*verdict.allowed);
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == minimum_off);
  }
  SUBCASE("what was read before it was told to run is no reason") {
    seen.on(at::pump, false);
    lock.commanded(want(at::pump, false, seen.time()));
    lock.commanded(want(at::pump, true, seen.time()));
    lock.observe(seen.now());
    CHECK(lock.check(want(at::enable, true, seen.time()), seen.now()).rule == none);
  }
}

TEST_CASE_FIXTURE(fixture, "rule minimum_off: a compressor rests, though the house is freezing") {
  house_image.on(at::enable);
  ask(at::enable, true);
  house_image.pass(20min).on(at::enable, false);
  CHECK(ask(at::enable, true).rule == minimum_off);
  house_image.pass(5min - 1ms).on(at::enable, false).degrees(at::living, 2);
  CHECK(ask(at::enable, true).rule == minimum_off);
  CHECK_FALSE(heat_pump_may(true));
  house_image.pass(1ms);
  CHECK(heat_pump_may(true));
}

TEST_CASE_FIXTURE(
    fixture,
    "rule minimum_on: a compressor that started runs on, unless something above says off") {
  house_image.pass(1min).on(at::enable);
  CHECK(ask(at::enable, false).rule == minimum_on);
  house_image.pass(10min - 1ms);
  CHECK(heat_pump_may(false));
  house_image.degrees(at::top, 75);
  CHECK_FALSE(heat_pump_may(false));
  house_image.degrees(at::top, 50).pass(1ms);
  CHECK_FALSE(heat_pump_may(false));
}

TEST_CASE_FIXTURE(fixture, "the pump of a running heat pump runs, whoever wants it off") {
  CHECK(ask(at::pump, false).allowed->value == switched(false));
  house_image.on(at::enable);
  CHECK(ask(at::pump, false).allowed->value == switched(true));
  CHECK(ask(at::pump, true).rule == none);
}

TEST_CASE_FIXTURE(fixture, "an actuator that belongs to no plant is left to whoever commands it") {
  house_image.lose_store().degrees(at::living, 1);
  auto c = want(at::valve, true, noon);
  c.value = {0.3, unit::fraction};
  CHECK(lock.check(c, house_image.now()).allowed == c);
  auto bare = small_house();
  bare.plant.reset();
  auto bare_lock = interlock{shared(bare), noon};
  bare_lock.observe(house_image.now());
  CHECK(bare_lock.check(want(at::enable, true, noon), house_image.now()).rule == none);
}

TEST_CASE("the plant's actuators are the heat pump, its pump and the calls") {
  const auto house = small_house();
  CHECK(plant_actuators(*house.plant) ==
        std::vector<channel_id>{at::enable, at::pump, at::living_call, at::bed_call});
}
