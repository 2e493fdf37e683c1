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
/// Each of the two circuits moves at most this part of a layer per step, however small the store.
constexpr auto layer_part_per_step = 0.5;
/// Houses without a store still have water in their pipes.
constexpr auto pipe_water = 50 * litre;
/// Weather outside these was never seen on earth: a file with it is held at the bound.
constexpr auto coldest = celsius(-90);
constexpr auto hottest = celsius(60);
/// More sun than a clear sky's was reflected by clouds; more than this is a mistake in the file.
constexpr auto brightest = 1.2;
/// A sun this low warms nothing, and a measured share of it says nothing.
constexpr auto least_sun_w_per_m2 = 20.0;
/// Sun and people are looked up this often.
constexpr duration look_up_every = 10min;
/// Part of the sun that falls on the structure (floors and walls) where a zone has one.
constexpr auto sun_on_structure = 0.5;
/// Sensible heat of a person at home, seated or at light work (ASHRAE).
constexpr auto person_w = 75.0;
constexpr auto seconds = seconds_real{step_length};

/// The tanks in series: the buffer, if there is one, then the others, with the layout's sensors
/// spread over them as evenly as they go.
stratified_store make_store(const plant_layout& p, const simulation_layout& s) {
  if (!p.store) return {pipe_water, 1, s.store_initial};
  const auto water = std::max(p.store->volume, 1 * litre);
  const auto sensors = std::max<std::size_t>(1, p.store->layers.size());
  const auto buffer = s.store.buffer && sensors > 1 && *s.store.buffer < water;
  const auto others = std::clamp<std::size_t>(static_cast<std::size_t>(std::max(1, s.store.tanks)),
                                              1, sensors - (buffer ? 1 : 0));
  const auto count = others + (buffer ? 1 : 0);
  const auto each = (water - (buffer ? *s.store.buffer : volume{})) / static_cast<double>(others);
  auto tanks = std::vector<tank>{};
  for (std::size_t i = 0; i < count; ++i) {
    const auto seen = sensors / count + (i < sensors % count ? 1 : 0);
    tanks.push_back({buffer && i == 0 ? *s.store.buffer : each,
                     seen * static_cast<std::size_t>(std::max(1, s.store.layers_per_sensor)),
                     s.store.loss_w_per_k});
  }
  return {tanks, s.store.mixing, s.store_initial};
}

struct zone_design {
  simulation_layout::zone is;
  simulated::room room;
  simulated::emitter emitter;
};

/// Whether everybody is out at `t`.
bool away(const simulation_layout& s, time_point t) {
  if (!s.away) return false;
  const auto local = t + std::chrono::hours{std::lround(s.longitude / 15)};
  const auto midnight = std::chrono::floor<std::chrono::days>(local);
  const auto weekday = std::chrono::weekday{midnight}.iso_encoding();
  const auto since = local - midnight;
  const auto within = s.away->from <= s.away->to ? since >= s.away->from && since < s.away->to
                                                 : since >= s.away->from || since < s.away->to;
  return weekday <= 5 && within;
}

}  // namespace

struct plant::design {
  std::shared_ptr<const series> weather;
  std::shared_ptr<const series> sun;
  simulation_layout is;
  heat_pump_model heat_pump;
  std::vector<zone_design> zones;
  double loop_j_per_k;
  double pipes_w_per_k;  ///< of the loop, to rooms and outdoors together
  double pipes_left;     ///< part of the loop's excess that is gone after a step
};

plant::plant(const plant_layout& p, const simulation_layout& s,
             std::shared_ptr<const series> weather, std::shared_ptr<const series> sun)
    : layers_per_sensor_{p.store ? static_cast<std::size_t>(std::max(1, s.store.layers_per_sensor))
                                 : 1},
      store_{make_store(p, s)},
      outdoor_{celsius(weather->values.front())},
      leaving_water_{store_.bottom()} {
  const auto loop = heat_capacity_j_per_k(std::max(s.loop.volume, 1 * litre));
  const auto pipes = s.loop.loss_w_per_k + s.loop.exposed_w_per_k;
  auto made = design{std::move(weather),
                     std::move(sun),
                     s,
                     heat_pump_of(s, p.heat_pump.max_power),
                     {},
                     loop,
                     pipes,
                     -std::expm1(-pipes * seconds.count() / loop)};
  for (const auto& named : p.zones) {
    const auto found = std::ranges::find(s.zones, named.name, &simulation_layout::zone::name);
    auto is = found == s.zones.end() ? simulation_layout::zone{} : *found;
    is.name = named.name;
    const auto warm = is.initial.in_celsius();
    const auto body = simulated::room{is, seconds};
    const auto heats = emitter{is, body.room_j_per_k(), seconds};
    zones_.push_back({body.settled(warm, outdoor_.in_celsius()), 0, 0, {}});
    made.zones.push_back({std::move(is), body, heats});
    loop_c_ += warm / static_cast<double>(p.zones.size());
  }
  if (zones_.empty()) loop_c_ = store_.bottom().in_celsius();
  emitted_j_.resize(zones_.size());
  design_ = std::make_shared<const design>(std::move(made));
  at_start_ = stored();
}

void plant::advance(time_point now) {
  const auto until = time_point{now.time_since_epoch() / step_length * step_length};
  if (!now_) {
    now_ = until;
    look_up(until);
  }
  if (until <= *now_) return;
  const auto from = std::max(*now_, until - leap_longest);
  if (from > *now_) look_up(from);
  for (auto t = from; t < until; t += step_length) {
    if (t.time_since_epoch() % look_up_every == duration{}) look_up(t);
    outdoor_ = std::clamp(celsius(design_->weather->repeated_at(t)), coldest, hottest);
    step();
  }
  now_ = until;
}

bool plant::calling(std::size_t zone) const {
  const auto& z = zones_[zone];
  return z.call.value_or(z.is.room_c < design_->zones[zone].is.initial.in_celsius());
}

const std::string& plant::zone_name(std::size_t zone) const { return design_->zones[zone].is.name; }

power plant::house_power() const { return heat_pump_power_ + design_->is.house_base_load; }

const heat_pump_model& plant::heat_pump() const { return design_->heat_pump; }

books plant::books() const {
  auto b = books_;
  const auto now = stored();
  b.lost_outdoors = b.lost_machine + b.lost_pipes + b.lost_walls;
  b.store_change = now.store - at_start_.store;
  b.loop_change = now.loop - at_start_.loop;
  b.rooms_change = now.rooms - at_start_.rooms;
  b.stored_change = b.store_change + b.loop_change + b.rooms_change;
  return b;
}

/// What changes slowly: the sun and who is at home.
void plant::look_up(time_point t) {
  const auto& d = *design_;
  outdoor_ = std::clamp(celsius(d.weather->repeated_at(t)), coldest, hottest);
  const auto sky = clear_sky(t, d.is.latitude, d.is.longitude);
  const auto clear = sky.on_ground();
  const auto share = clear < least_sun_w_per_m2 ? 0
                     : d.sun ? std::clamp(d.sun->repeated_at(t) / clear, 0.0, brightest)
                             : d.is.clearness;
  const auto at_home = !away(d.is, t);
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    const auto& is = d.zones[i].is;
    zones_[i].solar_w =
        share * sky.on_wall(is.windows_face) * is.window_m2 * d.is.window_transmittance;
    zones_[i].gains_w = is.internal_gain.in(watt) + (at_home ? is.occupants * person_w : 0);
  }
}

plant::contents plant::stored() const {
  auto rooms_j = 0.0;
  for (std::size_t i = 0; i < zones_.size(); ++i)
    rooms_j += design_->zones[i].room.heat_j(zones_[i].is);
  return {store_.heat(), loop_c_ * design_->loop_j_per_k * joule, rooms_j * joule};
}

void plant::step() {
  const auto& d = *design_;
  const auto charged = heat_up_water();
  const auto drawn = heat_zones();
  store_.exchange(charged.water, charged.heat, drawn.water, drawn.heat);
  books_.made += charged.heat;
  books_.drawn += drawn.heat;
  books_.lost_store += store_.settle(seconds, d.is.store.surroundings);
  books_.lost_pipes += cool_pipes();

  const auto outdoor_c = outdoor_.in_celsius();
  auto emitted = 0.0;
  auto gains = 0.0;
  auto solar = 0.0;
  auto lost = 0.0;
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    auto& z = zones_[i];
    const auto& body = d.zones[i].room;
    const auto people_j = z.gains_w * seconds.count();
    const auto sun_j = z.solar_w * seconds.count();
    const auto on_structure = body.has_structure() ? sun_on_structure * sun_j : 0;
    lost +=
        body.live(z.is, emitted_j_[i] + people_j + (sun_j - on_structure), on_structure, outdoor_c);
    emitted += emitted_j_[i];
    gains += people_j;
    solar += sun_j;
  }
  books_.emitted += emitted * joule;
  books_.gains_in += gains * joule;
  books_.solar_in += solar * joule;
  books_.lost_walls += lost * joule;
  base_energy_ += d.is.house_base_load * seconds;
}

/// Runs the heat pump for one step; the answer is the water it moved and the heat it put in.
plant::draw plant::heat_up_water() {
  const auto entering = store_.bottom();
  const auto leaving = std::clamp(store_.top(), entering + warming_least, entering + warming_most);
  const auto around =
      heat_pump_surroundings{enabled_ && pumping(), outdoor_, entering, leaving, part_};
  machine_ = simulated::advance(machine_, design_->heat_pump, around, seconds);
  const auto flow = flows(machine_, design_->heat_pump, around);

  const auto change = flow.to_water < power{} ? -defrost_cooling : leaving - entering;
  const auto j_per_k_moved = (flow.to_water * seconds).in(joule) / change.in(kelvin);
  const auto water = j_per_k_moved / heat_capacity_j_per_k(litre) * litre;
  // A store too small for the heat pump's stream makes it run at part load.
  const auto most = layer_part_per_step * store_.layer_volume();
  const auto load = water > most ? most / water : 1.0;

  heat_pump_power_ = load * flow.electric;
  leaving_water_ = flow.to_water == power{} ? entering : entering + change;
  books_.electric_in += load * flow.electric * seconds;
  books_.ambient_in += load * flow.from_air * seconds;
  books_.lost_machine += load * flow.to_outdoors * seconds;
  return {load * water, load * flow.to_water * seconds};
}

/// Sends water through every zone that calls, and what comes back through the pipes; the answer is
/// the water drawn from the store and the heat it left outside.
plant::draw plant::heat_zones() {
  const auto& d = *design_;
  const auto supply_c = store_.top().in_celsius();
  auto wished_j_per_k = 0.0;
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    emitted_j_[i] = 0;
    if (calling(i)) wished_j_per_k += d.zones[i].emitter.stream_w_per_k() * seconds.count();
  }
  if (wished_j_per_k == 0) return {};
  const auto most_j_per_k = layer_part_per_step * heat_capacity_j_per_k(store_.layer_volume());
  const auto share = std::min(1.0, most_j_per_k / wished_j_per_k);
  const auto j_per_k = share * wished_j_per_k;
  auto emitted_j = 0.0;
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    if (!calling(i)) continue;
    const auto excess = supply_c - zones_[i].is.room_c;
    const auto& emits = d.zones[i].emitter;
    emitted_j_[i] =
        share * emits.stream_w_per_k() * seconds.count() * emits.part_left(excess) * excess;
    emitted_j += emitted_j_[i];
  }
  // Returns mix with the water that stands in the pipes; what leaves them is that mixture.
  const auto returned_c = supply_c - emitted_j / j_per_k;
  loop_c_ = (d.loop_j_per_k * loop_c_ + j_per_k * returned_c) / (d.loop_j_per_k + j_per_k);
  return {j_per_k / heat_capacity_j_per_k(litre) * litre, j_per_k * (supply_c - loop_c_) * joule};
}

/// Pipes warm the rooms in equal shares, and outdoors where they are exposed. Returns the latter.
energy plant::cool_pipes() {
  const auto& d = *design_;
  if (d.pipes_w_per_k <= 0 || zones_.empty()) return {};
  auto rooms_c = 0.0;
  for (const auto& z : zones_) rooms_c += z.is.room_c;
  rooms_c /= static_cast<double>(zones_.size());
  const auto outdoor_c = outdoor_.in_celsius();
  const auto settles_c =
      (d.is.loop.loss_w_per_k * rooms_c + d.is.loop.exposed_w_per_k * outdoor_c) / d.pipes_w_per_k;
  const auto lost_j = d.loop_j_per_k * (loop_c_ - settles_c) * d.pipes_left;
  const auto mean_c = settles_c + lost_j / (d.pipes_w_per_k * seconds.count());
  const auto outdoors_j = d.is.loop.exposed_w_per_k * (mean_c - outdoor_c) * seconds.count();
  loop_c_ -= lost_j / d.loop_j_per_k;
  for (auto& j : emitted_j_) j += (lost_j - outdoors_j) / static_cast<double>(zones_.size());
  return outdoors_j * joule;
}

}  // namespace hearth::simulated
