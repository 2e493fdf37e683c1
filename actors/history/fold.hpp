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

/// Whether a channel of this unit counts energy, as a meter's register does: what it rose by is
/// asked for then, and adding it up over time would mean nothing.
bool counts_energy(const std::string& unit);

/// How much a counter rose, slot after slot in the order of time. Each step up counts where its
/// later value stands, so a gap is bridged by one step; a step down, of a counter that was reset or
/// exchanged, counts as zero, and the first value there is has none. A coarse slot of a counter
/// begins with its lowest and ends with its highest value; where it was reset inside, what it
/// counted after that comes with the next slot.
class counter_rise {
 public:
  /// What rose up to the end of this slot goes to `risen` with the next call, because what follows
  /// tells whether the counter was reset inside.
  void add(const measure& slot, double& risen);
  /// There is no more.
  void end();

 private:
  void count(const measure& next);

  measure slot_;  ///< not yet counted
  double* risen_ = nullptr;
  std::optional<double> last_;  ///< what the counter showed before `slot_`
};

/// The unit of the answer: "Wh" of an integral of W or of a counter in Wh, "USD" of USD/h, else
/// "unit·h".
std::string unit_of(const std::string& unit, fold how);

}  // namespace hearth
