#include "actors/planner/heat_model.hpp"

#include <algorithm>
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
/// No compressor is bound to run, rest or warm up for longer.
constexpr duration longest_motion = 2h;
/// A table's line is believed this far beyond its coldest water.
constexpr auto goes_on = 15 * kelvin;
/// Of a machine of whose table nothing is known: part of the COP that each kelvin of the water
/// takes.
constexpr auto field_per_k = 0.012;
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

/// The points of one outdoor temperature, by rising water temperature, and one for colder water.
std::vector<cop_line::knot> knots_at(const std::vector<cop_point>& table, temperature outdoor) {
  auto out = std::vector<cop_line::knot>{};
  for (const auto& p : table)
    if (p.outdoor == outdoor) out.push_back({p.leaving_water.in_celsius(), p.cop});
  std::ranges::sort(out, {}, &cop_line::knot::water_c);
  if (out.size() < 2) return out;
  const auto& coldest = out[0];
  const auto per_k = (coldest.cop - out[1].cop) / std::max(out[1].water_c - coldest.water_c, 1e-3);
  out.insert(out.begin(), {coldest.water_c - goes_on.in(kelvin),
                           coldest.cop + std::max(per_k, 0.0) * goes_on.in(kelvin)});
  return out;
}

}  // namespace

double cop_line::at(double water_c) const {
  const auto above = std::ranges::upper_bound(knots, water_c, {}, &knot::water_c);
  if (above == knots.begin()) return knots.front().cop;
  if (above == knots.end()) return knots.back().cop;
  const auto below = std::prev(above);
  return below->cop +
         (above->cop - below->cop) * (water_c - below->water_c) / (above->water_c - below->water_c);
}

cop_line cop_line_of(const std::vector<cop_point>& table, temperature outdoor) {
  if (!is_weather(outdoor)) outdoor = celsius(0);
  if (table.empty()) {
    constexpr auto knee_f = 15.0;
    const auto f = outdoor.in_fahrenheit();
    const auto at_55 = f < knee_f ? 1.4 : 1.02 + 0.0257 * f;
    return {{{15, at_55 * (1 + 40 * field_per_k)}, {95, at_55 * (1 - 40 * field_per_k)}}};
  }
  auto below = std::optional<temperature>{};
  auto above = std::optional<temperature>{};
  for (const auto& p : table) {
    if (p.outdoor <= outdoor && (!below || p.outdoor > *below)) below = p.outdoor;
    if (p.outdoor >= outdoor && (!above || p.outdoor < *above)) above = p.outdoor;
  }
  const auto low = cop_line{knots_at(table, below.value_or(above.value_or(outdoor)))};
  const auto high = cop_line{knots_at(table, above.value_or(below.value_or(outdoor)))};
  const auto part =
      below && above && *above > *below ? (outdoor - *below) / (*above - *below) : 0.0;
  auto out = cop_line{};
  for (const auto& row : {low, high})
    for (const auto& k : row.knots)
      out.knots.push_back(
          {k.water_c, low.at(k.water_c) + part * (high.at(k.water_c) - low.at(k.water_c))});
  std::ranges::sort(out.knots, {}, &cop_line::knot::water_c);
  const auto twice = std::unique(out.knots.begin(), out.knots.end(),
                                 [](auto& a, auto& b) { return a.water_c == b.water_c; });
  out.knots.erase(twice, out.knots.end());
  return out;
}

double heat_model::cop_at(const cop_line& machine, temperature store) const {
  const auto leaving = store + leaving_beyond;
  const auto factor =
      std::clamp(cop_factor + cop_factor_per_k * (leaving - cop_reference).in(kelvin), least_factor,
                 most_factor);
  return std::max(1.0, factor * machine.at(leaving.in_celsius()));
}

double heat_model::heat_per_electricity(temperature outdoor, temperature store) const {
  return cop_at(cop_line_of(cop, outdoor), store);
}

power heat_model::electric_at(temperature outdoor, temperature store) const {
  const auto w = electric.in(watt) + electric_w_per_outdoor_k * outdoor.in_celsius() +
                 electric_w_per_store_k * (store - electric_reference).in(kelvin);
  return std::clamp(w * watt, 0.1 * electric_most, electric_most);
}

duration heat_model::warming_takes() const {
  return std::chrono::duration_cast<duration>(warm_up * std::clamp(1 - warm_up_part, 0.0, 1.0));
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

std::optional<std::string> objection_to(const house_model& m) {
  const auto within = [](double x, double least, double most) { return x >= least && x <= most; };
  const auto is_water = [&](temperature t) { return within(t.in_celsius(), -20, 150); };
  const auto is_length = [&](duration d) { return d >= duration{} && d <= longest_motion; };
  constexpr auto most_w = 1e6;
  if (!within(m.heat_j_per_k, 1e3, 1e12)) return "its store holds no heat, or that of a lake";
  if (m.curve.empty() || !std::ranges::is_sorted(m.curve, {}, &supply_point::outdoor))
    return "its heating curve is empty or out of order";
  for (const auto& p : m.curve)
    if (!is_weather(p.outdoor) || !is_water(p.supply)) return "its heating curve has no water";
  if (!within(m.drained, 0, 1) || !is_water(m.full) || !is_water(m.surroundings) ||
      !within(m.loss_per_hour, 0, 1) || !within(m.of_little_use.in(kelvin), 0, 100))
    return "no store is like its store";
  for (const auto& p : m.cop)
    if (!is_weather(p.outdoor) || !is_water(p.leaving_water) || !within(p.cop, 0.1, 20))
      return "no heat pump has its COP";
  if (!within(m.cop_factor, 0.1, 10) || !within(m.cop_factor_per_k, -1, 1) ||
      !within(m.leaving_beyond.in(kelvin), -50, 50) || !within(m.electric.in(watt), 0, most_w) ||
      !within(m.electric_w_per_outdoor_k, -most_w, most_w) ||
      !within(m.electric_w_per_store_k, -most_w, most_w) ||
      !within(m.electric_most.in(watt), 1, most_w) || !within(m.least_part, 1e-3, 1) ||
      !is_length(m.warm_up) || !within(m.warm_up_part, 0, 10) || !is_length(m.min_on) ||
      !is_length(m.min_off) || !is_length(m.start_lag) ||
      !within(m.start_cost.in(us_dollar), 0, 1e3))
    return "no heat pump is like its heat pump";
  if (!within(m.load.in(watt), -most_w, most_w) || !within(m.load_w_per_outdoor_k, -most_w, most_w))
    return "no house takes its heat";
  return {};
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
