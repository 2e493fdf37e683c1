#include "actors/portal/json_answer.hpp"
#include "actors/portal/now_json.hpp"
#include "actors/portal/portal_desk.hpp"

/// The newest plan.
namespace hearth {
namespace {

using json_value = nlohmann::json;

json_value slot_json(const planned_slot& slot, const slot_outlook* expected, time_point start,
                     duration length, const dating& dates) {
  auto out = json_value{
      {"start_ms", in_ms(dates.utc(start))},
      {"end_ms", in_ms(dates.utc(start + length))},
      {"power_w", length > duration{0} ? rounded((slot.electricity / length).in(watt), 0) : 0.0},
      {"part", rounded(slot.part, 3)},
      {"store_c", in_c(slot.store)},
      {"price_usd_per_kwh", rounded(slot.price.in(usd_per_mwh) / 1000, 6)},
      {"unserved_wh", rounded(slot.unserved.in(watt_hour), 1)},
      {"more_otherwise_usd",
       slot.more_otherwise ? json_value(in_usd(*slot.more_otherwise)) : json_value{}}};
  if (!expected) return out;
  out["outdoor_c"] = in_c(expected->outdoor);
  out["load_w"] = rounded(expected->load.in(watt), 0);
  return out;
}

}  // namespace

reply serve_plan(portal_desk& desk, const visit& v) {
  const auto& house = desk.view.house();
  if (!house.plant || !house.plant->store)
    return problem(404, "this house has no store, so there is nothing to plan");
  const auto& news = desk.view.plan();
  if (!news)
    return problem(404, "no plan has been made yet; the first comes within a quarter hour");
  if (news->plan.end() <= v.now)
    return problem(404, "the last plan there was is over, and none has been made since");
  const auto& dates = desk.view.dates();
  auto slots = json_value::array();
  auto start = news->plan.start;
  for (std::size_t i = 0; i < news->plan.slots.size(); ++i) {
    const auto length = i == 0 ? news->plan.first : news->plan.slot;
    slots.push_back(slot_json(news->plan.slots[i],
                              i < news->outlook.size() ? &news->outlook[i] : nullptr, start, length,
                              dates));
    start += length;
  }
  return json(200, {{"made_ms", in_ms(dates.utc(news->at))},
                    {"start_ms", in_ms(dates.utc(news->plan.start))},
                    {"cost_usd", in_usd(news->plan.cost)},
                    {"unserved_kwh", rounded(news->plan.unserved.in(kilowatt_hour), 3)},
                    {"slots", std::move(slots)}});
}

}  // namespace hearth
