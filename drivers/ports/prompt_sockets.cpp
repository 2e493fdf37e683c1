#include "drivers/ports/prompt_sockets.hpp"

#include <arpa/inet.h>
#include <cstdlib>
#include <filesystem>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace hearth {
namespace {

/// Where a socket leads to; 0 if it is none, or of another kind.
std::uint16_t peer_port(int descriptor) {
  auto address = sockaddr_storage{};
  auto length = socklen_t{sizeof address};
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  if (address.ss_family == AF_INET)
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return 0;
}

}  // namespace

int send_promptly_to(std::uint16_t port) {
  auto found = 0;
  auto error = std::error_code{};
  for (auto entry = std::filesystem::directory_iterator{"/proc/self/fd", error};
       !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    const auto descriptor = std::atoi(entry->path().filename().c_str());
    if (port == 0 || peer_port(descriptor) != port) continue;
    const auto on = 1;
    if (::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0) ++found;
  }
  return found;
}

}  // namespace hearth
