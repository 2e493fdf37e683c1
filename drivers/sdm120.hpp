#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// Eastron SDM120-Modbus: single-phase meter, 45 A direct.
model sdm120_model();

}  // namespace hearth
