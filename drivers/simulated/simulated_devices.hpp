#pragma once

#include "drivers/driver.hpp"

#include <string_view>

/// The devices of a simulated house. Each names with `of` the point of the plant it hangs on; which
/// points there are stands at `simulated_house`.
namespace hearth {

inline constexpr std::string_view simulated_relay = "simulated-relay";

/// One temperature, with the noise of a cheap sensor, the same for every run from one seed.
model simulated_thermometer_model();
/// One relay with read-back.
model simulated_relay_model();
/// Power and energy of the heat pump or of the whole house.
model simulated_meter_model();

}  // namespace hearth
