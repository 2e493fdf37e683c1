#pragma once

#include "protocol/time.hpp"

#include <string>

namespace date {
class time_zone;
}

namespace hearth {

/// Time as people in the house count it: a day may have 23 or 25 hours. The one home of the time
/// zone's rules for whoever asks about days, months, weeks and what a clock shows.
class local_calendar {
 public:
  /// An unknown time zone counts as UTC (the parser of layouts refuses those).
  explicit local_calendar(const std::string& timezone);

  /// When the day that holds `utc` began, and when the next does, in UTC.
  [[nodiscard]] time_point day_of(time_point utc) const;
  [[nodiscard]] time_point day_after(time_point utc) const;
  [[nodiscard]] time_point month_of(time_point utc) const;
  [[nodiscard]] time_point month_after(time_point utc) const;

  static constexpr int minutes_a_day = 24 * 60;
  /// Minutes since Monday's midnight. The hour that a clock shows twice in autumn counts once: what
  /// began in it does not end because the clock is set back.
  [[nodiscard]] int minute_of_week(time_point utc) const;
  /// What a clock on the wall shows: "18:30", or "2026-01-15 18:30".
  [[nodiscard]] std::string clock_text(time_point utc, bool with_date) const;

 private:
  const date::time_zone* zone_ = nullptr;
};

}  // namespace hearth
