#pragma once

#include "actors/dispatcher.hpp"
#include "tests/actors/houses.hpp"

#include <map>

namespace hearth::testing {

/// A house that obeys: what is commanded is read back at the next tick, of the pump at once, and a
/// running heat pump draws its nameplate. It has run for an hour, so that no minimum time holds at
/// noon.
struct obedient_house {
  explicit obedient_house(layout l = small_house()) : house{shared(std::move(l))} {}

  std::shared_ptr<const layout> house;
  image seen{*house, noon - 1h};
  dispatcher mind{house, noon - 2h};
  std::vector<command> commands;  ///< of the latest decision
  std::vector<body> statements;   ///< of all decisions
  std::map<channel_id, bool> switches;
  int messages = 0;
  bool pump_obeys_at_once = true;

  void carry(const dispatcher::decisions& decided) {
    commands = decided.commands;
    statements.insert(statements.end(), decided.statements.begin(), decided.statements.end());
    for (const auto& c : commands)
      if (c.value.unit == unit::on_off) switches[c.target] = c.value.amount != 0;
    if (pump_obeys_at_once && !seen.now().good<bool>(at::pump).value_or(true) &&
        switches[at::pump]) {
      seen.on(at::pump);
      const auto before = commands;
      carry(mind.decide(seen.now()));
      commands.insert(commands.begin(), before.begin(), before.end());
    }
  }
  void tick() {
    for (const auto& [channel, on] : switches) seen.on(channel, on);
    if (house->plant) seen.set(at::hp_power, of(switches[at::enable] ? 8 * kilowatt : power{}));
    carry(mind.decide(seen.now()));
  }
  void run_until(time_point end) {
    while (seen.time() < end) {
      seen.pass(std::min(duration{5s}, duration{end - seen.time()}));
      tick();
    }
  }
  void ask(body what) {
    carry(mind.take(
        {"small", "node", 1, "m" + std::to_string(++messages), seen.time(), "", std::move(what)},
        seen.time()));
  }
  void ask_contract(const std::string& id, time_point start, power average = 4 * kilowatt,
                    duration length = 60min) {
    ask(contract{id, start, length, average});
  }
  void ask_hold(const std::string& channel, measured value, duration lease = 30min) {
    ask(request{authority::admin, hold{channel, value}, lease, "by hand"});
  }
  void ask_shed(duration lease = 30min) { ask(request{authority::grid, shed{}, lease, "peak"}); }

  [[nodiscard]] std::optional<command> commanded(channel_id target) const {
    auto latest = std::optional<command>{};
    for (const auto& c : commands)
      if (c.target == target) latest = c;
    return latest;
  }
  template <class What>
  [[nodiscard]] std::vector<What> told() const {
    return only<What>(statements);
  }
  [[nodiscard]] authority in_charge() const { return told<state_report>().back().in_charge; }
};

}  // namespace hearth::testing
