#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// A point in time in milliseconds: inside a house its own time, as told by the one clock of the
/// program, which never jumps while the program runs (pure code gets it as an argument called
/// `now`); on the wire and in a calendar UTC. `dating` stands between the two.
using time_point = std::chrono::sys_time<std::chrono::milliseconds>;
using duration = std::chrono::milliseconds;

/// "2020-01-15T05:00:00Z"; milliseconds are shown only when there are any.
std::string to_iso8601(time_point t);

/// Reads "2020-01-15T05:00:00Z", "…00.250Z", "…+01:00" or a date alone (midnight UTC).
/// Nothing if the text is anything else or the date does not exist.
std::optional<time_point> from_iso8601(std::string_view text);

/// "90 s", "10 min", "2 h 5 min": for people.
std::string to_text(duration d);

}  // namespace hearth
