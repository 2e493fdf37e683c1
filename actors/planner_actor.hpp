#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/planner/heat_planner.hpp"

#include <optional>

namespace hearth {

struct planner_state {
  planner_state() = default;
  static inline const char* name = "planner";

  /// Where people have a say: whether they have let go of the house. One question at a time.
  void ask_for_hands();

  planner_actor::pointer self = nullptr;
  std::optional<house_clock> clock;
  std::optional<heat_planner> mind;
  std::optional<roads> peers;
  bool asked = false;
};

planner_actor::behavior_type planner_of(planner_actor::stateful_pointer<planner_state> self,
                                        house_context context);

}  // namespace hearth
