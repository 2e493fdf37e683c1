#include "actors/local_calendar.hpp"

#include <date/tz.h>

namespace hearth {
namespace {

using days = date::local_days;

date::local_time<duration> local_of(const date::time_zone* zone, time_point utc) {
  const auto t = date::sys_time<duration>{utc.time_since_epoch()};
  return zone ? zone->to_local(t) : date::local_time<duration>{t.time_since_epoch()};
}

date::local_days local_day(const date::time_zone* zone, time_point utc) {
  return date::floor<date::days>(local_of(zone, utc));
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

int local_calendar::minute_of_week(time_point utc) const {
  auto local = local_of(zone_, utc);
  if (zone_) {
    const auto info = zone_->get_info(local);
    const auto set_back = info.first.end;
    if (info.result == date::local_info::ambiguous &&
        date::sys_time<duration>{utc.time_since_epoch()} >= set_back)
      local =
          date::local_time<duration>{set_back.time_since_epoch() + info.first.offset} - duration{1};
  }
  const auto day = date::floor<date::days>(local);
  const auto weekday = static_cast<int>(date::weekday{day}.iso_encoding()) - 1;
  const auto in_day = std::chrono::floor<std::chrono::minutes>(local - day).count();
  return weekday * minutes_a_day + static_cast<int>(in_day);
}

std::string local_calendar::clock_text(time_point utc, bool with_date) const {
  const auto local = date::floor<std::chrono::minutes>(local_of(zone_, utc));
  return date::format(with_date ? "%F %H:%M" : "%H:%M", local);
}

}  // namespace hearth
