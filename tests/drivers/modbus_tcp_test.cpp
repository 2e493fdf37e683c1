#include "drivers/modbus_generic.hpp"
#include "drivers/ports/modbus_port.hpp"
#include "drivers/sdm120.hpp"
#include "tests/support/device_on_tcp.hpp"
#include "tests/support/modbus_peer.hpp"
#include "tests/support/names.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <chrono>
#include <fcntl.h>
#include <memory>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

// 230.2 V and 1500.25 W as the two words of a float.
const auto meter_registers =
    std::vector<std::string>{"input:0x0000=0x4366,0x3333", "input:0x000C=0x44BB,0x8800"};

void check_good(const std::vector<reading>& readings) {
  REQUIRE(readings.size() == 2);
  REQUIRE(readings[0].value);
  CHECK(readings[0].value->amount == doctest::Approx(230.2));
  CHECK(readings[0].value->unit == unit::volt);
  REQUIRE(readings[1].value);
  CHECK(readings[1].value->amount == doctest::Approx(1500.25));
}

device_on_tcp meter_on(int tcp_port, double timeout_s = 2) {
  return {
      sdm120_model(), tcp_port, {{"address", std::int64_t{1}}}, {"voltage", "power"}, timeout_s};
}

modbus_read one_register() { return {1, register_row::table::input, 0, 1}; }

/// A listener that accepts nobody: once its queue is full, a connect gets no answer at all.
struct deaf_listener {
  deaf_listener() {
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto size = socklen_t{sizeof address};
    const auto generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listening, generic, size) == 0);
    REQUIRE(::getsockname(listening, generic, &size) == 0);
    REQUIRE(::listen(listening, 0) == 0);
    for (const auto socket : filling) ::connect(socket, generic, size);
    port = ntohs(address.sin_port);
  }
  ~deaf_listener() {
    for (const auto socket : filling) ::close(socket);
    ::close(listening);
  }
  static int new_socket() {
    return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  }

  int listening = new_socket();
  int filling[4] = {new_socket(), new_socket(), new_socket(), new_socket()};
  int port = 0;
};

}  // namespace

TEST_CASE("a meter over TCP is read from an independent server, lost with it and found again") {
  auto peer = modbus_peer{meter_registers};
  auto meter = meter_on(peer.port());
  check_good(meter.poll());
  check_good(meter.poll());

  peer.kill();
  for (const auto& r : meter.poll()) {
    REQUIRE_FALSE(r.value);
    CHECK(r.value.error().code == fault_code::disconnected);
    CHECK(r.at == meter.now);
  }

  peer.start();
  check_good(meter.poll());

  // A server that closes idle connections, or restarts between two polls, is not even noticed.
  peer.kill();
  peer.start();
  check_good(meter.poll());
}

TEST_CASE("a server that froze is a timeout, and its late answers are for nobody") {
  auto peer = modbus_peer{meter_registers};
  auto meter = meter_on(peer.port(), 0.3);
  meter.port->transact(one_register(), meter.now);
  peer.freeze();
  const auto answer = meter.port->transact(one_register(), meter.now);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == fault_code::timeout);
  peer.thaw();
  // Whenever it wakes up: a reading is right or a timeout, and soon it is right again.
  auto readings = meter.poll();
  for (auto tries = 0; tries < 50 && !(readings[0].value && readings[1].value); ++tries) {
    for (const auto& r : readings)
      if (!r.value) CHECK(r.value.error().code == fault_code::timeout);
    readings = meter.poll();
  }
  check_good(readings);
}

TEST_CASE("a coil written to an independent server is read back as written, and safe is off") {
  auto peer = modbus_peer{{"coil:3=0"}};
  auto row = register_row{};
  row.channel = "relay";
  row.where = register_row::table::coil;
  row.address = 3;
  row.as = register_row::format::bit;
  row.unit = unit::on_off;
  row.writable = true;
  auto relay = device_on_tcp{modbus_generic_model(),
                             peer.port(),
                             {{"address", std::int64_t{9}}, {"registers", std::vector{row}}},
                             {"relay"}};
  CHECK(relay.poll().at(0).value.value() == switched(false));

  auto on = command{};
  on.value = switched(true);
  auto* actuator = relay.driver->as_actuator();
  REQUIRE(actuator);
  const auto writes = actuator->encode(on).value();
  REQUIRE(writes.size() == 1);
  CHECK(relay.port->transact(writes[0], relay.now).value() == bus_answer{done{}});
  CHECK(relay.poll().at(0).value.value() == switched(true));

  for (const auto& write : actuator->make_safe(channel_id{0}))
    CHECK(relay.port->transact(write, relay.now));
  CHECK(relay.poll().at(0).value.value() == switched(false));
}

TEST_CASE("an exception of the server is a refusal, and the next request finds the line in order") {
  auto peer = modbus_peer{meter_registers};
  auto meter = meter_on(peer.port());
  const auto beyond = modbus_read{1, register_row::table::input, 0x7000, 2};
  const auto answer = meter.port->transact(beyond, meter.now);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == fault_code::refused);
  CHECK(answer.error().detail == "unit 1, input register 0x7000 (2): Illegal data address");
  check_good(meter.poll());
}

TEST_CASE("a peer that does not even accept costs one timeout, not one per queued request") {
  auto peer = deaf_listener{};
  auto meter = meter_on(peer.port, 0.4);
  const auto started = std::chrono::steady_clock::now();
  for (auto i = 0; i < 30; ++i) {
    const auto answer = meter.port->transact(one_register(), meter.now);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == fault_code::timeout);
  }
  // Thirty connects would take six seconds.
  CHECK(std::chrono::steady_clock::now() - started < 3s);
}

TEST_CASE("a server may be given by name") {
  if (!hearth::testing::resolves_localhost()) {
    MESSAGE("skipped: this system cannot look up localhost");
    return;
  }
  auto peer = modbus_peer{meter_registers};
  auto meter = meter_on(peer.port());
  meter.house.buses[0].options["host"] = std::string{"localhost"};
  meter.port = make_modbus_port(meter.house, bus_id{0}).value();
  check_good(meter.poll());
}

TEST_CASE("nobody listening and an impossible request are faults") {
  auto meter = meter_on(1);
  CHECK(meter.port->transact(one_register(), meter.now).error().code == fault_code::disconnected);

  const auto code = [&](const bus_request& request) {
    return meter.port->transact(request, meter.now).error().code;
  };
  using table = register_row::table;
  CHECK(code(modbus_read{1, table::input, 0, 0}) == fault_code::unsupported);
  CHECK(code(modbus_read{1, table::input, 0, 126}) == fault_code::unsupported);
  CHECK(code(modbus_read{1, table::coil, 0, 2001}) == fault_code::unsupported);
  CHECK(code(modbus_write{1, table::input, 0, {1}}) == fault_code::unsupported);
  CHECK(code(modbus_write{1, table::holding, 0, {}}) == fault_code::unsupported);
  CHECK(code(modbus_write{1, table::holding, 0, words(124)}) == fault_code::unsupported);
  CHECK(code(gpio_read{17}) == fault_code::unsupported);
}
