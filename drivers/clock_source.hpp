#pragma once

#include "protocol/fault.hpp"
#include "protocol/time.hpp"

#include <functional>

namespace hearth {

/// What the machine's own clock says.
struct clock_sample {
  time_point utc;
  bool synchronised = false;  ///< with the network's time, as the kernel holds it
  bool operator==(const clock_sample&) const = default;
};

/// Reads the machine's clock; a port (`ports/kernel_clock.*`) or a test.
using clock_source = std::function<result<clock_sample>()>;

}  // namespace hearth
