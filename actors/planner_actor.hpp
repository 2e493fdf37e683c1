#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/planner/heat_planner.hpp"

#include <optional>

namespace hearth {

struct planner_state {
  planner_state() = default;
  static inline const char* name = "planner";

  std::optional<heat_planner> mind;
  std::optional<roads> peers;
};

planner_actor::behavior_type planner_of(planner_actor::stateful_pointer<planner_state> self,
                                        house_context context);

}  // namespace hearth
