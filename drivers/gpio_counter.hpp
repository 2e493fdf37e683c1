#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// Meters that pulse. The kernel counts; totals survive a restart
/// (`drivers/ports/pulse_memory.hpp`). Each has a total and a pace, which is that of the pulses
/// between two polls; without pulses it is no more than one pulse in the time since the last one.

/// S0 output of an electricity meter (DIN 43864, EN 62053-31): energy and power.
model gpio_energy_counter_model();
/// Hall flow sensor or water meter: volume and flow.
model gpio_flow_counter_model();
/// Any other contact: pulses, and pulses per second.
model gpio_pulse_counter_model();

}  // namespace hearth
