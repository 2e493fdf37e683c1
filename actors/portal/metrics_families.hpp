#pragma once

#include "actors/portal/portal_desk.hpp"
#include "drivers/metrics.hpp"

#include <vector>

namespace hearth {

/// Everything that `/metrics` tells, in SI units. What is not known has no sample. `fares`: null
/// where the history did not say.
std::vector<metric_family> metrics_families(const portal_desk& desk, const history_status* fares,
                                            time_point now);

}  // namespace hearth
