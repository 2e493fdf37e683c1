#pragma once

#include "drivers/driver.hpp"

/// Texas Instruments ADS1115: four inputs against ground, 16 bits, on I²C.
namespace hearth {

/// Volts at each input.
model ads1115_voltage_model();
/// An NTC at each input, by its β.
model ads1115_ntc_model();
/// An NTC at each input, by its Steinhart–Hart coefficients.
model ads1115_steinhart_model();

}  // namespace hearth
