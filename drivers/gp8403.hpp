#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// DFRobot DFR0971: two 0–10 V outputs on a GP8403.
model gp8403_model();

}  // namespace hearth
