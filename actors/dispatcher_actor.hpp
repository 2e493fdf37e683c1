#pragma once

#include "actors/dispatcher.hpp"
#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace hearth {

struct dispatcher_state {
  dispatcher_state() = default;
  static inline const char* name = "dispatcher";

  std::optional<dispatcher> mind;
  std::optional<roads> peers;
  std::map<device_id, command_sink> devices;
  std::vector<recorded> unsent;  ///< for the recorder, until it is known where it stands
  std::size_t unanswered = 0;    ///< by the recorder
  std::uint64_t unrecorded = 0;  ///< inputs for which there was no room
  std::uint64_t decided = 0;     ///< snapshots
  bool handed_down = false;      ///< its successor has what it left, and decides
};

dispatcher_actor::behavior_type dispatcher_of(
    dispatcher_actor::stateful_pointer<dispatcher_state> self, house_context context,
    bool is_recorded);

}  // namespace hearth
