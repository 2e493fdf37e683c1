#pragma once

#include "tools/simulate/dice.hpp"
#include "tools/simulate/faults.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth::simulate {

/// One message on its way between a house and its node.
struct parcel {
  bool to_house = false;
  std::string topic;
  std::string payload;
};

/// The way between a house and its node as these spells spoil it: what is lost on it, what arrives
/// twice, late and in another order. Pure.
class faulty_link {
 public:
  faulty_link(std::vector<fault_spell> spells, std::uint64_t seed);

  /// No connection holds, and none can be made.
  [[nodiscard]] bool down(time_point now) const {
    return holding(fault_kind::link_down, now) != nullptr;
  }
  /// Whether it arrives at once; what does not may arrive later. Full: it is lost.
  bool arrives(const parcel& p, time_point now);
  /// What else has arrived by now, each once.
  std::vector<parcel> arrived(time_point now);
  /// The connection is gone, and what was on its way with it.
  void cut() { under_way_.clear(); }

 private:
  [[nodiscard]] const fault_spell* holding(fault_kind kind, time_point now) const;
  void put_off(const parcel& p, time_point until);

  std::vector<fault_spell> spells_;
  dice chance_;
  std::multimap<time_point, parcel> under_way_;  ///< by when each arrives
};

}  // namespace hearth::simulate
