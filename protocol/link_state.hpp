#pragma once

#include "protocol/fault.hpp"

#include <string_view>

/// Where the house's end of the link stands, and every way from one state to another:
///
///   not_started --start--> connecting <------------------ disconnected -----------------------+
///                          |  ^ |                                                             |
///                          |  +-+ connect failed: again after the back-off                    |
///                connected |                                                                  |
///                          v                     (peer = a good message from the node)        |
///              awaiting_setup_and_peer --peer--> awaiting_setup                               |
///                          |                           |                                      |
///        all subscriptions |         all subscriptions |                    every state that  |
///                confirmed |                 confirmed |                    is connected -----+
///                          v                           v
///                    awaiting_peer -------peer-----> active        any --stop--> stopped
///                          ^                           |
///                          +----- response timeout ----+
namespace hearth {

enum class link_state : unsigned char {
  not_started,
  connecting,
  awaiting_setup_and_peer,
  awaiting_setup,
  awaiting_peer,
  active,
  stopped,
};
std::string_view to_text(link_state s);
bool is_connected(link_state s);

enum class link_signal : unsigned char {
  start,
  connected,
  connect_failed,
  suback_some_left,
  suback_none_left,
  message,
  response_timeout,
  disconnected,
  stop,
};
std::string_view to_text(link_signal s);

/// The drawing above as a function: the next state, or a fault where no arrow is drawn.
result<link_state> next_state(link_state from, link_signal signal);

}  // namespace hearth
