#pragma once

#include "layouts/layout.hpp"
#include "tests/support/files.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hearth::testing {

/// A house of the size of the shipped example, built by hand: 8 kW at −25 °C, a heat pump of
/// 9.7 kW, 1360 L in six layers, three zones. Its simulated bus has no devices yet.
inline layout simulated_layout() {
  auto l = layout{};
  l.site = "test-house";
  l.timezone = "America/New_York";
  l.folder = source("layouts/samples").string();
  l.buses.push_back({"plant", "simulated", {}, {}});
  auto& plant = l.plant.emplace();
  plant.heat_pump.max_power = 9.7 * kilowatt;
  auto& store = plant.store.emplace();
  store.volume = 1360 * litre;
  store.layers.resize(6);
  auto& simulation = l.simulation.emplace();
  simulation.weather_file = "january-weather.csv";
  simulation.price_file = "january-prices.csv";
  for (const auto* name : {"living", "bed", "bath"}) {
    auto zone = zone_layout{};
    zone.name = name;
    zone.setpoint = celsius(20);
    plant.zones.push_back(zone);
    auto body = simulation_layout::zone{};
    body.name = name;
    body.conductance_w_per_k = 60;
    body.internal_gain = 100 * watt;
    simulation.zones.push_back(body);
  }
  return l;
}

/// Hangs a device on the simulated bus, with one channel for each key and unit.
inline device_id add_device(layout& l, const std::string& name, const std::string& model,
                            const std::string& of, std::vector<std::pair<std::string, unit>> keys) {
  const auto id = device_id{static_cast<std::uint16_t>(l.devices.size())};
  auto& device = l.devices.emplace_back();
  device.name = name;
  device.model = model;
  device.options["of"] = of;
  if (model == "simulated-relay") device.options["fail_safe"] = std::string{"open"};
  for (auto& [key, unit] : keys) {
    device.channels.push_back({static_cast<std::uint16_t>(l.channels.size())});
    auto& channel = l.channels.emplace_back();
    channel.name = name + "." + key;
    channel.device = id;
    channel.key = key;
    channel.unit = unit;
  }
  return id;
}

}  // namespace hearth::testing
