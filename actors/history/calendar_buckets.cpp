#include "actors/history/calendar_buckets.hpp"

#include <date/tz.h>

#include <exception>

namespace hearth {
namespace {

const date::time_zone* zone_of(const std::string& name) {
  try {
    return date::locate_zone(name.empty() ? "Etc/UTC" : name);
  } catch (const std::exception&) {
    return nullptr;
  }
}

date::local_days local_day(const date::time_zone* zone, time_point t) {
  const auto utc = date::sys_time<duration>{t.time_since_epoch()};
  if (!zone) return date::local_days{date::floor<date::days>(utc).time_since_epoch()};
  return date::floor<date::days>(zone->to_local(utc));
}

/// When a day begins. Some clocks are set forward at midnight: then with the first second there is.
time_point begin_of(const date::time_zone* zone, date::local_days day) {
  if (!zone) return time_point{duration{day.time_since_epoch()}};
  const auto begin = zone->to_sys(date::local_seconds{day}, date::choose::earliest);
  return time_point{duration{begin.time_since_epoch()}};
}

date::local_days first_of_month(date::local_days day) {
  const auto in = date::year_month_day{day};
  return date::local_days{in.year() / in.month() / 1};
}

date::local_days next(date::local_days day, bucket by) {
  if (by != bucket::month) return day + date::days{1};
  const auto in = date::year_month_day{day};
  return date::local_days{(in.year() / in.month() + date::months{1}) / 1};
}

}  // namespace

bucket_edges calendar_edges(time_point from, time_point to, bucket by,
                            const std::string& timezone) {
  auto out = bucket_edges{};
  if (from >= to) return out;
  const auto* zone = zone_of(timezone);
  auto day = local_day(zone, from);
  if (by == bucket::month) day = first_of_month(day);
  out.push_back(begin_of(zone, day));
  while (out.back() < to) {
    day = next(day, by);
    out.push_back(begin_of(zone, day));
  }
  return out;
}

bucket_edges even_edges(time_point from, time_point to, duration interval) {
  auto out = bucket_edges{};
  if (from >= to || interval <= duration{0}) return out;
  const auto since = from.time_since_epoch();
  auto begins = since - (since % interval + interval) % interval;
  for (; begins < to.time_since_epoch(); begins += interval) out.emplace_back(begins);
  out.emplace_back(begins);
  return out;
}

}  // namespace hearth
