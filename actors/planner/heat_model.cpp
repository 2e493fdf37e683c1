#include "actors/planner/heat_model.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr auto water_j_per_k_litre = 4186.0;
constexpr auto least_water = 10 * litre;

/// Radiators send water back at 0.6 of what it is above the room, and most of a drained store is
/// such.
constexpr auto drained = 0.3;
/// The heat pump heats its water by this much at least, and may not pass the store's maximum.
constexpr auto full_below_max = 9 * kelvin;
constexpr auto of_little_use = 15 * kelvin;
/// A table's line is believed this far beyond its coldest water.
constexpr auto goes_on = 15 * kelvin;
/// What a house can have learned of its machine's table.
constexpr auto least_factor = 0.5;
constexpr auto most_factor = 1.6;
/// Field figures: 0.5 % of the heat above a basement's temperature in an hour.
constexpr auto in_a_basement = celsius(12);
constexpr auto loss_per_hour = 0.005;
/// A stream of 8 to 10 K through the condenser.
constexpr auto leaving_beyond = 9 * kelvin;
/// A heat pump runs well below its nameplate, which is for its worst point.
constexpr auto usual_part_of_nameplate = 0.6;
constexpr auto warm_up = 10min;
constexpr auto warm_up_part = 0.6;
/// A compressor of 5,000 USD that is good for 100,000 starts.
constexpr auto start_cost = 0.05 * us_dollar;
/// A heat pump is sized to have some capacity left on the coldest day.
constexpr auto load_per_nameplate = 0.6;
constexpr auto load_slope_per_nameplate = -0.02;

/// Of the coldest water of one outdoor temperature, what is colder still.
double beyond_coldest(const std::vector<cop_point>& table, const cop_point& coldest,
                      double water_c) {
  const cop_point* next = nullptr;
  for (const auto& p : table)
    if (p.outdoor == coldest.outdoor && p.leaving_water > coldest.leaving_water &&
        (!next || p.leaving_water < next->leaving_water))
      next = &p;
  if (!next) return coldest.cop;
  const auto per_k =
      (coldest.cop - next->cop) / (next->leaving_water - coldest.leaving_water).in(kelvin);
  const auto colder_k = coldest.leaving_water.in_celsius() - water_c;
  return coldest.cop + std::max(per_k, 0.0) * std::min(colder_k, goes_on.in(kelvin));
}

/// Of one outdoor temperature, at this water.
std::optional<double> along_water(const std::vector<cop_point>& table, double outdoor_c,
                                  double water_c) {
  const cop_point* below = nullptr;
  const cop_point* above = nullptr;
  for (const auto& p : table) {
    if (p.outdoor.in_celsius() != outdoor_c) continue;
    const auto at = p.leaving_water.in_celsius();
    if (at <= water_c && (!below || at > below->leaving_water.in_celsius())) below = &p;
    if (at >= water_c && (!above || at < above->leaving_water.in_celsius())) above = &p;
  }
  if (!below && !above) return {};
  if (!below) return beyond_coldest(table, *above, water_c);
  if (!above) return below->cop;
  const auto wide = above->leaving_water.in_celsius() - below->leaving_water.in_celsius();
  if (wide <= 0) return below->cop;
  return below->cop +
         (above->cop - below->cop) * (water_c - below->leaving_water.in_celsius()) / wide;
}

}  // namespace

double cop_in_the_field(temperature outdoor, temperature leaving_water) {
  constexpr auto knee_f = 15.0;
  const auto f = outdoor.in_fahrenheit();
  const auto at_55 = f < knee_f ? 1.4 : 1.02 + 0.0257 * f;
  const auto hotter = leaving_water.in_celsius() - 55;
  return std::max(1.0, at_55 * std::clamp(1 - 0.012 * hotter, 0.5, 1.6));
}

double cop_of(const std::vector<cop_point>& table, temperature outdoor, temperature leaving_water) {
  if (table.empty()) return cop_in_the_field(outdoor, leaving_water);
  const auto out_c = outdoor.in_celsius();
  auto below_c = std::optional<double>{};
  auto above_c = std::optional<double>{};
  for (const auto& p : table) {
    const auto at = p.outdoor.in_celsius();
    if (at <= out_c && (!below_c || at > *below_c)) below_c = at;
    if (at >= out_c && (!above_c || at < *above_c)) above_c = at;
  }
  const auto low_c = below_c ? *below_c : *above_c;
  const auto high_c = above_c ? *above_c : *below_c;
  const auto low = *along_water(table, low_c, leaving_water.in_celsius());
  const auto high = *along_water(table, high_c, leaving_water.in_celsius());
  const auto wide = high_c - low_c;
  return std::max(1.0, wide > 0 ? low + (high - low) * (out_c - low_c) / wide : low);
}

double heat_model::heat_per_electricity(temperature outdoor, temperature store) const {
  const auto leaving = store + leaving_beyond;
  const auto factor =
      std::clamp(cop_factor + cop_factor_per_k * (leaving - cop_reference).in(kelvin), least_factor,
                 most_factor);
  return std::max(1.0, factor * cop_of(cop, outdoor, leaving));
}

power heat_model::electric_at(temperature outdoor, temperature store) const {
  const auto w = electric.in(watt) + electric_w_per_outdoor_k * outdoor.in_celsius() +
                 electric_w_per_store_k * (store - electric_reference).in(kelvin);
  return std::clamp(w * watt, 0.1 * electric_most, electric_most);
}

power heat_model::load_at(temperature outdoor) const {
  return std::max(load + load_w_per_outdoor_k * outdoor.in_celsius() * watt, power{});
}

temperature heat_model::required_at(temperature outdoor) const {
  const auto above = std::ranges::upper_bound(curve, outdoor, {}, &supply_point::outdoor);
  if (above == curve.begin()) return curve.front().supply;
  if (above == curve.end()) return curve.back().supply;
  const auto below = std::prev(above);
  return below->supply + (outdoor - below->outdoor) / (above->outdoor - below->outdoor) *
                             (above->supply - below->supply);
}

temperature heat_model::empty_at(temperature outdoor) const {
  const auto required = required_at(outdoor);
  return required - drained * std::max(required - room_warmth, temperature_difference{});
}

heat_model assumed_model(const plant_layout& plant) {
  auto m = heat_model{};
  m.of_little_use = of_little_use;
  m.drained = drained;
  m.surroundings = in_a_basement;
  m.loss_per_hour = loss_per_hour;
  if (plant.store) {
    m.heat_j_per_k = std::max(plant.store->volume, least_water).in(litre)*water_j_per_k_litre;
    m.curve = plant.store->heating_curve;
    if (m.curve.empty()) m.curve.push_back({celsius(0), plant.store->min_top});
    std::ranges::sort(m.curve, {}, &supply_point::outdoor);
    m.full = plant.store->max - full_below_max;
  }
  const auto& hp = plant.heat_pump;
  m.cop = hp.cop;
  m.leaving_beyond = leaving_beyond;
  m.electric_most = hp.max_power;
  m.electric = usual_part_of_nameplate * hp.max_power;
  m.warm_up = warm_up;
  m.warm_up_part = warm_up_part;
  m.min_on = hp.min_on;
  m.min_off = hp.min_off;
  m.start_cost = start_cost;
  m.load = load_per_nameplate * hp.max_power;
  m.load_w_per_outdoor_k = load_slope_per_nameplate * hp.max_power.in(watt);
  return m;
}

}  // namespace hearth
