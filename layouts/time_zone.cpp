#include "layouts/time_zone.hpp"

#include "layouts/suggest.hpp"

#include <date/tz.h>

#include <exception>
#include <vector>

namespace hearth {
namespace {

using wall_time = date::local_time<duration>;

date::sys_time<duration> system_time(time_point t) {
  return date::sys_time<duration>{t.time_since_epoch()};
}

}  // namespace

std::optional<time_zone_error> wrong_time_zone(const std::string& name) {
  try {
    date::locate_zone(name);
    return {};
  } catch (const std::exception&) {
  }
  auto zones = std::vector<std::string>{};
  try {
    for (const auto& zone : date::get_tzdb().zones) zones.push_back(zone.name());
  } catch (const std::exception&) {
    return time_zone_error{
        "this machine has no time zones to check " + in_quotes(name) + " against",
        "install the package tzdata"};
  }
  const auto near = nearest(name, zones);
  return time_zone_error{"unknown time zone " + in_quotes(name),
                         near ? "did you mean " + in_quotes(*near) + "?"
                              : "use an IANA name, such as America/New_York"};
}

wall_clock::wall_clock(const std::string& zone) {
  try {
    zone_ = date::locate_zone(zone);
  } catch (const std::exception&) {
    zone_ = nullptr;
  }
}

tl::expected<time_point, wall_clock::skipped> wall_clock::to_utc(time_point wall,
                                                                 std::optional<time_point> after) {
  if (!zone_) return wall;
  if (wall >= known_from_ && wall < known_to_) return wall - known_offset_;
  const auto info = zone_->get_info(wall_time{wall.time_since_epoch()});
  if (info.result == date::local_info::nonexistent) return tl::unexpected(skipped{});
  const auto first = wall - info.first.offset;
  if (info.result == date::local_info::ambiguous)
    return !after || first > *after ? first : wall - info.second.offset;
  // A day from the next change either way nothing is shown twice or skipped.
  constexpr auto day = std::chrono::hours{24};
  known_offset_ = info.first.offset;
  known_from_ = time_point{info.first.begin.time_since_epoch()} + day;
  known_to_ = time_point{info.first.end.time_since_epoch()} - day;
  return first;
}

bool wall_clock::is_set_back(time_point from, time_point to) const {
  if (!zone_) return false;
  const auto before = zone_->get_info(system_time(from) - duration{1});
  if (before.end >= system_time(to)) return false;
  return zone_->get_info(before.end).offset < before.offset;
}

std::optional<std::string> wall_clock::without_summer_time(time_point near) const {
  if (!zone_) return {};
  auto info = zone_->get_info(system_time(near));
  if (info.save != std::chrono::minutes{0}) info = zone_->get_info(info.end);
  const auto hours = info.offset / std::chrono::hours{1};
  const auto named = info.offset % std::chrono::hours{1} == std::chrono::seconds{0} &&
                     info.save == std::chrono::minutes{0} && hours <= 14 && hours >= -12;
  if (!named) return {};
  // The names of these zones count hours behind UTC, not ahead of it.
  if (hours == 0) return "Etc/UTC";
  return "Etc/GMT" + std::string{hours > 0 ? "-" : "+"} +
         std::to_string(hours > 0 ? hours : -hours);
}

}  // namespace hearth
