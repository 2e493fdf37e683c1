#include "drivers/ports/broker_address.hpp"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace hearth {
namespace {

constexpr int connect_timeout_ms = 5000;

/// The connection, or the error number of the attempt.
tl::expected<tcp_connection, int> open_once(const addrinfo& address) {
  const auto descriptor = ::socket(
      address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol);
  if (descriptor < 0) return tl::make_unexpected(errno);
  auto made = tcp_connection{descriptor};
  if (::connect(descriptor, address.ai_addr, address.ai_addrlen) == 0) return made;
  if (errno != EINPROGRESS) return tl::make_unexpected(errno);
  auto waiting = pollfd{descriptor, POLLOUT, 0};
  if (::poll(&waiting, 1, connect_timeout_ms) <= 0) return tl::make_unexpected(ETIMEDOUT);
  auto error = 0;
  auto size = socklen_t{sizeof error};
  if (::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
  if (error != 0) return tl::make_unexpected(error);
  return made;
}

}  // namespace

result<broker_address> parse_broker(std::string_view uri) {
  const auto wrong = [&] {
    return failed(fault_code::malformed, "'" + std::string{uri} +
                                             "' is no broker address; write mqtt://host:1883 or "
                                             "mqtts://host:8883");
  };
  auto address = broker_address{};
  auto rest = uri;
  if (rest.starts_with("mqtts://")) {
    address.tls = true;
    address.port = 8883;
    rest.remove_prefix(8);
  } else if (rest.starts_with("mqtt://")) {
    rest.remove_prefix(7);
  } else {
    return wrong();
  }
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return wrong();
    address.host = rest.substr(1, end - 1);
    rest.remove_prefix(end + 1);
  } else {
    const auto end = std::min(rest.find(':'), rest.size());
    address.host = rest.substr(0, end);
    rest.remove_prefix(end);
  }
  if (address.host.empty() || address.host.find_first_of("/ @") != std::string::npos)
    return wrong();
  if (rest.empty()) return address;
  rest.remove_prefix(1);
  const auto* const end = rest.data() + rest.size();
  const auto [stopped, error] = std::from_chars(rest.data(), end, address.port);
  if (error != std::errc{} || stopped != end || address.port == 0) return wrong();
  return address;
}

bool is_on_loopback(const broker_address& broker) {
  const auto& host = broker.host;
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos);
}

tcp_connection::~tcp_connection() {
  if (descriptor_) ::close(*descriptor_);
}

result<tcp_connection> dial(const broker_address& broker) {
  const auto name = broker.host + ":" + std::to_string(broker.port);
  auto hints = addrinfo{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const auto error =
          ::getaddrinfo(broker.host.c_str(), std::to_string(broker.port).c_str(), &hints, &found))
    return failed(fault_code::disconnected,
                  "cannot find host '" + broker.host + "': " + ::gai_strerror(error));
  const auto addresses =
      std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>{found, ::freeaddrinfo};
  auto error = 0;
  for (const auto* address = addresses.get(); address; address = address->ai_next) {
    auto made = open_once(*address);
    if (made) return std::move(*made);
    error = made.error();
  }
  if (error == ETIMEDOUT)
    return failed(fault_code::timeout, "no answer from " + name + " within 5 s");
  if (error == ECONNREFUSED)
    return failed(fault_code::disconnected, name + " refuses connections: is the broker running?");
  return failed(fault_code::disconnected, "cannot reach " + name + ": " + std::strerror(error));
}

result<void> reach(const broker_address& broker) {
  const auto made = dial(broker);
  if (!made) return tl::make_unexpected(made.error());
  return {};
}

}  // namespace hearth
