#include "actors/planner/backward_induction.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// Runs of a contract are compared by the minute.
constexpr duration run_step = std::chrono::minutes{1};

/// The corners of the lower convex hull (Andrew's monotone chain): for any price of electricity one
/// of them costs least.
std::vector<way_to_live> cheapest_by_price(std::vector<way_to_live> all) {
  std::ranges::sort(all, [](const way_to_live& a, const way_to_live& b) {
    return std::pair{a.electricity_j, a.cost_usd} < std::pair{b.electricity_j, b.cost_usd};
  });
  auto corners = std::vector<way_to_live>{};
  for (const auto& next : all) {
    if (!corners.empty() && next.electricity_j <= corners.back().electricity_j) continue;
    while (corners.size() >= 2) {
      const auto& a = corners[corners.size() - 2];
      const auto& b = corners.back();
      const auto turn = (b.cost_usd - a.cost_usd) * (next.electricity_j - a.electricity_j) -
                        (next.cost_usd - a.cost_usd) * (b.electricity_j - a.electricity_j);
      if (turn < 0) break;
      corners.pop_back();
    }
    corners.push_back(next);
  }
  return corners;
}

}  // namespace

heat_offer backward_induction::offer(duration length) const {
  auto all = std::vector<way_to_live>{};
  const auto consider = [&](duration begins, duration run) {
    if (auto way = lived(begins, run, length)) all.push_back(*way);
  };
  const auto least_on = model_.min_on + command_margin;
  const auto bound = (now_.is.running ? least_on : model_.min_off + command_margin) - since_change_;
  const auto lag = now_.is.running ? duration{} : model_.start_lag;
  // One that stops shortly before the slot's end would only be in the way of what follows.
  const auto may_stop_until = length - model_.min_off - model_.start_lag - command_margin;
  const auto waits = std::clamp(std::max(bound, duration{}) + lag, duration{}, length);
  if (now_.is.running) {
    for (auto run = waits; run <= may_stop_until; run += run_step) consider({}, run);
    consider({}, length);
  } else {
    consider(length, {});
    for (auto run = least_on; waits + run <= may_stop_until; run += run_step) consider(waits, run);
    for (auto run = least_on; waits + run < length; run += run_step) consider(length - run, run);
    if (waits < length) consider(waits, length - waits);
  }
  auto out = heat_offer{};
  const auto corners = cheapest_by_price(all);
  if (corners.empty()) return out;
  out.least = energy::from_si(corners.front().electricity_j);
  for (const auto& way : all) out.most = std::max(out.most, energy::from_si(way.electricity_j));
  for (std::size_t i = 1; i < corners.size(); ++i) {
    const auto& before = corners[i - 1];
    const auto worth =
        (before.cost_usd - corners[i].cost_usd) / (corners[i].electricity_j - before.electricity_j);
    out.curve.push_back({energy_price::from_si(worth), energy::from_si(corners[i].electricity_j)});
  }
  out.expected = out.at(problem_.slots.front().price);
  return out;
}

std::optional<way_to_live> backward_induction::lived(duration begins, duration run,
                                                     duration length) const {
  const auto ends = begins + run;
  auto out = way_to_live{};
  auto store_c = now_.store_c;
  auto starts = !now_.is.running;
  auto cold = starts ? model_.warm_up : duration{};
  auto filled_at = std::optional<duration>{};
  for (auto t = duration{}; t < length;) {
    const auto slot = static_cast<std::size_t>(t / problem_.slot);
    auto until = std::min(length, problem_.slot * static_cast<std::int64_t>(slot + 1));
    for (const auto border : {begins, ends})
      if (border > t) until = std::min(until, border);
    const auto physics = slot_physics{model_, problem_.slots[slot], until - t};
    auto does = physics.rest(store_c);
    if (t >= begins && t < ends && !filled_at) {
      const auto warming = std::min<duration>(cold, until - t);
      does = physics.run(store_c, does, physics.machine_at(store_c), 1, starts,
                         std::chrono::duration<double>(warming).count());
      starts = false;
      cold -= warming;
      if (does.full) filled_at = until;
    }
    out.electricity_j += does.electricity_j;
    out.cost_usd += does.cost_usd;
    store_c = does.store_c;
    t = until;
  }
  const auto stops = filled_at.value_or(ends);
  const auto never_ran = run == duration{};
  const auto was = now_.is.running || never_ran ? since_change_ : duration{};
  auto then = compressor_motion{};
  if (!never_ran && !filled_at && ends >= length)
    then = {true,
            slots_for(model_.min_on + command_margin - was - run, problem_.slot, problem_.slot)};
  else
    then = {false, slots_for(model_.min_off + command_margin -
                                 (never_ran && !now_.is.running ? was + length : length - stops),
                             problem_.slot, problem_.slot)};
  if (then.bound >= (then.running ? on_states_ : off_states_)) return {};
  const auto slots = static_cast<std::size_t>(length / problem_.slot);
  out.cost_usd += at(values(slots, then), land({store_c}), 0);
  return out;
}

}  // namespace hearth
