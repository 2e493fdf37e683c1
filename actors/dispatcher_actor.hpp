#pragma once

#include "actors/dispatcher.hpp"
#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"

#include <map>
#include <optional>

namespace hearth {

struct dispatcher_state {
  dispatcher_state() = default;
  static inline const char* name = "dispatcher";

  std::optional<dispatcher> mind;
  std::optional<roads> peers;
  std::map<device_id, command_sink> devices;
};

dispatcher_actor::behavior_type dispatcher_of(
    dispatcher_actor::stateful_pointer<dispatcher_state> self, house_context context);

}  // namespace hearth
