#include "actors/interlock.hpp"

#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace hearth;
using namespace hearth::testing;

namespace {

using enum interlock_rule;

command want(channel_id target, bool on, time_point now, authority who = authority::admin) {
  return {target, switched(on), who, "test", now, now + limits::command_life};
}

/// A house whose primary pump is seen to run, so that nothing but the rule in question objects.
image pumping(const layout& house, time_point now = noon) { return image{house, now}.on(at::pump); }

/// A house that has run long enough that no minimum time holds, its heat pump off.
struct fixture {
  std::shared_ptr<const layout> house = shared(small_house());
  interlock lock{house, noon - 1h};
  image house_image = pumping(*house);

  fixture() { lock.observe(house_image.now()); }
  /// Paints, lets the interlock see it, and asks.
  interlock::verdict ask(channel_id target, bool on) {
    lock.observe(house_image.now());
    return lock.check(want(target, on, house_image.time()), house_image.now());
  }
  bool heat_pump_may(bool on) { return ask(at::enable, on).allowed->value == switched(true); }
};

/// A compressor that has been seen to run for 20 minutes.
struct running {
  std::shared_ptr<const layout> house = shared(small_house());
  interlock lock{house, noon - 1h};
  image seen = pumping(*house);
  running() {
    lock.observe(seen.on(at::enable).now());
    seen.pass(20min);
    lock.observe(seen.now());
  }
};

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

TEST_CASE("the plant's actuators are the heat pump, its pump and the calls") {
  const auto house = small_house();
  CHECK(plant_actuators(*house.plant) ==
        std::vector<channel_id>{at::enable, at::pump, at::living_call, at::bed_call});
}

// ---- the table in interlock.hpp, against an oracle of its own

namespace {

enum class flow { seen, unseen, stopped };

/// One point of the discretised world.
struct world {
  bool running, recent, too_hot, freezing, blind, over_limit, on, dead, grid_limit, many_starts;
  flow pump;
  authority who;
};

struct expected {
  interlock_rule rule;
  std::optional<bool> heat_pump;
};

/// The header's table, read aloud. A rule that wants what is wanted anyway does not intervene,
/// but still decides.
expected oracle(const world& w) {
  const auto decide = [&](interlock_rule r, bool on) {
    return expected{on == w.on ? none : r, on};
  };
  if (w.dead) return {expired, {}};
  if (w.too_hot) return decide(store_too_hot, false);
  if (w.running && w.pump == flow::stopped) return decide(pump_stopped, false);
  const auto rests = w.recent || w.many_starts || w.pump != flow::seen;
  if (w.freezing && (w.running || !rests)) return decide(interlock_rule::freezing, true);
  if (w.blind) return decide(interlock_rule::blind, false);
  if (w.over_limit) return decide(electrical_limit, false);
  if (w.grid_limit) return decide(grid_limit, false);
  if (!w.running && w.recent) return decide(minimum_off, false);
  if (!w.running && w.many_starts) return decide(starts_per_hour, false);
  if (!w.running && w.pump != flow::seen) return decide(pump_first, false);
  if (w.running && w.recent) return decide(minimum_on, true);
  return {none, w.on};
}

/// Brings a real interlock into that world and asks it.
interlock::verdict actual(const std::shared_ptr<const layout>& house, const world& w) {
  auto lock = interlock{house, noon - 3h};
  auto seen = pumping(*house, noon - 2h);
  lock.observe(seen.now());
  // As many starts as an hour may have, or all but one; the last of them comes below.
  for (auto n = 1; n < (w.many_starts ? 3 : 2); ++n) {
    lock.observe(seen.be(noon - 45min + n * 2min).on(at::enable).now());
    lock.observe(seen.pass(1min).on(at::enable, false).now());
  }
  const auto before = seen.be(w.recent ? noon - 2min : noon - 31min).on(at::enable, !w.running);
  lock.observe(before.now());
  seen.be(w.recent ? noon - 1min : noon - 30min);
  lock.observe(seen.on(at::enable, w.running).now());
  if (w.pump == flow::stopped) lock.commanded(want(at::pump, true, noon - 1s));
  if (w.too_hot) lock.observe(seen.degrees(at::top, 76).now());
  seen.be(noon);
  if (!w.too_hot) seen.degrees(at::top, 50);
  if (w.freezing) seen.degrees(at::living, 3);
  if (w.blind) seen.lose_store();
  if (w.over_limit) seen.set(at::house_power, of(13 * kilowatt));
  if (w.grid_limit) lock.bound(100 * watt);
  if (w.pump == flow::stopped) seen.on(at::pump, false);
  if (w.pump == flow::unseen) seen.lose(at::pump);
  lock.observe(seen.now());
  auto c = want(at::enable, w.on, w.dead ? noon - limits::command_life : noon, w.who);
  return lock.check(c, seen.now());
}

}  // namespace

TEST_CASE("in every world and for every rank the interlock does what its table says") {
  auto l = small_house();
  l.plant->heat_pump.starts_per_hour = 3;
  const auto house = shared(l);
  auto worlds = 0;
  auto wrong = 0;
  for (auto bits = 0u; bits < 1024; ++bits) {
    const auto bit = [&](unsigned n) { return (bits >> n & 1) == 1; };
    for (const auto pump : {flow::seen, flow::unseen, flow::stopped})
      for (const auto who : {authority::safety, authority::admin, authority::grid,
                             authority::contract, authority::policy, authority::local}) {
        const auto w = world{bit(0), bit(1), bit(2), bit(3), bit(4), bit(5),
                             bit(6), bit(7), bit(8), bit(9), pump,   who};
        CAPTURE(bits);
        CAPTURE(static_cast<int>(pump));
        CAPTURE(to_text(who));
        const auto want_to_see = oracle(w);
        const auto verdict = actual(house, w);
        ++worlds;
        const auto as_told =
            verdict.rule == want_to_see.rule &&
            verdict.allowed.has_value() == want_to_see.heat_pump.has_value() &&
            (!verdict.allowed ||
             (verdict.allowed->value == switched(*want_to_see.heat_pump) &&
              // What the interlock changed is its own command; what it let pass keeps its source.
              verdict.allowed->source == (verdict.rule == none ? who : authority::safety) &&
              verdict.reason.empty() == (verdict.rule == none)));
        if (!as_told && ++wrong < 5) CHECK(to_text(verdict.rule) == to_text(want_to_see.rule));
      }
  }
  CHECK(wrong == 0);
  CHECK(worlds == 1024 * 3 * 6);
}
