#pragma once

#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace hearth {

/// How one room warms and cools: the room and the structure behind it, which follows slowly. In
/// kelvin and hours:
///
///   room' = free + usual(hour) − loss·(room − outdoors) + coupling·(structure − room) + heating·u
///   structure' = (room − structure) / structure_follows
///
/// where u is the part of the time in which the room is given heat. (A grey-box model of two
/// masses; Bacher and Madsen, Energy and Buildings 43 (2011).)
struct room_model {
  static constexpr std::size_t hours_of_day = 24;

  double free_k_per_h = 0;     ///< sun, people and neighbours, on the mean of a day
  double loss_per_h = 0.03;    ///< to outdoors
  double coupling_per_h = 0;   ///< with the structure
  double heating_k_per_h = 1;  ///< while the room is given heat
  std::array<double, hours_of_day> usual_k_per_h{};  ///< what an hour of the day has beyond `free`

  bool operator==(const room_model&) const = default;
};

/// So fast the structure follows its room, as a time constant.
inline constexpr duration structure_follows = std::chrono::hours{12};

struct room_warmth_state {
  temperature room, structure;
  bool operator==(const room_warmth_state&) const = default;
};

/// What is known of a room to come, in one stretch of time.
struct room_slot {
  duration length{};
  std::size_t hour = 0;  ///< of the day, counted as where the model was learned
  temperature outdoor;
  std::optional<temperature> setpoint;  ///< absent: nobody can say what decides
  double heat = 1;                      ///< the part of the asked heat that there will be
};

/// How warm the room will be at the end of each slot when a thermostat keeps it at its setpoint: it
/// heats at most all the time, and never cools. Nothing from the first slot on that has no
/// setpoint. Pure.
std::vector<std::optional<temperature>> expected_room(const room_model& model,
                                                      room_warmth_state from,
                                                      std::span<const room_slot> slots);

}  // namespace hearth
