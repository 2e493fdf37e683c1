#include "actors/planner/plan_parts.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

/// Nothing in a house is colder or hotter; what a model or a sensor says beyond is held there.
constexpr auto coldest_water = celsius(-20);
constexpr auto hottest_water = celsius(120);

}  // namespace

plan_beginning::plan_beginning(const heat_model& m, const heat_problem& p, const heat_state& now)
    : store_c{
          std::clamp(std::isfinite(now.store.in_celsius()) ? now.store : m.required_at(celsius(0)),
                     coldest_water, hottest_water)
              .in_celsius()} {
  const auto least = (now.running ? m.min_on : m.min_off) + command_margin;
  is = {now.running, slots_for(least - std::max(now.since_change, duration{}), p.first, p.slot)};
}

money end_value(const heat_model& m, const heat_problem& p, double store_c) {
  return p.end_worth * energy::from_si(m.heat_j_per_k * (store_c - room_warmth.in_celsius()));
}

heat_plan nothing_planned(const heat_model& m, const heat_problem& p, time_point start) {
  return {start, p.slot, p.first, {}, {}, {}, m.start_lag + m.warming_takes()};
}

void add(heat_plan& to, const slot_outlook& o, double part, const step_result& does,
         std::optional<money> more_otherwise) {
  to.slots.push_back({part, energy::from_si(does.electricity_j), celsius(does.store_c),
                      energy::from_si(does.unserved_j), o.price, more_otherwise});
  to.cost += does.cost_usd * us_dollar + energy::from_si(does.electricity_j) * o.price;
  to.unserved += energy::from_si(does.unserved_j);
}

}  // namespace hearth
