#include "tools/simulate/figures.hpp"

#include <date/date.h>
#include <date/tz.h>

#include <algorithm>
#include <stdexcept>

namespace hearth::simulate {
namespace {

/// Offsets told of one run; a zone changes its clocks twice a year.
constexpr std::size_t offsets_most = 400;

/// Nothing if this machine does not know it.
const date::time_zone* zone_called(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

template <class Duration>
std::string formatted(const char* format, std::chrono::sys_time<Duration> t) {
  return date::format(format, date::floor<std::chrono::seconds>(t));
}

std::optional<temperature_difference> lack(const room_climate& room) {
  if (!room.setpoint || *room.setpoint - room.is <= comfort_tolerance) return {};
  return *room.setpoint - room.is - comfort_tolerance;
}

}  // namespace

local_clock::local_clock(const std::string& zone, time_point from, time_point to) {
  const auto* known = zone_called(zone);
  zone_ = known ? zone : "UTC";
  for (auto t = from; offsets_.empty() || (known && t < to && offsets_.size() < offsets_most);) {
    if (!known) {
      offsets_.push_back({t, {}, "UTC"});
      break;
    }
    const auto info = known->get_info(t);
    offsets_.push_back({t, info.offset, info.abbrev});
    t = info.end;
  }
}

time_point local_clock::wall(time_point t) const {
  const auto after =
      std::upper_bound(offsets_.begin(), offsets_.end(), t,
                       [](time_point when, const clock_offset& o) { return when < o.from; });
  return t + (after == offsets_.begin() ? after : after - 1)->ahead;
}

std::string local_clock::text(time_point t) const {
  return formatted("%a ", wall(t)) + date_text(wall(t)) + formatted(", %H:%M", wall(t));
}

std::string date_text(time_point wall) {
  const auto padded = formatted("%e %b %Y", wall);
  return padded.substr(padded.front() == ' ' ? 1 : 0);
}

std::vector<zone_comfort> comfort_of(const slot_table& slots) {
  auto zones = std::vector<zone_comfort>{};
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto s = slots.at(i);
    if (i == 0)
      for (std::size_t z = 0; z < s.rooms.size(); ++z)
        zones.push_back(
            {slots.zones()[z], s.rooms[z].is, s.rooms[z].is, slots.time(0) + slots.step(), {}, {}});
    for (std::size_t z = 0; z < s.rooms.size(); ++z) {
      auto& zone = zones[z];
      const auto& room = s.rooms[z];
      if (room.is < zone.coldest) {
        zone.coldest = room.is;
        zone.coldest_at = slots.time(i) + slots.step();
      }
      zone.warmest = std::max(zone.warmest, room.is);
      if (const auto missing = lack(room)) {
        zone.below += slots.step();
        zone.lacking += *missing * slots.step();
      }
    }
  }
  return zones;
}

std::vector<calendar_row> calendar_of(const slot_table& slots, const local_clock& clock) {
  const auto by_day =
      slots.step() * static_cast<std::int64_t>(slots.size()) <= days_told_one_by_one;
  auto rows = std::vector<calendar_row>{};
  auto counted = 0;
  auto last = std::string{};
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto wall = clock.wall(slots.time(i));
    // Two days of one name are never neighbours, so the name alone tells where the next row begins.
    const auto name = by_day ? formatted("%a ", wall) + date_text(wall) : formatted("%B %Y", wall);
    if (name != last) {
      rows.push_back({name, {}, {}, {}, celsius(0), {}, {}});
      counted = 0;
      last = name;
    }
    auto& row = rows.back();
    const auto s = slots.at(i);
    const auto electricity = s.heat_pump * slots.step();
    row.electricity += electricity;
    if (s.price) row.cost += electricity * *s.price;
    row.heat += s.heat_to_zones * slots.step();
    row.outdoor = row.outdoor + (s.outdoor - row.outdoor) / ++counted;
    auto cold = false;
    for (const auto& room : s.rooms) {
      row.coldest = std::min(row.coldest.value_or(room.is), room.is);
      cold = cold || lack(room);
    }
    if (cold) row.below += slots.step();
  }
  return rows;
}

std::optional<price_figures> prices_of(const slot_table& slots) {
  auto cost = money{};
  auto used = energy{};
  auto sum = energy_price{};
  auto priced = 0;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto s = slots.at(i);
    if (!s.price) continue;
    const auto electricity = s.heat_pump * slots.step();
    cost += electricity * *s.price;
    used += electricity;
    sum += *s.price;
    ++priced;
  }
  if (used <= energy{}) return {};
  return price_figures{energy_price::from_si(cost.si() / used.si()), sum / priced};
}

}  // namespace hearth::simulate
