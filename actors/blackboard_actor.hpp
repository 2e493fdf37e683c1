#pragma once

#include "actors/blackboard.hpp"
#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/onlooker.hpp"
#include "protocol/limits.hpp"

#include <optional>

namespace hearth {

struct blackboard_state {
  blackboard_state() = default;
  static inline const char* name = "blackboard";

  /// Shows the frozen picture to everybody.
  void show(blackboard_actor::pointer self, const snapshot& frozen);

  std::optional<blackboard> board;
  std::optional<roads> peers;
  static constexpr auto most_untaken = limits::pictures_untaken_most;
  onlooker history{most_untaken}, portal{most_untaken}, home_assistant{most_untaken},
      observer{most_untaken};
};

/// Freezes a snapshot every `limits::control_tick`, the first one as soon as fast devices have
/// answered.
blackboard_actor::behavior_type blackboard_of(
    blackboard_actor::stateful_pointer<blackboard_state> self, house_context context);

}  // namespace hearth
