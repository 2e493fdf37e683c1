// A board of relays behind Modbus TCP, made of libmodbus alone, for tests.
//
// usage: relay_server PORT
//
// PORT 0 takes a free one. Prints the port it listens on, then one line for every coil written:
// "ADDRESS VALUE NANOSECONDS", the last on the monotonic clock. Serves until its standard input
// closes. Coils keep their values from one client to the next, like relays.

#include <modbus/modbus.h>

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <netinet/in.h>
#include <poll.h>
#include <span>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr auto coils = 64;
constexpr auto most_clients = 8;
constexpr auto write_single_coil = 0x05;
constexpr auto write_coils = 0x0F;

using context = std::unique_ptr<modbus_t, decltype(&modbus_free)>;
using mapping = std::unique_ptr<modbus_mapping_t, decltype(&modbus_mapping_free)>;

/// Says what a request has just written.
void tell(std::span<const std::uint8_t> request, const modbus_mapping_t& relays) {
  if (request.size() < 5) return;
  const auto function = request[0];
  if (function != write_single_coil && function != write_coils) return;
  const auto first = request[1] << 8 | request[2];
  const auto count = function == write_coils ? request[3] << 8 | request[4] : 1;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto at = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  for (auto coil = first; coil < std::min(first + count, relays.nb_bits); ++coil)
    std::printf("%d %d %lld\n", coil, int{relays.tab_bits[coil]}, static_cast<long long>(at));
  std::fflush(stdout);
}

/// False when the client has gone.
bool answer_one(modbus_t* server, int client, modbus_mapping_t& relays) {
  auto request = std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH>{};
  modbus_set_socket(server, client);
  const auto length = modbus_receive(server, request.data());
  if (length <= 0) return length == 0;
  if (modbus_reply(server, request.data(), length, &relays) < 0) return false;
  const auto header = static_cast<std::size_t>(modbus_get_header_length(server));
  tell(std::span{request}.first(static_cast<std::size_t>(length)).subspan(header), relays);
  return true;
}

int port_of(int socket) {
  auto address = sockaddr_in{};
  auto size = socklen_t{sizeof address};
  getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void serve(modbus_t* server, int listener, modbus_mapping_t& relays) {
  auto watched = std::vector<pollfd>{{STDIN_FILENO, POLLIN, 0}, {listener, POLLIN, 0}};
  while (poll(watched.data(), watched.size(), -1) > 0 && watched[0].revents == 0) {
    std::erase_if(watched, [&](const pollfd& w) {
      if (w.fd == STDIN_FILENO || w.fd == listener || w.revents == 0) return false;
      if (answer_one(server, w.fd, relays)) return false;
      close(w.fd);
      return true;
    });
    if (watched[1].revents == 0) continue;
    auto accepting = listener;
    if (const auto client = modbus_tcp_accept(server, &accepting); client >= 0)
      watched.push_back({client, POLLIN, 0});
  }
}

}  // namespace

int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const auto port = argc == 2 ? std::atoi(argv[1]) : 0;
  const auto server = context{modbus_new_tcp("127.0.0.1", port), &modbus_free};
  const auto relays = mapping{modbus_mapping_new(coils, 0, 0, 0), &modbus_mapping_free};
  if (!server || !relays) return EXIT_FAILURE;
  // With a socket of -1 libmodbus would abort the process later on.
  const auto listener = modbus_tcp_listen(server.get(), most_clients);
  if (listener < 0) {
    std::fprintf(stderr, "relay_server: port %d: %s\n", port, modbus_strerror(errno));
    return EXIT_FAILURE;
  }
  std::printf("%d\n", port_of(listener));
  std::fflush(stdout);
  serve(server.get(), listener, *relays);
  return EXIT_SUCCESS;
}
