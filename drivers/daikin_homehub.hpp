#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// Daikin Altherma 3 heat pump behind a HomeHub (EKRHH) in its use case 3, "Modbus".
///
/// Made safe, the unit is back under its own control: heating and hot water on, mode automatic,
/// smart grid running free, no shift of its heating curve, setpoint and power limits as the options
/// say. With `fail_safe: off`, heating and hot water are off instead. No watchdog of the HomeHub is
/// known: what was written last holds until somebody writes again.
model daikin_homehub_model();

}  // namespace hearth
