#pragma once

#include "layouts/model.hpp"

namespace hearth {

inline constexpr const char* i2c_kind = "i2c";

/// An I²C adapter of this computer, through the kernel's i2c-dev.
bus_spec i2c_bus();

/// The chip's address, between what its pins can select.
option_spec i2c_address_option(int lowest, int highest);

}  // namespace hearth
