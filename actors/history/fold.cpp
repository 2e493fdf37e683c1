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

std::string unit_of(const std::string& unit, fold how) {
  if (how != fold::integral) return unit;
  if (unit == "W") return "Wh";
  if (unit.ends_with("/h")) return unit.substr(0, unit.size() - 2);
  return unit + "·h";
}

}  // namespace hearth
