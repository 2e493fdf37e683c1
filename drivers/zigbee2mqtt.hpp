#pragma once

#include "drivers/driver.hpp"

/// Zigbee devices behind Zigbee2MQTT. Each tells all it knows as one JSON object; what a device has
/// not measured anew stands in it as it was, so switch on Zigbee2MQTT's `availability`: it is what
/// says that a device is gone.
///
/// Topics and payloads: Zigbee2MQTT's documentation, pages "MQTT Topics and Messages" and "Device-
/// Availability". Which members a device has, and in what unit, stands under "Exposes" on its page
/// there.
namespace hearth {

/// A switched plug or relay, with its meter if it has one.
model zigbee2mqtt_relay_model();
/// A sensor of the air, or a contact of a door or window.
model zigbee2mqtt_sensor_model();

}  // namespace hearth
