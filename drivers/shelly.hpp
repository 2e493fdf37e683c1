#pragma once

#include "drivers/driver.hpp"

/// Shelly devices of the second generation (Plus, Pro) over MQTT, with "generic status update
/// over MQTT" switched on. They tell every change by themselves; a poll asks them to say it all
/// again, and whoever no longer answers grows stale by age.
namespace hearth {

/// One relay of a Shelly, with its meter if it has one.
model shelly_relay_model();
/// One temperature sensor of a Shelly or its add-on.
model shelly_thermometer_model();

}  // namespace hearth
