#pragma once

#include "drivers/probe/interview.hpp"

#include <string>
#include <vector>

namespace hearth {

/// Reads every slave of a 1-Wire bus once; the kernel serves other readers meanwhile. `slaves` are
/// the names in the bus's folder; those of its masters are passed over.
probe_result probe_onewire(port& io, interview& asks, proposed_bus bus,
                           const std::vector<std::string>& slaves);

}  // namespace hearth
