#include "actors/history/local_calendar.hpp"

#include <date/tz.h>

namespace hearth {
namespace {

using days = date::local_days;

date::local_days local_day(const date::time_zone* zone, time_point utc) {
  const auto t = date::sys_time<duration>{utc.time_since_epoch()};
  return date::floor<date::days>(zone ? zone->to_local(t)
                                      : date::local_time<duration>{t.time_since_epoch()});
}

/// A midnight that a zone leaves out is the first instant after it.
time_point begins(const date::time_zone* zone, days day) {
  const auto t = date::local_time<duration>{day};
  return time_point{zone ? zone->to_sys(t, date::choose::earliest).time_since_epoch()
                         : t.time_since_epoch()};
}

days first_of_month(days day, int months_on) {
  const auto d = date::year_month_day{day};
  return days{d.year() / d.month() / 1 + date::months{months_on}};
}

}  // namespace

local_calendar::local_calendar(const std::string& timezone) {
  try {
    zone_ = date::locate_zone(timezone);
  } catch (const std::runtime_error&) {
    zone_ = nullptr;
  }
}

time_point local_calendar::day_of(time_point utc) const {
  return begins(zone_, local_day(zone_, utc));
}
time_point local_calendar::day_after(time_point utc) const {
  return begins(zone_, local_day(zone_, utc) + date::days{1});
}
time_point local_calendar::month_of(time_point utc) const {
  return begins(zone_, first_of_month(local_day(zone_, utc), 0));
}
time_point local_calendar::month_after(time_point utc) const {
  return begins(zone_, first_of_month(local_day(zone_, utc), 1));
}

}  // namespace hearth
