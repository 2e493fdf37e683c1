#pragma once

#include "actors/history/history_words.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace hearth {

/// What was measured in one slot or bucket. A slot of the finest feeds has one value, coarser ones
/// remember the extremes and for how long anything was measured at all.
struct measure {
  double sum = 0;  ///< of value × seconds
  double seconds = 0;
  float lowest = 0, highest = 0;  ///< mean nothing while `seconds` is 0

  [[nodiscard]] bool any() const { return seconds > 0; }
  [[nodiscard]] float mean() const { return static_cast<float>(sum / seconds); }

  static measure of(float value, double seconds) {
    return {value * seconds, seconds, value, value};
  }
  void add(const measure& other) {
    if (!other.any()) return;
    lowest = any() ? std::min(lowest, other.lowest) : other.lowest;
    highest = any() ? std::max(highest, other.highest) : other.highest;
    sum += other.sum;
    seconds += other.seconds;
  }
};

/// What is asked of a bucket; nothing where nothing was measured.
std::optional<float> folded(const measure& m, fold how);

/// The unit of the answer: "Wh" of an integral of W, "USD" of USD/h, else "unit·h".
std::string unit_of(const std::string& unit, fold how);

}  // namespace hearth
