#include "actors/planner/hours_ahead.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

constexpr std::size_t slots_per_hour = std::chrono::hours{1} / plan_slot;
/// What a thermometer says beyond the forecast is left to this part an hour later.
constexpr auto forecast_error_keeps = 0.9;
/// Heat that is left at the end is worth what the cheap third of the hours ahead would make it for.
constexpr auto end_worth_quantile = 1.0 / 3;

/// What is no price counts as free, as in `plan_heat`.
energy_price or_nothing(energy_price p) { return std::isfinite(p.si()) ? p : energy_price{}; }

}  // namespace

std::optional<temperature> forecast_at(const std::optional<weather>& told, time_point utc) {
  if (!told || told->slot <= duration{} || utc < told->start) return {};
  const auto i = static_cast<std::size_t>((utc - told->start) / told->slot);
  if (i >= told->outdoor.size() || !is_weather(told->outdoor[i])) return {};
  return told->outdoor[i];
}

temperature corrected(temperature there, temperature here, temperature felt, std::size_t hours) {
  return there + std::pow(forecast_error_keeps, static_cast<double>(hours)) * (felt - here);
}

heat_problem problem_of(const heat_model& model, std::span<const power> usual_beyond,
                        const hours_ahead& world, duration into_hour) {
  const auto begun = static_cast<std::size_t>(into_hour / plan_slot);
  const auto gone = into_hour % plan_slot;
  auto out = heat_problem{plan_slot, plan_slot - gone, {}, {}};
  auto made_for = std::vector<double>{};
  for (std::size_t i = 0; i < plan_hours * slots_per_hour; ++i) {
    const auto h = (begun + i) / slots_per_hour;
    const auto outdoor = world.outdoor[h];
    const auto price = or_nothing(world.price[h]);
    const auto load =
        model.load_at(outdoor) + usual_beyond[(world.hour_of_day + h) % usual_beyond.size()];
    out.slots.push_back({outdoor, std::max(load, power{}), price});
    made_for.push_back(price.si() / model.heat_per_electricity(outdoor, model.empty_at(outdoor)));
  }
  const auto third =
      made_for.begin() +
      static_cast<std::ptrdiff_t>(end_worth_quantile * static_cast<double>(made_for.size()));
  std::ranges::nth_element(made_for, third);
  out.end_worth = energy_price::from_si(*third);
  return out;
}

}  // namespace hearth
