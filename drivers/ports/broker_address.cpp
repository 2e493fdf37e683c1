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

class socket_handle {
 public:
  explicit socket_handle(int descriptor) : descriptor_{descriptor} {}
  socket_handle(const socket_handle&) = delete;
  socket_handle& operator=(const socket_handle&) = delete;
  ~socket_handle() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// Zero, or the error number of the attempt.
int open_once(const addrinfo& address) {
  const auto handle = socket_handle{::socket(
      address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol)};
  if (handle.get() < 0) return errno;
  if (::connect(handle.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  auto waiting = pollfd{handle.get(), POLLOUT, 0};
  if (::poll(&waiting, 1, connect_timeout_ms) <= 0) return ETIMEDOUT;
  auto error = 0;
  auto size = socklen_t{sizeof error};
  if (::getsockopt(handle.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
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

result<void> reach(const broker_address& broker) {
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
  for (const auto* address = addresses.get(); address; address = address->ai_next)
    if (error = open_once(*address); error == 0) return {};
  if (error == ETIMEDOUT)
    return failed(fault_code::timeout, "no answer from " + name + " within 5 s");
  if (error == ECONNREFUSED)
    return failed(fault_code::disconnected, name + " refuses connections: is the broker running?");
  return failed(fault_code::disconnected, "cannot reach " + name + ": " + std::strerror(error));
}

}  // namespace hearth
