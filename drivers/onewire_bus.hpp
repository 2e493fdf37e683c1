#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// The 1-Wire slaves the kernel shows below one folder.
bus_spec onewire_bus();

}  // namespace hearth
