#pragma once

#include "protocol/fault.hpp"
#include "protocol/ids.hpp"
#include "protocol/time.hpp"
#include "protocol/unit.hpp"

namespace hearth {

/// What a device said of one channel, or why it could not, and when. `at` is when it was
/// measured and is never changed afterwards: a stale value is never re-stamped.
struct reading {
  channel_id channel;
  result<measured> value;
  time_point at;
  bool operator==(const reading&) const = default;
};

/// Whether a channel's value may be acted upon.
enum class quality : unsigned char {
  good,
  stale,  ///< a value, but older than the channel's `max_age`
  fault,  ///< the last attempt failed; the reading carries the cause
  never,  ///< nothing has been heard since start
};

std::string_view to_text(quality q);

}  // namespace hearth
