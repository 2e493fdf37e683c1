#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/record/flight_recorder.hpp"

#include <optional>

namespace hearth {

struct recorder_state {
  recorder_state() = default;
  static inline const char* name = "recorder";

  std::optional<flight_recorder> hand;
  std::optional<roads> peers;
};

recorder_actor::behavior_type recorder_of(recorder_actor::stateful_pointer<recorder_state> self,
                                          house_context context, std::string boot_id,
                                          recording_plan plan);

}  // namespace hearth
