#include "layouts/draft.hpp"
#include "layouts/quantity.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace hearth {
namespace {

const bus_layout* simulated_bus(const layout& l) {
  const auto found = std::ranges::find(l.buses, "simulated", &bus_layout::kind);
  return found == l.buses.end() ? nullptr : &*found;
}

simulation_layout::compass compass_of(const std::string& word) {
  using enum simulation_layout::compass;
  if (word == "north") return north;
  if (word == "east") return east;
  return word == "west" ? west : south;
}

void read_table(draft& d, section_reader& from, simulation_layout& made) {
  auto seen = std::set<std::pair<temperature, temperature>>{};
  auto outdoors = std::set<temperature>{};
  auto waters = std::set<temperature>{};
  from.each("table", [&](section_reader point) {
    const auto outdoor = point.number("outdoor");
    const auto water = point.number("leaving_water");
    const auto heat = point.number("capacity");
    const auto cop = point.number("cop");
    if (!outdoor || !water || !heat || !cop) return;
    if (!seen.insert({celsius(*outdoor), celsius(*water)}).second)
      d.out.add(point.at(), "this point stands here twice", "keep one of them");
    outdoors.insert(celsius(*outdoor));
    waters.insert(celsius(*water));
    made.heat_pump.table.push_back({celsius(*outdoor), celsius(*water), *heat * watt, *cop});
  });
  if (made.heat_pump.table.empty()) return;
  if (seen.size() != outdoors.size() * waters.size())
    d.out.add(from.place_of("table"), "the points are no full grid",
              "give every outdoor temperature with every leaving-water temperature: here " +
                  std::to_string(outdoors.size() * waters.size()) + " points");
}

void read_simulated_heat_pump(draft& d, section_reader& top, simulation_layout& made) {
  auto from = top.inner("heat_pump");
  if (!from) return;
  auto& is = made.heat_pump;
  read_table(d, *from, made);
  if (!is.table.empty() && top.find("heat_pump_capacity"))
    d.out.add(top.place_of("heat_pump_capacity"), "the table says what the heat pump makes",
              "keep the table, or this with the typical table scaled to it");
  is.modulation_min = from->number("modulation_min").value_or(is.modulation_min);
  if (const auto t = from->number("warm_up")) is.warm_up = from_seconds(*t);
  if (const auto t = from->number("frost")) is.frost = from_seconds(*t);
  if (const auto t = from->number("defrost")) is.defrost = from_seconds(*t);
}

void read_simulated_store(draft& d, section_reader& top, simulation_layout& made) {
  auto from = top.inner("store");
  if (!from) return;
  auto& is = made.store;
  is.tanks = static_cast<int>(from->integer("tanks").value_or(1));
  if (const auto water = from->number("buffer")) is.buffer = *water * litre;
  is.layers_per_sensor = static_cast<int>(from->integer("layers_per_sensor").value_or(1));
  is.mixing = from->number("mixing").value_or(is.mixing);
  is.loss_w_per_k = from->number("loss_w_per_k");
  if (const auto t = from->number("surroundings")) is.surroundings = celsius(*t);
  if (!d.result.plant || !d.result.plant->store) return;
  const auto& store = *d.result.plant->store;
  const auto tanks = static_cast<std::size_t>(is.tanks) + (is.buffer ? 1 : 0);
  if (tanks > std::max<std::size_t>(1, store.layers.size()))
    d.out.add(from->at(),
              "the store has fewer sensors (" + std::to_string(store.layers.size()) +
                  ") than tanks (" + std::to_string(tanks) + ")",
              "every tank needs one in 'layers' of the plant's store");
  if (is.buffer && *is.buffer >= store.volume)
    d.out.add(from->place_of("buffer"), "the buffer is as large as the whole store",
              "'volume' of the plant's store is the water of all tanks together");
}

void read_surroundings(section_reader& top, simulation_layout& made) {
  if (auto from = top.inner("loop")) {
    made.loop.volume = from->number("volume").value_or(0) * litre;
    made.loop.loss_w_per_k = from->number("loss_w_per_k").value_or(0);
    made.loop.exposed_w_per_k = from->number("exposed_w_per_k").value_or(0);
  }
  if (auto from = top.inner("sensors")) {
    made.sensor_bias_k = from->number("bias").value_or(0);
    made.sensor_lag = from_seconds(from->number("lag").value_or(0));
  }
  if (auto from = top.inner("place")) {
    made.latitude = from->number("latitude").value_or(0);
    made.longitude = from->number("longitude").value_or(0);
    made.clearness = from->number("clearness").value_or(0);
    made.window_transmittance = from->number("window_transmittance").value_or(0);
  }
  if (auto from = top.inner("away"))
    made.away = {since_midnight(from->text("from").value_or("00:00")),
                 since_midnight(from->text("to").value_or("00:00"))};
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
  zone.emitter_exponent = from.number("emitter_exponent").value_or(1);
  zone.flow_l_per_min = from.number("flow");
  zone.occupants = from.number("occupants").value_or(0);
  zone.structure_wh_per_k = from.number("structure_wh_per_k").value_or(0);
  zone.structure_w_per_k = from.number("structure_w_per_k").value_or(0);
  zone.structure_loss = from.number("structure_loss").value_or(0);
  zone.window_m2 = from.number("window_m2").value_or(0);
  zone.windows_face = compass_of(from.text("windows_face").value_or("south"));
  if (zone.flow_l_per_min && *zone.flow_l_per_min / 60 * 4186 * 0.9 < zone.emitter_w_per_k)
    d.out.add(from.place_of("flow"), "so little water cannot carry what the emitters give",
              "it would come back colder than the room; 'emitter_w_per_k' of " +
                  plain_number(zone.emitter_w_per_k) + " wants at least " +
                  plain_number(std::ceil(zone.emitter_w_per_k / 0.9 / 4186 * 600) / 10) + " L/min");
  if (zone.structure_wh_per_k > 0 &&
      zone.structure_loss * zone.conductance_w_per_k >= zone.structure_w_per_k)
    d.out.add(from.at(), "more heat would pass through the structure than reaches it",
              "'structure_w_per_k' must be above 'structure_loss' times 'conductance_w_per_k'");
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
  auto& made = d.result.simulation.emplace();
  made.weather_file = from->text("weather").value_or("");
  made.price_file = from->text("prices").value_or("");
  // A house of hardware only says here how `scada simulate` is to think of it.
  const auto needs = [&](const std::string& file, std::string_view key) {
    if (bus && file.empty())
      d.out.add(from->at(), "'simulation' lacks '" + std::string{key} + "'",
                "bus " + in_quotes(bus->name) + " is simulated; name a CSV file");
  };
  needs(made.weather_file, "weather");
  needs(made.price_file, "prices");
  if (const auto start = from->text("start")) made.start = from_iso8601(*start);
  made.heat_pump_capacity = from->number("heat_pump_capacity").value_or(0) * watt;
  made.house_base_load = from->number("house_base_load").value_or(0) * watt;
  made.store_initial = celsius(from->number("store_initial").value_or(0));
  made.sensor_noise_k = from->number("sensor_noise").value_or(0);
  made.seed = static_cast<std::uint64_t>(from->integer("seed").value_or(1));
  read_simulated_heat_pump(d, *from, made);
  read_simulated_store(d, *from, made);
  read_surroundings(*from, made);
  auto zones = std::vector<std::string>{};
  if (d.result.plant)
    for (const auto& zone : d.result.plant->zones) zones.push_back(zone.name);
  from->each("zones", [&](section_reader zone) { read_simulated_zone(d, zone, zones); });
  add_missing_zones(made, zones);
}

}  // namespace hearth
