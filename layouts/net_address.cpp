#include "layouts/net_address.hpp"

#include <charconv>

namespace hearth {

std::optional<std::uint16_t> port_from(std::string_view text) {
  auto port = std::uint16_t{0};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc{} || stop != end || port == 0) return {};
  return port;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") &&
          host.find_first_not_of("0123456789.") == std::string_view::npos);
}

std::optional<listen_address> listen_address_from(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  auto host = text.substr(0, colon);
  const auto port = port_from(text.substr(colon + 1));
  const auto is_six = host.starts_with('[') && host.ends_with(']');
  if (is_six) host = host.substr(1, host.size() - 2);
  const auto* digits = is_six ? "0123456789abcdefABCDEF:." : "0123456789.";
  if (!port || host.empty() || host.find_first_not_of(digits) != std::string_view::npos) return {};
  return listen_address{std::string{host}, *port};
}

}  // namespace hearth
