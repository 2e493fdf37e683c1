#include "protocol/link_state.hpp"

#include <array>
#include <string>

namespace hearth {

std::string_view to_text(link_state s) {
  switch (s) {
  case link_state::not_started: return "not started";
  case link_state::connecting: return "connecting";
  case link_state::awaiting_setup_and_peer: return "awaiting setup and peer";
  case link_state::awaiting_setup: return "awaiting setup";
  case link_state::awaiting_peer: return "awaiting peer";
  case link_state::active: return "active";
  case link_state::stopped: return "stopped";
  }
  return "unknown";
}

std::string_view to_text(link_signal s) {
  switch (s) {
  case link_signal::start: return "start";
  case link_signal::connected: return "connected";
  case link_signal::connect_failed: return "connect failed";
  case link_signal::suback_some_left: return "subscription confirmed, some left";
  case link_signal::suback_none_left: return "subscription confirmed, none left";
  case link_signal::message: return "message";
  case link_signal::response_timeout: return "response timeout";
  case link_signal::disconnected: return "disconnected";
  case link_signal::stop: return "stop";
  }
  return "unknown";
}

bool is_connected(link_state s) {
  return s == link_state::awaiting_setup_and_peer || s == link_state::awaiting_setup ||
         s == link_state::awaiting_peer || s == link_state::active;
}

result<link_state> next_state(link_state from, link_signal signal) {
  using enum link_state;
  using s = link_signal;
  struct arrow {
    link_state from;
    link_signal signal;
    link_state to;
  };
  static constexpr auto arrows = std::array{
      arrow{not_started, s::start, connecting},
      arrow{connecting, s::connected, awaiting_setup_and_peer},
      arrow{connecting, s::connect_failed, connecting},
      arrow{awaiting_setup_and_peer, s::suback_some_left, awaiting_setup_and_peer},
      arrow{awaiting_setup_and_peer, s::suback_none_left, awaiting_peer},
      arrow{awaiting_setup_and_peer, s::message, awaiting_setup},
      arrow{awaiting_setup, s::suback_some_left, awaiting_setup},
      arrow{awaiting_setup, s::suback_none_left, active},
      arrow{awaiting_setup, s::message, awaiting_setup},
      arrow{awaiting_peer, s::message, active},
      arrow{awaiting_peer, s::response_timeout, awaiting_peer},
      arrow{active, s::message, active},
      arrow{active, s::response_timeout, awaiting_peer},
  };
  if (signal == s::stop) return stopped;
  if (signal == s::disconnected && is_connected(from)) return connecting;
  for (const auto& a : arrows)
    if (a.from == from && a.signal == signal) return a.to;
  return failed(fault_code::unsupported, std::string{to_text(signal)} + " means nothing while " +
                                             std::string{to_text(from)});
}

}  // namespace hearth
