#pragma once

#include "actors/blackboard.hpp"
#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"

#include <optional>

namespace hearth {

struct blackboard_state {
  blackboard_state() = default;
  static inline const char* name = "blackboard";

  std::optional<blackboard> board;
  std::optional<roads> peers;
};

/// Freezes a snapshot every `limits::control_tick`, the first one as soon as fast devices have
/// answered.
blackboard_actor::behavior_type blackboard_of(
    blackboard_actor::stateful_pointer<blackboard_state> self, house_context context);

}  // namespace hearth
