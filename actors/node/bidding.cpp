#include "actors/node/bidding.hpp"

#include "actors/node/dispatch_policy.hpp"
#include "actors/planner/hours_ahead.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace hearth {
namespace {

using namespace std::chrono_literals;

/// Beyond the hours of a plan: the hour that is, and a plan may begin within one.
constexpr auto looked_ahead = plan_hours + 2;
time_point hour_start(time_point t) { return std::chrono::floor<std::chrono::hours>(t); }

/// By the hour from `start` on: the forecast, corrected by what the house's thermometer says;
/// without one, the weather stays as it is.
std::optional<std::vector<temperature>> outdoor_from(time_point start, const outlook& world,
                                                     const standing& is) {
  const auto felt = is.outdoor && is_weather(*is.outdoor) ? is.outdoor : std::nullopt;
  const auto here = forecast_at(world.weather, is.at);
  auto out = std::vector<temperature>{};
  for (std::size_t h = 0; h <= plan_hours; ++h) {
    const auto there = forecast_at(world.weather, start + 1h * static_cast<std::int64_t>(h));
    if (there && here && felt)
      out.push_back(corrected(*there, *here, *felt, h));
    else if (there)
      out.push_back(*there);
    else if (!out.empty())
      out.push_back(out.back());
    else if (felt)
      out.push_back(*felt);
    else
      return {};
  }
  return out;
}

}  // namespace

void market_view::look(const outlook& world, time_point now) {
  if (!world.prices || hour_ == hour_start(now)) return;
  const auto told = told_prices(world, now, looked_ahead * 1h);
  if (!told) return;
  hour_ = hour_start(now);
  outlook_.learn(*told, now);
  ahead_ = outlook_.ahead(now, looked_ahead);
}

std::vector<energy_price> market_view::from(time_point t, std::size_t hours) const {
  if (!hour_ || t < *hour_) return {};
  const auto skipped = static_cast<std::size_t>((hour_start(t) - *hour_) / 1h);
  if (skipped + hours > ahead_.size()) return {};
  const auto first = ahead_.begin() + static_cast<std::ptrdiff_t>(skipped);
  return {first, first + static_cast<std::ptrdiff_t>(hours)};
}

heat_state state_at(time_point start, const standing& is, const contract* in_force) {
  const auto model = heat_model{is.model};
  const auto outdoor = is.outdoor.value_or(celsius(0));
  const auto electric = model.electric_at(outdoor, is.mean);
  const auto until = std::max(start - is.at, duration{});
  auto runs = is.running ? until : duration{};
  if (is.running && in_force != nullptr) {
    const auto started = is.at - is.since_change;
    const auto began =
        started > in_force->start ? started + model.warming_takes() : in_force->start;
    const auto used_up = began + std::chrono::duration_cast<duration>(seconds_real{
                                     in_force->promised().si() / std::max(electric.si(), 1.0)});
    runs = std::clamp(used_up - is.at, duration{}, until);
    if (electric * (until - runs) <= limits::contract_tolerated(in_force->promised())) runs = until;
  }
  const auto heat = electric * model.heat_per_electricity(outdoor, is.mean) * runs -
                    model.load_at(outdoor) * until;
  const auto mean = is.mean + heat.si() / model.heat_j_per_k * kelvin;
  if (is.running && runs < until) return {mean, false, until - runs};
  return {mean, is.running, is.since_change + until};
}

std::optional<house_bid> bid_for(const site_memory& house, const outlook& world,
                                 const market_view& market, time_point start, duration length) {
  const auto& is = house.stands;
  if (!is || is->at > start || start - is->at > standing_fresh || objection_to(is->model))
    return {};
  const auto price = clearing_price(world, start);
  auto ahead = hours_ahead{hour_of_day(start), {}, market.from(start, plan_hours + 1)};
  auto outdoor = outdoor_from(hour_start(start), world, *is);
  if (!price || !outdoor || ahead.price.empty()) return {};
  ahead.outdoor = std::move(*outdoor);
  const auto* running = house.in_force(is->at);
  const auto now = state_at(start, *is, running != nullptr ? &*running->offered : nullptr);
  const auto model = heat_model{is->model};
  const auto problem = problem_of(model, is->usual_beyond, ahead, start - hour_start(start));
  auto bid = house_bid{plan_offer(model, problem, now, start, length).offer, *price, {}};
  const auto bought = std::min(bid.offer.at(*price), is->model.electric_most * length);
  // Rounded down, so that no house is sold more than its nameplate.
  const auto average = std::floor((bought / length).in(watt)) * watt;
  bid.terms = {contract_id(house.site, start), start, length, average, *price};
  return bid;
}

}  // namespace hearth
