#pragma once

#include "layouts/layout.hpp"

#include <array>

namespace hearth::simulated {

/// What a zone's radiators, floor or fan coils take from the water that flows through them:
///
///   heat = k·(mean water − room)^n = stream·(supply − return)
///
/// solved once for each excess of the supply over the room and kept as a table, because a power
/// is dear and a year has three million steps.
class emitter {
 public:
  /// `room_j_per_k` is what the heat warms; in one step of this length the room can at most come
  /// to the temperature of the water.
  emitter(const simulation_layout::zone& z, double room_j_per_k, seconds_real step);

  /// Water that flows through while the zone calls, W/K.
  [[nodiscard]] double stream_w_per_k() const { return stream_w_per_k_; }
  /// Part of the supply's excess over the room that the water leaves there, from 0 to 1.
  [[nodiscard]] double part_left(double excess_k) const;

 private:
  static constexpr auto table_step_k = 2.0;
  double stream_w_per_k_;
  std::array<double, 64> parts_{};  ///< at 0, 2, 4 … K
};

}  // namespace hearth::simulated
