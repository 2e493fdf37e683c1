#pragma once

#include "drivers/driver.hpp"

/// Shelly devices of the first generation (1, 1PM, 1L, 2.5, 4Pro, Plug, Plug S) over MQTT. They
/// tell every change and, by themselves, everything each 30 s; a poll asks for it at once.
///
/// Topics and values: "Shelly API Reference, Gen1", chapters MQTT, Shelly1/1PM: MQTT and Shelly2.5:
/// MQTT.
namespace hearth {

/// One relay, with its meter if it has one.
model shelly_gen1_relay_model();
/// One DS18B20 or DHT22 of the temperature add-on of a Shelly 1 or 1PM.
model shelly_gen1_thermometer_model();

}  // namespace hearth
