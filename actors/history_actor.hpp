#pragma once

#include "actors/history/historian.hpp"
#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"

#include <optional>

namespace hearth {

struct history_state {
  history_state() = default;
  static inline const char* name = "history";

  /// Says what the last step brought besides.
  void tell();
  /// Setpoints are what the dispatcher goes by; one question at a time.
  void ask_for_setpoints();

  history_actor::pointer self = nullptr;
  std::optional<historian> mind;
  std::optional<roads> peers;
  bool asked = false;
};

history_actor::behavior_type history_of(history_actor::stateful_pointer<history_state> self,
                                        house_context context, history_disk disk);

}  // namespace hearth
