#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// A relay board's channel on one GPIO line. Its reading is the level read back.
model gpio_relay_model();

}  // namespace hearth
