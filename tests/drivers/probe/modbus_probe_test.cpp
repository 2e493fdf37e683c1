#include "drivers/probe/modbus_probe.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/ports/modbus_identifier.hpp"
#include "drivers/ports/modbus_port.hpp"
#include "drivers/probe/modbus_identity.hpp"
#include "tests/support/modbus_peer.hpp"
#include "tests/support/probe_support.hpp"
#include "tests/support/pseudo_terminal.hpp"

#include <bit>
#include <map>
#include <thread>

using namespace hearth;
using namespace hearth::testing;
using hearth::words;

namespace {

using table = register_row::table;
using where = std::pair<table, std::uint16_t>;
/// Registers of one unit; whatever is not there is refused, or reads as zero.
struct device {
  std::map<where, std::uint16_t> registers;
  bool zeros = false;
  bool input_only = false;  ///< silent about holding registers, as others are about input ones
  bool holding_only = false;
};

void put(device& to, table t, std::uint16_t at, float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  to.registers[{t, at}] = static_cast<std::uint16_t>(bits >> 16);
  to.registers[{t, static_cast<std::uint16_t>(at + 1)}] = static_cast<std::uint16_t>(bits);
}
void put(device& to, std::uint16_t at, std::string text, std::size_t registers) {
  text.resize(2 * registers);
  for (std::size_t i = 0; i < registers; ++i)
    to.registers[{table::holding, static_cast<std::uint16_t>(at + i)}] = static_cast<std::uint16_t>(
        static_cast<unsigned char>(text[2 * i]) << 8 | static_cast<unsigned char>(text[2 * i + 1]));
}

device sdm120() {
  auto d = device{};
  d.zeros = true;
  put(d, table::input, 0x0000, 230.1F);
  put(d, table::input, 0x0046, 50.02F);
  return d;
}
device sdm630() {
  auto d = sdm120();
  put(d, table::input, 0x0002, 229.8F);
  put(d, table::input, 0x0004, 231.0F);
  put(d, table::input, 0x0034, 1500);
  return d;
}

result<bus_answer> answer_of(const device& d, const modbus_read& asked) {
  if ((d.holding_only && asked.table == table::input) ||
      (d.input_only && asked.table == table::holding))
    return failed(fault_code::timeout, "silent");
  auto all = words{};
  for (auto i = 0; i < asked.count; ++i) {
    const auto found =
        d.registers.find({asked.table, static_cast<std::uint16_t>(asked.address + i)});
    if (found == d.registers.end() && !d.zeros) return failed(fault_code::refused, "exception 2");
    all.push_back(found == d.registers.end() ? std::uint16_t{0} : found->second);
  }
  return all;
}

/// Lines by their setting; on each the units that answer.
using units = std::map<std::uint8_t, device>;

struct paper_line {
  std::map<std::string, units> at;  ///< by baud; "" over TCP
  fault_code otherwise = fault_code::timeout;
  std::vector<std::string> opened = {};
  std::size_t writes = 0;

  modbus_line line() {
    return {[this](const proposed_bus& bus) -> result<std::unique_ptr<port>> {
      const auto option =
          std::ranges::find(bus.options, "baud", [](const auto& o) { return o.first; });
      const auto baud = option == bus.options.end() ? std::string{} : option->second;
      opened.push_back(baud);
      return std::make_unique<paper_port>([this, baud](const bus_request& r) -> result<bus_answer> {
        const auto* const asked = std::get_if<modbus_read>(&r);
        writes += asked ? 0 : 1;
        const auto found = at[baud].find(asked->unit);
        if (found == at[baud].end()) return failed(otherwise, "nobody answers");
        return answer_of(found->second, *asked);
      });
    }};
  }
};

proposed_bus serial(const std::string& baud) {
  return {"rs485", modbus_rtu_kind, {{"port", "/dev/ttyUSB0"}, {"baud", baud}, {"parity", "none"}}};
}
const auto tcp = proposed_bus{"gateway", modbus_tcp_kind, {{"host", "127.0.0.1"}}};

probe_result probe(paper_line& line, const std::vector<proposed_bus>& settings,
                   const std::string& units) {
  auto asks = patient_interview();
  return probe_modbus(line.line(), asks, settings, *units_in(units));
}

}  // namespace

TEST_CASE("units are written as lists of ranges") {
  CHECK(units_in("1-3,7") == std::vector<std::uint8_t>{1, 2, 3, 7});
  CHECK(units_in("5,1-2,5") == std::vector<std::uint8_t>{5, 1, 2});
  CHECK(units_in("1-247")->size() == 247);
  for (const auto* const wrong :
       {"", "0", "248", "3-1", "1-", "-3", "a", "1,,2", "1-2-3", "1 2", "1,"})
    CHECK_FALSE(units_in(wrong));
}

TEST_CASE("meters and unknown devices on a serial line are told apart and proposed") {
  auto schneider = device{};
  put(schneider, 49, "iEM3155", 20);
  put(schneider, 69, "Schneider Electric", 20);
  auto inverter = device{};
  put(inverter, 40000, "SunS", 2);
  inverter.registers[{table::holding, 40002}] = 1;
  inverter.registers[{table::holding, 40003}] = 66;
  put(inverter, 40004, "Fronius", 16);
  put(inverter, 40020, "Symo 5.0-3-M", 16);
  inverter.registers[{table::holding, 40070}] = 103;
  inverter.registers[{table::holding, 40071}] = 50;
  inverter.registers[{table::holding, 40122}] = 0xFFFF;
  inverter.registers[{table::holding, 40123}] = 0;
  auto line = paper_line{
      {{"9600", {{1, sdm120()}, {2, sdm630()}, {5, schneider}, {9, inverter}, {12, device{}}}}}};
  const auto result = probe(line, {serial("9600")}, "1-20");
  REQUIRE(result.found.size() == 5);
  CHECK(find_at(result, "unit 1")->what.find("SDM120") != std::string::npos);
  CHECK(find_at(result, "unit 1")->evidence.starts_with("230.1 V, 50.02 Hz now"));
  CHECK(find_at(result, "unit 2")->what.find("SDM630") != std::string::npos);
  CHECK(find_at(result, "unit 5")->what == "Schneider Electric iEM3155");
  CHECK(find_at(result, "unit 9")->what == "a SunSpec device: Fronius Symo 5.0-3-M");
  CHECK(find_at(result, "unit 9")->evidence == "the marker SunS at 40000, models 103");
  CHECK(find_at(result, "unit 9")->propose.at(0).model == "sunspec-inverter");
  CHECK(find_at(result, "unit 12")->sure == certainty::unknown);
  CHECK(line.writes == 0);
  const auto house = accepted(result);
  CHECK(house.devices[0].model == "eastron-sdm120");
  CHECK(house.devices[1].model == "eastron-sdm630");
  CHECK(integer_option(house.devices[1].options, "address") == 2);
}

TEST_CASE(
    "a three-phase meter on one phase that carries nothing is called an SDM120 with a warning") {
  auto line = paper_line{{{"9600", {{1, sdm120()}}}}};
  const auto result = probe(line, {serial("9600")}, "1");
  REQUIRE(result.found.size() == 1);
  CHECK(result.found[0].sure == certainty::likely);
  CHECK(result.found[0].evidence.find("SDM630") != std::string::npos);
}

TEST_CASE("a SunSpec device whose models never end is left after some") {
  auto endless = device{};
  endless.zeros = true;
  put(endless, 50000, "SunS", 2);
  endless.registers[{table::holding, 50002}] = 1;
  auto line = paper_line{{{"9600", {{1, endless}}}}};
  const auto result = probe(line, {serial("9600")}, "1");
  CHECK(result.found.at(0).evidence.starts_with("the marker SunS at 50000, models 0 0"));
  CHECK(result.tally.asked < 30);
}

TEST_CASE("a voltage without a frequency is no meter") {
  auto almost = sdm120();
  put(almost, table::input, 0x0046, 0);
  auto line = paper_line{{{"9600", {{1, almost}}}}};
  CHECK(probe(line, {serial("9600")}, "1").found.at(0).sure == certainty::unknown);
}

TEST_CASE("a device that is silent about input registers is found by its holding registers") {
  auto heat_pump = device{};
  heat_pump.registers[{table::holding, 0}] = 7;
  heat_pump.holding_only = true;
  auto line = paper_line{{{"9600", {{3, heat_pump}}}}};
  CHECK(probe(line, {serial("9600")}, "1-10").found.size() == 1);
}

TEST_CASE("the speed at which somebody answers is found, and only there the rest is asked") {
  auto line = paper_line{{{"19200", {{1, sdm120()}, {200, sdm630()}}}}};
  const auto result = probe(line, {serial("9600"), serial("19200")}, "1-247");
  CHECK(result.found.size() == 2);
  CHECK(result.bus.options[1].second == "19200");
  CHECK(line.opened == std::vector<std::string>{"9600", "19200", "19200"});
  CHECK(accepted(result).devices.size() == 2);
}

TEST_CASE("when nobody answers every setting and every unit has been asked") {
  auto line = paper_line{};
  const auto result = probe(line, {serial("9600"), serial("19200")}, "1-247");
  CHECK(result.found.empty());
  CHECK(line.opened == std::vector<std::string>{"9600", "19200", "9600", "19200"});
  CHECK(result.tally.asked == 2 * (247 + units_asked_first));
  CHECK(result.tally.faults.at(fault_code::timeout) == result.tally.asked);
}

TEST_CASE("a storm of bad checksums is called a wrong speed, and left soon") {
  auto line = paper_line{};
  line.otherwise = fault_code::checksum;
  const auto result = probe(line, {serial("9600")}, "1-247");
  CHECK(result.found.empty());
  REQUIRE(result.remarks.size() == 1);
  CHECK(result.remarks[0].find("at 9600 baud, parity none: 20 answers nobody can read") == 0);
  CHECK(result.remarks[0].find("another speed") != std::string::npos);
  CHECK(result.tally.asked == 20);
}

TEST_CASE("devices at two speeds are told, and proposed at the speed of most") {
  auto line = paper_line{{{"2400", {{1, sdm120()}}}, {"9600", {{2, sdm630()}, {3, sdm630()}}}}};
  const auto result = probe(line, {serial("2400"), serial("9600")}, "1-10");
  CHECK(result.found.size() == 2);
  CHECK(result.bus.options[1].second == "9600");
  REQUIRE(result.remarks.size() == 1);
  CHECK(result.remarks[0].find("at 2400 baud") == 0);
}

TEST_CASE("a server that answers as any unit is one device") {
  auto every = units{};
  for (auto unit = 1; unit <= 247; ++unit) every[static_cast<std::uint8_t>(unit)] = sdm630();
  auto line = paper_line{{{"", every}}};
  const auto result = probe(line, {tcp}, "1-10");
  CHECK(result.found.size() == 1);
  REQUIRE(result.remarks.size() == 1);
  CHECK(result.remarks[0].find("taken for one device") != std::string::npos);
}

TEST_CASE("three meters of a kind on one line stay three") {
  auto line = paper_line{{{"", {{1, sdm120()}, {2, sdm120()}, {3, sdm120()}}}}};
  CHECK(probe(line, {tcp}, "1-3").found.size() == 3);
}

TEST_CASE("a line that may not be opened ends the probe with the reason") {
  auto line = paper_line{};
  line.otherwise = fault_code::permission;
  const auto result = probe(line, {serial("9600"), serial("19200")}, "1-247");
  CHECK(result.tally.asked <= 2);
  REQUIRE(result.remarks.size() == 1);
  CHECK(result.remarks[0].find("permission") == 0);
}

TEST_CASE("what a device calls itself is read, and no length it claims is believed") {
  const auto good =
      std::vector<std::uint8_t>{0x2B, 0x0E, 1, 1, 0, 0, 2, 0, 3, 'A', 'B', 'C', 1, 2, 'X', '\n'};
  const auto identity = decode_identity(good);
  REQUIRE(identity);
  CHECK(identity->vendor == "ABC");
  CHECK(identity->product == "X?");
  CHECK(decode_identity(std::vector<std::uint8_t>{0xAB, 1}).error().code == fault_code::refused);
  for (std::size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(decode_identity(std::span{good}.first(size)));
}

TEST_CASE("a Modbus TCP server that is not ours is recognised over a real connection") {
  const auto peer = modbus_peer{{"input:0x0000=17254,6554", "input:0x0046=16968,0"}};
  auto bus = tcp;
  bus.options.emplace_back("port", std::to_string(peer.port()));
  const auto house = accepted({.bus = bus});
  const auto line =
      modbus_line{[&](const proposed_bus&) { return make_modbus_port(house, bus_id{0}); },
                  [&](const proposed_bus&) { return make_modbus_identifier(house, bus_id{0}); }};
  auto asks = patient_interview();
  const auto result = probe_modbus(line, asks, {bus}, *units_in("1-4"));
  REQUIRE(result.found.size() == 1);
  CHECK(result.found[0].what.find("SDM120") != std::string::npos);
  CHECK(models_in(accepted(result)) == std::vector<std::string>{"eastron-sdm120"});
}

TEST_CASE("a device on a real serial line is asked who it is, and its checksum is checked") {
  auto line = pseudo_terminal{};
  const auto bus = proposed_bus{"rs485", modbus_rtu_kind, {{"port", line.path()}}};
  const auto house = accepted({.bus = bus});
  const auto who = make_modbus_identifier(house, bus_id{0});
  REQUIRE(who);
  // CRCs of pymodbus.
  const auto answer = testing::bytes{0x07, 0x2B, 0x0E, 0x01, 0x01, 0x00, 0x00,
                                     0x01, 0x00, 0x02, 'H',  'P',  0x18, 0xB8};
  const auto ask_while = [&](const testing::bytes& says) {
    auto asked = testing::bytes{};
    auto far_end = std::thread{[&] {
      asked = line.hear(7, std::chrono::seconds{5});
      if (!says.empty()) line.say(says);
    }};
    const auto identity = who(7);
    far_end.join();
    CHECK(to_hex(asked) == "07 2B 0E 01 00 F8 77");
    return identity;
  };
  const auto identity = ask_while(answer);
  REQUIRE(identity);
  CHECK(identity->vendor == "HP");
  auto broken = answer;
  broken[10] = 'X';
  CHECK(ask_while(broken).error().code == fault_code::checksum);
  CHECK(ask_while({}).error().code == fault_code::timeout);
}
