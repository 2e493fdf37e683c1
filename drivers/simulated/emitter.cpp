#include "drivers/simulated/emitter.hpp"

#include "drivers/simulated/stratified_store.hpp"

#include <algorithm>
#include <cmath>

namespace hearth::simulated {
namespace {

/// The excess of supply over room at which `emitter_w_per_k` is meant: 60 °C in a room of 20 °C.
constexpr auto reference_k = 40.0;
/// Circulators are sized to bring back water at 0.6 of its excess over the room.
constexpr auto stream_per_emitter = 2.5;
/// A zone without emitters still has a pipe.
constexpr auto least_w_per_k = 0.01;
/// However little flows, the water never leaves more than this of its excess at the reference.
constexpr auto most_left = 0.9;

/// The excess of the mean water over the room, x, in k·x^n + 2·stream·x = 2·stream·excess. The
/// left side is convex and rises, so Newton's steps come down from `excess` and never pass it.
double mean_excess(double k, double n, double stream, double excess) {
  auto x = excess;
  for (auto i = 0; i < 20; ++i) {
    const auto power = k * std::pow(x, n);
    x -= (power + 2 * stream * (x - excess)) / (n * power / x + 2 * stream);
  }
  return x;
}

}  // namespace

emitter::emitter(const simulation_layout::zone& z, double room_j_per_k, seconds_real step) {
  const auto w_per_k = std::max(z.emitter_w_per_k, least_w_per_k);
  const auto sized = z.flow_l_per_min ? *z.flow_l_per_min / 60 * heat_capacity_j_per_k(litre)
                                      : stream_per_emitter * w_per_k;
  stream_w_per_k_ = std::max(sized, w_per_k / most_left);
  const auto n = std::clamp(z.emitter_exponent, 1.0, 2.0);
  const auto at_reference = w_per_k * reference_k;
  const auto k = at_reference / std::pow(reference_k - at_reference / (2 * stream_w_per_k_), n);
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    // Below a kelvin the exponent's slope has no meaning for a house.
    const auto excess = std::max(1.0, static_cast<double>(i) * table_step_k);
    const auto x = mean_excess(k, n, stream_w_per_k_, excess);
    const auto part = std::clamp(2 * (excess - x) / excess, 0.0, 1.0);
    const auto warmed = stream_w_per_k_ * part * step.count() / room_j_per_k;
    parts_[i] = warmed < 1e-9 ? part : part * -std::expm1(-warmed) / warmed;
  }
}

double emitter::part_left(double excess_k) const {
  const auto place =
      std::min(std::abs(excess_k) / table_step_k, static_cast<double>(parts_.size() - 1));
  const auto i = std::min(static_cast<std::size_t>(place), parts_.size() - 2);
  return parts_[i] + (parts_[i + 1] - parts_[i]) * (place - static_cast<double>(i));
}

}  // namespace hearth::simulated
