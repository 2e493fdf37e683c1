#pragma once

#include "layouts/layout.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <vector>

namespace hearth {

/// COP over the temperature of the leaving water, at one outdoor temperature: linear between its
/// knots, beyond them as at the edge.
struct cop_line {
  struct knot {
    double water_c;
    double cop;
  };
  std::vector<knot> knots;  ///< by rising water temperature; at least one
  [[nodiscard]] double at(double water_c) const;
};

/// From a layout's points: linear between outdoor temperatures, beyond them as at the edge; water
/// up to 15 K colder than the coldest goes on along the line. Air that is none counts as 0 °C. An
/// empty table is a machine as found in houses of northern New England: COP 1.4 below 15 °F, 1.02 +
/// 0.0257 per °F above, at water of 55 °C, and 1.2 % less for each kelvin that the water is hotter.
cop_line cop_line_of(const std::vector<cop_point>& table, temperature outdoor);

/// Heat pump, store and house as the planner reckons with them: physics with few numbers, most of
/// them learned (`house_learner`). The store's state is its mean temperature; how it is layered is
/// told by two of the numbers.
struct heat_model {
  // The store.
  double heat_j_per_k = 0;  ///< that warms all its water by a kelvin
  /// The supply that the rooms need, by ascending outdoor temperature; never empty.
  std::vector<supply_point> curve;
  /// Of a store whose top is just hot enough for the rooms, the mean is colder by this part of what
  /// the top is above them: the rest is water as it came back.
  double drained = 0;
  temperature full;          ///< mean beyond which the heat pump cannot charge it
  temperature surroundings;  ///< where it stands
  double loss_per_hour = 0;  ///< part lost of all heat above the surroundings
  /// This far below empty nothing is left that could warm a room; in between a part of the load.
  temperature_difference of_little_use;

  // The heat pump.
  std::vector<cop_point> cop;             ///< see `cop_line_of`
  double cop_factor = 1;                  ///< of the table, as the house has seen it at 50 °C
  double cop_factor_per_k = 0;            ///< … and more for hotter leaving water
  temperature_difference leaving_beyond;  ///< of the water that leaves it, above the store's mean
  power electric;                         ///< it uses at 0 °C outdoors with the store at 40 °C
  double electric_w_per_outdoor_k = 0;
  double electric_w_per_store_k = 0;
  power electric_most;      ///< nameplate
  double least_part = 1;    ///< of its full power; 1: on or off
  duration warm_up{};       ///< from a start to the first heat
  double warm_up_part = 1;  ///< of full power, on average while it warms up
  duration min_on{}, min_off{};
  money start_cost;  ///< wear

  // The house.
  power load;                       ///< at 0 °C outdoors
  double load_w_per_outdoor_k = 0;  ///< negative: colder air takes more

  /// Heat per electricity at full power; at least one.
  [[nodiscard]] double heat_per_electricity(temperature outdoor, temperature store) const;
  /// The same for a machine at one outdoor temperature.
  [[nodiscard]] double cop_at(const cop_line& machine, temperature store) const;
  [[nodiscard]] power electric_at(temperature outdoor, temperature store) const;
  /// Heat that the house takes, sun and people deducted; never negative.
  [[nodiscard]] power load_at(temperature outdoor) const;
  /// The water that the rooms need.
  [[nodiscard]] temperature required_at(temperature outdoor) const;
  /// The store's mean when its top is just that hot.
  [[nodiscard]] temperature empty_at(temperature outdoor) const;
};

/// No air on earth was ever colder or hotter: a thermometer or a forecast that says so is wrong.
inline constexpr temperature coldest_air = celsius(-90);
inline constexpr temperature hottest_air = celsius(60);
/// False for what is no number, too.
constexpr bool is_weather(temperature outdoor) {
  return outdoor >= coldest_air && outdoor <= hottest_air;
}

/// Where water has cooled to in a warm room: what is colder is of no use.
inline constexpr temperature room_warmth = celsius(20);
/// Of the store's mean, for `heat_model::electric`.
inline constexpr temperature electric_reference = celsius(40);
/// Of the leaving water, for `heat_model::cop_factor`.
inline constexpr temperature cop_reference = celsius(50);

/// What is assumed of a house with a store before it has been seen to live.
heat_model assumed_model(const plant_layout& plant);

}  // namespace hearth
