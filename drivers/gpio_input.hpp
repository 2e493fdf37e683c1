#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// A contact (float switch, SG-Ready status) on one GPIO line.
model gpio_input_model();

}  // namespace hearth
