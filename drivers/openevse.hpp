#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// OpenEVSE charger of electric vehicles, by the MQTT of its ESP32 gateway (firmware 4 and later).
/// It may charge or not by the gateway's manual override, and how much by the claim of its MQTT
/// service; released, both leave it to its own settings and schedule. The gateway tells everything
/// each time it has read the charger, 30 s apart at rest.
///
/// Topics, units and payloads: "OpenEVSE Developers Guide - MQTT API"
/// (docs/Developers_Guide_MQTT.md of openevse_esp32_firmware).
model openevse_model();

}  // namespace hearth
