#include "drivers/simulated/heat_pump.hpp"

#include <algorithm>
#include <utility>

namespace hearth::simulated {
namespace {

/// The part of full power a machine runs at: what is commanded, and less as its water gets too hot.
double part_of(const heat_pump_model& is, const heat_pump_surroundings& s) {
  const auto too_hot =
      (s.leaving_water - leaving_water_restart) / (leaving_water_max - leaving_water_restart);
  const auto allowed = 1 - (1 - is.modulation_min) * std::clamp(too_hot, 0.0, 1.0);
  return std::max(is.modulation_min, std::min(s.part, allowed));
}

}  // namespace

heat_pump_model heat_pump_of(const simulation_layout& s, power electric_max) {
  auto table = performance_of(s);
  const auto nominal = table.capacity(celsius(0), celsius(45));
  return {std::move(table),           electric_max,        nominal,
          s.heat_pump.modulation_min, s.heat_pump.warm_up, s.heat_pump.frost,
          s.heat_pump.defrost};
}

heat_pump_machine advance(heat_pump_machine m, const heat_pump_model& is,
                          const heat_pump_surroundings& s, seconds_real step) {
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
      if (m.in_phase >= is.warm_up) enter(running);
      break;
    case running:
      if (m.frosted >= is.frost) enter(defrosting);
      break;
    case defrosting:
      if (m.in_phase >= is.defrost) {
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

heat_pump_flows flows(const heat_pump_machine& m, const heat_pump_model& is,
                      const heat_pump_surroundings& s) {
  switch (m.phase) {
  case heat_pump_phase::off:
  case heat_pump_phase::cut_out: return {};
  case heat_pump_phase::warming_up:
  case heat_pump_phase::running: {
    const auto full = is.performance.at(s.outdoor, s.leaving_water);
    const auto heat = std::min(part_of(is, s) * full.capacity, full.cop * is.electric_max);
    const auto electric = heat / full.cop;
    if (m.phase == heat_pump_phase::running) return {electric, heat - electric, heat, {}};
    const auto progress = std::min(1.0, m.in_phase / is.warm_up);
    const auto warming = electric * (warm_up_first_power + (1 - warm_up_first_power) * progress);
    return {warming, {}, {}, warming};
  }
  case heat_pump_phase::defrosting: {
    const auto taken = s.entering_water > defrost_water_min ? defrost_heat * is.nominal : power{};
    const auto melting = defrost_power * is.electric_max;
    return {melting, {}, -taken, melting + taken};
  }
  }
  return {};
}

}  // namespace hearth::simulated
