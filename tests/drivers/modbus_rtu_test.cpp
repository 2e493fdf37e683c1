#include "drivers/ports/modbus_port.hpp"
#include "drivers/sdm120.hpp"
#include "tests/support/pseudo_terminal.hpp"
#include "tests/support/small_layout.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<port> port_on(const std::string& path, double timeout_s = 0.3) {
  const auto house = small_layout(rtu_bus(path, timeout_s), sdm120_model().spec,
                                  {{"address", std::int64_t{1}}}, {"voltage"});
  return make_modbus_port(house, bus_id{0}).value();
}

// Both ask for two registers, so that only the bytes of the answer tell them apart.
const auto ask_voltage = modbus_read{1, register_row::table::input, 0x0000, 2};
const auto ask_energy = modbus_read{1, register_row::table::input, 0x0048, 2};
const auto request_length = std::size_t{8};
const auto answer_of_voltage = bytes{0x01, 0x04, 0x04, 0x43, 0x66, 0x33, 0x33, 0x5A, 0xFA};
const auto volts = words{0x4366, 0x3333};
const auto answer_of_energy = bytes{0x01, 0x04, 0x04, 0x3F, 0x80, 0x00, 0x00, 0xF6, 0x78};
const auto kilowatt_hours = words{0x3F80, 0x0000};

/// Answers the next request on `line` with `answer` while `port` carries it out.
result<bus_answer> ask(port& port, pseudo_terminal& line, const modbus_read& request,
                       const bytes& answer) {
  auto device = std::thread{[&] {
    if (line.hear(request_length, 5s).size() == request_length) line.say(answer);
  }};
  auto got = port.transact(request, time_point{});
  device.join();
  return got;
}

/// A folder with room for one name, as /dev has one for a USB adapter.
struct device_folder {
  device_folder() {
    char name[] = "/tmp/hearth-dev-XXXXXX";
    REQUIRE(::mkdtemp(name));
    folder = name;
  }
  ~device_folder() { std::filesystem::remove_all(folder); }
  [[nodiscard]] std::string adapter() const { return folder / "ttyUSB0"; }
  std::filesystem::path folder;
};

}  // namespace

TEST_CASE("an answer that comes while the next request waits for quiet is thrown away") {
  auto line = pseudo_terminal{};
  auto port = port_on(line.path(), 0.5);
  auto device = std::thread{[&] {
    line.hear(request_length, 5s);
    // A slow device: it answers 0.1 s after it was given up, when energy is already being asked
    // for.
    std::this_thread::sleep_for(600ms);
    line.say(answer_of_voltage);
    line.hear(request_length, 5s);
    line.say(answer_of_energy);
  }};
  const auto first = port->transact(ask_voltage, time_point{});
  const auto second = port->transact(ask_energy, time_point{});
  device.join();
  REQUIRE_FALSE(first);
  CHECK(first.error().code == fault_code::timeout);
  REQUIRE(second);
  CHECK(*second == bus_answer{kilowatt_hours});
}

TEST_CASE("bytes that nobody asked for are not the beginning of the next answer") {
  auto line = pseudo_terminal{};
  auto port = port_on(line.path());
  CHECK(ask(*port, line, ask_voltage, answer_of_voltage).value() == bus_answer{volts});
  line.say(answer_of_voltage);
  CHECK(ask(*port, line, ask_energy, answer_of_energy).value() == bus_answer{kilowatt_hours});
}

TEST_CASE("a line that babbles for ever is a fault at each request and holds nobody up") {
  auto line = pseudo_terminal{};
  auto port = port_on(line.path(), 0.2);
  auto babbling = std::atomic{true};
  auto fool = std::thread{[&] {
    while (babbling) {
      line.say({0x55});
      std::this_thread::sleep_for(2ms);
    }
  }};
  for (auto i = 0; i < 3; ++i) CHECK_FALSE(port->transact(ask_voltage, time_point{}));
  babbling = false;
  fool.join();
  line.hear(3 * request_length, 0ms);
  CHECK(ask(*port, line, ask_voltage, answer_of_voltage).value() == bus_answer{volts});
}

TEST_CASE("an adapter may be missing at start, be plugged in, pulled out and plugged in again") {
  const auto dev = device_folder{};
  auto port = port_on(dev.adapter());
  const auto missing = port->transact(ask_voltage, time_point{});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == fault_code::no_such_device);
  CHECK(missing.error().detail == dev.adapter() + " is not there: is the adapter plugged in?");

  {
    auto line = pseudo_terminal{};
    std::filesystem::create_symlink(line.path(), dev.adapter());
    CHECK(ask(*port, line, ask_voltage, answer_of_voltage).value() == bus_answer{volts});
  }
  std::filesystem::remove(dev.adapter());
  const auto pulled = port->transact(ask_voltage, time_point{});
  REQUIRE_FALSE(pulled);
  CHECK((pulled.error().code == fault_code::disconnected ||
         pulled.error().code == fault_code::no_such_device));
  CHECK(port->transact(ask_voltage, time_point{}).error().code == fault_code::no_such_device);

  auto line = pseudo_terminal{};
  std::filesystem::create_symlink(line.path(), dev.adapter());
  CHECK(ask(*port, line, ask_energy, answer_of_energy).value() == bus_answer{kilowatt_hours});
}

TEST_CASE("a port the user may not open is a fault that names the remedy") {
  const auto dev = device_folder{};
  std::ofstream{dev.adapter()} << "";
  REQUIRE(::chmod(dev.folder.c_str(), 0755) == 0);
  REQUIRE(::chmod(dev.adapter().c_str(), 0) == 0);
  auto port = port_on(dev.adapter());
  const auto root = ::geteuid() == 0;  // who may open anything, and so looks on as nobody
  if (root) REQUIRE(::seteuid(65534) == 0);
  const auto denied = port->transact(ask_voltage, time_point{});
  if (root) REQUIRE(::seteuid(0) == 0);
  REQUIRE_FALSE(denied);
  CHECK(denied.error().code == fault_code::permission);
  CHECK(denied.error().detail.find("dialout") != std::string::npos);
}

TEST_CASE("a file that is no serial device, and a speed no line has, are faults") {
  const auto dev = device_folder{};
  std::ofstream{dev.adapter()} << "not a device";
  const auto answer = port_on(dev.adapter())->transact(ask_voltage, time_point{});
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == fault_code::no_such_device);

  auto house = small_layout(rtu_bus("/dev/null", 0.1), sdm120_model().spec,
                            {{"address", std::int64_t{1}}}, {});
  house.buses[0].options["baud"] = std::int64_t{12345};
  CHECK(make_modbus_port(house, bus_id{0}).error().code == fault_code::unsupported);
  house.buses[0].kind = "gpio";
  CHECK(make_modbus_port(house, bus_id{0}).error().code == fault_code::unsupported);
}
