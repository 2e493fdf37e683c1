#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/timekeeper.hpp"

#include <memory>
#include <optional>

namespace hearth {

struct timekeeper_state {
  timekeeper_state() = default;
  static inline const char* name = "timekeeper";

  /// Looks at the system clock.
  void look();
  /// Says what happened, and the dates to all who need them if they changed.
  void tell(const std::vector<event>& events);
  void tell_dates();

  timekeeper_actor::pointer self = nullptr;
  house_context context{{}, house_clock::real()};
  std::shared_ptr<timekeeper> mind;
  dating told = exact_dates;
  std::optional<roads> peers;
};

/// `mind` outlives the actor, so that a restart does not forget the date. In a house whose context
/// has no system clock, house time is UTC by definition, and nothing is looked at.
timekeeper_actor::behavior_type timekeeper_of(
    timekeeper_actor::stateful_pointer<timekeeper_state> self, house_context context,
    std::shared_ptr<timekeeper> mind);

}  // namespace hearth
