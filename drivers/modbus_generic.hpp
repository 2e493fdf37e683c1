#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// Any Modbus device, described by the `registers` table of its layout. Coils and holding
/// registers marked writable can be commanded. Made safe, a switch is off and a setpoint is at
/// the value nearest to zero that its range allows.
model modbus_generic_model();

}  // namespace hearth
