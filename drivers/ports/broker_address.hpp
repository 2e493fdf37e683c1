#pragma once

#include "protocol/fault.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

/// Whether what is said to it cannot leave the machine: a name such as "127.evil.example" can.
bool is_on_loopback(const broker_address& broker);

/// A connected TCP socket that does not block, closed with its owner.
class tcp_connection {
 public:
  explicit tcp_connection(int descriptor) : descriptor_{descriptor} {}
  tcp_connection(tcp_connection&& other) noexcept
      : descriptor_{std::exchange(other.descriptor_, std::nullopt)} {}
  tcp_connection& operator=(tcp_connection&&) = delete;
  ~tcp_connection();
  [[nodiscard]] int descriptor() const { return *descriptor_; }

 private:
  std::optional<int> descriptor_;
};

/// Looks the host up and opens a connection to it. Blocks as `reach` does.
result<tcp_connection> dial(const broker_address& broker);

/// Looks the host up and opens a TCP connection to it once, which is closed again. Blocks for
/// as long as the name service does and then for 5 s at most. It is asked before each attempt
/// because Paho looks names up under a lock that all clients of the program share, so that a
/// dead name service for the cloud would mute the house's own broker; and because Paho tells
/// no one whether it was the network or the certificate that failed.
result<void> reach(const broker_address& broker);

}  // namespace hearth
