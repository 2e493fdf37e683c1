#pragma once

#include "actors/planner/linear_fit.hpp"
#include "actors/planner/room_model.hpp"
#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace hearth {

/// What is known of one room's warmth: how it behaves, and how warm its structure is.
struct learned_room {
  room_model model;
  temperature structure;
};

/// Learns from one room's thermometer, its call for heat and the air outdoors how the room warms
/// and cools. Every hour is one sample; half of what was learned is forgotten in some ten days.
/// Pure.
class room_learner {
 public:
  /// Once per snapshot; `hour` of the day, in any one time zone. `call_heats`: a call for heat is
  /// answered by warm water, and nothing else heats. A room that nobody gives heat by a relay, and
  /// an hour in which that or something else was not known, teach nothing.
  void observe(const zone_layout& zone, const snapshot& now, std::optional<temperature> outdoor,
               std::size_t hour, bool call_heats);
  /// The hours of the day were others.
  void forget_hours();

  /// Nothing until half a day was seen, and while the room does what it should not be able to.
  [[nodiscard]] std::optional<learned_room> learned() const;

 private:
  /// A quarter of an hour: its means are finer than a thermometer.
  struct quarter {
    double seconds = 0, room_k_s = 0, outdoor_k_s = 0, structure_k_s = 0, heated_s = 0;
    std::size_t hour = 0;  ///< of the day, at its end
  };
  /// From the middle of the first quarter to that of the last is one hour.
  static constexpr std::size_t quarters_of_sample = 5;

  void end_quarter();
  void learn();
  void begin_anew();

  /// K/h, of 1, K outdoors above the room, K of the structure above the room, part heated.
  linear_fit<4> fit_{{0, 0.03, 0.05, 1}, {0.3, 0.03, 0.1, 0.7}, 0.15, 0.997};
  std::array<double, room_model::hours_of_day> beyond_k_per_h_{};
  std::array<std::size_t, room_model::hours_of_day> beyond_samples_{};
  std::optional<double> structure_c_;
  std::optional<time_point> seen_;
  quarter open_;
  std::array<quarter, quarters_of_sample> kept_;
  std::size_t count_ = 0;  ///< of quarters in `kept_`
};

}  // namespace hearth
