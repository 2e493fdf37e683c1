#pragma once

#include "drivers/driver.hpp"
#include "layouts/quantity.hpp"

#include <cassert>
#include <cstdlib>
#include <map>
#include <string>
#include <utility>

namespace hearth::testing {

/// The option as the parser would store it, from the text that would stand in YAML.
inline option_value stored(const option_spec& spec, const std::string& text) {
  switch (spec.kind) {
  case option_kind::text:
  case option_kind::choice: return text;
  case option_kind::integer: return static_cast<std::int64_t>(std::stoll(text, nullptr, 0));
  case option_kind::quantity:
    return parse_quantity(text, spec.dimension).value_or(std::strtod(text.c_str(), nullptr));
  case option_kind::flag: return text == "true";
  case option_kind::registers: break;
  }
  assert(false && "no text stands for a table of registers");
  return text;
}

/// All options of a device: `given` as texts as in YAML, but quantities in their channel's unit;
/// the rest are the spec's fallbacks.
inline option_map options_for(const model_spec& spec,
                              const std::map<std::string, std::string>& given) {
  auto options = option_map{};
  for (const auto& option : spec.options) {
    if (option.kind == option_kind::registers) continue;
    const auto found = given.find(option.key);
    const auto& text = found == given.end() ? option.fallback : found->second;
    assert((!text.empty() || !option.required) && "a required option is missing");
    if (!text.empty()) options[option.key] = stored(option, text);
  }
  return options;
}

/// A house of one device on one bus, with all the model's channels, named as at the device.
/// `options` are texts as in YAML; the rest are the spec's fallbacks.
inline layout one_device(const model_spec& spec,
                         const std::map<std::string, std::string>& options) {
  auto house = layout{};
  house.site = "test-house";
  house.timezone = "UTC";
  auto bus = bus_layout{};
  bus.name = "bus";
  bus.kind = spec.bus_kinds.front();
  house.buses = {bus};
  auto device = device_layout{};
  device.name = "device";
  device.model = spec.name;
  device.options = options_for(spec, options);
  for (const auto& channel : spec.channels) {
    device.channels.push_back({static_cast<std::uint16_t>(house.channels.size())});
    auto row = channel_layout{};
    row.name = row.key = channel.name;
    row.unit = channel.unit;
    row.actuator = channel.actuator;
    house.channels.push_back(row);
  }
  house.devices = {device};
  return house;
}

}  // namespace hearth::testing
