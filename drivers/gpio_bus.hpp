#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// The pins of one GPIO chip.
bus_spec gpio_bus();

/// The line and its polarity, shared by everything that hangs on a pin.
std::vector<option_spec> gpio_line_options();
/// A line of its own, under another key than "line".
option_spec gpio_line_option(std::string key, std::string help);
/// How the level that means on is said.
option_spec gpio_active_option();
/// How long a level must stand until it counts.
option_spec gpio_debounce_option(std::string fallback);
/// What that option says.
std::chrono::microseconds debounce_of(const option_map& options);

}  // namespace hearth
