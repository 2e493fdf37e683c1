#include "drivers/probe/i2c_probe.hpp"

#include "protocol/hex.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace hearth {
namespace {

constexpr std::uint8_t first_address = 0x08;
constexpr std::uint8_t last_address = 0x77;
/// So many timeouts one after the other are no chip's but the bus's own.
constexpr auto hopeless = 5;
/// No house has so many chips: whoever hears an answer everywhere hears a data line that is low.
constexpr std::size_t too_many = 64;

std::string hexadecimal(std::uint8_t byte) {
  return "0x" + hex_of({reinterpret_cast<char*>(&byte), 1});
}

std::string hexadecimal(const bytes& all) {
  auto text = std::string{};
  for (const auto byte : all) text += (text.empty() ? "" : " ") + hexadecimal(byte).substr(2);
  return text;
}

/// What often sits at an address and Hearth has no model for. It says what to look for on the
/// board, no more: addresses are few and chips many.
struct often {
  std::uint8_t from, to;
  std::string_view what;
};
constexpr std::array usual{
    often{0x20, 0x27, "a port expander (PCF8574, PCF8575, MCP23017)"},
    often{0x38, 0x3B, "a port expander (PCF8574A) or a light sensor"},
    often{0x3C, 0x3D, "a small display (SSD1306) or a port expander (PCF8574A)"},
    often{0x3E, 0x3F, "a display behind a port expander (PCF8574A)"},
    often{0x40, 0x43, "a power monitor (INA219) or a humidity sensor (HTU21)"},
    often{0x44, 0x45, "a humidity sensor (SHT3x) or a power monitor (INA219)"},
    often{0x48, 0x4F, "an analogue input (ADS1115, PCF8591) or a thermometer (LM75, TMP102)"},
    often{0x50, 0x57, "an EEPROM (24C32, on a clock board too)"},
    often{0x58, 0x5F, "a 0-10 V output (GP8403) or an air sensor"},
    often{0x60, 0x61, "an analogue output (MCP4725)"},
    often{0x68, 0x68, "a clock (DS3231)"},
    often{0x76, 0x77, "an air pressure sensor (BME280)"},
};

std::optional<bytes> bytes_in(const result<bus_answer>& answer, std::size_t count) {
  if (!answer) return {};
  const auto* const got = std::get_if<bytes>(&*answer);
  return got && got->size() == count ? std::optional{*got} : std::nullopt;
}

class scan {
 public:
  scan(port& io, interview& asks) : io_{io}, asks_{asks} {}

  finding recognise(std::uint8_t address) {
    if (address >= 0x20 && address <= 0x27) return expander(address);
    if (address >= 0x48 && address <= 0x4B)
      if (auto adc = converter(address)) return *std::move(adc);
    if (address >= 0x58 && address <= 0x5F) return output(address);
    return stranger(address);
  }

 private:
  std::optional<bytes> read(std::uint8_t address, bytes pointer, std::size_t count) {
    return bytes_in(asks_.ask(io_, i2c_transfer{address, std::move(pointer), count, {}}), count);
  }
  std::optional<std::uint16_t> register_of(std::uint8_t address, std::uint8_t number) {
    const auto got = read(address, {number}, 2);
    if (!got) return {};
    return static_cast<std::uint16_t>((*got)[0] << 8 | (*got)[1]);
  }

  static finding stranger(std::uint8_t address) {
    auto f = finding{.where = hexadecimal(address), .what = "answers, unknown"};
    const auto* const at = std::ranges::find_if(
        usual, [&](const often& o) { return address >= o.from && address <= o.to; });
    if (at != usual.end()) f.evidence = "often " + std::string{at->what};
    return f;
  }

  /// Source: NXP, "PCF8575" and "PCF8574" data sheets: no registers, a read gives the pins; the
  /// chip with eight of them gives the same byte again and again.
  finding expander(std::uint8_t address) {
    const auto pins = read(address, {}, 2);
    if (!pins) return stranger(address);
    const auto two_ports = (*pins)[0] != (*pins)[1];
    auto f = finding{.where = hexadecimal(address), .what = "PCF8575 with 16 relays or lines"};
    f.sure = two_ports ? certainty::likely : certainty::guess;
    f.evidence = "reads " + hexadecimal(*pins) +
                 (two_ports ? ": two different bytes"
                            : ": a PCF8574 (8 lines) or an MCP23017 answers just the same; they "
                              "cannot be told apart without writing, so look at the chip");
    f.propose = {{.id = "relays-" + f.where.substr(2),
                  .model = "pcf8575-relays",
                  .options = {{"address", f.where}},
                  .note = "check 'active': the board decides whether low or high closes a relay"}};
    return f;
  }

  /// Source: Texas Instruments, "ADS111x" data sheet SBAS444D, section 9.6: the config register is
  /// 0x8583 after power-up, the thresholds 0x8000 and 0x7FFF. An ADS1015 has the same registers and
  /// leaves the last four bits of a conversion empty (SBAS473E).
  std::optional<finding> converter(std::uint8_t address) {
    const auto config = register_of(address, 1);
    const auto low = register_of(address, 2);
    const auto high = register_of(address, 3);
    // Last, because the chip goes on answering with the register it was asked for last.
    const auto conversion = register_of(address, 0);
    constexpr auto after_power_up = 0x8583;
    if (!config || !conversion || low != 0x8000 || high != 0x7FFF) return {};
    const auto twelve_bits = (*conversion & 0x000F) == 0;
    auto f = finding{.where = hexadecimal(address),
                     .what = "ADS1115, four analogue inputs",
                     .sure = twelve_bits ? certainty::likely : certainty::certain};
    f.evidence = *config == after_power_up ? "config as after power-up"
                                           : "thresholds as after power-up, config set by somebody";
    if (twelve_bits)
      f.evidence += "; an ADS1015 (12 bits) cannot be told apart while its inputs rest";
    f.propose = {{.id = "adc-" + f.where.substr(2),
                  .model = "ads1115-ntc",
                  .options = {{"address", f.where}},
                  .note = "for voltages instead of NTC thermistors: model ads1115-voltage"}};
    return f;
  }

  /// Source: Guestgood, "GP8403" data sheet V1.0: nothing can be read, so there is nothing to know
  /// it by but its address.
  static finding output(std::uint8_t address) {
    auto f = finding{.where = hexadecimal(address),
                     .what = "GP8403, two outputs of 0 to 10 V",
                     .sure = certainty::guess,
                     .evidence =
                         "its address; the chip cannot be read, and air sensors (SGP30, "
                         "CCS811) and thermometers (MLX90614) use the same addresses"};
    f.propose = {{.id = "outputs-" + f.where.substr(2),
                  .model = "gp8403",
                  .options = {{"address", f.where}}}};
    return f;
  }

  port& io_;
  interview& asks_;
};

}  // namespace

probe_result probe_i2c(port& io, interview& asks, proposed_bus bus) {
  auto result = probe_result{.bus = std::move(bus)};
  auto there = std::vector<std::uint8_t>{};
  auto timeouts_in_a_row = 0;
  const auto of = std::size_t{last_address - first_address + 1};
  for (auto address = first_address; address <= last_address; ++address) {
    if (!asks.goes_on("address " + hexadecimal(address), address - first_address, of)) break;
    const auto answer = asks.ask(io, i2c_transfer{address, {}, 1, {}});
    if (answer) there.push_back(address);
    if (!answer && address == first_address &&
        (answer.error().code == fault_code::permission ||
         answer.error().code == fault_code::unsupported)) {
      result.remarks.push_back(answer.error().detail);
      return asks.ended(std::move(result));
    }
    const auto bus_is_held = !answer && (answer.error().code == fault_code::timeout ||
                                         answer.error().code == fault_code::io);
    timeouts_in_a_row = bus_is_held ? timeouts_in_a_row + 1 : 0;
    if (timeouts_in_a_row == hopeless) {
      result.remarks.push_back(
          "every read fails (" + answer.error().detail +
          "): the bus is shorted, has no pull-ups, or a chip without supply holds it low");
      return asks.ended(std::move(result));
    }
  }
  if (there.size() >= too_many) {
    result.remarks.push_back(std::to_string(there.size()) +
                             " addresses answer, which no bus has: SDA is held low, by a short or "
                             "by a chip without supply");
    return asks.ended(std::move(result));
  }
  auto scanning = scan{io, asks};
  for (std::size_t i = 0; i < there.size(); ++i) {
    if (!asks.goes_on("recognising " + hexadecimal(there[i]), i, there.size())) break;
    result.found.push_back(scanning.recognise(there[i]));
  }
  return asks.ended(std::move(result));
}

}  // namespace hearth
