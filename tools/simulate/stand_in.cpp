#include "tools/simulate/stand_in.hpp"

#include "drivers/registry.hpp"
#include "drivers/simulated/simulated_bus.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth::simulate {

using roles = std::map<channel_id, std::string>;

namespace {

constexpr std::string_view stand_in = "stand-in";
constexpr std::string_view other = "other.";
constexpr duration idle_poll = std::chrono::minutes{5};

/// A meter's running total beside its power.
std::optional<channel_id> energy_beside(const layout& house, channel_id meter) {
  const auto& beside = house[house[meter].device].channels;
  const auto found = std::ranges::find_if(beside, [&](channel_id c) {
    return house[c].unit == unit::watt_hour && house[c].key.find("export") == std::string::npos;
  });
  return found == beside.end() ? std::nullopt : std::optional{*found};
}

void add_meter(roles& out, const layout& house, std::optional<channel_id> meter,
               const std::string& point) {
  if (!meter) return;
  out.emplace(*meter, point + ".power");
  if (const auto total = energy_beside(house, *meter)) out.emplace(*total, point + ".energy");
}

}  // namespace

roles roles_of(const layout& house) {
  auto out = roles{};
  if (!house.plant) return out;
  const auto& plant = *house.plant;
  out.emplace(plant.heat_pump.enable, "heat_pump.enable");
  if (plant.heat_pump.pump) out.emplace(*plant.heat_pump.pump, "heat_pump.pump");
  add_meter(out, house, plant.heat_pump.power_meter, "heat_pump");
  add_meter(out, house, plant.house_power, "house");
  if (plant.outdoor) out.emplace(*plant.outdoor, "outdoor");
  if (plant.store)
    for (std::size_t i = 0; i < plant.store->layers.size(); ++i)
      out.emplace(plant.store->layers[i], "store.layer." + std::to_string(i));
  for (const auto& zone : plant.zones) {
    out.emplace(zone.temperature_channel, "zone." + zone.name);
    if (zone.call) out.emplace(*zone.call, "zone." + zone.name + ".call");
  }
  return out;
}

namespace {

/// What a channel nobody simulates shows: something possible that never changes.
double usual(unit u) {
  if (u == unit::celsius) return 20;
  if (u == unit::volt) return 240;
  if (u == unit::hertz) return 60;
  return 0;
}

/// Sensors have no such option.
bool closed_when_safe(const device_layout& device) {
  return device.options.contains("fail_safe") &&
         text_option(device.options, "fail_safe") == "closed";
}

class stand_in_driver final : public actuator {
 public:
  stand_in_driver(const layout& house, device_id id) : safe_{closed_when_safe(house[id])} {
    const auto known = roles_of(house);
    for (const auto c : house[id].channels) {
      const auto role = known.find(c);
      taps_.push_back({c, house[c].unit,
                       role != known.end() ? role->second : std::string{other} + house[c].name});
    }
  }

  std::vector<bus_request> poll() override {
    auto out = std::vector<bus_request>{};
    out.reserve(taps_.size());
    for (const auto& t : taps_) out.emplace_back(plant_read{t.point});
    return out;
  }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    auto out = std::vector<reading>{};
    out.reserve(taps_.size());
    for (std::size_t i = 0; i < taps_.size(); ++i)
      out.push_back({taps_[i].channel, value_of(taps_[i], answers[i]), now});
    return out;
  }

  result<std::vector<bus_request>> encode(const command& c) override {
    const auto* to = tap_of(c.target);
    if (to == nullptr) return failed(fault_code::unsupported, "no channel of this device");
    return std::vector<bus_request>{plant_write{to->point, c.value.amount}};
  }

  std::vector<bus_request> make_safe(channel_id channel) override {
    const auto* to = tap_of(channel);
    if (to == nullptr) return {};
    return {plant_write{to->point, safe_ ? 1.0 : 0.0}};
  }

 private:
  struct tap {
    channel_id channel;
    hearth::unit unit;
    std::string point;
  };

  [[nodiscard]] const tap* tap_of(channel_id c) const {
    const auto found = std::ranges::find(taps_, c, &tap::channel);
    return found == taps_.end() ? nullptr : &*found;
  }
  static result<measured> value_of(const tap& t, const result<bus_answer>& answer) {
    if (!answer) return tl::make_unexpected(answer.error());
    if (const auto* number = std::get_if<double>(&*answer)) return measured{*number, t.unit};
    return failed(fault_code::malformed, "a point of the plant is a number");
  }

  std::vector<tap> taps_;
  bool safe_;
};

class stand_in_port final : public port {
 public:
  stand_in_port(const layout& house, std::shared_ptr<simulated_house> plant)
      : plant_{make_simulated_port(std::move(plant))} {
    for (const auto& c : house.channels)
      others_.emplace(std::string{other} + c.name, usual(c.unit));
  }

  result<bus_answer> transact(const bus_request& request, time_point now) override {
    if (const auto* read = std::get_if<plant_read>(&request))
      if (const auto* value = other_at(read->point)) return bus_answer{*value};
    if (const auto* write = std::get_if<plant_write>(&request))
      if (auto* value = other_at(write->point)) {
        *value = write->value;
        return bus_answer{done{}};
      }
    return plant_->transact(request, now);
  }

 private:
  double* other_at(std::string_view point) {
    if (!point.starts_with(other)) return nullptr;
    const auto found = others_.find(point);
    return found == others_.end() ? nullptr : &found->second;
  }

  std::unique_ptr<port> plant_;
  std::map<std::string, double, std::less<>> others_;
};

bool plays_a_role(const device_layout& device, const roles& known) {
  return std::ranges::any_of(device.channels, [&](channel_id c) { return known.contains(c); });
}

bool all_simulated(const layout& house) {
  return std::ranges::all_of(house.buses,
                             [](const bus_layout& b) { return b.kind == simulated_bus().kind; });
}

/// Zones the layout says nothing about are average ones, as warm as they should be.
void add_zones(simulation_layout& to, const plant_layout& plant) {
  for (const auto& zone : plant.zones) {
    if (std::ranges::find(to.zones, zone.name, &simulation_layout::zone::name) != to.zones.end())
      continue;
    auto& made = to.zones.emplace_back();
    made.name = zone.name;
    if (const auto* fixed = std::get_if<temperature>(&zone.setpoint)) made.initial = *fixed;
  }
}

}  // namespace

layout on_stand_ins(const layout& real, duration step) {
  auto out = real;
  if (!out.simulation) out.simulation.emplace();
  if (out.plant) add_zones(*out.simulation, *out.plant);
  out.pace.control = std::max(step, out.pace.control);
  out.pace.housekeeping = std::max(step, out.pace.housekeeping);
  const auto replaced = !all_simulated(real);
  const auto known = roles_of(real);
  if (replaced) out.buses = {{"simulated", simulated_bus().kind, {}, {}}};
  for (auto& d : out.devices) {
    if (replaced) {
      d.model = stand_in;
      d.bus = bus_id{0};
    }
    d.poll_every = std::max(d.poll_every, step);
    // Nothing ever changes at a device without a role in the plant but by a command, and what that
    // did is read with it.
    if (replaced && !plays_a_role(d, known)) d.poll_every = std::max(d.poll_every, idle_poll);
  }
  for (auto& c : out.channels) c.max_age = std::max(c.max_age, 3 * out[c.device].poll_every);
  return out;
}

const model* find_model(std::string_view name) {
  static const auto standing_in =
      model{{.name = std::string{stand_in},
             .title = "a device of a real house, in a simulation",
             .bus_kinds = {simulated_bus().kind},
             .options = {},
             .channels = {}},
            [](const layout& l, device_id d) { return std::make_unique<stand_in_driver>(l, d); }};
  return name == stand_in ? &standing_in : hearth::find_model(name);
}

void open_relays(const layout& stood_in, simulated_house& plant) {
  for (const auto& [channel, point] : roles_of(stood_in))
    if (stood_in[channel].actuator) plant.open(point);
}

std::unique_ptr<port> make_stand_in_port(const layout& stood_in,
                                         std::shared_ptr<simulated_house> plant) {
  return std::make_unique<stand_in_port>(stood_in, std::move(plant));
}

}  // namespace hearth::simulate
