#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// Schneider Electric iEM3000: the family of three-phase meters whose models end in 55 (iEM3155,
/// iEM3255, iEM3355, iEM3455, iEM3555). Those that end in 50 have the same registers but no export
/// and no reactive or apparent power.
model schneider_iem3000_model();

}  // namespace hearth
