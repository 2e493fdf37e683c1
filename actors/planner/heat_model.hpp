#pragma once

#include "layouts/layout.hpp"
#include "protocol/standing.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <optional>
#include <string>
#include <utility>
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

/// A house's numbers as the planner reckons with them: physics with few numbers. The store's state
/// is its mean temperature; how it is layered is told by two of the numbers.
struct heat_model : house_model {
  heat_model() = default;
  explicit heat_model(house_model numbers) : house_model{std::move(numbers)} {}

  /// Heat per electricity at full power; at least one.
  [[nodiscard]] double heat_per_electricity(temperature outdoor, temperature store) const;
  /// The same for a machine at one outdoor temperature.
  [[nodiscard]] double cop_at(const cop_line& machine, temperature store) const;
  [[nodiscard]] power electric_at(temperature outdoor, temperature store) const;
  /// Of a start: the time at full power that its warm-up is short of.
  [[nodiscard]] duration warming_takes() const;
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

/// Why nobody can plan with these numbers, which a peer may have made up, in one sentence; nothing
/// if one can.
std::optional<std::string> objection_to(const house_model& numbers);

/// What is assumed of a house with a store before it has been seen to live.
heat_model assumed_model(const plant_layout& plant);

}  // namespace hearth
