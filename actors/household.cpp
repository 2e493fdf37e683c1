#include "actors/household.hpp"

#include "actors/local_calendar.hpp"
#include "actors/local_control.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>
#include <utility>

namespace hearth {
namespace {

constexpr auto minutes_a_day = local_calendar::minutes_a_day;

/// The entry that began last; before the first of the week it is the last one of the week before.
const schedule_entry* entry_at(const std::vector<schedule_entry>& schedule, int minute) {
  const schedule_entry* latest = nullptr;
  auto youngest = 7 * minutes_a_day;
  for (const auto& entry : schedule)
    for (int day = 0; day < 7; ++day) {
      if (!entry.days[static_cast<std::size_t>(day)]) continue;
      const auto begins = day * minutes_a_day + static_cast<int>(entry.from.count());
      const auto age = (minute - begins + 7 * minutes_a_day) % (7 * minutes_a_day);
      if (age >= youngest) continue;
      youngest = age;
      latest = &entry;
    }
  return latest;
}

/// The one that was asked for last.
template <class Concerns>
const household_wish* newest(const household& wanted, time_point now, Concerns concerns) {
  const household_wish* found = nullptr;
  for (const auto& w : wanted.wishes)
    if (w.holds(now) && concerns(w) && (!found || w.since >= found->since)) found = &w;
  return found;
}

bool is_possible(temperature t) {
  return std::isfinite(t.in_celsius()) && t >= limits::household_coldest &&
         t <= limits::household_warmest;
}

std::string possible_setpoints() {
  auto text = std::array<char, 64>{};
  std::snprintf(text.data(), text.size(), "a setpoint is from %.0f to %.0f °C",
                limits::household_coldest.in_celsius(), limits::household_warmest.in_celsius());
  return text.data();
}

const zone_layout* find_zone(const layout& house, const std::string& name) {
  if (!house.plant) return nullptr;
  const auto& zones = house.plant->zones;
  const auto found = std::ranges::find(zones, name, &zone_layout::name);
  return found == zones.end() ? nullptr : &*found;
}

/// Why a setpoint of this zone, or of any if none is named, is out of reach.
std::optional<std::string> out_of_reach(const std::string& zone, const layout& house) {
  if (!zone.empty()) {
    const auto* found = find_zone(house, zone);
    if (!found) return "there is no zone '" + zone + "' in this house";
    return why_not_steered(*found, house);
  }
  if (!house.plant) return "this house has no heat pump to run";
  const auto& zones = house.plant->zones;
  if (std::ranges::any_of(zones, [&](const auto& z) { return !why_not_steered(z, house); }))
    return {};
  return "no zone of this house can be steered from here";
}

std::string clock_text(std::chrono::minutes since_midnight) {
  auto text = std::array<char, 16>{};
  std::snprintf(text.data(), text.size(), "%02d:%02d",
                static_cast<int>(since_midnight.count() / 60),
                static_cast<int>(since_midnight.count() % 60));
  return text.data();
}

}  // namespace

std::string_view to_text(wish_kind k) {
  switch (k) {
  case wish_kind::setpoint: return "setpoint";
  case wish_kind::boost: return "boost";
  case wish_kind::holiday: return "holiday";
  case wish_kind::hands_off: return "hands-off";
  }
  return "unknown";
}

duration longest(wish_kind k) {
  switch (k) {
  case wish_kind::setpoint: return limits::setpoint_wish_longest;
  case wish_kind::boost: return limits::boost_longest;
  case wish_kind::holiday: return limits::holiday_longest;
  case wish_kind::hands_off: return limits::hands_off_longest;
  }
  return {};
}

std::optional<std::string> why_not_steered(const zone_layout& zone, const layout& house) {
  if (zone.call) return {};
  if (std::holds_alternative<channel_id>(zone.setpoint))
    return "zone " + zone.name + " has a thermostat of its own and no relay that could be switched";
  if (house.plant && house.plant->store)
    return "zone " + zone.name + " has no relay that could be switched";
  return {};
}

std::optional<std::string> objection_to(const household_wish& wish, const layout& house) {
  if (wish.by.size() > limits::household_name_bytes) return "the name of who asks is too long";
  if (wish.until <= wish.since) return "it would be over before it begins";
  if (wish.until - wish.since > longest(wish.kind))
    return "it may last at most " + to_text(longest(wish.kind));
  const auto needs_setpoint = wish.kind == wish_kind::setpoint || wish.kind == wish_kind::holiday;
  if (needs_setpoint && !(wish.setpoint && is_possible(*wish.setpoint)))
    return possible_setpoints();
  if (!needs_setpoint && wish.setpoint) return "it takes no setpoint";
  if (wish.kind == wish_kind::setpoint && wish.zone.empty())
    return "a setpoint is that of one zone";
  if ((wish.kind == wish_kind::holiday || wish.kind == wish_kind::hands_off) && !wish.zone.empty())
    return "it is for the whole house, not for one zone";
  if (wish.kind != wish_kind::hands_off) return out_of_reach(wish.zone, house);
  if (!house.plant) return "this house has no heat pump to run";
  return {};
}

std::optional<std::string> objection_to(const schedules_by_zone& schedules, const layout& house) {
  for (const auto& [zone, entries] : schedules) {
    if (zone.empty()) return "a schedule is that of one zone";
    if (const auto why = out_of_reach(zone, house)) return why;
    if (entries.size() > limits::schedule_entries)
      return "a schedule has at most " + std::to_string(limits::schedule_entries) + " entries";
    auto taken = std::set<std::pair<int, std::chrono::minutes>>{};
    for (const auto& e : entries) {
      if (!is_possible(e.setpoint)) return possible_setpoints();
      if (e.from < std::chrono::minutes{0} || e.from >= std::chrono::minutes{minutes_a_day})
        return "a day has the times from 00:00 to 23:59";
      if (std::ranges::none_of(e.days, [](bool d) { return d; }))
        return "the entry at " + clock_text(e.from) + " is for no day";
      for (int day = 0; day < 7; ++day)
        if (e.days[static_cast<std::size_t>(day)] && !taken.emplace(day, e.from).second)
          return "two entries of zone " + zone + " begin at " + clock_text(e.from) +
                 " of the same day";
    }
  }
  return {};
}

zone_setpoint setpoint_for(const zone_layout& zone, const layout& house, const household& wanted,
                           const dating& dates, const snapshot& now) {
  const auto fixed = setpoint_of(zone, now);
  auto out = zone_setpoint{fixed, fixed};
  if (wanted == household{} || why_not_steered(zone, house)) return out;
  const auto by = [&](const household_wish& w, temperature t) {
    out.setpoint = t;
    out.why = in_words(w, house, dates);
    out.wished_by = w.id;
  };
  if (const auto* own = newest(wanted, now.at, [&](const household_wish& w) {
        return w.kind == wish_kind::setpoint && w.zone == zone.name && w.setpoint;
      })) {
    by(*own, *own->setpoint);
    out.owed = out.setpoint;
    return out;
  }
  const auto weekly = wanted.schedules.find(zone.name);
  if (weekly != wanted.schedules.end() && dates.known())
    if (const auto* entry = entry_at(
            weekly->second, local_calendar{house.timezone}.minute_of_week(dates.utc(now.at)))) {
      out.setpoint = entry->setpoint;
      out.why = "by its schedule, since " + clock_text(entry->from);
    }
  const auto* away = newest(wanted, now.at, [](const household_wish& w) {
    return w.kind == wish_kind::holiday && w.setpoint;
  });
  if (away && (!out.setpoint || *out.setpoint > *away->setpoint)) by(*away, *away->setpoint);
  out.owed = out.setpoint;
  const auto* boosted = newest(wanted, now.at, [&](const household_wish& w) {
    return w.kind == wish_kind::boost && (w.zone.empty() || w.zone == zone.name);
  });
  if (boosted && out.setpoint && *out.setpoint < limits::household_warmest)
    by(*boosted, std::min(*out.setpoint + limits::boost_by, limits::household_warmest));
  return out;
}

std::vector<zone_setpoint> setpoints_for(const layout& house, const household& wanted,
                                         const dating& dates, const snapshot& now) {
  auto all = std::vector<zone_setpoint>{};
  if (!house.plant) return all;
  for (const auto& zone : house.plant->zones)
    all.push_back(setpoint_for(zone, house, wanted, dates, now));
  return all;
}

const household_wish* hands_off(const household& wanted, time_point now) {
  return newest(wanted, now,
                [](const household_wish& w) { return w.kind == wish_kind::hands_off; });
}

std::string in_words(const household_wish& wish, const layout& house, const dating& dates) {
  auto text = std::string{to_text(wish.kind)} + " by " + wish.by;
  if (!dates.known()) return text;
  // Beyond a day the hour alone says too little.
  const auto long_one = wish.until - wish.since >= std::chrono::hours{24};
  return text + " until " +
         local_calendar{house.timezone}.clock_text(dates.utc(wish.until), long_one);
}

}  // namespace hearth
