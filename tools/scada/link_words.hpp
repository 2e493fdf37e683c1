#pragma once

#include "layouts/layout.hpp"
#include "protocol/messages.hpp"

#include <vector>

namespace hearth::tools {

/// What the owner should hear of the way to the node, at the start and once a day: that it is open
/// to anyone, or that the house's certificate ends soon, has ended or is not yet valid.
std::vector<event> link_words(const layout& house, time_point now);

}  // namespace hearth::tools
