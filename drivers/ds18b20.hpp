#pragma once

#include "drivers/driver.hpp"

#include <string_view>

namespace hearth {

/// Maxim DS18B20 thermometer.
model ds18b20_model();

/// The temperature in the kernel's two lines about one such sensor, or what is wrong with it.
result<temperature> decode_ds18b20(std::string_view text);

}  // namespace hearth
