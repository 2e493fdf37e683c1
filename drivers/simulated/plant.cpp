#include "drivers/simulated/plant.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hearth::simulated {
namespace {

/// The heat pump's circulator varies its speed so that water comes back as hot as the top of the
/// store, between these warmings; so a charge never cools what is hot already.
constexpr auto warming_least = 8 * kelvin;
constexpr auto warming_most = 25 * kelvin;
/// A defrost cools the water that carries it by this much.
constexpr auto defrost_cooling = 5 * kelvin;
/// Zone circulators are sized to bring back water at 0.6 of its excess over the room.
constexpr auto zone_flow_per_emitter = 2.5;
/// Each of the two circuits moves at most this part of a layer per step, however small the store.
constexpr auto layer_part_per_step = 0.5;
constexpr auto basement = celsius(12);
/// Houses without a store still have water in their pipes.
constexpr auto pipe_water = 50 * litre;
/// Weather outside these was never seen on earth: a file with it is held at the bound.
constexpr auto coldest = celsius(-90);
constexpr auto hottest = celsius(60);
/// Even an empty room has air.
constexpr auto room_capacity_least_wh_per_k = 1.0;

stratified_store make_store(const plant_layout& p, const simulation_layout& s) {
  const auto water = p.store ? std::max(p.store->volume, 1 * litre) : pipe_water;
  const auto layers = p.store ? std::max<std::size_t>(1, p.store->layers.size()) : 1;
  return {water, layers, s.store_initial};
}

double capacity_j_per_k(const simulation_layout::zone& z) { return z.capacity_wh_per_k * 3600; }

/// Mean over one step of an excess temperature that decays by the factor e^−x, and of one that
/// grows from zero against the same decay under constant heat.
struct step_means {
  double of_decay;
  double of_growth;
};

step_means means(double x) {
  if (x < 1e-6) return {1 - x / 2, 0.5 - x / 6};
  const auto of_decay = -std::expm1(-x) / x;
  return {of_decay, (1 - of_decay) / x};
}

}  // namespace

plant::plant(const plant_layout& p, const simulation_layout& s,
             std::shared_ptr<const series> weather)
    : weather_{std::move(weather)},
      electric_max_{p.heat_pump.max_power},
      capacity_{s.heat_pump_capacity},
      base_load_{s.house_base_load},
      store_{make_store(p, s)},
      outdoor_{celsius(weather_->values.front())},
      leaving_water_{store_.bottom()} {
  for (const auto& named : p.zones) {
    const auto found = std::find_if(s.zones.begin(), s.zones.end(),
                                    [&](const auto& z) { return z.name == named.name; });
    auto is = found == s.zones.end() ? simulation_layout::zone{} : *found;
    is.name = named.name;
    is.capacity_wh_per_k = std::max(is.capacity_wh_per_k, room_capacity_least_wh_per_k);
    const auto initial_c = is.initial.in_celsius();
    zones_.push_back({std::move(is), initial_c, {}});
  }
  stored_at_start_ = stored();
}

void plant::advance(time_point now) {
  if (!now_) {
    now_ = now;
    outdoor_ = outdoor_at(now);
  }
  if (now <= *now_) return;
  const auto from = std::max(*now_, now - leap_longest);
  const auto steps = (now - from + step_longest - duration{1}) / step_longest;
  const auto dt = seconds_real{now - from} / static_cast<double>(steps);
  for (auto i = decltype(steps){0}; i < steps; ++i) {
    outdoor_ = outdoor_at(from + (now - from) * i / steps);
    step(dt);
  }
  now_ = now;
}

bool plant::calling(std::size_t zone) const {
  const auto& z = zones_[zone];
  return z.call.value_or(z.room_c < z.is.initial.in_celsius());
}

books plant::books() const {
  auto b = books_;
  b.stored_change = stored() - stored_at_start_;
  return b;
}

temperature plant::outdoor_at(time_point t) const {
  return std::clamp(celsius(weather_->repeated_at(t)), coldest, hottest);
}

energy plant::stored() const {
  auto sum = store_.heat();
  for (const auto& z : zones_) sum += z.room_c * capacity_j_per_k(z.is) * joule;
  return sum;
}

void plant::step(seconds_real dt) {
  const auto charged = heat_up_water(dt);
  const auto drawn = heat_zones(dt);
  store_.exchange(charged.water, charged.heat, drawn.water, drawn.heat);
  books_.lost_store += store_.settle(dt, basement);
  base_energy_ += base_load_ * dt;
}

/// Runs the heat pump for one step; the answer is the water it moved and the heat it put in.
plant::draw plant::heat_up_water(seconds_real dt) {
  const auto entering = store_.bottom();
  const auto leaving = std::clamp(store_.top(), entering + warming_least, entering + warming_most);
  const auto around = heat_pump_surroundings{enabled_ && pumping(), outdoor_, entering, leaving};
  machine_ = simulated::advance(machine_, around, dt);
  const auto flow = flows(machine_, around, capacity_, electric_max_);

  const auto change = flow.to_water < power{} ? -defrost_cooling : leaving - entering;
  const auto j_per_k_moved = (flow.to_water * dt).in(joule) / change.in(kelvin);
  const auto water = j_per_k_moved / heat_capacity_j_per_k(litre) * litre;
  // A store too small for the heat pump's stream makes it run at part load.
  const auto most = layer_part_per_step * store_.layer_volume();
  const auto load = water > most ? most / water : 1.0;

  heat_pump_power_ = load * flow.electric;
  leaving_water_ = flow.to_water == power{} ? entering : entering + change;
  books_.electric_in += load * flow.electric * dt;
  books_.ambient_in += load * flow.from_air * dt;
  books_.lost_outdoors += load * flow.to_outdoors * dt;
  return {load * water, load * flow.to_water * dt};
}

/// Lets every zone live for one step; the answer is the water they drew and the heat they took.
plant::draw plant::heat_zones(seconds_real dt) {
  auto wished = volume{};
  for (std::size_t i = 0; i < zones_.size(); ++i)
    if (calling(i)) wished += wish(zones_[i], dt).water;
  const auto most = layer_part_per_step * store_.layer_volume();
  const auto share = wished > most ? most / wished : 1.0;

  auto total = draw{};
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    auto heat = energy{};
    if (calling(i)) {
      const auto w = wish(zones_[i], dt);
      heat = share * w.heat;
      total.water += share * w.water;
      total.heat += heat;
    }
    live(zones_[i], heat, dt);
  }
  return total;
}

/// What a calling zone would take from the top of the store in one step. Room and water can at most
/// meet, so the heat has the sign of their difference and returns are never colder than the room.
plant::draw plant::wish(const zone& z, seconds_real dt) const {
  const auto room_j_per_k = capacity_j_per_k(z.is);
  const auto emitted_j_per_k = z.is.emitter_w_per_k * dt.count();
  const auto approached = -std::expm1(-emitted_j_per_k / room_j_per_k);
  const auto heat = room_j_per_k * approached * (store_.top().in_celsius() - z.room_c) * joule;
  const auto water = zone_flow_per_emitter * emitted_j_per_k / heat_capacity_j_per_k(litre) * litre;
  return {water, heat};
}

/// One room for one step: C·dT/dt = heat + gains − conductance·(T − outdoor), solved exactly.
void plant::live(zone& z, energy heat, seconds_real dt) {
  const auto room_j_per_k = capacity_j_per_k(z.is);
  const auto lost_j_per_k = z.is.conductance_w_per_k * dt.count();
  const auto gains = z.is.internal_gain * dt;
  const auto mean = means(lost_j_per_k / room_j_per_k);
  const auto mean_excess_k = (z.room_c - outdoor_.in_celsius()) * mean.of_decay +
                             (heat + gains).in(joule) / room_j_per_k * mean.of_growth;
  const auto lost = lost_j_per_k * mean_excess_k * joule;
  z.room_c += (heat + gains - lost).in(joule) / room_j_per_k;
  books_.gains_in += gains;
  books_.lost_outdoors += lost;
}

}  // namespace hearth::simulated
