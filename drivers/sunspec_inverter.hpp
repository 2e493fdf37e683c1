#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// Any inverter that speaks SunSpec, with its registers as integers (models 101 to 103) or floats
/// (111 to 113). Where they are, it is asked. SunSpec counts as positive what an inverter delivers;
/// the channel `power` is positive when consumed, as everywhere, and so negative by day.
model sunspec_inverter_model();

}  // namespace hearth
