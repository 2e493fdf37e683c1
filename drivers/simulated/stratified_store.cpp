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
/// Cross-section of a 454 L (120 US gal) tank. A larger one stands for several side by side.
constexpr auto cross_section_m2 = 0.32;
/// A quarter at most passes to a neighbour in a step, so that heat never passes its equilibrium
/// however thin the layers are.
constexpr auto most_passed = 0.25;

}  // namespace

double heat_capacity_j_per_k(volume water) { return water.in(litre)*4186; }

stratified_store::stratified_store(const std::vector<tank>& tanks, double mixing,
                                   temperature initial) {
  assert(!tanks.empty());
  auto made = built{{}, tanks.front().water, mixing};
  auto first = std::size_t{0};
  for (const auto& t : tanks) {
    assert(t.layers > 0 && t.water > volume{});
    const auto water = t.water / static_cast<double>(t.layers);
    const auto j_per_k = heat_capacity_j_per_k(water);
    const auto height_m = water.in(cubic_metre) / cross_section_m2;
    const auto loss = t.loss_w_per_k ? *t.loss_w_per_k / (j_per_k * static_cast<double>(t.layers))
                                     : loss_per_hour / 3600;
    made.tanks.push_back({first, first + t.layers - 1, water.in(cubic_metre), j_per_k,
                          conductivity_w_per_m_k * cross_section_m2 / height_m, loss});
    made.smallest = std::min(made.smallest, water);
    first += t.layers;
  }
  built_ = std::make_shared<const built>(std::move(made));
  layers_c_.assign(first, initial.in_celsius());
}

double stratified_store::least_loss_per_s() const {
  return std::ranges::min(built_->tanks, {}, &built_tank::loss_per_s).loss_per_s;
}

energy stratified_store::heat() const {
  auto sum_j = 0.0;
  for (const auto& t : built_->tanks)
    for (auto i = t.first; i <= t.last; ++i) sum_j += layers_c_[i] * t.layer_j_per_k;
  return sum_j * joule;
}

energy stratified_store::heat_above(temperature least) const {
  auto sum_j = 0.0;
  for (const auto& t : built_->tanks)
    for (auto i = t.first; i <= t.last; ++i)
      sum_j += std::max(layers_c_[i] - least.in_celsius(), 0.0) * t.layer_j_per_k;
  return sum_j * joule;
}

void stratified_store::exchange(volume charged, energy heat, volume discharged, energy given) {
  assert(std::max(charged, discharged) <= layer_volume() * (1 + 1e-9));
  const auto charge = charged.in(cubic_metre);
  const auto discharge = discharged.in(cubic_metre);
  const auto& first = built_->tanks.front();
  const auto& last = built_->tanks.back();
  auto& c = layers_c_;
  const auto top_c = c.front();
  const auto bottom_c = c.back();
  // Both flows share the ends; between the layers only their difference moves. Every layer mixes
  // what comes with what it had before the step.
  if (const auto down = charge - discharge; down > 0) {
    for (auto t = built_->tanks.rbegin(); t != built_->tanks.rend(); ++t)
      for (auto i = t->last + 1; i-- > std::max<std::size_t>(t->first, 1);)
        c[i] += down / t->layer_m3 * (c[i - 1] - c[i]);
  } else if (down < 0) {
    for (const auto& t : built_->tanks)
      for (auto i = t.first; i <= t.last && i + 1 < c.size(); ++i)
        c[i] -= down / t.layer_m3 * (c[i + 1] - c[i]);
  }
  c.front() += charge / first.layer_m3 * (bottom_c - top_c) + heat.in(joule) / first.layer_j_per_k;
  c.back() += discharge / last.layer_m3 * (top_c - bottom_c) - given.in(joule) / last.layer_j_per_k;

  if (built_->mixing == 0) return;
  for (const auto& t : built_->tanks) {
    if (t.first == t.last) continue;
    const auto from_above = &t == &first ? charge : std::max(0.0, charge - discharge);
    const auto from_below = &t == &last ? discharge : std::max(0.0, discharge - charge);
    stir(t, t.first, t.first + 1, from_above);
    stir(t, t.last, t.last - 1, from_below);
  }
}

void stratified_store::stir(const built_tank& t, std::size_t from, std::size_t to,
                            double water_m3) {
  const auto part = std::min(most_passed, built_->mixing * water_m3 / t.layer_m3);
  const auto moved = (layers_c_[from] - layers_c_[to]) * part;
  layers_c_[from] -= moved;
  layers_c_[to] += moved;
}

energy stratified_store::settle(seconds_real step, temperature surroundings) {
  if (step != step_) prepare(step);
  const auto around_c = surroundings.in_celsius();
  auto lost_j = 0.0;
  for (std::size_t n = 0; n < built_->tanks.size(); ++n) {
    const auto& t = built_->tanks[n];
    const auto& now = (*per_step_)[n];
    for (auto i = t.first; i < t.last; ++i) {
      const auto moved = (layers_c_[i] - layers_c_[i + 1]) * now.conducted;
      layers_c_[i] -= moved;
      layers_c_[i + 1] += moved;
    }
    turn_over(t);
    auto lost_k = 0.0;
    for (auto i = t.first; i <= t.last; ++i) {
      const auto lost = (layers_c_[i] - around_c) * now.lost;
      layers_c_[i] -= lost;
      lost_k += lost;
    }
    lost_j += lost_k * t.layer_j_per_k;
  }
  return lost_j * joule;
}

void stratified_store::prepare(seconds_real step) {
  auto made = std::vector<per_step>{};
  for (const auto& t : built_->tanks)
    made.push_back({std::min(most_passed, t.conduction_w_per_k * step.count() / t.layer_j_per_k),
                    -std::expm1(-t.loss_per_s * step.count())});
  per_step_ = std::make_shared<const std::vector<per_step>>(std::move(made));
  step_ = step;
}

void stratified_store::turn_over(const built_tank& t) {
  for (auto last = t.first + 1; last <= t.last; ++last) {
    // The layers above `last` are in order already; it mixes with all it would rise through.
    auto first = last;
    auto sum_c = layers_c_[last];
    auto mixed_c = sum_c;
    while (first > t.first && layers_c_[first - 1] < mixed_c) {
      sum_c += layers_c_[--first];
      mixed_c = sum_c / static_cast<double>(last - first + 1);
    }
    for (auto i = first; first < last && i <= last; ++i) layers_c_[i] = mixed_c;
  }
}

}  // namespace hearth::simulated
