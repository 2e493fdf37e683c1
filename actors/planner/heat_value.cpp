#include "actors/planner/heat_value.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace hearth {
namespace {

/// 0.2 kWh each in a store of 60 kWh: finer ones save less than 0.01 % of a winter's cost.
constexpr std::size_t levels = 301;

/// A convex cost over equally spaced energies, in USD and joules.
struct curve {
  std::span<const double> cost;
  double step;

  [[nodiscard]] double at(double x) const {
    const auto last = cost.size() - 1;
    if (x < 0) return cost[0] - x * unserved_price.si();
    const auto place = x / step;
    if (place >= static_cast<double>(last)) return cost[last];
    const auto i = static_cast<std::size_t>(place);
    return cost[i] + (place - static_cast<double>(i)) * (cost[i + 1] - cost[i]);
  }
  /// The energy from which on another joule is worth at most `price`.
  [[nodiscard]] double filled_at(double price) const {
    const auto limit = price * step;
    auto low = std::size_t{0}, high = cost.size() - 1;
    while (low < high) {
      const auto middle = (low + high) / 2;
      if (cost[middle] - cost[middle + 1] > limit)
        low = middle + 1;
      else
        high = middle;
    }
    return static_cast<double>(low) * step;
  }
};

double hours(duration d) { return seconds_real{d}.count() / 3600; }

/// What is left of it after a slot without heating.
double unheated(double in_store, const heat_outlook& o, const heat_slot& s) {
  return in_store - o.store.loss_per_hour * hours(o.slot) * (in_store + o.store.rest.si()) -
         s.load.si();
}

double electricity_for(double target, double unheated, const heat_slot& s) {
  return std::clamp((target - unheated) / s.cop, 0.0, s.electricity_most.si());
}

/// Costs by state and level.
using table = std::vector<double>;

/// The least cost from slot `s` on in one state, where `after` is expected to follow.
void step_back(const heat_outlook& o, const heat_slot& s, double price, const curve& after,
               std::span<double> out) {
  const auto target = after.filled_at(price / s.cop);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto left = unheated(static_cast<double>(i) * after.step, o, s);
    const auto used = electricity_for(target, left, s);
    out[i] = price * used + after.at(left + s.cop * used);
  }
}

/// What is expected of `value` before the market moves.
void expect(std::span<const double> transitions, std::size_t states, const table& value,
            table& out) {
  std::ranges::fill(out, 0.0);
  for (std::size_t from = 0; from < states; ++from)
    for (std::size_t to = 0; to < states; ++to) {
      const auto part = transitions[from * states + to];
      if (part <= 0) continue;
      const auto* in = &value[to * levels];
      auto* sum = &out[from * levels];
      for (std::size_t i = 0; i < levels; ++i) sum[i] += part * in[i];
    }
}

void add_expected(const heat_outlook& o, const price_chain& chain, std::vector<double>& sum) {
  const auto states = chain.states();
  const auto step = o.store.most.si() / static_cast<double>(levels - 1);
  auto value = table(states * levels), later = table(states * levels);
  for (std::size_t i = 0; i < value.size(); ++i)
    value[i] = -o.end_worth.si() * step * static_cast<double>(i % levels);
  for (auto t = o.slots.size() - 1; t > 0; --t) {
    const auto& slot = o.slots[t];
    // Nothing is known of what follows the last slot, and within an hour the price stays.
    const auto moves = t + 1 < o.slots.size() && o.slots[t + 1].hour != slot.hour;
    if (moves)
      expect(chain.transitions(o.slots[t + 1].hour), states, value, later);
    else
      std::swap(value, later);
    for (std::size_t k = 0; k < states; ++k)
      step_back(o, slot, (chain.price(k, slot.hour, slot.day_ahead) + slot.added).si(),
                {std::span{later}.subspan(k * levels, levels), step},
                std::span{value}.subspan(k * levels, levels));
  }
  if (o.slots[1].hour != o.slots[0].hour) {
    expect(chain.transitions(o.slots[1].hour), states, value, later);
    std::swap(value, later);
  }
  const auto now = chain.now();
  for (std::size_t k = 0; k < states; ++k)
    if (now[k] > 0)
      for (std::size_t i = 0; i < levels; ++i) sum[i] += now[k] * value[k * levels + i];
}

}  // namespace

heat_value::heat_value(std::vector<double> cost_usd, energy most)
    : cost_{std::move(cost_usd)}, step_{most / static_cast<double>(cost_.size() - 1)} {
  assert(cost_.size() >= 2);
}

energy heat_value::worth_filling_to(energy_price of_heat) const {
  return energy::from_si(curve{cost_, step_.si()}.filled_at(of_heat.si()));
}

money heat_value::cost(energy in_store) const {
  return money::from_si(curve{cost_, step_.si()}.at(in_store.si()));
}

energy_price heat_value::worth_beyond(std::size_t i) const {
  return energy_price::from_si((cost_[i] - cost_[i + 1]) / step_.si());
}

heat_value value_after_first_slot(std::span<const heat_outlook> outlooks,
                                  std::span<const price_chain> chains) {
  assert(!chains.empty() && !outlooks.empty());
  auto sum = std::vector<double>(levels, 0.0);
  for (const auto& outlook : outlooks) {
    assert(outlook.slots.size() >= 2);
    for (const auto& chain : chains) add_expected(outlook, chain, sum);
  }
  for (auto& each : sum) each /= static_cast<double>(chains.size() * outlooks.size());
  return {std::move(sum), outlooks.front().store.most};
}

heat_decision best_now(const heat_outlook& outlook, const heat_value& after, energy in_store,
                       energy_price market) {
  const auto& slot = outlook.slots.front();
  const auto left = unheated(in_store.si(), outlook, slot);
  const auto of_heat = (market + slot.added) / slot.cop;
  auto used = electricity_for(after.worth_filling_to(of_heat).si(), left, slot);
  // Warmth comes before money, unless it costs more than it is worth.
  if (of_heat <= unserved_price) used = std::max(used, electricity_for(0, left, slot));
  const auto then = left + slot.cop * used;
  return {energy::from_si(used), energy::from_si(std::clamp(then, 0.0, outlook.store.most.si())),
          energy::from_si(std::max(-then, 0.0))};
}

std::vector<offer_point> offer_curve(const heat_outlook& outlook, const heat_value& after,
                                     energy in_store) {
  const auto& slot = outlook.slots.front();
  const auto left = unheated(in_store.si(), outlook, slot);
  auto out = std::vector<offer_point>{};
  const auto add = [&](energy_price of_heat, double target) {
    const auto point = offer_point{slot.cop * of_heat - slot.added,
                                   energy::from_si(electricity_for(target, left, slot))};
    const auto before = out.empty() ? energy{} : out.back().electricity;
    if (point.electricity <= before) return;
    if (!out.empty() && point.price >= out.back().price)
      out.back().electricity = point.electricity;
    else
      out.push_back(point);
  };
  add(unserved_price, 0);
  for (std::size_t i = 0; i + 1 < after.levels(); ++i)
    add(std::min(after.worth_beyond(i), unserved_price),
        after.step().si() * static_cast<double>(i + 1));
  return out;
}

}  // namespace hearth
