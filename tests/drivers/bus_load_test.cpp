#include "drivers/bus_load.hpp"

#include "drivers/registry.hpp"
#include "layouts/parse.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using doctest::Approx;

namespace {

layout parsed(const std::string& yaml) {
  auto made = parse_layout(yaml, "house.yaml", ".", known_catalog());
  for (const auto& d : made.diagnostics) FAIL_CHECK(to_text(d));
  REQUIRE(made.layout);
  return std::move(*made.layout);
}

/// One SDM630 with both of its reads: 18 and 24 registers.
std::string meter(const std::string& id, int address, const std::string& poll) {
  return "  - id: " + id +
         "\n    model: eastron-sdm630\n    bus: line\n    address: " + std::to_string(address) +
         "\n    poll: " + poll + "\n    channels: { voltage_l1: " + id + ".v, power_l3: " + id +
         ".p3, power: " + id + ".p, frequency: " + id + ".f, energy_export: " + id + ".e }\n";
}

std::string line(const std::string& options) {
  return "site: s\ntimezone: UTC\nbuses:\n  line: { kind: modbus-rtu, port: /dev/ttyUSB0" +
         options + " }\ndevices:\n";
}

constexpr auto holding = register_row::table::holding;

}  // namespace

TEST_CASE(
    "a read takes its request, its answer and the silence before each, by the line's format") {
  // 8 bytes ask, 5 + 4 answer, twice 3.5 are silent: 24 characters of 10 bits.
  CHECK(wire_time_s(modbus_read{1, holding, 0, 2}, {9600, 10}) == Approx(240 / 9600.0));
  CHECK(wire_time_s(modbus_read{1, holding, 0, 2}, {9600, 11}) == Approx(264 / 9600.0));
  // Above 19200 baud each silence is 1.75 ms.
  CHECK(wire_time_s(modbus_read{1, holding, 0, 2}, {19200, 10}) == Approx(240 / 19200.0));
  CHECK(wire_time_s(modbus_read{1, holding, 0, 2}, {38400, 10}) == Approx(170 / 38400.0 + 0.0035));
  // Seventeen coils come in three bytes.
  CHECK(wire_time_s(modbus_read{1, register_row::table::coil, 0, 17}, {9600, 10}) ==
        Approx(230 / 9600.0));
}

TEST_CASE("a line's load is what its devices' polls take of their periods") {
  // Reads of 18 and 24 registers: 49 and 61 bytes, four silences: 124 characters, 1240 bits.
  const auto two = line("") + meter("a", 1, "1 s") + meter("b", 2, "10 s");
  const auto load = poll_load(parsed(two), bus_id{0}).value();
  REQUIRE(load.devices.size() == 2);
  CHECK(load.devices[0].share == Approx(1240 / 9600.0));
  CHECK(load.devices[1].share == Approx(124 / 9600.0));
  CHECK(load.share == Approx(1364 / 9600.0));
  CHECK(to_text(load) == "load 15 % at 9600 baud");

  const auto slow = line(", baud: 1200, parity: even") + meter("a", 1, "2 s");
  CHECK(to_text(poll_load(parsed(slow), bus_id{0}).value()) == "load 57 % at 1200 baud");
  const auto two_stops = line(", baud: 1200, stop_bits: 2") + meter("a", 1, "1 s");
  CHECK(poll_load(parsed(two_stops), bus_id{0})->share == Approx(124 * 11 / 1200.0));
}

TEST_CASE("a SunSpec device loads its line with what it reads once it is found") {
  const auto house = parsed(line("") +
                            "  - id: m\n    model: sunspec-meter\n    bus: line\n    address: 1\n"
                            "    poll: 1 s\n    channels: { power: m.p }\n");
  // 2 + 68 registers: 8 + 5 + 140 bytes and 7 silent characters.
  CHECK(poll_load(house, bus_id{0})->share == Approx(1600 / 9600.0));
}

TEST_CASE("no other bus than a serial Modbus line with devices has a load") {
  const auto tcp =
      parsed("site: s\ntimezone: UTC\nbuses:\n  line: { kind: modbus-tcp }\ndevices:\n" +
             meter("a", 1, "1 s"));
  CHECK_FALSE(poll_load(tcp, bus_id{0}));
  auto house = parsed(line("") + meter("a", 1, "1 s"));
  house.devices.clear();
  CHECK_FALSE(poll_load(house, bus_id{0}));
}
