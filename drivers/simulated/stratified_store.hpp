#pragma once

#include "protocol/units.hpp"

#include <cstddef>
#include <vector>

namespace hearth::simulated {

/// Heat that warms a volume of water by one kelvin, J/K (1 kg per litre, 4186 J per kg and kelvin).
double heat_capacity_j_per_k(volume water);

/// Hot water in one column of equal layers, each of one temperature. Water moves as a plug: what
/// enters at one end pushes the same volume out of the other.
class stratified_store {
 public:
  stratified_store(volume water, std::size_t layers, temperature initial);

  [[nodiscard]] std::size_t size() const { return layers_c_.size(); }
  [[nodiscard]] temperature layer(std::size_t from_top) const {
    return celsius(layers_c_[from_top]);
  }
  [[nodiscard]] temperature top() const { return celsius(layers_c_.front()); }
  [[nodiscard]] temperature bottom() const { return celsius(layers_c_.back()); }
  [[nodiscard]] volume layer_volume() const { return layer_volume_; }
  /// Heat in all the water, above 0 °C.
  [[nodiscard]] energy heat() const;

  /// Water leaves the bottom, gains `heat` outside and comes back at the top; at the same time
  /// other water leaves the top, gives `given` and comes back at the bottom. Both are volumes of
  /// one step, at most one layer together, so that no layer gets hotter than what flows into it.
  void exchange(volume charged, energy heat, volume discharged, energy given);
  /// What the water does by itself for one step: conducts, turns over where warm lies under cold,
  /// and loses heat to `surroundings`. Returns the heat lost.
  energy settle(seconds_real step, temperature surroundings);

 private:
  void conduct(seconds_real step);
  void turn_over();

  volume layer_volume_;
  double layer_j_per_k_;
  double conduction_w_per_k_;     ///< between neighbours
  std::vector<double> layers_c_;  ///< hottest first
};

}  // namespace hearth::simulated
