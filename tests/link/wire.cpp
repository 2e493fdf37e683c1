#include "tests/link/wire.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace hearth::testing {
namespace {

/// How often the wire looks up from its sockets.
constexpr auto glance_ms = 5;

sockaddr_in loopback(std::uint16_t port) {
  auto address = sockaddr_in{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int tcp_socket() { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); }

void send_at_once(int socket) {
  const auto on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// False when one of the two has ended.
bool pass_on(int from, int to) {
  auto bytes = std::array<char, 65536>{};
  const auto count = ::recv(from, bytes.data(), bytes.size(), 0);
  if (count <= 0) return false;
  for (auto sent = ssize_t{0}; sent < count;) {
    const auto step =
        ::send(to, bytes.data() + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
    if (step <= 0) return false;
    sent += step;
  }
  return true;
}

}  // namespace

wire::wire(std::uint16_t broker) : broker_{broker}, listening_{tcp_socket()} {
  auto address = loopback(0);
  auto size = socklen_t{sizeof address};
  if (::bind(listening_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      ::listen(listening_, 16) != 0)
    throw std::runtime_error{"no wire to the broker"};
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { run(); }};
}

wire::~wire() {
  ending_ = true;
  thread_.join();
  cut();
  drop_dead();
  ::close(listening_);
}

void wire::cut() {
  const auto held = std::lock_guard{lock_};
  for (auto& each : pairs_) {
    ::shutdown(each.client, SHUT_RDWR);
    ::shutdown(each.broker, SHUT_RDWR);
    each.alive = false;
  }
}

void wire::refuse() {
  refusing_ = true;
  cut();
}

void wire::take_client() {
  const auto client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  ++attempts_;
  const auto broker = tcp_socket();
  const auto address = loopback(broker_);
  if (refusing_ ||
      ::connect(broker, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    ::close(broker);
    return;
  }
  send_at_once(client);
  send_at_once(broker);
  const auto held = std::lock_guard{lock_};
  pairs_.push_back({client, broker});
}

void wire::drop_dead() {
  std::erase_if(pairs_, [](const pair& each) {
    if (each.alive) return false;
    ::close(each.client);
    ::close(each.broker);
    return true;
  });
}

void wire::run() {
  while (!ending_) {
    auto watched = std::vector<pollfd>{{listening_, POLLIN, 0}};
    {
      const auto held = std::lock_guard{lock_};
      drop_dead();
      if (!frozen_)
        for (const auto& each : pairs_)
          for (const auto socket : {each.client, each.broker})
            watched.push_back({socket, POLLIN, 0});
    }
    ::poll(watched.data(), watched.size(), glance_ms);
    if (watched[0].revents != 0) take_client();
    const auto held = std::lock_guard{lock_};
    // New pairs stand behind those that were watched.
    for (auto i = std::size_t{1}; i < watched.size(); ++i) {
      auto& each = pairs_[(i - 1) / 2];
      const auto up = watched[i].fd == each.client;
      if (!each.alive || frozen_ || watched[i].revents == 0) continue;
      if (pass_on(watched[i].fd, up ? each.broker : each.client)) continue;
      ::shutdown(each.client, SHUT_RDWR);
      ::shutdown(each.broker, SHUT_RDWR);
      each.alive = false;
    }
  }
}

}  // namespace hearth::testing
