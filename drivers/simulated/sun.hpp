#pragma once

#include "layouts/layout.hpp"
#include "protocol/time.hpp"

namespace hearth::simulated {

/// The sun of a clear sky at one place and moment, W/m².
struct sunlight {
  double up = 0;  ///< parts of the sun's direction, each from −1 to 1
  double east = 0;
  double south = 0;
  double direct_w_per_m2 = 0;   ///< on a surface that faces the sun
  double diffuse_w_per_m2 = 0;  ///< on level ground

  [[nodiscard]] double on_ground() const { return direct_w_per_m2 * up + diffuse_w_per_m2; }
  [[nodiscard]] double on_wall(simulation_layout::compass faces) const;
};

/// Nothing while the sun is below the horizon. Degrees, north and east positive.
sunlight clear_sky(time_point t, double latitude, double longitude);

}  // namespace hearth::simulated
