#include "actors/planner/house_learner.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

using namespace std::chrono_literals;

/// A stretch is long enough to tell something from a sensor's noise, and short enough for one
/// weather.
constexpr duration shortest = 20min;
constexpr duration longest = 60min;
/// What happened in a longer gap between two snapshots nobody knows.
constexpr duration longest_gap = 5min;
/// After a stop water still moves, after a start the machine warms up.
constexpr duration settling = 5min;
/// Half of what was learned is forgotten in some ten days of samples.
constexpr auto kept = 0.997;
/// Of a house's hour of the day, and of the store's emptiness: a tenth of what is new counts.
constexpr auto habit = 0.1;
constexpr double habit_samples = 4;

// What a house can be.
constexpr auto most_slope_kw_per_k = 0.0;
constexpr auto least_slope_kw_per_k = -2.0;
constexpr auto most_drained = 0.7;
/// Rooms that need water hardly warmer than themselves tell nothing of the store.
constexpr auto least_above_rooms = 4 * kelvin;

/// A load that is off by more than this part of itself most of the time is not understood.
constexpr auto worst_fit = 0.9;
constexpr std::size_t samples_to_judge = 100;

/// Of the last hour of running: so many parts of it, which are forgotten one by one.
constexpr std::size_t lately_parts = 12;
constexpr auto lately_part_s = 300.0;
/// What it says of now is believed if it is no older.
constexpr duration lately = 12h;
constexpr auto lately_least = 0.8;
constexpr auto lately_most = 1.25;

double seconds(duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

house_learner::house_learner(std::shared_ptr<const layout> house)
    : house_{std::move(house)},
      assumed_{assumed_model(*house_->plant)},
      load_{{assumed_.load.in(kilowatt), assumed_.load_w_per_outdoor_k / 1e3}, {3, 0.1}, 1.0, kept},
      electric_{{assumed_.electric.in(kilowatt), 0, 0}, {3, 0.1, 0.1}, 0.5, kept},
      factor_{{1, 0}, {0.2, 0.01}, 0.3, kept},
      drained_{assumed_.drained} {}

void house_learner::running_hour::add(time_point now, power used, temperature outdoor,
                                      temperature store, double seconds) {
  if (parts.empty() || parts.back().seconds >= lately_part_s) {
    if (parts.size() == lately_parts) parts.erase(parts.begin());
    parts.emplace_back();
  }
  auto& p = parts.back();
  p.seconds += seconds;
  p.used_j += used.in(watt)*seconds;
  p.outdoor_k_s += outdoor.in_celsius() * seconds;
  p.store_k_s += (store - electric_reference).in(kelvin)*seconds;
  last = now;
}

double house_learner::running_hour::ratio(const linear_fit<3>& electric, time_point now) const {
  if (parts.size() < lately_parts / 2 || now - *last > lately) return 1;
  auto all = part{};
  for (const auto& p : parts) {
    all.seconds += p.seconds;
    all.used_j += p.used_j;
    all.outdoor_k_s += p.outdoor_k_s;
    all.store_k_s += p.store_k_s;
  }
  const auto expected_j = 1e3 * electric.of({all.seconds, all.outdoor_k_s, all.store_k_s});
  return std::clamp(all.used_j / std::max(expected_j, 1.0), lately_least, lately_most);
}

heat_model house_learner::model() const {
  auto m = assumed_;
  m.drained = drained_;
  const auto& load = load_.parameters();
  m.load = load[0] * kilowatt;
  m.load_w_per_outdoor_k = std::clamp(load[1], least_slope_kw_per_k, most_slope_kw_per_k) * 1e3;
  const auto& electric = electric_.parameters();
  const auto lately = seen_ ? lately_.ratio(electric_, *seen_) : 1;
  m.electric = lately * electric[0] * kilowatt;
  m.electric_w_per_outdoor_k = lately * electric[1] * 1e3;
  m.electric_w_per_store_k = lately * electric[2] * 1e3;
  m.cop_factor = factor_.parameters()[0];
  m.cop_factor_per_k = factor_.parameters()[1];
  return m;
}

power house_learner::usual_beyond(std::size_t hour) const {
  const auto seen = static_cast<double>(beyond_samples_[hour]);
  return beyond_kw_[hour] * seen / (seen + habit_samples) * kilowatt;
}

std::optional<std::string> house_learner::misfit() const {
  if (load_.samples() < samples_to_judge) return {};
  const auto usual = load_.of({1, 0});
  if (load_.noise() <= worst_fit * std::max(usual, 1.0)) return {};
  return "the house's heat load is not understood: it is off by " +
         std::to_string(load_.noise()).substr(0, 4) + " kW most of the time";
}

std::vector<learned_number> house_learner::numbers() const {
  const auto& load = load_.parameters();
  const auto& electric = electric_.parameters();
  return {{"heat load at 0 °C", "kW", load[0], load_.doubt(0), load_.samples()},
          {"heat load per degree outdoors", "kW/K", load[1], load_.doubt(1), load_.samples()},
          {"heat pump at 0 °C", "kW", electric[0], electric_.doubt(0), electric_.samples()},
          {"COP, of what its table says", "", factor_.parameters()[0], factor_.doubt(0),
           factor_.samples()}};
}

void house_learner::observe(const snapshot& now, const std::optional<store_estimate>& store,
                            std::size_t hour) {
  const auto& plant = *house_->plant;
  seen_ = now.at;
  const auto running = now.good<bool>(plant.heat_pump.enable);
  if (running && running != running_) changed_ = now.at;
  if (running != running_) end_span();
  running_ = running;
  hour_ = hour % hours_of_day;
  if (!running || !store) {
    span_.reset();
    return;
  }
  auto outdoor = plant.outdoor ? now.good<temperature>(*plant.outdoor) : std::nullopt;
  if (outdoor && !is_weather(*outdoor)) outdoor.reset();
  if (outdoor) feel_emptiness(*store, assumed_.required_at(*outdoor), *running);
  const auto metered =
      plant.heat_pump.power_meter ? now.good<power>(*plant.heat_pump.power_meter) : std::nullopt;
  const auto believed = metered && *metered >= power{} && *metered <= 2 * assumed_.electric_most;
  if (!outdoor || (*running && !believed)) {
    span_.reset();
    return;
  }
  if (span_ && now.at - span_->to > longest_gap) span_.reset();
  if (!span_) {
    const auto settled = settling + (*running ? assumed_.warm_up : duration{});
    if (changed_ && now.at - *changed_ < settled) return;
    span_ = span{*running, now.at, now.at, store->mean, store->mean};
    return;
  }
  const auto passed = seconds(now.at - span_->to);
  span_->to = now.at;
  span_->last = store->mean;
  span_->outdoor_k_s += outdoor->in_celsius() * passed;
  span_->store_k_s += store->mean.in_celsius() * passed;
  if (believed) span_->electric_j += metered->in(watt)*passed;
  if (*running) lately_.add(now.at, *metered, *outdoor, store->mean, passed);
  if (span_->to - span_->from >= longest) end_span();
}

/// The moment at which the top gets too cold for the rooms tells how cold the rest is then.
void house_learner::feel_emptiness(const store_estimate& store, temperature required,
                                   bool running) {
  const auto hot = store.top >= required;
  if (!std::exchange(top_was_hot_, hot) || hot || running) return;
  const auto above_rooms = (required - room_warmth).in(kelvin);
  if (above_rooms < least_above_rooms.in(kelvin)) return;
  const auto seen = (required - store.mean).in(kelvin) / above_rooms;
  drained_ = std::clamp(drained_ + habit * (seen - drained_), 0.0, most_drained);
}

void house_learner::end_span() {
  if (span_ && span_->to - span_->from >= shortest) learn_from(*span_);
  span_.reset();
}

/// What a stretch of the heat pump doing one thing has taught.
void house_learner::learn_from(const span& s) {
  const auto length = seconds(s.to - s.from);
  const auto outdoor_c = s.outdoor_k_s / length;
  const auto store_mean = celsius(s.store_k_s / length);
  const auto gained_kw = assumed_.heat_j_per_k * (s.last - s.first).in(kelvin) / length / 1e3;
  const auto lost_kw = assumed_.loss_per_hour * assumed_.heat_j_per_k *
                       (store_mean - assumed_.surroundings).in(kelvin) / 3600 / 1e3;
  const auto weight = length / seconds(longest);
  if (!s.running) {
    learn_load(-gained_kw - lost_kw, outdoor_c, weight, hour_);
    return;
  }
  const auto electric_kw = s.electric_j / length / 1e3;
  // Released and yet still: it follows a thermostat of its own, which tells nothing of its power.
  if (electric_kw < 0.1 * assumed_.electric_most.in(kilowatt)) return;
  electric_.learn({1, outdoor_c, (store_mean - electric_reference).in(kelvin)}, electric_kw,
                  weight);
  const auto is = model();
  const auto load_kw =
      std::max(is.load_at(celsius(outdoor_c)) + usual_beyond(hour_), power{}).in(kilowatt);
  const auto leaving = store_mean + is.leaving_beyond;
  const auto seen = (gained_kw + lost_kw + load_kw) / electric_kw;
  factor_.learn({1, (leaving - cop_reference).in(kelvin)},
                seen / cop_line_of(is.cop, celsius(outdoor_c)).at(leaving.in_celsius()), weight);
}

void house_learner::learn_load(double load_kw, double outdoor_c, double weight, std::size_t hour) {
  const auto beyond = load_kw - load_.of({1, outdoor_c}) - beyond_kw_[hour];
  load_.learn({1, outdoor_c}, load_kw - usual_beyond(hour).in(kilowatt), weight);
  beyond_kw_[hour] += habit * weight * beyond;
  ++beyond_samples_[hour];
}

}  // namespace hearth
