#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// Eastron SDM630-Modbus: three-phase meter, 100 A direct.
model sdm630_model();

}  // namespace hearth
