#include "actors/interlock.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <map>
#include <set>
#include <span>

// Every state that a heat pump, its pump and what is known of them can get into, in steps of five
// minutes, and every command in each: what the interlock lets pass must be safe by the plant's own
// history, which this test writes itself, and nothing may be held back without a reason.

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto step = duration{5min};
constexpr auto min_on_steps = 3;
constexpr auto min_off_steps = 2;
constexpr auto hour_steps = 12;
constexpr auto starts_allowed = std::size_t{2};
/// Read for so many steps, what the relay does is known for certain.
constexpr auto settled = 4;

/// What truly is: the plant obeys, and this is its history.
struct plant_truth {
  bool running = false;
  int since = hour_steps;   ///< steps since it started or stopped, at most an hour
  std::vector<int> starts;  ///< steps ago, within the hour
  bool pump_told = false;
  bool hot = false;        ///< at the maximum, and not 3 K below since
  int in_sight = settled;  ///< steps since the relay could not be read, at most `settled`
  auto operator<=>(const plant_truth&) const = default;
};

/// What is seen at one step.
enum class pump_reading { obeys, unseen, off };
enum class store_reading { fine, nearly_hot, hot, blind };
struct weather_of_the_day {
  pump_reading pump;
  store_reading store;
  bool freezing, overloaded, limited;
  bool relay_read = true;
};
enum class pump_wish { as_needed, held_off, held_on };

/// `in_sight`: the relay of the heat pump can be read on all of them.
std::vector<weather_of_the_day> all_days(bool in_sight) {
  auto all = std::vector<weather_of_the_day>{};
  for (const auto pump : {pump_reading::obeys, pump_reading::unseen, pump_reading::off})
    for (const auto store :
         {store_reading::fine, store_reading::nearly_hot, store_reading::hot, store_reading::blind})
      for (auto bits = 0; bits < (in_sight ? 8 : 16); ++bits)
        all.push_back(
            {pump, store, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) == 0});
  return all;
}

layout house_of_the_test() {
  auto l = small_house();
  l.pace.control = step;  // a command lives three steps
  l.plant->heat_pump.min_on = min_on_steps * step - 1min;
  l.plant->heat_pump.min_off = min_off_steps * step - 1min;
  l.plant->heat_pump.starts_per_hour = starts_allowed;
  return l;
}

image seen_at(const layout& house, time_point now, const plant_truth& truth,
              const weather_of_the_day& day) {
  auto seen = image{house, now};
  seen.on(at::enable, truth.running).on(at::pump, truth.pump_told);
  if (!day.relay_read) seen.lose(at::enable);
  if (day.pump == pump_reading::unseen) seen.lose(at::pump);
  if (day.pump == pump_reading::off) seen.on(at::pump, false);
  if (day.store == store_reading::nearly_hot) seen.degrees(at::top, 73);
  if (day.store == store_reading::hot) seen.degrees(at::top, 76);
  if (day.store == store_reading::blind) seen.lose_store();
  if (day.freezing) seen.degrees(at::living, 3);
  const auto drawn = truth.running ? 8 * kilowatt : power{};
  seen.set(at::hp_power, of(drawn));
  seen.set(at::house_power, of(drawn + (day.overloaded ? 6 * kilowatt : 500 * watt)));
  return seen;
}

/// What the plant's own history and this day's readings say, in the words of the rules.
struct facts {
  bool hot, pump_seen, pump_stopped, rests, worn, too_much;
  facts(const plant_truth& t, const weather_of_the_day& d)
      : hot{t.hot},
        pump_seen{d.pump == pump_reading::obeys && t.pump_told},
        pump_stopped{d.pump == pump_reading::off && t.pump_told},
        rests{t.since < min_off_steps},
        worn{t.starts.size() >= starts_allowed},
        too_much{d.overloaded || d.limited} {}
};

/// What is wrong with letting the compressor run.
std::string complaint_of_running(const plant_truth& t, const weather_of_the_day& d, bool wanted) {
  const auto f = facts{t, d};
  if (f.hot) return "heats a store that is too hot";
  if (!d.freezing && d.store == store_reading::blind) return "heats blindly";
  if (!d.freezing && f.too_much) return "draws more than it may";
  if (t.running && f.pump_stopped) return "runs without its pump";
  if (!t.running && f.rests) return "starts without its rest";
  if (!t.running && f.worn) return "starts too often";
  if (!t.running && !f.pump_seen) return "starts without its pump";
  const auto kept = t.running && t.since < min_on_steps;
  if (t.in_sight == settled && !wanted && !kept && !d.freezing)
    return "runs though nobody wants it to";
  return {};
}

/// What is wrong with keeping the compressor off. What cannot be read may keep it off for longer.
std::string complaint_of_rest(const plant_truth& t, const weather_of_the_day& d, bool wanted) {
  const auto f = facts{t, d};
  const auto must_be_off =
      f.hot || (!d.freezing && (d.store == store_reading::blind || f.too_much));
  const auto forced = must_be_off || (t.running && f.pump_stopped);
  if (t.running && !forced && t.since < min_on_steps) return "stops too soon";
  if (t.in_sight < settled) return {};
  if (t.running && d.freezing && !forced) return "stops in a house that freezes";
  if (t.running && !forced && wanted) return "stops though it is wanted";
  const auto cannot_start = f.rests || f.worn || !f.pump_seen;
  if (t.running || must_be_off || cannot_start) return {};
  if (d.freezing) return "rests in a house that freezes";
  return wanted ? "is kept off without a reason" : "";
}

command say(channel_id to, bool on, time_point now, duration life, authority who) {
  return {to, switched(on), who, "test", now, now + life};
}

struct node {
  interlock lock;
  plant_truth truth;
  time_point now;
};

plant_truth afterwards(plant_truth t, bool on, bool pump) {
  t.in_sight = std::min(t.in_sight + 1, settled);
  t.pump_told = pump;
  if (on && !t.running) t.starts.push_back(0);
  t.since = on == t.running ? t.since : 0;
  t.running = on;
  t.since = std::min(t.since + 1, hour_steps);
  for (auto& ago : t.starts) ++ago;
  std::erase_if(t.starts, [](int ago) { return ago >= hour_steps; });
  return t;
}

constexpr auto ranks = std::array{authority::safety,   authority::admin,  authority::grid,
                                  authority::contract, authority::policy, authority::local};

struct findings {
  std::size_t states = 0;
  int commands = 0;
  std::map<std::string, int> complaints;
  std::set<interlock_rule> rules_met;
};

/// Breadth-first through all that can follow from a house that has rested for an hour.
findings walk(const std::vector<weather_of_the_day>& days, std::span<const authority> ranks) {
  const auto house = shared(house_of_the_test());
  const auto life = house->pace.command_life();
  auto seen_states = std::set<plant_truth>{};
  auto open = std::deque<node>{};
  open.push_back({interlock{house, noon - 1h}, {}, noon});
  seen_states.insert({});
  auto out = findings{};
  const auto complain = [&](std::string what) {
    if (!what.empty()) ++out.complaints[what];
  };
  while (!open.empty()) {
    const auto from = std::move(open.front());
    open.pop_front();
    for (const auto& day : days) {
      auto truth = from.truth;
      if (day.store == store_reading::hot) truth.hot = true;
      if (day.store == store_reading::fine) truth.hot = false;
      if (!day.relay_read) truth.in_sight = 0;
      const auto seen = seen_at(*house, from.now, truth, day);
      auto lock = from.lock;
      lock.bound(day.limited ? std::optional{1 * kilowatt} : std::nullopt);
      lock.observe(seen.now());
      for (const auto wanted : {true, false}) {
        const auto ordered = say(at::enable, wanted, from.now, life, authority::local);
        const auto verdict = lock.check(ordered, seen.now());
        out.rules_met.insert(verdict.rule);
        if (!verdict.allowed) {
          complain("a live command that is dropped");
          continue;
        }
        const auto on = verdict.allowed->value == switched(true);
        complain(on ? complaint_of_running(truth, day, wanted)
                    : complaint_of_rest(truth, day, wanted));
        if ((verdict.rule == interlock_rule::none) != (on == wanted))
          complain("a change without a rule, or a rule without a change");
        for (const auto who : ranks) {
          const auto same = lock.check(say(at::enable, wanted, from.now, life, who), seen.now());
          const auto dead =
              lock.check(say(at::enable, wanted, from.now - life, life, who), seen.now());
          if (same.rule != verdict.rule || same.allowed->value != verdict.allowed->value)
            complain("a rank that is treated otherwise");
          if (dead.allowed || dead.rule != interlock_rule::expired)
            complain("a dead command that passes");
          for (const auto call : {at::living_call, at::bed_call}) {
            const auto called =
                lock.check(say(call, wanted, from.now, life, who), seen.now()).allowed;
            if (!called || (called->value == switched(true)) != (wanted || day.freezing))
              complain("a call that does not do what it should");
          }
          out.commands += 4;
        }
        for (const auto wish : {pump_wish::as_needed, pump_wish::held_off, pump_wish::held_on}) {
          auto next = lock;
          next.commanded(*verdict.allowed);
          const auto asked = wish == pump_wish::held_on ||
                             (wish == pump_wish::as_needed && lock.needs_pump(ordered, seen.now()));
          const auto pump =
              next.check(say(at::pump, asked, from.now, life, authority::admin), seen.now());
          if (!pump.allowed) {
            complain("a live command that is dropped");
            continue;
          }
          const auto pump_on = pump.allowed->value == switched(true);
          if (pump_on != (asked || on || day.freezing))
            complain("a pump that does not do what it should");
          if (wish == pump_wish::as_needed && on && !asked) complain("a run that needs no pump");
          next.commanded(*pump.allowed);
          ++out.commands;
          const auto after = afterwards(truth, on, pump_on);
          // Read back a moment later, on a day that changes nothing.
          auto calm = day;
          calm.pump = pump_reading::unseen;
          next.observe(seen_at(*house, from.now + 1s, after, calm).now());
          if (seen_states.insert(after).second) open.push_back({next, after, from.now + step});
        }
      }
    }
  }
  out.states = seen_states.size();
  return out;
}

}  // namespace

TEST_CASE("in every state that can be reached every command of every rank is safe, or replaced") {
  const auto found = walk(all_days(true), ranks);
  for (const auto& [what, times] : found.complaints) {
    CAPTURE(what);
    CHECK(times == 0);
  }
  // The walk came everywhere: started twice in an hour, running and at rest, hot and not.
  CHECK(found.states > 500);
  MESSAGE(found.states << " states, " << found.commands << " commands");
  for (const auto rule :
       {interlock_rule::store_too_hot, interlock_rule::pump_stopped, interlock_rule::freezing,
        interlock_rule::blind, interlock_rule::electrical_limit, interlock_rule::grid_limit,
        interlock_rule::minimum_off, interlock_rule::starts_per_hour, interlock_rule::pump_first,
        interlock_rule::minimum_on})
    CHECK_MESSAGE(found.rules_met.contains(rule), to_text(rule));
}

TEST_CASE("in every state that can be reached with a relay out of sight at times, too") {
  const auto found = walk(all_days(false), std::span{ranks}.first(1));
  for (const auto& [what, times] : found.complaints) {
    CAPTURE(what);
    CHECK(times == 0);
  }
  CHECK(found.states > 1000);
  MESSAGE(found.states << " states, " << found.commands << " commands");
}
