#pragma once

#include "drivers/driver.hpp"
#include "layouts/series.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

/// What goes wrong in a simulated house, drawn from a seed: the same seed, the same misfortune.
namespace hearth::simulate {

enum class fault_kind : unsigned char {
  sensor_vanishes,  ///< does not answer
  sensor_sticks,    ///< shows for ever what it showed when it began
  sensor_drifts,    ///< goes off by `amount` an hour
  sensor_lies,      ///< is off by `amount`
  relay_dead,       ///< does not close, and says that it did
  relay_welded,     ///< does not open, and says that it did
  bus_silent,       ///< nobody on the bus answers
};
std::string_view to_text(fault_kind k);

/// One fault, from its beginning to its end.
struct fault_spell {
  fault_kind kind = fault_kind::sensor_vanishes;
  std::string point;  ///< of the plant; empty for the bus
  period when;
  double amount = 0;  ///< in the point's unit

  [[nodiscard]] bool holds_at(time_point t) const { return t >= when.from && t < when.to; }
  bool operator==(const fault_spell&) const = default;
};
std::string to_text(const fault_spell& s);

/// What can go wrong where.
struct fault_targets {
  std::vector<std::string> sensors;
  std::vector<std::string> relays;
};
/// Of a house on stand-ins.
fault_targets targets_of(const layout& house);

/// Up to `most` spells of two minutes to eight hours each. Several at once are normal.
std::vector<fault_spell> draw_faults(const fault_targets& targets, const period& when,
                                     std::uint64_t seed, std::size_t most = 6);

/// Something was written to a relay and answered as done, whether or not it `obeyed`.
struct relay_write {
  std::string point;
  bool on = false;
  bool obeyed = true;
  time_point at;
};

/// A port on which these things go wrong. `wrote` hears of every write that was answered.
std::unique_ptr<port> make_faulty_port(std::unique_ptr<port> sound, std::vector<fault_spell> spells,
                                       std::function<void(const relay_write&)> wrote);

}  // namespace hearth::simulate
