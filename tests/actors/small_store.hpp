#pragma once

#include "actors/planner/heat_plan.hpp"

/// A small house to plan for, and two of its days.
namespace hearth::testing {

using namespace std::chrono_literals;

inline constexpr auto midnight =
    time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 15}};

/// 1,000 L of water, a machine of 5 kW that makes 2 to 3 of heat of 1, a house that takes 2 kW at
/// 0 °C.
inline heat_model small_model() {
  auto plant = plant_layout{};
  plant.heat_pump.max_power = 8 * kilowatt;
  plant.heat_pump.min_on = 20min;
  plant.heat_pump.min_off = 10min;
  plant.heat_pump.cop = {{celsius(-20), celsius(35), 2.2},
                         {celsius(-20), celsius(65), 1.4},
                         {celsius(10), celsius(35), 4.0},
                         {celsius(10), celsius(65), 2.4}};
  plant.store = store_layout{.volume = 1000 * litre,
                             .layers = {},
                             .max = celsius(75),
                             .min_top = celsius(45),
                             .heating_curve = {}};
  auto m = assumed_model(plant);
  m.load = 2 * kilowatt;
  m.load_w_per_outdoor_k = -100;
  return m;
}

/// A day and a night, dear from 7 to 12 and from 16 to 20.
inline heat_problem two_days(const heat_model& m, energy_price cheap = 80 * usd_per_mwh,
                             energy_price dear = 500 * usd_per_mwh) {
  auto p = heat_problem{15min, 15min, {}, 40 * usd_per_mwh};
  for (auto i = 0; i < 192; ++i) {
    const auto hour = i / 4 % 24;
    const auto is_dear = (hour >= 7 && hour < 12) || (hour >= 16 && hour < 20);
    p.slots.push_back({celsius(-3), m.load_at(celsius(-3)), is_dear ? dear : cheap});
  }
  return p;
}

}  // namespace hearth::testing
