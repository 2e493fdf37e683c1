#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "protocol/link.hpp"

#include <atomic>
#include <memory>
#include <optional>

namespace hearth {

struct upstream_state {
  upstream_state() = default;
  static inline const char* name = "upstream";

  void feed(const link_input& input);
  void show_link();

  upstream_actor::pointer self = nullptr;
  house_context context{{}, house_clock::real()};
  std::optional<link_machine> machine;
  std::unique_ptr<mqtt_client> client;
  /// A predecessor died, and may have told an outage.
  bool may_be_told = false;
  bool connected = false;  ///< to the node's broker
  std::optional<roads> peers;
  /// Events of the connection that wait in the mailbox, bounded by `limits::heard_messages`.
  std::shared_ptr<std::atomic<std::size_t>> waiting = std::make_shared<std::atomic<std::size_t>>(0);

 private:
  void carry(const link_output& output);
  template <class Wish>
  void ask_journal(const Wish& wish) {
    if (peers) self->send(peers->journal_of_link, wish);
  }
  void say(body what);
  /// An outage of a night is two events, however often it is tried in between.
  void ask(const query& what);
  void note_outage(const std::string& why);
  void note_return();

  bool outage_told_ = false;
};

/// Runs the link machine on the connection that `connect` makes. `incarnation` counts from 1: live
/// messages are named after it, and a later one does not know what its predecessor has told.
upstream_actor::behavior_type upstream_of(upstream_actor::stateful_pointer<upstream_state> self,
                                          house_context context, std::string boot_id,
                                          std::uint64_t incarnation, mqtt_client_maker connect);

}  // namespace hearth
