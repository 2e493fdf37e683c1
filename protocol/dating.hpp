#pragma once

#include "protocol/time.hpp"

#include <string_view>

namespace hearth {

/// How far the date can be believed.
enum class date_trust : unsigned char {
  unknown,  ///< no clock has said anything that is possible
  assumed,  ///< the system clock says something possible, and nobody has confirmed it
  good,     ///< the network's time or the node's clock says so
};
std::string_view to_text(date_trust t);

/// Who says what the date is.
enum class date_source : unsigned char {
  nobody,
  definition,    ///< a demo, a preview or a test: house time is UTC
  system_clock,  ///< as it stood when the house began, or was set by hand
  network_time,  ///< the system clock, synchronised
  node,          ///< the clock of the node, over an authenticated link
};
std::string_view to_text(date_source s);

/// What makes a date of house time: UTC = house time + offset. House time itself never jumps, so
/// whatever has a length (leases, ages, minimum times) lives in it and never needs this; only what
/// stands in a calendar does (contracts, prices, time of day, slots), and whatever leaves the
/// house.
struct dating {
  duration offset{};
  date_trust trust = date_trust::unknown;
  date_source source = date_source::nobody;

  [[nodiscard]] bool known() const { return trust != date_trust::unknown; }
  [[nodiscard]] time_point utc(time_point house) const { return house + offset; }
  [[nodiscard]] time_point house(time_point utc) const { return utc - offset; }
  bool operator==(const dating&) const = default;
};

/// House time is UTC.
inline constexpr dating exact_dates{duration{0}, date_trust::good, date_source::definition};

/// When the slot of this length that holds `t` began, in house time. Slots are aligned in UTC.
time_point slot_start(time_point t, duration length, const dating& dates);

/// What the node's clock said in answer to something that was sent at `asked` and answered at
/// `heard`, both in house time: so it was read in between.
struct node_time {
  time_point asked;
  time_point sent;  ///< by the node's clock, UTC
  time_point heard;
  bool operator==(const node_time&) const = default;
};

}  // namespace hearth
