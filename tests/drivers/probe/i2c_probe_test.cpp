#include "drivers/probe/i2c_probe.hpp"

#include "drivers/ports/i2c_port.hpp"
#include "tests/support/probe_support.hpp"

#include <cerrno>

using namespace hearth;
using namespace hearth::testing;

namespace {

const auto adapter = proposed_bus{"i2c", "i2c", {{"device", "/dev/i2c-1"}}};
const auto nobody = tl::make_unexpected(fault{fault_code::no_such_device, "does not answer"});

/// Chips by address: from what is written to what is read.
using chip = std::function<bytes(const bytes& written)>;

paper_port with(std::map<std::uint8_t, chip> chips) {
  return paper_port{[chips](const bus_request& request) -> result<bus_answer> {
    const auto& asked = std::get<i2c_transfer>(request);
    const auto found = chips.find(asked.address);
    if (found == chips.end()) return nobody;
    auto all = found->second(asked.write);
    all.resize(asked.read);
    return all;
  }};
}

chip ads(std::uint16_t config, std::uint16_t conversion) {
  return [=](const bytes& written) -> bytes {
    const auto pointer = written.empty() ? 0 : written[0];
    const auto word = pointer == 1   ? config
                      : pointer == 2 ? 0x8000
                      : pointer == 3 ? 0x7FFF
                                     : conversion;
    return {static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word & 0xFF)};
  };
}
chip bytes_of(bytes what) {
  return [what](const bytes&) { return what; };
}

probe_result probe(paper_port& io) {
  auto asks = patient_interview();
  return probe_i2c(io, asks, adapter);
}

}  // namespace

TEST_CASE("a plant room's chips are recognised, with how sure that is, and proposed") {
  auto io = with({{0x20, bytes_of({0xFE, 0xFF})},
                  {0x48, ads(0x8583, 0x1235)},
                  {0x5E, bytes_of({0xFF, 0xFF})},
                  {0x68, bytes_of({0x23, 0x59})}});
  const auto result = probe(io);
  REQUIRE(result.found.size() == 4);
  CHECK(find_at(result, "0x20")->sure == certainty::likely);
  CHECK(find_at(result, "0x48")->sure == certainty::certain);
  CHECK(find_at(result, "0x5e")->sure == certainty::guess);
  CHECK(find_at(result, "0x68")->sure == certainty::unknown);
  CHECK(find_at(result, "0x68")->evidence.find("DS3231") != std::string::npos);
  CHECK(models_in(accepted(result, false)) ==
        std::vector<std::string>{"pcf8575-relays", "ads1115-ntc"});
  CHECK(models_in(accepted(result)) ==
        std::vector<std::string>{"pcf8575-relays", "ads1115-ntc", "gp8403"});
}

TEST_CASE("an I2C probe writes nothing but register numbers, and those to 0x48 to 0x4B only") {
  auto everywhere = std::map<std::uint8_t, chip>{};
  for (auto address = 0x20; address <= 0x5F; ++address)
    everywhere[static_cast<std::uint8_t>(address)] = ads(0x8583, 0);
  auto io = with(everywhere);
  probe(io);
  for (const auto& each : io.asked) {
    const auto& asked = std::get<i2c_transfer>(each);
    CHECK(asked.read >= 1);
    if (asked.write.empty()) continue;
    CHECK(asked.write.size() == 1);
    CHECK(asked.address >= 0x48);
    CHECK(asked.address <= 0x4B);
  }
}

TEST_CASE("an ADC is left with the register it has after power-up selected") {
  auto io = with({{0x49, ads(0xC383, 0x0010)}});
  const auto result = probe(io);
  CHECK(std::get<i2c_transfer>(io.asked.back()).write == bytes{0});
  CHECK(find_at(result, "0x49")->evidence.find("ADS1015") != std::string::npos);
  CHECK(find_at(result, "0x49")->sure == certainty::likely);
}

TEST_CASE("two chips at one address that cannot be told apart are a guess that says so") {
  auto io = with({{0x21, bytes_of({0xFF, 0xFF})}});
  const auto result = probe(io);
  REQUIRE(result.found.size() == 1);
  CHECK(result.found[0].sure == certainty::guess);
  CHECK(result.found[0].evidence.find("PCF8574") != std::string::npos);
  CHECK(result.found[0].evidence.find("cannot be told apart") != std::string::npos);
  CHECK(accepted(result, false).devices.empty());
  CHECK(models_in(accepted(result)) == std::vector<std::string>{"pcf8575-relays"});
}

TEST_CASE("a thermometer at an ADC's address is not taken for one") {
  auto io = with({{0x48, bytes_of({0x19, 0x00})}});
  const auto result = probe(io);
  REQUIRE(result.found.size() == 1);
  CHECK(result.found[0].sure == certainty::unknown);
  CHECK(accepted(result).devices.empty());
}

TEST_CASE("an empty I2C bus gives nothing and every address was asked once") {
  auto io = with({});
  const auto result = probe(io);
  CHECK(result.found.empty());
  CHECK(result.remarks.empty());
  CHECK(result.tally.asked == 0x77 - 0x08 + 1);
  CHECK(result.tally.faults.at(fault_code::no_such_device) == result.tally.asked);
}

TEST_CASE("an I2C bus on which every read fails is called shorted, and soon") {
  auto io = paper_port{[](const bus_request&) -> result<bus_answer> {
    return failed(fault_code::timeout, "the bus is held by somebody");
  }};
  const auto result = probe(io);
  CHECK(result.found.empty());
  REQUIRE(result.remarks.size() == 1);
  CHECK(result.remarks[0].find("shorted") != std::string::npos);
  CHECK(result.tally.asked == 5);
}

TEST_CASE("an I2C bus on which every address answers has a data line that is low") {
  auto io = paper_port{[](const bus_request& request) -> result<bus_answer> {
    return bytes(std::get<i2c_transfer>(request).read);
  }};
  const auto result = probe(io);
  CHECK(result.found.empty());
  REQUIRE(result.remarks.size() == 1);
  CHECK(result.remarks[0].find("SDA is held low") != std::string::npos);
}

TEST_CASE("an I2C probe ends when it is told to, with what it has found") {
  auto io = with({{0x20, bytes_of({1, 2})}, {0x68, bytes_of({1})}});
  auto steps = 0;
  auto asks = interview{[] { return time_point{}; },
                        [&](const std::string&, std::size_t, std::size_t) { return ++steps < 40; }};
  const auto result = probe_i2c(io, asks, adapter);
  CHECK(result.stopped);
  CHECK(io.asked.size() < 45);
}

TEST_CASE("an I2C adapter that may not be opened names the group, through the real port") {
  const auto io = make_i2c_port("/dev/i2c-1", [](const std::string&) {
    return tl::expected<std::unique_ptr<i2c_adapter>, int>{tl::make_unexpected(EACCES)};
  });
  auto asks = patient_interview();
  const auto result = probe_i2c(*io, asks, adapter);
  REQUIRE(result.remarks.size() == 1);
  CHECK(result.remarks[0].find("group i2c") != std::string::npos);
  CHECK(result.tally.asked == 1);
}
