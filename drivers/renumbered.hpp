#pragma once

#include "drivers/driver.hpp"

#include <map>
#include <memory>

namespace hearth {

/// `how`, which knows its channels by the places of a former layout, in a layout where they have
/// others: what it remembers of its device lives on. `now` holds each channel's place before and
/// now.
std::unique_ptr<driver> renumbered(std::unique_ptr<driver> how,
                                   const std::map<channel_id, channel_id>& now);

}  // namespace hearth
