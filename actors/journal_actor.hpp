#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/scribe.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hearth {

struct journal_state {
  journal_state() = default;
  static inline const char* name = "journal";

  /// Writes what waits, as one group, and hands it to the link.
  void write();
  void hand_on(std::vector<journal_item> kept);
  /// Tells what the last step brought besides.
  void tell();
  void tell_backlog();

  journal_actor::pointer self = nullptr;
  house_context context{{}, house_clock::real()};
  std::optional<scribe> hand;
  std::vector<body> waiting;  ///< said since the last group was written
  std::optional<roads> peers;
  std::optional<backlog> told;
  time_point told_at;
  bool dates_heard = false;
};

/// `boot_id` must be new for each incarnation: it begins a new count of messages.
journal_actor::behavior_type journal_of(journal_actor::stateful_pointer<journal_state> self,
                                        house_context context, std::string boot_id,
                                        journal_maker open);

}  // namespace hearth
