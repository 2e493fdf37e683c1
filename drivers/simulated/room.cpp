#include "drivers/simulated/room.hpp"

#include <algorithm>
#include <cmath>

namespace hearth::simulated {
namespace {

/// Even an empty room has air.
constexpr auto least_wh_per_k = 1.0;
/// What passes through the structure can be at most this part of what reaches it.
constexpr auto most_through = 0.95;

/// The mean over a step of e^−t, for t from 0 to x.
double mean_decay(double x) { return x < 1e-6 ? 1 - x / 2 : -std::expm1(-x) / x; }

/// The mean over a step of what grows from zero to 1 − e^−t against the same decay, over x.
double mean_growth(double x) {
  if (x < 1e-2) return 0.5 - x / 6 + x * x / 24 - x * x * x / 120 + x * x * x * x / 720;
  return (1 - mean_decay(x)) / x;
}

}  // namespace

room::room(const simulation_layout::zone& z, seconds_real step)
    : has_structure_{z.structure_wh_per_k > 0},
      room_j_per_k_{std::max(z.capacity_wh_per_k, least_wh_per_k) * 3600},
      structure_j_per_k_{has_structure_ ? std::max(z.structure_wh_per_k, least_wh_per_k) * 3600
                                        : room_j_per_k_} {
  const auto coupling = has_structure_ ? z.structure_w_per_k : 0;
  const auto wanted =
      has_structure_ ? std::clamp(z.structure_loss, 0.0, 1.0) * z.conductance_w_per_k : 0;
  // Coupling and the way out are in series; together they are what passes through.
  const auto passing = std::min(wanted, most_through * coupling);
  const auto out = passing > 0 ? passing * coupling / (coupling - passing) : 0;
  drop_ = passing > 0 ? passing / coupling : 0;
  direct_j_per_k_ = std::max(0.0, z.conductance_w_per_k - passing) * step.count();
  coupling_j_per_k_ = coupling * step.count();
  through_j_per_k_ = out * step.count();

  // With temperatures weighted by the roots of the capacities the two equations are symmetric, so
  // a rotation parts them into two exponentials.
  const auto weight = std::sqrt(room_j_per_k_ / structure_j_per_k_);
  const auto a = (direct_j_per_k_ + coupling_j_per_k_) / room_j_per_k_;
  const auto d = (through_j_per_k_ + coupling_j_per_k_) / structure_j_per_k_;
  const auto b = -coupling_j_per_k_ / std::sqrt(room_j_per_k_ * structure_j_per_k_);
  const auto angle = b == 0 ? 0 : 0.5 * std::atan2(2 * b, a - d);
  const auto c = b == 0 ? 1 : std::cos(angle);
  const auto s = b == 0 ? 0 : std::sin(angle);
  const auto first = std::max(0.0, a * c * c + 2 * b * c * s + d * s * s);
  const auto second = std::max(0.0, a * s * s - 2 * b * c * s + d * c * c);
  const auto made = [&](double f, double g) {
    return matrix{c * c * f + s * s * g, c * s * (f - g) / weight, c * s * (f - g) * weight,
                  s * s * f + c * c * g};
  };
  of_start_ = made(mean_decay(first), mean_decay(second));
  of_heat_ = made(mean_growth(first), mean_growth(second));
}

double room::live(room_state& s, double into_room_j, double into_structure_j,
                  double outdoor_c) const {
  const auto room_k = s.room_c - outdoor_c;
  const auto structure_k = s.structure_c - outdoor_c;
  const auto room_warmed = into_room_j / room_j_per_k_;
  const auto structure_warmed = into_structure_j / structure_j_per_k_;
  const auto mean_room_k = of_start_.a * room_k + of_start_.b * structure_k +
                           of_heat_.a * room_warmed + of_heat_.b * structure_warmed;
  const auto mean_structure_k = of_start_.c * room_k + of_start_.d * structure_k +
                                of_heat_.c * room_warmed + of_heat_.d * structure_warmed;
  const auto direct = direct_j_per_k_ * mean_room_k;
  const auto through = through_j_per_k_ * mean_structure_k;
  const auto between = coupling_j_per_k_ * (mean_room_k - mean_structure_k);
  s.room_c += (into_room_j - direct - between) / room_j_per_k_;
  s.structure_c += (into_structure_j - through + between) / structure_j_per_k_;
  return direct + through;
}

}  // namespace hearth::simulated
