#include "actors/history/fold.hpp"

namespace hearth {

std::optional<float> folded(const measure& m, fold how) {
  if (!m.any()) return {};
  switch (how) {
  case fold::average: return m.mean();
  case fold::lowest: return m.lowest;
  case fold::highest: return m.highest;
  case fold::integral: return static_cast<float>(m.sum / 3600);
  }
  return {};
}

bool counts_energy(const std::string& unit) { return unit == "Wh" || unit == "kWh"; }

void counter_rise::add(const measure& slot, double& risen) {
  if (!slot.any()) return;
  count(slot);
  slot_ = slot;
  risen_ = &risen;
}

void counter_rise::end() {
  count({});
  slot_ = {};
}

void counter_rise::count(const measure& next) {
  if (!slot_.any()) return;
  const auto lowest = double{slot_.lowest}, highest = double{slot_.highest};
  const auto goes_on = next.any() && next.lowest >= highest;
  // It went on from where it stood, or it was never heard before, and then fell to its lowest.
  const auto reset_inside =
      last_ ? lowest < *last_ && highest >= *last_ && !goes_on
            : next.any() && next.lowest >= lowest && double{next.lowest} < highest;
  if (reset_inside) {
    *risen_ += last_ ? highest - *last_ : 0;
    last_ = lowest;
    return;
  }
  *risen_ += highest - (last_ && lowest >= *last_ ? *last_ : lowest);
  last_ = highest;
}

std::string unit_of(const std::string& unit, fold how) {
  if (how != fold::integral || counts_energy(unit)) return unit;
  if (unit == "W") return "Wh";
  if (unit.ends_with("/h")) return unit.substr(0, unit.size() - 2);
  return unit + "·h";
}

}  // namespace hearth
