#pragma once

#include "actors/portal/house_view.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <vector>

/// The house at this moment, as its pages are told it. Times are UTC.
namespace hearth {

/// Unix milliseconds.
std::int64_t in_ms(time_point utc);
/// A temperature to a hundredth of a degree, which is more than any sensor tells.
double in_c(temperature t);
/// Money to a thousandth of a cent.
double in_usd(money m);
/// A number as far as its unit can tell.
double rounded(double amount, int digits);
/// Heat of a store, by the mean of its water: what it has beyond water that warms no room any more;
/// negative where it is colder.
energy heat_in_store(const plant_layout& plant, temperature mean);

nlohmann::json point_json(const house_view& view, channel_id id);
/// All points, or those that differ from `before`.
nlohmann::json points_json(const house_view& view, const std::vector<point>* before);
/// Wishes of the household and what stands besides, the soonest to end first.
nlohmann::json leases_json(const house_view& view, const household& wanted, time_point now);
nlohmann::json contracts_json(const house_view& view);
/// Everything besides the points; `now` in house time.
nlohmann::json standing_json(const house_view& view, const household& wanted, time_point now);
/// GET /now, the whole of it.
nlohmann::json now_json(const house_view& view, const household& wanted, time_point now);

nlohmann::json wish_json(const house_view& view, const household_wish& wish);

}  // namespace hearth
