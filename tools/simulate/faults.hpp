#pragma once

#include "layouts/layout.hpp"
#include "layouts/series.hpp"
#include "protocol/fault.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What goes wrong in a simulated house, drawn from a seed: the same seed, the same misfortune.
namespace hearth::simulate {

enum class fault_kind : unsigned char {
  // Between the house and its plant (`faulty_port`). `part`: a point of the plant.
  sensor_vanishes,  ///< does not answer
  sensor_sticks,    ///< shows for ever what it showed when it began
  sensor_drifts,    ///< goes off by `amount` an hour
  sensor_lies,      ///< is off by `amount`
  sensor_raves,     ///< shows numbers that are no measurement, NaN and infinity among them
  relay_dead,       ///< does not close, and says that it did
  relay_welded,     ///< does not open, and says that it did
  bus_silent,       ///< nobody on the bus answers
  bus_late,         ///< what answers is the answer to the question before
  bus_garbage,      ///< one answer in two cannot be read

  // Between the house and its node (`faulty_link`).
  link_down,     ///< there is no connection and none can be made
  link_loses,    ///< this share of the messages never arrives, `amount` from 0 to 1
  link_repeats,  ///< this share of them arrives twice, the second time later
  link_delays,   ///< every message needs up to `amount` s, and the order is lost

  // The node.
  node_silent,    ///< hears and says nothing
  node_restarts,  ///< at once, with what it had on its disk
  node_mad,       ///< says things that make no sense, `amount` a minute

  // The house's program and its machine.
  clock_jumps,   ///< the system clock is off by `amount` s, and nobody synchronises it
  actor_killed,  ///< whenever it lives. `part`: its name
  power_cut,     ///< machine and relays lose power; of the disk stays what was synced
  disk_full,     ///< nothing more can be written
};
std::string_view to_text(fault_kind k);

/// One fault, from its beginning to its end.
struct fault_spell {
  fault_kind kind = fault_kind::sensor_vanishes;
  std::string part;  ///< what it is about; empty where there is one of it only
  period when;
  double amount = 0;  ///< see `fault_kind`; of a sensor in its own unit

  [[nodiscard]] bool holds_at(time_point t) const { return t >= when.from && t < when.to; }
  [[nodiscard]] bool overlaps(const period& p) const {
    return when.from < p.to && when.to > p.from;
  }
  bool operator==(const fault_spell&) const = default;
};

/// "sensor-lies 2020-01-03T04:00:00Z 5400 -7.25 store.layer.0": kind, begin, seconds, amount, part.
/// `parse_fault` reads back what was drawn, to the same spell.
std::string to_text(const fault_spell& s);
/// A fault says what is wrong with the words.
result<fault_spell> parse_fault(std::string_view words);

/// What can go wrong where.
struct fault_targets {
  std::vector<std::string> sensors;  ///< points of the plant
  std::vector<std::string> relays;
  std::vector<std::string> actors;
  bool node = false;  ///< the house has a link, and so a node, a journal and a disk
};
/// Of a house on stand-ins.
fault_targets targets_of(const layout& house);

/// Up to `most` spells of two minutes to eight hours each. Several at once are normal. Nothing new
/// goes wrong in the last three hours, so that it can be seen that all is well again.
std::vector<fault_spell> draw_faults(const fault_targets& targets, const period& when,
                                     std::uint64_t seed, std::size_t most = 6);

}  // namespace hearth::simulate
