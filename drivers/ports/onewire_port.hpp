#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// Reads the kernel's files below the bus's `path`. One read takes the sensor 0.75 s.
result<std::unique_ptr<port>> make_onewire_port(const layout& house, bus_id bus);

}  // namespace hearth
