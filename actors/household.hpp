#pragma once

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

enum class wish_kind : unsigned char {
  setpoint,   ///< one zone at this temperature
  boost,      ///< one zone warmer by `boost_by`, or the whole house when no zone is named
  holiday,    ///< every zone at no more than this temperature
  hands_off,  ///< the equipment's own thermostats hold the house: relays are released
};
std::string_view to_text(wish_kind k);

struct household_wish {
  std::string id;  ///< unique for ever
  wish_kind kind = wish_kind::setpoint;
  std::string zone;  ///< of the plant; empty: all
  std::optional<temperature> setpoint = {};
  std::string by;           ///< who asked, for people
  time_point since, until;  ///< house time
  bool operator==(const household_wish&) const = default;
};

/// All of it, told as a whole: what was told before is forgotten.
struct household {
  std::map<std::string, std::vector<schedule_entry>> schedules;  ///< by zone
  std::vector<household_wish> wishes;
  bool operator==(const household&) const = default;
};

}  // namespace hearth
