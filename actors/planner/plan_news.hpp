#pragma once

#include "actors/planner/heat_plan.hpp"
#include "actors/planner/room_learner.hpp"

#include <optional>
#include <vector>

namespace hearth {

/// What a plain thermostat would have done in one slot that has ended, on the house as it was
/// learned: what the plan is measured against.
struct thermostat_slot {
  time_point start;
  duration length{};
  energy electricity;
  std::optional<energy_price> price;  ///< all that electricity cost in it; absent: nobody said
  temperature store;                  ///< its mean at the end of the slot
  /// What the heat in the true store was worth at the end of the slot beyond that in the
  /// thermostat's: negative where the thermostat would have left it warmer.
  money ahead;
};

/// A plan, what it was made of and what has happened meanwhile, for whoever shows and keeps it.
/// In house time.
struct plan_news {
  time_point at;
  heat_plan plan;
  std::vector<slot_outlook> outlook;  ///< of the plan's slots, in their order
  /// Since the news before, oldest first; of at most two days.
  std::vector<thermostat_slot> thermostat;
  /// By zone of the plant; absent where too little was seen of it.
  std::vector<std::optional<learned_room>> rooms;
};

}  // namespace hearth
