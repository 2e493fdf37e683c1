#include "actors/preview.hpp"

#include "actors/dispatcher.hpp"
#include "actors/planner/heat_planner.hpp"
#include "drivers/simulated/plant.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr duration decide_every = 30s;
constexpr duration row_every = 15min;
/// Winter in northern New England, where nothing else is known.
constexpr auto assumed_mean_c = -5.0;
constexpr auto assumed_swing_c = 5.0;
/// A heat pump gives about this many times its electrical nameplate at 0 °C outdoors.
constexpr auto assumed_capacity_per_nameplate = 1.5;
/// Of that heat, what the zones of a well-sized house lose at 0 °C outdoors and 20 °C indoors.
constexpr auto assumed_load_share = 0.4;

series assumed_weather(time_point start) {
  auto weather = series{start - start.time_since_epoch() % 24h, 1h, {}};
  for (auto hour = 0; hour < 24; ++hour)
    weather.values.push_back(assumed_mean_c +
                             assumed_swing_c * std::sin((hour - 13) * std::numbers::pi / 12));
  return weather;
}

/// Physics for a layout that describes none: sized by the heat pump's nameplate.
simulation_layout assumed_physics(const plant_layout& plant,
                                  std::vector<std::string>& assumptions) {
  auto s = simulation_layout{};
  s.heat_pump_capacity = plant.heat_pump.max_power * assumed_capacity_per_nameplate;
  const auto zones = std::max<std::size_t>(1, plant.zones.size());
  const auto per_zone =
      s.heat_pump_capacity.in(watt)*assumed_load_share / static_cast<double>(zones);
  for (const auto& z : plant.zones) {
    auto zone = simulation_layout::zone{};
    zone.name = z.name;
    zone.conductance_w_per_k = per_zone / 20;
    zone.emitter_w_per_k = per_zone / 10;
    const auto* fixed = std::get_if<temperature>(&z.setpoint);
    zone.initial = fixed ? *fixed : celsius(20);
    s.zones.push_back(std::move(zone));
  }
  if (plant.store) s.store_initial = plant.store->min_top + 10 * kelvin;
  std::array<char, 160> text{};
  std::snprintf(
      text.data(), text.size(),
      "a house that loses %.0f W per kelvin in all, and a heat pump of %.1f kW of heat at 0 °C",
      per_zone * static_cast<double>(zones) / 20, s.heat_pump_capacity.in(kilowatt));
  assumptions.emplace_back(text.data());
  return s;
}

/// What the sensors that the plant section names would say of this plant.
snapshot seen(const layout& house, const simulated::plant& world, time_point now) {
  auto s = snapshot{now, std::vector<point>(house.channels.size())};
  const auto put = [&](std::optional<channel_id> c, measured value) {
    if (c) s.points[c->value] = {value, quality::good, now, now};
  };
  const auto& plant = *house.plant;
  put(plant.heat_pump.enable, switched(world.enabled()));
  put(plant.heat_pump.power_meter, of(world.heat_pump_power()));
  put(plant.heat_pump.pump, switched(world.pumping()));
  put(plant.outdoor, of(world.outdoor()));
  put(plant.house_power, of(world.house_power()));
  if (plant.store)
    for (std::size_t i = 0; i < plant.store->layers.size(); ++i)
      put(plant.store->layers[i], of(world.layer(i)));
  for (std::size_t i = 0; i < plant.zones.size(); ++i) {
    const auto& zone = plant.zones[i];
    put(zone.temperature_channel, of(world.room(i)));
    put(zone.call, switched(world.calling(i)));
    if (const auto* channel = std::get_if<channel_id>(&zone.setpoint))
      put(*channel, of(celsius(20)));
  }
  return s;
}

void obey(const plant_layout& plant, const command& c, simulated::plant& world) {
  const auto on = c.value.amount != 0;
  if (c.target == plant.heat_pump.enable) world.enable(on);
  if (c.target == plant.heat_pump.pump) world.pump(on);
  for (std::size_t i = 0; i < plant.zones.size(); ++i)
    if (plant.zones[i].call == c.target) world.call(i, on);
}

preview_row row_of(const layout& house, const simulated::plant& world, const tariff& costs,
                   time_point at) {
  auto row = preview_row{};
  row.at = at;
  row.outdoor = world.outdoor();
  row.price = costs.total(at);
  row.distribution = costs.distribution(at);
  if (house.plant->store) {
    row.store_top = world.store().top();
    auto sum = 0.0;
    for (std::size_t i = 0; i < world.store().size(); ++i)
      sum += world.store().layer(i).in_celsius();
    row.store_mean = celsius(sum / static_cast<double>(world.store().size()));
  }
  for (std::size_t i = 0; i < house.plant->zones.size(); ++i) {
    const auto* fixed = std::get_if<temperature>(&house.plant->zones[i].setpoint);
    const auto off = world.room(i) - (fixed ? *fixed : celsius(20));
    row.coldest = row.coldest ? std::min(*row.coldest, off) : off;
  }
  return row;
}

prices as_prices(const series& energy, time_point start, duration ahead) {
  auto p = prices{start - start.time_since_epoch() % energy.step, energy.step, {}, {}};
  for (auto t = p.start; t < start + ahead + energy.step; t += energy.step)
    p.energy.push_back(energy.repeated_at(t) * usd_per_mwh);
  return p;
}

weather as_weather(const series& outdoor, time_point start, duration ahead) {
  auto w = weather{start - start.time_since_epoch() % outdoor.step, outdoor.step, {}};
  for (auto t = w.start; t < start + ahead + outdoor.step; t += outdoor.step)
    w.outdoor.push_back(celsius(outdoor.repeated_at(t)));
  return w;
}

}  // namespace

std::optional<preview> look_ahead(std::shared_ptr<const layout> house, const preview_inputs& known,
                                  time_point start, duration ahead) {
  if (!house->plant) return {};
  auto out = preview{};
  const auto physics =
      house->simulation ? *house->simulation : assumed_physics(*house->plant, out.assumptions);
  if (!known.outdoor_c) {
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%.0f °C outdoors, %.0f K more or less over the day",
                  assumed_mean_c, assumed_swing_c);
    out.assumptions.emplace_back(text.data());
  }
  if (!known.energy_usd_per_mwh && !house->tariff.energy)
    out.assumptions.emplace_back("no energy price: it comes from the node");
  for (const auto& z : house->plant->zones)
    if (std::holds_alternative<channel_id>(z.setpoint))
      out.assumptions.push_back("20 °C as the setpoint of zone " + z.name +
                                ", which a channel holds");
  const auto air = known.outdoor_c.value_or(assumed_weather(start));
  auto world = simulated::plant{*house->plant, physics, std::make_shared<const series>(air)};
  // The compressor has rested: the preview starts in the middle of a house's life, not at its boot.
  auto mind = dispatcher{house, start - house->plant->heat_pump.min_off};
  auto planner = heat_planner{house};
  auto costs = tariff{house->tariff, house->timezone};
  planner.hear(as_weather(air, start, ahead + ahead), start);
  if (known.energy_usd_per_mwh) {
    const auto told = as_prices(*known.energy_usd_per_mwh, start, ahead + ahead);
    costs.learn(told);
    planner.hear(told, start);
  }
  world.enable(false);
  for (std::size_t i = 0; i < house->plant->zones.size(); ++i)
    if (house->plant->zones[i].call) world.call(i, false);
  world.advance(start);
  out.cost = money{};
  auto ran = false;
  for (auto row_start = start; row_start < start + ahead; row_start += row_every) {
    auto row = row_of(*house, world, costs, row_start);
    const auto before = world.heat_pump_energy();
    for (auto now = row_start; now < row_start + row_every; now += decide_every) {
      const auto frozen = seen(*house, world, now);
      if (auto plan = planner.look(frozen)) mind.follow(std::move(*plan));
      for (const auto& c : mind.decide(frozen).commands) {
        obey(*house->plant, c, world);
        if (c.target != house->plant->heat_pump.enable) continue;
        row.in_charge = c.source;
        row.cause = c.cause;
      }
      out.starts += !ran && world.enabled();
      ran = world.enabled();
      world.advance(now + decide_every);
    }
    const auto used = world.heat_pump_energy() - before;
    row.heat_pump = used / seconds_real{row_every};
    if (out.cost && row.price)
      *out.cost += used * *row.price;
    else
      out.cost.reset();
    out.electricity += used;
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace hearth
