#include "actors/planner/backward_induction.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// Parts of full power that are compared for a machine that can modulate.
constexpr std::size_t parts_compared = 8;
/// … and for the slot that is decided.
constexpr std::size_t parts_decided = 64;

}  // namespace

backward_induction::backward_induction(const heat_model& m, const heat_problem& p,
                                       const heat_state& now)
    : model_{m},
      problem_{p},
      least_{m, p.slot, p.slot},
      least_at_first_{m, p.first, p.slot},
      now_{m, p, now},
      since_change_{std::max(now.since_change, duration{})} {
  // The first slot may be short, and a run be bound to one slot more than a new one is.
  const auto& bound = now_.is.bound;
  on_states_ = std::max(least_at_first_.on, now_.is.running ? bound + 1 : 1);
  off_states_ = std::max(least_at_first_.off, now_.is.running ? 0 : bound) + 1;
  lowest_c_ = now_.store_c;
  for (const auto& s : p.slots)
    lowest_c_ = std::min(lowest_c_, (m.empty_at(s.outdoor) - m.of_little_use).in_celsius());
  step_k_ = (std::max(m.full.in_celsius(), now_.store_c) - lowest_c_) / (levels - 1);
  for (std::size_t i = 0; i < parts_compared; ++i) parts_.push_back(part_of(i, parts_compared));
  if (m.least_part >= 1) parts_ = {1.0};
  solve();
}

heat_plan backward_induction::plan(time_point start) const {
  auto out = nothing_planned(model_, problem_, start);
  auto store_c = now_.store_c;
  auto is = now_.is;
  for (std::size_t t = 0; t < problem_.slots.size(); ++t) {
    const auto [best, other] = decide(t, store_c, is);
    auto more = std::optional<money>{};
    if (other) more = (other->total - best.total) * us_dollar;
    add(out, problem_.slots[t], best.part, best.does, more);
    is = best.part > 0 ? after_run(is, best.does, least_for(t)) : is.after(false, least_for(t));
    store_c = best.does.store_c;
  }
  out.cost -= end_value(model_, problem_, store_c);
  return out;
}

double backward_induction::part_of(std::size_t i, std::size_t of) const {
  const auto beyond = static_cast<double>(i) / static_cast<double>(of - 1);
  return std::min(model_.least_part + (1 - model_.least_part) * beyond, 1.0);
}

void backward_induction::solve() {
  const auto n = problem_.slots.size();
  values_.resize((n + 1) * motions() * levels);
  for (std::size_t m = 0; m < motions(); ++m)
    for (std::size_t j = 0; j < levels; ++j)
      values_[(n * motions() + m) * levels + j] =
          -end_value(model_, problem_, level_c(j)).in(us_dollar);
  for (auto t = n; t-- > 1;) {
    // Weather comes by the hour and slots are shorter: what a slot does is mostly what the next
    // does, at another price.
    if (t + 1 == n || problem_.slots[t].outdoor != problem_.slots[t + 1].outdoor ||
        problem_.slots[t].load != problem_.slots[t + 1].load)
      live_through({model_, problem_.slots[t], problem_.slot});
    for (std::size_t m = 0; m < motions(); ++m) least_at(t, m);
  }
}

backward_induction::landing backward_induction::land(const step_result& does) const {
  const auto place = std::clamp((does.store_c - lowest_c_) / step_k_, 0.0, levels - 1.0);
  const auto i = std::min(static_cast<std::size_t>(place), levels - 2);
  return {does.cost_usd, does.electricity_j, i, place - static_cast<double>(i), does.full};
}

void backward_induction::live_through(const slot_physics& physics) {
  resting_.clear();
  starting_.clear();
  running_.clear();
  for (std::size_t j = 0; j < levels; ++j) {
    const auto store_c = level_c(j);
    const auto idle = physics.rest(store_c);
    const auto full = physics.machine_at(store_c);
    resting_.push_back(land(idle));
    for (const auto part : parts_) {
      starting_.push_back(land(physics.run(store_c, idle, full, part, true)));
      running_.push_back(land(physics.run(store_c, idle, full, part, false)));
    }
  }
}

void backward_induction::least_at(std::size_t t, std::size_t m) {
  const auto is = motion_at(m);
  const auto price = problem_.slots[t].price.si();
  auto* out = &values_[(t * motions() + m) * levels];
  std::fill_n(out, levels, std::numeric_limits<double>::infinity());
  if (is.may(false)) {
    const auto* next = values(t + 1, is.after(false, least_));
    for (std::size_t j = 0; j < levels; ++j) out[j] = at(next, resting_[j], price);
  }
  if (!is.may(true)) return;
  const auto* goes_on = values(t + 1, is.after(true, least_));
  const auto* filled = values(t + 1, {false, least_.off});
  const auto& runs = is.running ? running_ : starting_;
  for (std::size_t j = 0; j < levels; ++j)
    for (std::size_t p = 0; p < parts_.size(); ++p) {
      const auto& l = runs[j * parts_.size() + p];
      out[j] = std::min(out[j], at(l.full ? filled : goes_on, l, price));
    }
}

auto backward_induction::decide(std::size_t t, double store_c, compressor_motion is) const
    -> std::pair<choice, std::optional<choice>> {
  const auto physics =
      slot_physics{model_, problem_.slots[t], t == 0 ? problem_.first : problem_.slot};
  const auto& least = least_for(t);
  const auto price = problem_.slots[t].price.si();
  const auto idle = physics.rest(store_c);
  auto off = choice{};
  auto on = choice{};
  if (is.may(false)) off = {at(values(t + 1, is.after(false, least)), land(idle), price), 0, idle};
  if (is.may(true)) {
    const auto full = physics.machine_at(store_c);
    const auto count = parts_.size() == 1 ? 1 : parts_decided;
    for (std::size_t i = 0; i < count; ++i) {
      const auto part = count == 1 ? 1.0 : part_of(i, count);
      const auto does = physics.run(store_c, idle, full, part, !is.running);
      const auto total = at(values(t + 1, after_run(is, does, least)), land(does), price);
      if (total < on.total) on = {total, part, does};
    }
  }
  if (!is.may(false)) return {on, {}};
  if (!is.may(true)) return {off, {}};
  // At equal cost what is goes on.
  const auto goes_on = is.running && on.does.electricity_j > 0;
  const auto runs = goes_on ? on.total <= off.total : on.total < off.total;
  return runs ? std::pair{on, std::optional{off}} : std::pair{off, std::optional{on}};
}

}  // namespace hearth
