#include "layouts/draft.hpp"

#include <algorithm>

namespace hearth {
namespace {

const bus_layout* simulated_bus(const layout& l) {
  const auto found = std::ranges::find(l.buses, "simulated", &bus_layout::kind);
  return found == l.buses.end() ? nullptr : &*found;
}

void read_simulated_zone(draft& d, section_reader& from, const std::vector<std::string>& zones) {
  auto& made = d.result.simulation->zones;
  auto zone = simulation_layout::zone{};
  zone.name = from.text("id").value_or("");
  zone.conductance_w_per_k = from.number("conductance_w_per_k").value_or(0);
  zone.capacity_wh_per_k = from.number("capacity_wh_per_k").value_or(0);
  zone.emitter_w_per_k = from.number("emitter_w_per_k").value_or(0);
  zone.internal_gain = from.number("internal_gain").value_or(0) * watt;
  zone.initial = celsius(from.number("initial").value_or(0));
  if (!zone.name.empty() && std::ranges::find(zones, zone.name) == zones.end())
    d.out.add_unknown(from.place_of("id"), "'plant' has no zone " + in_quotes(zone.name), zone.name,
                      zones, listing::always);
  else if (!zone.name.empty() &&
           std::ranges::find(made, zone.name, &simulation_layout::zone::name) != made.end())
    d.out.add(from.place_of("id"), "zone " + in_quotes(zone.name) + " is simulated twice",
              "keep one of them");
  else
    made.push_back(std::move(zone));
}

/// A zone the file says nothing about is an average one.
void add_missing_zones(simulation_layout& made, const std::vector<std::string>& zones) {
  for (const auto& name : zones) {
    if (std::ranges::find(made.zones, name, &simulation_layout::zone::name) != made.zones.end())
      continue;
    auto zone = simulation_layout::zone{};
    zone.name = name;
    made.zones.push_back(std::move(zone));
  }
}

}  // namespace

void read_simulation(draft& d, section_reader& top) {
  const auto* bus = simulated_bus(d.result);
  auto from = top.inner("simulation");
  if (!from) {
    if (bus)
      d.out.add(bus->at,
                "bus " + in_quotes(bus->name) + " is simulated, but the layout has no 'simulation'",
                "add one that names at least 'weather' and 'prices'");
    return;
  }
  if (!bus)
    d.out.add(from->at(), "no bus is simulated",
              "remove 'simulation', or add a bus of kind simulated");
  auto& made = d.result.simulation.emplace();
  made.weather_file = from->text("weather").value_or("");
  made.price_file = from->text("prices").value_or("");
  if (const auto start = from->text("start")) made.start = from_iso8601(*start);
  made.heat_pump_capacity = from->number("heat_pump_capacity").value_or(0) * watt;
  made.house_base_load = from->number("house_base_load").value_or(0) * watt;
  made.store_initial = celsius(from->number("store_initial").value_or(0));
  made.sensor_noise_k = from->number("sensor_noise").value_or(0);
  made.seed = static_cast<std::uint64_t>(from->integer("seed").value_or(1));
  auto zones = std::vector<std::string>{};
  if (d.result.plant)
    for (const auto& zone : d.result.plant->zones) zones.push_back(zone.name);
  from->each("zones", [&](section_reader zone) { read_simulated_zone(d, zone, zones); });
  add_missing_zones(made, zones);
}

}  // namespace hearth
