#pragma once

#include "drivers/driver.hpp"

/// Devices with Tasmota firmware (Sonoff and many others) over MQTT with the default topics
/// cmnd/, stat/ and tele/. A poll asks for state and sensors, so that a value is no older than
/// the poll period though the device reports by itself only every 5 minutes.
namespace hearth {

/// One relay, with its meter if the device has one.
model tasmota_relay_model();
/// One temperature sensor.
model tasmota_thermometer_model();

}  // namespace hearth
