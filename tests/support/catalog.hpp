#pragma once

#include "layouts/model.hpp"

#include <string>
#include <utility>
#include <vector>

/// The buses and models layout tests are written against, as the drivers describe themselves.
namespace hearth::testing {
namespace rows {

inline option_spec option(std::string key, option_kind kind, std::string help) {
  auto made = option_spec{};
  made.key = std::move(key);
  made.kind = kind;
  made.help = std::move(help);
  return made;
}
inline option_spec text(std::string key, std::string help) {
  return option(std::move(key), option_kind::text, std::move(help));
}
inline option_spec integer(std::string key, double lowest, double highest, std::string help) {
  auto made = option(std::move(key), option_kind::integer, std::move(help));
  made.lowest = lowest;
  made.highest = highest;
  return made;
}
inline option_spec choice(std::string key, std::vector<std::string> choices, std::string fallback,
                          std::string help) {
  auto made = option(std::move(key), option_kind::choice, std::move(help));
  made.choices = std::move(choices);
  made.fallback = std::move(fallback);
  return made;
}
inline option_spec timeout() {
  auto made = option("timeout", option_kind::quantity, "How long to wait for an answer");
  made.dimension = dimension::duration;
  made.fallback = "500 ms";
  return made;
}
inline option_spec needed(option_spec made) {
  made.required = true;
  return made;
}
inline option_spec owned(option_spec made) {
  made.required = made.owned = true;
  return made;
}
inline option_spec or_else(std::string fallback, option_spec made) {
  made.fallback = std::move(fallback);
  return made;
}

inline option_spec address() {
  return owned(integer("address", 1, 247, "Modbus unit"));
}
inline option_spec line() {
  return owned(integer("line", 0, 1023, "Line of the chip"));
}
inline option_spec topic() {
  return owned(text("topic", "Topic prefix of the device"));
}
inline option_spec point() {
  return text("of", "Point of the simulated plant");
}
inline option_spec active() {
  return choice("active", {"high", "low"}, "high", "Level that means on");
}
inline option_spec fail_safe() {
  return choice("fail_safe", {"open", "closed"}, "open", "What it does when nobody commands it");
}

inline channel_spec channel(std::string name, unit u, std::string help) {
  return {std::move(name), u, std::move(help), false};
}
inline channel_spec relay_state() {
  return {"state", unit::on_off, "State of the relay", true};
}
inline channel_spec temperature() {
  return channel("temperature", unit::celsius, "Temperature");
}

inline std::vector<channel_spec> sdm120_channels() {
  return {channel("voltage", unit::volt, "Voltage"),
          channel("current", unit::ampere, "Current"),
          channel("power", unit::watt, "Active power"),
          channel("apparent_power", unit::volt_ampere, "Apparent power"),
          channel("reactive_power", unit::var, "Reactive power"),
          channel("power_factor", unit::fraction, "Power factor"),
          channel("frequency", unit::hertz, "Frequency"),
          channel("energy_import", unit::watt_hour, "Energy bought"),
          channel("energy_export", unit::watt_hour, "Energy sold")};
}
inline std::vector<channel_spec> sdm630_channels() {
  auto made = std::vector<channel_spec>{};
  for (const auto* phase : {"_l1", "_l2", "_l3"}) {
    made.push_back(channel(std::string{"voltage"} + phase, unit::volt, "Voltage of one phase"));
    made.push_back(channel(std::string{"current"} + phase, unit::ampere, "Current of one phase"));
    made.push_back(channel(std::string{"power"} + phase, unit::watt, "Active power of one phase"));
  }
  const auto whole = sdm120_channels();
  made.insert(made.end(), whole.begin() + 2, whole.end());
  return made;
}

}  // namespace rows

inline const catalog& known_catalog() {
  using namespace rows;
  static const auto known = catalog{
      {
          {"modbus-tcp",
           "Modbus over TCP",
           {or_else("127.0.0.1", text("host", "Name or address")),
            or_else("502", integer("port", 1, 65535, "TCP port")), timeout()}},
          {"modbus-rtu",
           "Modbus over a serial line (RS-485)",
           {needed(text("port", "Serial device, such as /dev/ttyUSB0")),
            or_else("9600", integer("baud", 300, 921600, "Bits per second")),
            choice("parity", {"none", "even", "odd"}, "none", "Parity bit"),
            or_else("1", integer("stop_bits", 1, 2, "Stop bits")), timeout()}},
          {"gpio",
           "Lines of a GPIO chip",
           {or_else("gpiochip0", text("chip", "Name of the chip"))}},
          {"onewire",
           "1-Wire sensors of the kernel",
           {or_else("/sys/bus/w1/devices", text("path", "Where the kernel shows its slaves"))}},
          {"mqtt",
           "Devices on the house's own MQTT broker",
           {or_else("mqtt://127.0.0.1:1883", text("broker", "Address of the house's broker"))}},
          {"simulated", "The simulated house", {}},
      },
      {
          {"eastron-sdm120",
           "Eastron SDM120 single-phase meter",
           {"modbus-rtu", "modbus-tcp"},
           {address()},
           sdm120_channels()},
          {"eastron-sdm630",
           "Eastron SDM630 three-phase meter",
           {"modbus-rtu", "modbus-tcp"},
           {address()},
           sdm630_channels()},
          {"modbus-generic",
           "Any Modbus device",
           {"modbus-rtu", "modbus-tcp"},
           {address(),
            needed(option("registers", option_kind::registers, "Channel key → register"))},
           {}},
          {"gpio-relay",
           "Relay on a GPIO line",
           {"gpio"},
           {line(), active(), fail_safe()},
           {relay_state()}},
          {"gpio-input",
           "Contact on a GPIO line",
           {"gpio"},
           {line(), active()},
           {channel("state", unit::on_off, "State of the contact")}},
          {"ds18b20",
           "DS18B20 thermometer",
           {"onewire"},
           {owned(text("slave", "Such as 28-00000a1b2c3d"))},
           {temperature()}},
          {"shelly-relay",
           "Shelly relay (Gen 2 or later)",
           {"mqtt"},
           {topic(), or_else("0", integer("relay", 0, 7, "Which relay of the device")),
            fail_safe()},
           {relay_state(), channel("power", unit::watt, "Power switched"),
            channel("energy", unit::watt_hour, "Energy switched")}},
          {"shelly-thermometer",
           "Shelly thermometer",
           {"mqtt"},
           {topic(), or_else("100", integer("sensor", 0, 999, "Which sensor of the device"))},
           {temperature()}},
          {"tasmota-relay",
           "Tasmota relay",
           {"mqtt"},
           {topic(), or_else("1", integer("relay", 1, 8, "Which relay of the device")),
            fail_safe()},
           {relay_state(), channel("power", unit::watt, "Power switched"),
            channel("energy", unit::watt_hour, "Energy switched"),
            channel("voltage", unit::volt, "Voltage"),
            channel("current", unit::ampere, "Current")}},
          {"tasmota-thermometer",
           "Tasmota thermometer",
           {"mqtt"},
           {topic(), or_else("DS18B20", text("sensor", "Name in its SENSOR message"))},
           {temperature()}},
          {"simulated-thermometer",
           "Thermometer of the simulated house",
           {"simulated"},
           {needed(point())},
           {temperature()}},
          {"simulated-relay",
           "Relay of the simulated house",
           {"simulated"},
           {owned(point()), fail_safe()},
           {relay_state()}},
          {"simulated-meter",
           "Meter of the simulated house",
           {"simulated"},
           {needed(point())},
           {channel("power", unit::watt, "Active power"),
            channel("energy", unit::watt_hour, "Energy")}},
      }};
  return known;
}

}  // namespace hearth::testing
