#pragma once

#include "layouts/layout.hpp"

#include <vector>

namespace hearth::simulated {

/// What a heat pump makes at full power, as a table over outdoor and leaving-water temperature.
/// Between the points it is bilinear, beyond them it stays as at the edge.
class performance {
 public:
  struct value {
    power capacity;  ///< heat per time
    double cop;      ///< heat per electricity
  };

  /// The default machine, scaled to make `nominal` at 0 °C outdoors and 45 °C leaving water.
  explicit performance(power nominal);
  /// A table of one's own. A point that the grid lacks counts as its nearest neighbour in the same
  /// row; an empty table is the default machine of 14 kW.
  explicit performance(const std::vector<simulation_layout::performance_point>& points);

  [[nodiscard]] value at(temperature outdoor, temperature leaving_water) const;
  [[nodiscard]] double cop(temperature outdoor, temperature leaving_water) const {
    return at(outdoor, leaving_water).cop;
  }
  [[nodiscard]] power capacity(temperature outdoor, temperature leaving_water) const {
    return at(outdoor, leaving_water).capacity;
  }

 private:
  struct cell {
    double capacity_w;
    double cop;
  };

  void take_default(power nominal);

  std::vector<double> outdoors_c_;  ///< ascending
  std::vector<double> waters_c_;    ///< ascending
  std::vector<cell> cells_;         ///< outdoor by outdoor
};

/// The machine of a layout: its own table, or the default one at its capacity.
performance performance_of(const simulation_layout& s);

}  // namespace hearth::simulated
