#pragma once

#include "actors/planner/heat_model.hpp"
#include "actors/planner/heat_plan.hpp"
#include "actors/planner/slot_physics.hpp"

#include <algorithm>
#include <cstddef>

namespace hearth {

/// How many slots it takes until `length` is over.
inline std::size_t slots_for(duration length, duration first, duration slot) {
  if (length <= duration{}) return 0;
  if (length <= first) return 1;
  return 1 + static_cast<std::size_t>((length - first + slot - duration{1}) / slot);
}

/// The shortest run and rest that begin with a slot of this length, in slots.
struct least_slots {
  std::size_t on, off;
  least_slots(const heat_model& m, duration first, duration slot)
      : on{std::max<std::size_t>(slots_for(m.min_on + command_margin, first, slot), 1)},
        off{std::max<std::size_t>(slots_for(m.min_off + command_margin, first, slot), 1)} {}
};

/// What the compressor does, and for how many slots more it is bound to.
struct compressor_motion {
  bool running = false;
  std::size_t bound = 0;

  [[nodiscard]] bool may(bool run) const { return bound == 0 || run == running; }
  /// A slot later, having run in it or not.
  [[nodiscard]] compressor_motion after(bool runs, const least_slots& least) const {
    if (runs == running) return {runs, bound > 0 ? bound - 1 : 0};
    return {runs, (runs ? least.on : least.off) - 1};
  }
};

/// What becomes of a compressor that ran in a slot: one that filled the store rests from then on.
inline compressor_motion after_run(compressor_motion is, const step_result& does,
                                   const least_slots& least) {
  return does.full ? compressor_motion{false, least.off} : is.after(true, least);
}

}  // namespace hearth
