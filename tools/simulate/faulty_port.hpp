#pragma once

#include "drivers/driver.hpp"
#include "tools/simulate/faults.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hearth::simulate {

/// Something was written to a relay that answered as if it were done, whether or not it `obeyed`.
struct relay_write {
  std::string point;
  bool on = false;
  bool obeyed = true;
  time_point at;
};

/// A port on which sensors, relays and the bus go wrong as these spells say. `wrote` hears of every
/// write that reached a relay. `seed`: of what garbage looks like.
std::unique_ptr<port> make_faulty_port(std::unique_ptr<port> sound, std::vector<fault_spell> spells,
                                       std::uint64_t seed,
                                       std::function<void(const relay_write&)> wrote);

}  // namespace hearth::simulate
