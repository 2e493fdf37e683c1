#include "actors/planner/outdoor_persistence.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace hearth {
namespace {

/// An hour of the day moves this part of the way to each day's: ten days are remembered.
constexpr double follows = 0.1;
constexpr double keeps = 0.999;
/// Before anything was seen: as sure of this fading as from a day of differences of 3 K.
constexpr double presumed_fading = 0.97;
constexpr double presumed_k2 = 200;
constexpr double presumed_surprise_k2 = 1, presumed_hours = 24;

}  // namespace

void outdoor_persistence::learn(temperature outdoor) {
  auto t = outdoor.in_celsius();
  if (!std::isfinite(t)) t = learned_ == 0 ? 0 : ahead(1).in_celsius();
  auto& lately = lately_[learned_++ % hours_of_day];
  latest_ = t;
  const auto now = t - lately.value_or(t);
  if (lately) {
    const auto off = now - fades_to() * difference_;
    surprises_ = keeps * surprises_ + off * off;
    surprised_ = keeps * surprised_ + 1;
    with_before_ = keeps * with_before_ + now * difference_;
    with_itself_ = keeps * with_itself_ + difference_ * difference_;
  }
  lately = lately.value_or(t) + follows * now;
  difference_ = now;
}

double outdoor_persistence::fades_to() const {
  return std::clamp((with_before_ + presumed_fading * presumed_k2) / (with_itself_ + presumed_k2),
                    0.0, 1.0);
}

temperature_difference outdoor_persistence::doubt(std::size_t hours) const {
  const auto fading = fades_to() * fades_to();
  const auto each =
      (surprises_ + presumed_surprise_k2 * presumed_hours) / (surprised_ + presumed_hours);
  auto variance = 0.0;
  for (std::size_t h = 0; h < hours; ++h) variance = fading * variance + each;
  return std::sqrt(variance) * kelvin;
}

temperature outdoor_persistence::ahead(std::size_t hours) const {
  assert(learned_ > 0);
  if (hours == 0) return celsius(latest_);
  const auto& lately = lately_[(learned_ - 1 + hours) % hours_of_day];
  // On the first day nothing better is known than that it stays.
  if (!lately) return celsius(latest_);
  return celsius(*lately + difference_ * std::pow(fades_to(), static_cast<double>(hours)));
}

}  // namespace hearth
