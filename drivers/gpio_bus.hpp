#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// The pins of one GPIO chip.
bus_spec gpio_bus();

/// The line and its polarity, shared by everything that hangs on a pin.
std::vector<option_spec> gpio_line_options();

}  // namespace hearth
