#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// A device to copy: an invented immersion heater on a Modbus bus that measures its water and can
/// be switched. It compiles, it is tested, and it stands in no registry. `docs/adding-a-driver.md`
/// walks through it.
model blueprint_model();

}  // namespace hearth
