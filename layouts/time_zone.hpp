#pragma once

#include "protocol/time.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>

namespace date {
class time_zone;
}

namespace hearth {

struct time_zone_error {
  std::string message;
  std::string hint;
};

/// Nothing if this machine knows the zone.
std::optional<time_zone_error> wrong_time_zone(const std::string& name);

/// Turns what a clock on the wall shows into UTC. Keeps the rule that held last, because rows of a
/// file follow each other and a look into the table of the zone costs more than reading a row.
class wall_clock {
 public:
  /// The zone must be a known one; otherwise the clock shows UTC.
  explicit wall_clock(const std::string& zone);

  /// Why a wall never shows this: its clock jumped over it.
  struct skipped {};
  /// `wall` is the time shown as if it were UTC. What is shown twice, when the clock is set back,
  /// means the earlier time unless that is not `after` the row before.
  tl::expected<time_point, skipped> to_utc(time_point wall, std::optional<time_point> after);

  /// Whether the clock is set back at one of these times; the last does not count.
  [[nodiscard]] bool is_set_back(time_point from, time_point to) const;
  /// The same place without summer time, such as "Etc/GMT+5"; nothing if no such zone has a name.
  [[nodiscard]] std::optional<std::string> without_summer_time(time_point near) const;

 private:
  const date::time_zone* zone_ = nullptr;
  time_point known_from_;  ///< walls that show from here …
  time_point known_to_;    ///< … until here are `known_offset_` ahead of UTC
  duration known_offset_{};
};

}  // namespace hearth
