#include "tests/actors/guarded_house.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

using enum interlock_rule;

}  // namespace

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
