#pragma once

#include "actors/home_assistant.hpp"
#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"

#include <optional>

namespace hearth {

struct home_assistant_state {
  home_assistant_state() = default;
  static inline const char* name = "home assistant";

  std::optional<home_assistant> mind;
  bus_actor bus;  ///< null until it is introduced
  std::optional<roads> peers;
  bool under_way = false;               ///< a batch is at the bus
  bool asked = false;                   ///< the dispatcher, for the setpoints
  std::optional<time_point> try_again;  ///< the broker was away
};

home_assistant_actor::behavior_type home_assistant_of(
    home_assistant_actor::stateful_pointer<home_assistant_state> self, house_context context);

}  // namespace hearth
