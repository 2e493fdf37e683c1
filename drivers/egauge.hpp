#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// eGauge energy meter with its Modbus server enabled. Line voltages and frequency stand at fixed
/// places; what else it measures is named by whoever configured that meter, so its registers are
/// listed in the layout as the meter's own page lists them.
model egauge_model();

}  // namespace hearth
