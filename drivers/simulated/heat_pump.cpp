#include "drivers/simulated/heat_pump.hpp"

#include <algorithm>

namespace hearth::simulated {
namespace {

/// Part of the Carnot efficiency that compressor and fan leave.
constexpr auto carnot_part = 0.45;
/// Refrigerant condenses this much above the leaving water and evaporates this much below the air.
constexpr auto condenser_approach = 4 * kelvin;
constexpr auto evaporator_approach = 8 * kelvin;
/// Compressors need some lift; milder conditions bring no more.
constexpr auto smallest_lift = 20 * kelvin;
constexpr auto absolute_zero = celsius(-273.15);

}  // namespace

double cop(temperature outdoor, temperature leaving_water) {
  const auto evaporating = outdoor - evaporator_approach;
  const auto lift = std::max(leaving_water + condenser_approach - evaporating, smallest_lift);
  const auto condensing = evaporating + lift;
  return std::max(1.0, carnot_part * ((condensing - absolute_zero) / lift));
}

power capacity(power nominal, temperature outdoor, temperature leaving_water) {
  const auto by_air = std::clamp(1 + 0.01 * outdoor.in_celsius(), 0.3, 1.3);
  const auto by_water = std::clamp(1 - 0.005 * (leaving_water.in_celsius() - 45), 0.5, 1.2);
  return nominal * by_air * by_water;
}

heat_pump_machine advance(heat_pump_machine m, const heat_pump_surroundings& s, seconds_real step) {
  using enum heat_pump_phase;
  const auto enter = [&](heat_pump_phase next) {
    m.phase = next;
    m.in_phase = {};
  };
  if (!s.wanted) {
    if (m.phase != off) enter(off);
  } else if (m.phase != off && m.phase != cut_out && s.leaving_water > leaving_water_max) {
    enter(cut_out);
  } else {
    switch (m.phase) {
    case off: enter(s.leaving_water > leaving_water_max ? cut_out : warming_up); break;
    case cut_out:
      if (s.leaving_water < leaving_water_restart) enter(warming_up);
      break;
    case warming_up:
      if (m.in_phase >= warm_up_time) enter(running);
      break;
    case running:
      if (m.frosted >= frost_time) enter(defrosting);
      break;
    case defrosting:
      if (m.in_phase >= defrost_time) {
        m.frosted = {};
        enter(running);
      }
      break;
    }
  }
  m.in_phase += step;
  const auto frosty = s.outdoor > frost_above && s.outdoor < frost_below;
  if (m.phase == running && frosty) m.frosted += step;
  return m;
}

heat_pump_flows flows(const heat_pump_machine& m, const heat_pump_surroundings& s, power nominal,
                      power electric_max) {
  const auto efficiency = cop(s.outdoor, s.leaving_water);
  const auto heat =
      std::min(capacity(nominal, s.outdoor, s.leaving_water), efficiency * electric_max);
  const auto electric = heat / efficiency;
  switch (m.phase) {
  case heat_pump_phase::off:
  case heat_pump_phase::cut_out: return {};
  case heat_pump_phase::warming_up: {
    const auto progress = std::min(1.0, m.in_phase / warm_up_time);
    const auto warming = electric * (warm_up_first_power + (1 - warm_up_first_power) * progress);
    return {warming, {}, {}, warming};
  }
  case heat_pump_phase::running: return {electric, heat - electric, heat, {}};
  case heat_pump_phase::defrosting: {
    const auto taken = s.entering_water > defrost_water_min ? defrost_heat * nominal : power{};
    const auto melting = defrost_power * electric_max;
    return {melting, {}, -taken, melting + taken};
  }
  }
  return {};
}

}  // namespace hearth::simulated
