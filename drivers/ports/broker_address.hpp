#pragma once

#include "protocol/fault.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace hearth {

/// Where a broker listens, as written in a layout.
struct broker_address {
  bool tls = false;
  std::string host;  ///< a name or a number, IPv6 without its brackets
  std::uint16_t port = 1883;
  bool operator==(const broker_address&) const = default;
};

/// Reads "mqtt://host", "mqtts://host:8883" or "mqtt://[::1]:1883"; a missing port is the usual
/// one.
result<broker_address> parse_broker(std::string_view uri);

/// Looks the host up and opens a TCP connection to it once, which is closed again. Blocks for
/// as long as the name service does and then for 5 s at most. It is asked before each attempt
/// because Paho looks names up under a lock that all clients of the program share, so that a
/// dead name service for the cloud would mute the house's own broker; and because Paho tells
/// no one whether it was the network or the certificate that failed.
result<void> reach(const broker_address& broker);

}  // namespace hearth
