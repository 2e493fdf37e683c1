#pragma once

#include "layouts/layout.hpp"

namespace hearth::simulated {

/// A zone's two masses: the room (air, furniture, inner walls) and the structure behind it.
struct room_state {
  double room_c = 0;
  double structure_c = 0;
};

/// How the two warm and cool in steps of one length:
///
///   outdoors ──direct── room ──coupling── structure ──through── outdoors
///
/// The step is solved exactly (heat and outdoor temperature are constant in it), so no step is too
/// long and no house too light.
class room {
 public:
  room(const simulation_layout::zone& z, seconds_real step);

  /// Both masses as they are after long heating to `room_c`.
  [[nodiscard]] room_state settled(double room_c, double outdoor_c) const {
    return {room_c, room_c - drop_ * (room_c - outdoor_c)};
  }
  /// Lets one step pass. Returns what went outdoors, J.
  double live(room_state& s, double into_room_j, double into_structure_j, double outdoor_c) const;
  /// Heat in both, above 0 °C.
  [[nodiscard]] double heat_j(const room_state& s) const {
    return s.room_c * room_j_per_k_ + (has_structure_ ? s.structure_c * structure_j_per_k_ : 0);
  }
  [[nodiscard]] double room_j_per_k() const { return room_j_per_k_; }
  [[nodiscard]] bool has_structure() const { return has_structure_; }

 private:
  struct matrix {
    double a, b, c, d;  ///< rows: room, structure
  };

  bool has_structure_;
  double room_j_per_k_;
  double structure_j_per_k_;
  double drop_;  ///< of what lies between room and outdoors, the part between room and structure
  // W/K times the step.
  double direct_j_per_k_;
  double coupling_j_per_k_;
  double through_j_per_k_;
  // The step's mean excess over outdoors is of_start · excess at its start + of_heat · warming by
  // the step's heat if nothing were lost.
  matrix of_start_;
  matrix of_heat_;
};

}  // namespace hearth::simulated
