#pragma once

#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"
#include "protocol/dating.hpp"
#include "protocol/messages.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the people of the house want of it, besides what stands in its layout: setpoints by the
/// week, and wishes for a while. Each wish ends by itself. Pure.
namespace hearth {

/// From this time of these days on, until the next entry of the zone.
struct schedule_entry {
  std::array<bool, 7> days{};   ///< Monday first
  std::chrono::minutes from{};  ///< since local midnight
  temperature setpoint;
  bool operator==(const schedule_entry&) const = default;
};
using schedules_by_zone = std::map<std::string, std::vector<schedule_entry>>;

enum class wish_kind : unsigned char {
  setpoint,   ///< one zone at this temperature
  boost,      ///< one zone warmer by `limits::boost_by`, or the whole house when no zone is named
  holiday,    ///< every zone at no more than this temperature
  hands_off,  ///< the equipment's own thermostats hold the house: relays are released
};
/// "setpoint", "boost", "holiday", "hands-off".
std::string_view to_text(wish_kind k);
/// How long a wish of this kind may last.
duration longest(wish_kind k);

struct household_wish {
  std::string id;  ///< unique for ever
  wish_kind kind = wish_kind::setpoint;
  std::string zone;  ///< of the plant; empty: all
  std::optional<temperature> setpoint = {};
  std::string by;           ///< who asked, for people
  time_point since, until;  ///< house time

  [[nodiscard]] bool holds(time_point now) const { return since <= now && now < until; }
  bool operator==(const household_wish&) const = default;
};

/// All of it, told as a whole: what was told before is forgotten.
struct household {
  schedules_by_zone schedules;
  std::vector<household_wish> wishes;
  bool operator==(const household&) const = default;
};

/// Why nobody here can change this zone's setpoint; nothing if it can be changed. A zone is steered
/// by its relay or, in a house without a store, by the heat pump.
std::optional<std::string> why_not_steered(const zone_layout& zone, const layout& house);

/// Why this house cannot grant the wish, in one sentence; nothing if it can.
std::optional<std::string> objection_to(const household_wish& wish, const layout& house);
/// The same for all schedules together.
std::optional<std::string> objection_to(const schedules_by_zone& schedules, const layout& house);

/// What one zone should be, and who says so.
struct zone_setpoint {
  std::optional<temperature> setpoint;  ///< absent: its own thermostat says it, and cannot be read
  std::optional<temperature> owed;      ///< the same without a boost, which is an extra
  std::string why = {};                 ///< "boost by Ann until 18:30"; empty: the layout says so
  std::optional<std::string> wished_by = {};  ///< id of the wish that decides
};

/// Of the kinds of wishes for a zone the first one decides: a setpoint of its own; a boost, upon
/// what would hold without it; a holiday, as the upper bound; the schedule, in local time; the
/// layout. Of each kind the newest wish. While the date is unknown no schedule counts.
zone_setpoint setpoint_for(const zone_layout& zone, const layout& house, const household& wanted,
                           const dating& dates, const snapshot& now);
/// Of every zone, in the order of the plant.
std::vector<zone_setpoint> setpoints_for(const layout& house, const household& wanted,
                                         const dating& dates, const snapshot& now);

/// The newest wish for hands off that holds; null: there is none.
const household_wish* hands_off(const household& wanted, time_point now);

/// "boost by Ann until 18:30", in the house's time; without the end while the date is unknown.
std::string in_words(const household_wish& wish, const layout& house, const dating& dates);

}  // namespace hearth
