#include "actors/planner/heat_plan.hpp"

#include "actors/planner/backward_induction.hpp"
#include "actors/planner/plan_parts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hearth {
namespace {

constexpr auto dearest = 1e5 * usd_per_mwh;
constexpr auto largest_load = 1e3 * kilowatt;
/// A thermostat heats from empty up to this far above.
constexpr auto thermostat_band = 5 * kelvin;

double or_zero(double x) { return std::isfinite(x) ? x : 0.0; }

/// A problem that can be reckoned with, whatever somebody passed.
heat_problem sane(heat_problem p) {
  p.slot = std::max(p.slot, duration{std::chrono::minutes{1}});
  p.first = std::clamp(p.first, duration{1}, p.slot);
  for (auto& s : p.slots) {
    if (!is_weather(s.outdoor)) s.outdoor = celsius(0);
    s.load = std::clamp(or_zero(s.load.si()) * watt, power{}, largest_load);
    s.price = energy_price::from_si(std::clamp(or_zero(s.price.si()), -dearest.si(), dearest.si()));
  }
  p.end_worth =
      energy_price::from_si(std::clamp(or_zero(p.end_worth.si()), 0.0, unserved_price.si() / 2));
  return p;
}

heat_plan thermostat_of(const heat_model& m, const heat_problem& p, const heat_state& now,
                        time_point start) {
  const auto begin = plan_beginning{m, p, now};
  auto out = nothing_planned(m, p, start);
  auto store_c = begin.store_c;
  auto is = begin.is;
  for (std::size_t t = 0; t < p.slots.size(); ++t) {
    const auto length = t == 0 ? p.first : p.slot;
    const auto least = least_slots{m, length, p.slot};
    const auto physics = slot_physics{m, p.slots[t], length};
    const auto below_k = physics.below_empty_k(store_c);
    const auto wants = below_k > 0 || (is.running && -below_k < thermostat_band.in(kelvin));
    const auto runs = is.may(wants) ? wants : !wants;
    const auto idle = physics.rest(store_c);
    const auto does =
        runs ? physics.run(store_c, idle, physics.machine_at(store_c), 1, !is.running) : idle;
    add(out, p.slots[t], runs ? 1 : 0, does, {});
    is = runs ? after_run(is, does, least) : is.after(false, least);
    store_c = does.store_c;
  }
  out.cost -= end_value(m, p, store_c);
  return out;
}

}  // namespace

time_point heat_plan::end() const {
  if (slots.empty()) return start;
  return start + first + slot * static_cast<std::int64_t>(slots.size() - 1);
}

std::optional<heat_plan> heat_plan::from(time_point t) const {
  if (t < start + first || t >= end() || slot_began(t) != t) return {};
  auto out = *this;
  out.start = t;
  out.first = slot;
  out.slots.erase(out.slots.begin(), out.slots.begin() + (at(t) - slots.data()));
  return out;
}

time_point heat_plan::slot_began(time_point t) const {
  const auto second = start + first;
  return t < second ? start : second + slot * ((t - second) / slot);
}

const planned_slot* heat_plan::at(time_point t) const {
  if (t < start || t >= end()) return nullptr;
  if (t < start + first) return &slots.front();
  return &slots[1 + static_cast<std::size_t>((t - start - first) / slot)];
}

energy heat_offer::at(energy_price price) const {
  auto bought = least;
  for (const auto& p : curve)
    if (price <= p.price) bought = p.electricity;
  return bought;
}

heat_plan thermostat_plan(const heat_model& model, const heat_problem& problem,
                          const heat_state& now, time_point start) {
  return thermostat_of(model, sane(problem), now, start);
}

namespace {

heat_plan plan_of(const backward_induction& solved, const heat_model& model, const heat_problem& p,
                  const heat_state& now, time_point start) {
  auto best = solved.plan(start);
  // Between its levels the value is an interpolation; a thermostat that is luckier than that is
  // followed.
  auto simple = thermostat_of(model, p, now, start);
  return simple.cost < best.cost ? simple : best;
}

}  // namespace

heat_plan plan_heat(const heat_model& model, const heat_problem& problem, const heat_state& now,
                    time_point start) {
  const auto p = sane(problem);
  if (p.slots.empty()) return nothing_planned(model, p, start);
  return plan_of(backward_induction{model, p, now}, model, p, now, start);
}

offered_plan plan_offer(const heat_model& model, const heat_problem& problem, const heat_state& now,
                        time_point start, duration length) {
  auto p = sane(problem);
  p.first = p.slot;
  if (p.slots.empty()) return {nothing_planned(model, p, start), {}};
  const auto solved = backward_induction{model, p, now};
  const auto longest = p.slot * static_cast<std::int64_t>(p.slots.size());
  const auto whole = std::clamp<duration>(length - length % p.slot, p.slot, longest);
  return {plan_of(solved, model, p, now, start), solved.offer(whole)};
}

}  // namespace hearth
