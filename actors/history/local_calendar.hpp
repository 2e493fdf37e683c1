#pragma once

#include "protocol/time.hpp"

#include <string>

namespace date {
class time_zone;
}

namespace hearth {

/// Days and months as people in the house count them: a day may have 23 or 25 hours.
class local_calendar {
 public:
  /// An unknown time zone counts as UTC.
  explicit local_calendar(const std::string& timezone);

  /// When the day that holds `utc` began, and when the next does, in UTC.
  [[nodiscard]] time_point day_of(time_point utc) const;
  [[nodiscard]] time_point day_after(time_point utc) const;
  [[nodiscard]] time_point month_of(time_point utc) const;
  [[nodiscard]] time_point month_after(time_point utc) const;

 private:
  const date::time_zone* zone_ = nullptr;
};

}  // namespace hearth
