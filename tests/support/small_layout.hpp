#pragma once

#include "drivers/driver.hpp"
#include "layouts/layout.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace hearth::testing {

/// The smallest house: one bus and one device of `what` on it, with the channels of these keys in
/// this order. All options must be given: fallbacks are the parser's business.
inline layout small_layout(bus_layout bus, const model_spec& what, option_map options,
                           const std::vector<std::string>& keys) {
  auto house = layout{};
  house.site = "small";
  auto device = device_layout{};
  device.name = "device";
  device.model = what.name;
  auto place = std::uint16_t{0};
  for (const auto& key : keys) {
    auto channel = channel_layout{};
    channel.name = device.name + "." + key;
    channel.key = key;
    const auto spec = std::ranges::find(what.channels, key, &channel_spec::name);
    if (spec != what.channels.end()) {
      channel.unit = spec->unit;
      channel.actuator = spec->actuator;
    } else if (const auto table = options.find("registers"); table != options.end()) {
      const auto& rows = std::get<std::vector<register_row>>(table->second);
      const auto row = std::ranges::find(rows, key, &register_row::channel);
      if (row != rows.end()) {
        channel.unit = row->unit;
        channel.actuator = row->writable;
      }
    }
    house.channels.push_back(std::move(channel));
    device.channels.push_back(channel_id{place++});
  }
  device.options = std::move(options);
  house.buses.push_back(std::move(bus));
  house.devices.push_back(std::move(device));
  return house;
}

inline bus_layout rtu_bus(std::string port, double timeout_s) {
  auto bus = bus_layout{};
  bus.name = "rs485";
  bus.kind = "modbus-rtu";
  bus.options = {{"port", std::move(port)}, {"baud", std::int64_t{9600}},
                 {"parity", std::string{"none"}}, {"stop_bits", std::int64_t{1}},
                 {"timeout", timeout_s}};
  return bus;
}

inline bus_layout tcp_bus(int port, double timeout_s) {
  auto bus = bus_layout{};
  bus.name = "lan";
  bus.kind = "modbus-tcp";
  bus.options = {{"host", std::string{"127.0.0.1"}}, {"port", std::int64_t{port}},
                 {"timeout", timeout_s}};
  return bus;
}

}  // namespace hearth::testing
