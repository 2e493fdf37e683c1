#pragma once

#include "actors/commission/record.hpp"
#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"

#include <optional>
#include <string>

/// What a commissioning makes of numbers. Pure.
namespace hearth {

/// A verdict, and a sentence why.
struct judgement {
  check_verdict verdict = check_verdict::skipped;
  std::string why;
};

/// How far the installer's own instrument may be off, at this value.
double tolerance_of(const measured& value);

/// What a channel shows against the installer's own instrument.
judgement compared(const measured& shown, const measured& instrument);

/// Why a point cannot be judged; nothing if it is good.
std::optional<std::string> unusable(const point& p);

/// The store's layers from top to bottom: no warmer below than above.
judgement tank_order(const layout& house, const snapshot& now);

/// A temperature that no room (5 to 35 °C) or no weather (−40 to 45 °C) has.
judgement room_range(const measured& shown);
judgement outdoor_range(const measured& shown);

/// How much a meter must move before it counts, when a heat pump of this nameplate starts.
power noticeable_start(power nameplate);
/// A meter before the heat pump was let run and since; nothing as long as it has not moved.
std::optional<judgement> meter_moved(power before, power now, power nameplate);

}  // namespace hearth
