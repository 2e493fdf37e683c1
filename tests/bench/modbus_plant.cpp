/// The Modbus TCP server of the benchmarks: 200 meters whose power changes every second, as f32
/// input registers from address 0, and 8 coils. Prints what a benchmark times, by CLOCK_MONOTONIC
/// in nanoseconds: "first NS" when a connection makes its first request, "coil ADDRESS VALUE NS"
/// when a coil has been written and the write was answered.

#include <modbus/modbus.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <poll.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr auto meters = 200;
constexpr auto coils = 8;
constexpr auto write_single_coil = 0x05;

std::int64_t monotonic_ns() {
  auto t = timespec{};
  ::clock_gettime(CLOCK_MONOTONIC, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/// Each second every meter shows 10 W more, in a saw of a hundred steps.
void show_second(std::int64_t second, modbus_mapping_t& table) {
  for (auto i = 0; i < meters; ++i) {
    const auto watts = static_cast<float>(1000 + i) + static_cast<float>(second % 100) * 10.0F;
    // High word first. libmodbus' own modbus_set_float_abcd swaps the bytes of each word.
    const auto bits = std::bit_cast<std::uint32_t>(watts);
    table.tab_input_registers[2 * i] = static_cast<std::uint16_t>(bits >> 16);
    table.tab_input_registers[2 * i + 1] = static_cast<std::uint16_t>(bits & 0xFFFF);
  }
}

struct connection {
  int socket;
  bool has_asked = false;
};

/// False when the connection is over.
bool serve(modbus_t* server, connection& from, modbus_mapping_t& table) {
  auto query = std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH>{};
  modbus_set_socket(server, from.socket);
  const auto length = modbus_receive(server, query.data());
  if (length < 0) return false;
  const auto arrived = monotonic_ns();
  if (!from.has_asked) std::printf("first %lld\n", static_cast<long long>(arrived));
  from.has_asked = true;
  show_second(arrived / 1'000'000'000, table);
  if (length > 0 && modbus_reply(server, query.data(), length, &table) < 0) return false;
  const auto* const request = query.data() + modbus_get_header_length(server);
  if (length > 0 && request[0] == write_single_coil) {
    const auto address = request[1] << 8 | request[2];
    std::printf("coil %d %d %lld\n", address, request[3] != 0,
                static_cast<long long>(monotonic_ns()));
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fputs("usage: modbus_plant PORT\n", stderr), 2;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const auto server = std::unique_ptr<modbus_t, void (*)(modbus_t*)>{
      modbus_new_tcp("127.0.0.1", std::atoi(argv[1])), modbus_free};
  const auto table = std::unique_ptr<modbus_mapping_t, void (*)(modbus_mapping_t*)>{
      modbus_mapping_new(coils, 0, 0, 2 * meters), modbus_mapping_free};
  auto listening = server && table ? modbus_tcp_listen(server.get(), 8) : -1;
  if (listening < 0) return std::perror("modbus_plant: cannot listen"), 1;
  std::puts("ready");
  auto connections = std::vector<connection>{};
  auto watched = std::vector<pollfd>{};
  while (true) {
    watched.assign(1, {.fd = listening, .events = POLLIN, .revents = 0});
    for (const auto& c : connections)
      watched.push_back({.fd = c.socket, .events = POLLIN, .revents = 0});
    if (::poll(watched.data(), watched.size(), -1) < 0) return std::perror("modbus_plant"), 1;
    for (auto i = connections.size(); i > 0; --i) {
      if (watched[i].revents == 0 || serve(server.get(), connections[i - 1], *table)) continue;
      ::close(connections[i - 1].socket);
      connections.erase(connections.begin() + static_cast<std::ptrdiff_t>(i - 1));
    }
    if (watched[0].revents == 0) continue;
    if (const auto socket = modbus_tcp_accept(server.get(), &listening); socket >= 0)
      connections.push_back({socket});
  }
}
