#pragma once

#include "layouts/layout.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace hearth::simulated {

/// What a thermometer adds to the truth: noise, a bias of its own, and that it follows slowly.
/// Noise and bias are functions of the seed, the sensor's name and the time alone, so that neither
/// another sensor, nor a restart, nor the order of calls changes what it says.
class sensor_error {
 public:
  /// A `name` is unique in the house.
  sensor_error(const simulation_layout& s, std::string_view name);

  /// What it shows at `now`, when `truth` is there. Times may not run backwards; where they do,
  /// the sensor starts anew.
  double shown(double truth, time_point now);

 private:
  double noise_k_;
  double bias_k_;
  double lag_s_;
  std::uint64_t key_;
  struct followed {
    double value;
    time_point at;
  };
  std::optional<followed> last_;
};

/// A bell-shaped number of deviation 1, the same for the same key on every machine.
double bell(std::uint64_t key);

}  // namespace hearth::simulated
