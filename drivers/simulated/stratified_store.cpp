#include "drivers/simulated/stratified_store.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace hearth::simulated {
namespace {

/// Part of the heat above the surroundings that is lost per hour: field figure for insulated tanks.
constexpr auto loss_per_hour = 0.005;
/// Water conducts 0.6 W/(m·K); the steel wall and slow convection along it add about as much.
constexpr auto conductivity_w_per_m_k = 1.2;
/// Cross-section of a 454 L (120 US gal) tank; more volume stands beside it, connected top to
/// bottom.
constexpr auto cross_section_m2 = 0.32;

}  // namespace

double heat_capacity_j_per_k(volume water) { return water.in(litre)*4186; }

stratified_store::stratified_store(volume water, std::size_t layers, temperature initial)
    : layer_volume_{water / static_cast<double>(layers)},
      layer_j_per_k_{heat_capacity_j_per_k(layer_volume_)},
      conduction_w_per_k_{conductivity_w_per_m_k * cross_section_m2 /
                          (layer_volume_.in(cubic_metre) / cross_section_m2)},
      layers_c_(layers, initial.in_celsius()) {
  assert(layers > 0 && water > volume{});
}

energy stratified_store::heat() const {
  auto sum_c = 0.0;
  for (const auto t : layers_c_) sum_c += t;
  return sum_c * layer_j_per_k_ * joule;
}

void stratified_store::exchange(volume charged, energy heat, volume discharged, energy given) {
  assert(charged + discharged <= layer_volume_ * (1 + 1e-9));
  const auto charge = charged / layer_volume_;
  const auto discharge = discharged / layer_volume_;
  // Both flows share the ends; between the layers only their difference moves.
  const auto top_c = layers_c_.front();
  const auto bottom_c = layers_c_.back();
  const auto down = charge - discharge;
  for (std::size_t i = 0; down > 0 && i + 1 < size(); ++i) {
    // From the bottom up, so that each layer gives its water of before the step.
    const auto from = size() - 2 - i;
    const auto moved = down * layers_c_[from];
    layers_c_[from] -= moved;
    layers_c_[from + 1] += moved;
  }
  for (std::size_t to = 0; down < 0 && to + 1 < size(); ++to) {
    const auto moved = -down * layers_c_[to + 1];
    layers_c_[to + 1] -= moved;
    layers_c_[to] += moved;
  }
  const auto swapped = charge * bottom_c - discharge * top_c;
  layers_c_.front() += swapped + heat.in(joule) / layer_j_per_k_;
  layers_c_.back() -= swapped + given.in(joule) / layer_j_per_k_;
}

energy stratified_store::settle(seconds_real step, temperature surroundings) {
  conduct(step);
  turn_over();
  const auto part = -std::expm1(-loss_per_hour * step.count() / 3600);
  auto lost_j = 0.0;
  for (auto& t : layers_c_) {
    const auto lost = (t - surroundings.in_celsius()) * part;
    t -= lost;
    lost_j += lost * layer_j_per_k_;
  }
  return lost_j * joule;
}

void stratified_store::conduct(seconds_real step) {
  // A quarter at most, so that heat never passes its equilibrium however thin the layers are.
  const auto part = std::min(0.25, conduction_w_per_k_ * step.count() / layer_j_per_k_);
  for (std::size_t i = 0; i + 1 < size(); ++i) {
    const auto moved = (layers_c_[i] - layers_c_[i + 1]) * part;
    layers_c_[i] -= moved;
    layers_c_[i + 1] += moved;
  }
}

void stratified_store::turn_over() {
  for (std::size_t last = 1; last < size(); ++last) {
    // The layers above `last` are in order already; it mixes with all it would rise through.
    auto first = last;
    auto sum_c = layers_c_[last];
    auto mixed_c = sum_c;
    while (first > 0 && layers_c_[first - 1] < mixed_c) {
      sum_c += layers_c_[--first];
      mixed_c = sum_c / static_cast<double>(last - first + 1);
    }
    for (auto i = first; first < last && i <= last; ++i) layers_c_[i] = mixed_c;
  }
}

}  // namespace hearth::simulated
