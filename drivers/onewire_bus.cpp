#include "drivers/onewire_bus.hpp"

namespace hearth {

bus_spec onewire_bus() {
  auto path = option_spec{};
  path.key = "path";
  path.help = "the folder in which the kernel shows the slaves";
  path.fallback = "/sys/bus/w1/devices";
  return {"onewire", "1-Wire through the kernel", {path}};
}

}  // namespace hearth
