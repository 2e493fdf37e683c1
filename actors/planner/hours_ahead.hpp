#pragma once

#include "actors/planner/heat_plan.hpp"
#include "protocol/messages.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

/// From what is expected of the hours to come to the problem of whoever plans: the same for a house
/// that plans for itself and for the node that plans for many.
namespace hearth {

/// How long a slot of a plan is, and how far plans look.
inline constexpr duration plan_slot = std::chrono::minutes{15};
inline constexpr std::size_t plan_hours = 48;

struct hours_ahead {
  std::size_t hour_of_day = 0;       ///< of the first, in UTC
  std::vector<temperature> outdoor;  ///< by hour; at least `plan_hours` and one more
  std::vector<energy_price> price;   ///< all that electricity costs, by hour; as many
};

/// What the forecast says of a time in UTC; nothing where it says nothing, or no weather.
std::optional<temperature> forecast_at(const std::optional<weather>& told, time_point utc);

/// A thermometer's word corrects the forecast: `there` is what the forecast says of an hour that
/// is so many hours on, `here` of now, `felt` what the thermometer says now.
temperature corrected(temperature there, temperature here, temperature felt, std::size_t hours);

/// From `into_hour` in the first hour on, for `plan_hours`. `usual_beyond`: of the load, by hour of
/// the day in UTC.
heat_problem problem_of(const heat_model& model, std::span<const power> usual_beyond,
                        const hours_ahead& world, duration into_hour);

}  // namespace hearth
