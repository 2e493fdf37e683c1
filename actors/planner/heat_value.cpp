#include "actors/planner/heat_value.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <utility>

namespace hearth {
namespace {

/// 0.2 kWh each in a store of 60 kWh. With 0.5 kWh, winters of the season bench cost 0.05 % more.
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

/// Where each level is after a slot, between which levels: a cost there is what lies there and what
/// it costs to go without.
struct arrival {
  std::vector<std::uint32_t> low;
  std::vector<double> high_part, without;  ///< `without` in USD

  void add(double energy, double step) {
    const auto place = std::clamp(energy / step, 0.0, static_cast<double>(levels - 1));
    const auto i = std::min(static_cast<std::uint32_t>(place), std::uint32_t{levels - 2});
    low.push_back(i);
    high_part.push_back(place - i);
    without.push_back(std::max(0.0, -energy) * unserved_price.si());
  }
  [[nodiscard]] double cost(std::size_t level, const double* after) const {
    const auto* at = after + low[level];
    return at[0] + high_part[level] * (at[1] - at[0]) + without[level];
  }
};

/// The same in all states of the market.
struct slot_moves {
  std::vector<double> unheated;
  arrival cold, heated;  ///< without and with all electricity
};

std::vector<slot_moves> moves_of(const heat_outlook& o) {
  const auto step = o.store.most.si() / static_cast<double>(levels - 1);
  auto all = std::vector<slot_moves>(o.slots.size());
  for (std::size_t t = 1; t < all.size(); ++t) {
    const auto& s = o.slots[t];
    for (std::size_t i = 0; i < levels; ++i) {
      const auto left = unheated(static_cast<double>(i) * step, o, s);
      all[t].unheated.push_back(left);
      all[t].cold.add(left, step);
      all[t].heated.add(left + s.cop * s.electricity_most.si(), step);
    }
  }
  return all;
}

/// Costs by state and level.
using table = std::vector<double>;

/// The least cost from slot `s` on in one state, where `after` is expected to follow.
void step_back(const heat_slot& s, const slot_moves& moves, double price, const curve& after,
               std::span<double> out) {
  const auto target = after.filled_at(price / s.cop);
  const auto at_target = after.at(target);
  const auto all_heat = s.cop * s.electricity_most.si(),
             full_cost = price * s.electricity_most.si();
  // The emptiest need more than there is, the fullest nothing.
  auto i = std::size_t{0};
  for (; i < levels && moves.unheated[i] + all_heat <= target; ++i)
    out[i] = full_cost + moves.heated.cost(i, after.cost.data());
  for (; i < levels && moves.unheated[i] < target; ++i)
    out[i] = price * (target - moves.unheated[i]) / s.cop + at_target;
  for (; i < levels; ++i) out[i] = moves.cold.cost(i, after.cost.data());
}

/// What is expected of `value` before the market moves.
void expect(std::span<const double> transitions, std::size_t states, const table& value,
            table& out) {
  struct term {
    double part;
    const double* cost;
  };
  auto terms = std::vector<term>{};
  for (std::size_t from = 0; from < states; ++from) {
    terms.clear();
    for (std::size_t to = 0; to < states; ++to)
      if (const auto part = transitions[from * states + to]; part > 0)
        terms.push_back({part, &value[to * levels]});
    // Four at a time, so that the sum is read and written a quarter as often.
    while (terms.size() % 4 != 0) terms.push_back({0, terms.front().cost});
    auto* sum = &out[from * levels];
    std::fill(sum, sum + levels, 0.0);
    for (std::size_t n = 0; n < terms.size(); n += 4) {
      const auto [a, b, c, d] = std::array{terms[n], terms[n + 1], terms[n + 2], terms[n + 3]};
      for (std::size_t i = 0; i < levels; ++i)
        sum[i] += a.part * a.cost[i] + b.part * b.cost[i] + c.part * c.cost[i] + d.part * d.cost[i];
    }
  }
}

void add_expected(const heat_outlook& o, const std::vector<slot_moves>& moves,
                  const price_chain& chain, std::vector<double>& sum) {
  const auto states = chain.states();
  const auto step = o.store.most.si() / static_cast<double>(levels - 1);
  auto value = table(states * levels), later = table(states * levels);
  for (std::size_t i = 0; i < value.size(); ++i)
    value[i] = -o.end_worth.si() * step * static_cast<double>(i % levels);
  for (auto t = o.slots.size() - 1; t > 0; --t) {
    const auto& slot = o.slots[t];
    // Nothing is known of what follows the last slot, and within an hour the price stays.
    const auto market_moves = t + 1 < o.slots.size() && o.slots[t + 1].hour != slot.hour;
    if (market_moves)
      expect(chain.transitions(o.slots[t + 1].hour), states, value, later);
    else
      std::swap(value, later);
    for (std::size_t k = 0; k < states; ++k)
      step_back(slot, moves[t], (chain.price(k, slot.hour, slot.day_ahead) + slot.added).si(),
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
    const auto moves = moves_of(outlook);
    for (const auto& chain : chains) add_expected(outlook, moves, chain, sum);
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
