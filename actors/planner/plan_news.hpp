#pragma once

#include "actors/planner/heat_plan.hpp"

#include <vector>

namespace hearth {

/// What a plain thermostat would have done in one slot that has ended, on the house as it was
/// learned: what the plan is measured against.
struct thermostat_slot {
  time_point start;
  duration length{};
  energy electricity;
  energy_price price;  ///< all that electricity cost in it
  temperature store;   ///< its mean at the end of the slot
};

/// A plan, what it was made of and what has happened meanwhile, for whoever shows and keeps it.
/// In house time.
struct plan_news {
  time_point at;
  heat_plan plan;
  std::vector<slot_outlook> outlook;        ///< of the plan's slots, in their order
  std::vector<thermostat_slot> thermostat;  ///< since the news before, oldest first
};

}  // namespace hearth
