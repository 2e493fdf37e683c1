#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// A board of up to 16 relays on a PCF8575.
model pcf8575_relays_model();

}  // namespace hearth
