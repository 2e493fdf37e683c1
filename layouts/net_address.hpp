#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// 1 to 65535 in decimal digits; nothing if it is anything else.
std::optional<std::uint16_t> port_from(std::string_view text);

/// Only what cannot leave the machine: a name such as "127.evil.example" is not that.
bool is_loopback(std::string_view host);

/// Where a server of this house listens.
struct listen_address {
  std::string host;  ///< an IP number, IPv6 without its brackets
  std::uint16_t port = 0;
};

/// "0.0.0.0:8443", "[::1]:8443"; nothing if it is anything else. Whether the number is one is for
/// the system to say.
std::optional<listen_address> listen_address_from(std::string_view text);

}  // namespace hearth
