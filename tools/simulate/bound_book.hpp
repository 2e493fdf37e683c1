#pragma once

#include "drivers/simulated/plant.hpp"
#include "tools/simulate/bound.hpp"

#include <optional>

namespace hearth::simulate {

/// Collects, hour by hour, what the least cost of a season is computed from: the heat that left the
/// store, and the best that machine and prices allowed.
class bound_book {
 public:
  /// `store` and `machine` are those of the house; `start` how the plant stands when it begins.
  bound_book(const plant_layout& house, const simulation_layout& physics,
             const simulated::plant& start);

  /// What happened between two looks at the plant, at this price.
  void add(const simulated::plant& before, const simulated::plant& after, energy_price price,
           duration length);

  /// The least cost of all until now; the plant stands like `end`.
  [[nodiscard]] result<bound_answer> least_cost(const simulated::plant& end) const;

 private:
  [[nodiscard]] energy above_surroundings(const simulated::plant& p) const;
  void begin_slot();

  power electric_most_;
  temperature surroundings_;
  double store_j_per_k_;
  bound_problem problem_;
  duration filled_{};  ///< of the last slot
  energy started_;
};

}  // namespace hearth::simulate
