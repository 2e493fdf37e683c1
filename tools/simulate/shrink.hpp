#pragma once

#include "tools/simulate/season.hpp"

#include <functional>
#include <optional>

/// Makes a failure small enough to be read: fewer faults, less time, shorter faults.
namespace hearth::simulate {

/// When this plan breaks the promise in question; nothing if it keeps it. The same plan must always
/// have the same answer.
using breaks_at = std::function<std::optional<time_point>(const season_plan&)>;

struct shrunk_plan {
  season_plan plan;  ///< breaks the promise
  time_point broken_at;
  int tries = 0;
};
/// A try costs the time of a season; beyond so many it is small enough.
inline constexpr int most_shrinking_tries = 200;

/// Nothing if `failing` itself breaks nothing when it is tried again.
std::optional<shrunk_plan> shrink(const season_plan& failing, const breaks_at& ask,
                                  int most_tries = most_shrinking_tries);

}  // namespace hearth::simulate
