#pragma once

#include "drivers/clock_source.hpp"

namespace hearth {

/// The kernel's clock and whether somebody (timesyncd, chrony, ntpd) keeps it right.
clock_source kernel_clock();

}  // namespace hearth
