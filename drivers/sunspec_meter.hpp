#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// Any meter that speaks SunSpec, with its registers as integers (models 201 to 204) or floats (211
/// to 214). Where they are, it is asked.
///
/// SunSpec leaves the sign of power to the maker: Fronius and most others count as positive what is
/// consumed, SolarEdge what is exported; option `positive` says which, and the channels are
/// positive when consumed either way.
model sunspec_meter_model();

}  // namespace hearth
