#pragma once

#include "protocol/units.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace hearth::simulated {

/// Heat that warms a volume of water by one kelvin, J/K (1 kg per litre, 4186 J per kg and kelvin).
double heat_capacity_j_per_k(volume water);

/// One tank of a store.
struct tank {
  volume water;
  std::size_t layers = 1;
  std::optional<double> loss_w_per_k = {};  ///< absent: 0.5 % of its heat per hour
};

/// Hot water in one or more tanks in series, the bottom of each joined to the top of the next, and
/// each divided into equal layers of one temperature. Water moves as a plug through all of them:
/// what enters at one end pushes the same volume out of the other.
class stratified_store {
 public:
  /// `mixing` is the part of what flows into a tank that stirs its next layer.
  stratified_store(const std::vector<tank>& tanks, double mixing, temperature initial);
  /// One tank.
  stratified_store(volume water, std::size_t layers, temperature initial)
      : stratified_store{{{water, layers}}, 0, initial} {}

  [[nodiscard]] std::size_t size() const { return layers_c_.size(); }
  [[nodiscard]] temperature layer(std::size_t from_top) const {
    return celsius(layers_c_[from_top]);
  }
  [[nodiscard]] temperature top() const { return celsius(layers_c_.front()); }
  [[nodiscard]] temperature bottom() const { return celsius(layers_c_.back()); }
  /// Of the smallest layer: the most that may move in one step.
  [[nodiscard]] volume layer_volume() const { return built_->smallest; }
  /// Of all tanks: the part of its excess over the surroundings that a tank loses, per second.
  [[nodiscard]] double least_loss_per_s() const;
  /// Heat in all the water, above 0 °C.
  [[nodiscard]] energy heat() const;
  /// Heat above a temperature, of the water that is warmer.
  [[nodiscard]] energy heat_above(temperature least) const;

  /// Water leaves the bottom, gains `heat` outside and comes back at the top; at the same time
  /// other water leaves the top, gives `given` and comes back at the bottom. Both are volumes of
  /// one step, each at most one layer, so that no layer gets hotter than what flows into it.
  void exchange(volume charged, energy heat, volume discharged, energy given);
  /// What the water does by itself for one step: conducts, turns over where warm lies under cold
  /// in a tank, and loses heat to `surroundings`. Returns the heat lost.
  energy settle(seconds_real step, temperature surroundings);

 private:
  struct built_tank {
    std::size_t first, last;    ///< its layers
    double layer_m3;            ///< water of one of them
    double layer_j_per_k;       ///< and its heat capacity
    double conduction_w_per_k;  ///< between neighbours
    double loss_per_s;          ///< of the excess over the surroundings, as a rate
  };
  struct built {
    std::vector<built_tank> tanks;
    volume smallest;
    double mixing;
  };
  /// What a tank's layers do in a step of one length.
  struct per_step {
    double conducted;  ///< part of a difference that passes between neighbours
    double lost;       ///< part of the excess
  };

  void prepare(seconds_real step);
  void stir(const built_tank& t, std::size_t from, std::size_t to, double water_m3);
  void turn_over(const built_tank& t);

  std::shared_ptr<const built> built_;
  std::shared_ptr<const std::vector<per_step>> per_step_;  ///< by tank, for `step_`
  seconds_real step_{};
  std::vector<double> layers_c_;  ///< hottest first
};

}  // namespace hearth::simulated
