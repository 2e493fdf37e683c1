#pragma once

#include "drivers/chronicle.hpp"
#include "protocol/messages.hpp"

#include <optional>

namespace hearth {

/// The event that an item of the chronicle tells of; nothing if it tells of something else.
std::optional<event> event_from(const chronicle_item& item);

}  // namespace hearth
