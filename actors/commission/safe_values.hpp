#pragma once

#include "drivers/registry.hpp"
#include "layouts/layout.hpp"

#include <map>

namespace hearth {

/// The fail-safe state of every actuator, as the channel reads then. It is asked of the drivers:
/// the value whose command sends what making safe sends. An actuator whose driver does not tell is
/// left out.
std::map<channel_id, measured> safe_values(const layout& house,
                                           model_finder find = hearth::find_model);

}  // namespace hearth
