#pragma once

#include "protocol/messages.hpp"

namespace hearth {

/// The same message with every point in time moved; lengths of time stay. This is the edge between
/// house time and dates: what a house says is moved by its `dating::offset` when it is sent. Dates
/// are of this century and the next (the codec sees to it), so no sum overflows.
body shifted(body content, duration by);

/// With the time it was sent.
envelope shifted(envelope message, duration by);

}  // namespace hearth
