#include "drivers/daikin_homehub.hpp"
#include "drivers/egauge.hpp"
#include "drivers/schneider_iem3000.hpp"
#include "drivers/sdm630.hpp"
#include "drivers/sunspec_inverter.hpp"
#include "drivers/sunspec_meter.hpp"
#include "tests/support/device_on_tcp.hpp"
#include "tests/support/modbus_peer.hpp"
#include "tests/support/one_device.hpp"
#include "tests/support/pseudo_terminal.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <atomic>
#include <functional>
#include <netinet/in.h>
#include <poll.h>
#include <random>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

/// All models with a register map of their own.
std::vector<model> all_models() {
  return {sdm630_model(),        schneider_iem3000_model(), egauge_model(),
          sunspec_meter_model(), sunspec_inverter_model(),  daikin_homehub_model()};
}

std::vector<std::string> all_channels(const model& what) {
  auto keys = std::vector<std::string>{};
  for (const auto& c : what.spec.channels) keys.push_back(c.name);
  return keys;
}

/// A Modbus TCP server that gives each connection one request's worth of attention and hangs up.
class rude_server {
 public:
  using manners = std::function<bytes(const bytes& request)>;
  explicit rude_server(manners how) : how_{std::move(how)} {
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto size = socklen_t{sizeof address};
    const auto generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listening_, generic, size) == 0);
    REQUIRE(::getsockname(listening_, generic, &size) == 0);
    REQUIRE(::listen(listening_, 8) == 0);
    port_ = ntohs(address.sin_port);
    serving_ = std::thread{[this] { serve(); }};
  }
  ~rude_server() {
    over_ = true;
    serving_.join();
    ::close(listening_);
  }
  rude_server(const rude_server&) = delete;
  rude_server& operator=(const rude_server&) = delete;
  [[nodiscard]] int port() const { return port_; }

 private:
  static bool readable(int socket) {
    auto watched = pollfd{.fd = socket, .events = POLLIN, .revents = 0};
    return ::poll(&watched, 1, 20) > 0;
  }
  void serve() {
    while (!over_) {
      if (!readable(listening_)) continue;
      const auto peer = ::accept(listening_, nullptr, nullptr);
      auto request = bytes(260);
      while (!over_ && !readable(peer)) {
      }
      const auto heard = over_ ? 0 : ::recv(peer, request.data(), request.size(), 0);
      request.resize(static_cast<std::size_t>(std::max<ssize_t>(heard, 0)));
      const auto said = request.empty() ? bytes{} : how_(request);
      if (!said.empty()) ::send(peer, said.data(), said.size(), MSG_NOSIGNAL);
      ::close(peer);
    }
  }

  manners how_;
  int listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::atomic<bool> over_ = false;
  std::thread serving_;
};

/// A right answer to a read: its own head, and 4.25 in every pair of registers.
bytes right_answer(const bytes& request) {
  const auto registers = std::size_t{request.at(11)};
  auto answer = bytes(request.begin(), request.begin() + 8);
  answer[4] = 0;
  answer[5] = static_cast<std::uint8_t>(3 + 2 * registers);
  answer.push_back(static_cast<std::uint8_t>(2 * registers));
  for (auto i = std::size_t{0}; i < registers; ++i) {
    const auto high = i % 2 == 0;
    answer.push_back(high ? 0x40 : 0);
    answer.push_back(high ? 0x88 : 0);
  }
  return answer;
}

/// Every register `pair` after `pair`, but for the marker and the chain of a SunSpec device that
/// has an inverter and a meter, both in floats.
std::vector<std::string> filled_with(const std::string& pair) {
  auto text = pair;
  for (auto i = 2; i < 200; i += 2) text += "," + pair;
  auto arguments = std::vector<std::string>{"registers=65536"};
  for (const auto* table : {"input:", "holding:"})
    for (const auto start : {0, 500, 1500, 2999, 3199, 40'000})
      arguments.push_back(table + std::to_string(start) + "=" + text);
  arguments.insert(arguments.end(), {"holding:40000=0x5375,0x6E53,113,60", "holding:40064=213,124",
                                     "holding:40190=0xFFFF,0"});
  return arguments;
}

}  // namespace

TEST_CASE("registers full of NaN or infinity are faults of every device and never readings") {
  for (const std::string pair : {"0x7FC0,0", "0x7F80,0", "0xFF80,0", "0xFFFF,0xFFFF"}) {
    const auto peer = modbus_peer{filled_with(pair)};
    for (const auto& what : all_models()) {
      // The heat pump has whole numbers only, and any bits are one.
      if (what.spec.name == "daikin-homehub") continue;
      auto device = device_on_tcp{what, peer.port(), options_for(what.spec, {{"address", "1"}}),
                                  all_channels(what)};
      CAPTURE(what.spec.name);
      CAPTURE(pair);
      // A SunSpec device is found in two polls; then its values come.
      for (auto polls = 0; polls < 3; ++polls) {
        const auto readings = device.poll();
        CHECK(readings.size() == what.spec.channels.size());
        for (const auto& r : readings) {
          REQUIRE_FALSE(r.value);
          CHECK((polls < 2 || r.value.error().code != fault_code::not_ready));
        }
      }
    }
  }
}

TEST_CASE("a peer that hangs up in the middle of an answer is a fault, and the next one is read") {
  auto calls = std::atomic{0};
  const auto peer = rude_server{[&](const bytes& request) {
    auto answer = right_answer(request);
    if (calls++ < 4) answer.resize(std::size_t(calls) * 3);
    return answer;
  }};
  auto meter = device_on_tcp{schneider_iem3000_model(),
                             peer.port(),
                             options_for(schneider_iem3000_model().spec, {{"address", "1"}}),
                             {"power"},
                             0.5};
  for (auto i = 0; i < 4; ++i) {
    const auto readings = meter.poll();
    REQUIRE_FALSE(readings.at(0).value);
    CHECK(readings[0].value.error().code == fault_code::disconnected);
  }
  CHECK(meter.poll().at(0).value.value().amount == 4250);
}

TEST_CASE("garbage from a TCP peer is a fault of each device, whatever the garbage") {
  auto dice = std::mt19937{7};
  const auto peer = rude_server{[&](const bytes& request) {
    auto noise = bytes(dice() % 300);
    for (auto& b : noise) b = static_cast<std::uint8_t>(dice());
    // Half of it with a right head, so that it gets further.
    if (dice() % 2 == 0)
      for (auto i = std::size_t{0}; i < std::min<std::size_t>(8, noise.size()); ++i)
        if (i != 4 && i != 5) noise[i] = request[i];
    return noise;
  }};
  for (const auto& what : all_models()) {
    auto device = device_on_tcp{what, peer.port(), options_for(what.spec, {{"address", "1"}}),
                                all_channels(what), 0.2};
    for (auto i = 0; i < 10; ++i) {
      const auto readings = device.poll();
      CHECK(readings.size() == what.spec.channels.size());
      for (const auto& r : readings) CHECK_FALSE(r.value);
    }
  }
}

TEST_CASE("a line at the wrong speed is a storm of bad checksums, and quiet ends it") {
  // What 9600 baud make of a device at 19200: as many bytes as were sent, or half of them, and none
  // of them right.
  auto dice = std::mt19937{19200};
  auto line = pseudo_terminal{};
  const auto spec = schneider_iem3000_model().spec;
  const auto house = small_layout(rtu_bus(line.path(), 0.15), spec,
                                  options_for(spec, {{"address", "1"}}), {"power"});
  const auto port = make_modbus_port(house, bus_id{0}).value();
  const auto device = schneider_iem3000_model().make(house, device_id{0});
  const auto poll = [&](const std::function<bytes()>& answer) {
    auto far_end = std::thread{[&] {
      if (line.hear(8, 5s).size() == 8) line.say(answer());
    }};
    auto answers = std::vector<result<bus_answer>>{};
    for (const auto& request : device->poll()) answers.push_back(port->transact(request, {}));
    far_end.join();
    return device->decode(answers, {}).at(0).value;
  };
  auto codes = std::map<fault_code, int>{};
  for (auto i = 0; i < 20; ++i) {
    const auto value = poll([&] {
      auto noise = bytes(i % 2 == 0 ? 9 : 5);
      for (auto& b : noise) b = static_cast<std::uint8_t>(dice());
      // Some begin as an answer should.
      if (i % 4 == 0) noise[0] = 1, noise[1] = 3, noise[2] = 4;
      return noise;
    });
    REQUIRE_FALSE(value);
    ++codes[value.error().code];
  }
  CHECK(codes[fault_code::checksum] >= 5);
  for (const auto& [code, times] : codes) {
    CAPTURE(to_text(code));
    CHECK((code == fault_code::checksum || code == fault_code::malformed ||
           code == fault_code::timeout));
  }
  const auto right =
      poll([] { return bytes{0x01, 0x03, 0x04, 0x40, 0x88, 0x00, 0x00, 0x6F, 0xD9}; });
  REQUIRE(right);
  CHECK(right->amount == 4250);
}

TEST_CASE("two devices swapped on a bus are refusals and faults, not readings of the other") {
  // At the heat pump's address answers a SunSpec meter, at the iEM3455's a heat pump.
  const auto sunspec =
      modbus_peer{{"unit=1", "registers=41000", "holding:40000=0x5375,0x6E53,203,105,0,0,0,0"}};
  const auto hub = modbus_peer{{"unit=1", "input:20=0", "input:40=3512", "holding:0=35"}};
  const auto faults_of = [](const modbus_peer& peer, const model& what,
                            const std::vector<std::string>& keys) {
    auto device =
        device_on_tcp{what, peer.port(), options_for(what.spec, {{"address", "1"}}), keys};
    auto codes = std::vector<fault_code>{};
    for (const auto& r : device.poll())
      codes.push_back(r.value ? fault_code::io : r.value.error().code);
    return codes;
  };
  CHECK(faults_of(hub, schneider_iem3000_model(), {"power", "energy_import"}) ==
        std::vector{fault_code::refused, fault_code::refused});
  CHECK(faults_of(hub, egauge_model(), {"voltage_l1"}) == std::vector{fault_code::refused});
  // All its registers there are zero: a setpoint of nothing is out of range.
  CHECK(faults_of(sunspec, daikin_homehub_model(), {"heating_setpoint"}) ==
        std::vector{fault_code::out_of_range});
}
