#include "tools/simulate/bound.hpp"

#include "tools/simulate/linear_program.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

namespace hearth::simulate {
namespace {

// Far beyond any house, and near enough that the solver's arithmetic keeps its digits.
constexpr auto energy_largest = 1e5 * kilowatt_hour;
constexpr auto price_largest = 1e6 * usd_per_mwh;
constexpr auto cop_least = 0.1;
constexpr auto cop_most = 100.0;
constexpr auto step_longest = std::chrono::weeks{1};
/// What the proven cost and that of the solver's plan may differ by, as a part of the money that
/// flows, before the answer counts as none.
constexpr auto gap_most = 1e-6;
/// Pieces of a month of hours: short to solve, and with few seams.
constexpr std::size_t piece_slots = 720;

/// One limit on what a slot leaves in the store, all in kWh:
/// store after ≤ keep·(store before) + heat − draw·(heat served) − lost.
struct transition {
  double keep, draw, lost;
};

std::vector<transition> transitions(const bound_store& store, double hours) {
  const auto rest = store.rest.in(kilowatt_hour);
  const auto rate = store.loss_per_hour * hours;
  if (rate == 0) return {{1, 1, 0}};
  if (store.losses == loss_rule::at_slot_start) return {{1 - rate, 1, rate * rest}};
  // Heat that arrives at the end and leaves at the start loses least; and the store never holds
  // less than its coldest state.
  const auto kept = std::exp(-rate);
  return {{kept, kept, (1 - kept) * rest}, {1, 1, rate * rest}};
}

struct range {
  double least, most;
  [[nodiscard]] bool has(double x) const { return x >= least && x <= most; }  // never a NaN
};

constexpr auto amount = range{0, energy_largest.si()};

std::optional<fault> out_of_range(std::string_view what, double x, range allowed) {
  if (allowed.has(x)) return {};
  auto text = std::ostringstream{};
  text << what << " is " << x << ", not between " << allowed.least << " and " << allowed.most;
  return fault{fault_code::out_of_range, text.str()};
}

std::optional<fault> wrong(const bound_slot& s, const std::string& slot) {
  const auto dearest = price_largest.in(usd_per_mwh);
  if (auto f = out_of_range(slot + "heat needed, J,", s.heat_needed.si(), amount)) return f;
  if (auto f = out_of_range(slot + "highest heat, J,", s.heat_most.si(), amount)) return f;
  if (auto f = out_of_range(slot + "highest electricity, J,", s.electricity_most.si(), amount))
    return f;
  if (auto f = out_of_range(slot + "COP", s.best_cop, {cop_least, cop_most})) return f;
  return out_of_range(slot + "price, USD/MWh,", s.price.in(usd_per_mwh), {-dearest, dearest});
}

std::optional<fault> wrong(const bound_problem& p, double hours) {
  if (p.slots.empty()) return fault{fault_code::malformed, "no slots"};
  if (p.slots.size() > bound_slots_most)
    return fault{fault_code::malformed, std::to_string(p.slots.size()) + " slots are too many"};
  if (p.step <= duration::zero() || p.step > step_longest)
    return fault{fault_code::malformed, "a slot must be longer than nothing and at most a week"};
  const auto& store = p.store;
  const auto inside = range{0, store.most.si()};
  if (auto f = out_of_range("the store's capacity, J,", store.most.si(), amount)) return f;
  if (auto f = out_of_range("the store at the start, J,", store.start.si(), inside)) return f;
  if (auto f = out_of_range("the store at the end, J,", store.end.si(), inside)) return f;
  if (auto f = out_of_range("the store's rest, J,", store.rest.si(), amount)) return f;
  if (auto f = out_of_range("the loss in one slot", store.loss_per_hour * hours, {0, 1})) return f;
  if (auto f = out_of_range("unserved heat, J,", p.unserved_most.si(),
                            {0, amount.most * static_cast<double>(p.slots.size())}))
    return f;
  for (std::size_t t = 0; t < p.slots.size(); ++t)
    if (auto f = wrong(p.slots[t], "slot " + std::to_string(t) + ": ")) return f;
  return {};
}

energy heat_most(const bound_slot& s) {
  return std::min(s.heat_most, s.best_cop * s.electricity_most);
}

/// What the machine uses at any rate: at a negative price as much as it can, whatever it heats.
energy wasted(const bound_slot& s) {
  return s.price < energy_price{} ? s.electricity_most : energy{};
}

/// What heat costs on top of that, in USD/kWh.
double heat_price(const bound_slot& s) {
  return std::max(0.0, s.price.in(usd_per_mwh) / 1000 / s.best_cop);
}

/// Why there is no answer: the first slot that lacks heat although all before it made what they
/// could and nothing was left unserved before it had to be.
fault shortage(const bound_problem& p, const std::vector<transition>& limits) {
  auto text = std::ostringstream{};
  text << std::setprecision(3);
  auto store = p.store.start.in(kilowatt_hour);
  auto unserved_left = p.unserved_most.in(kilowatt_hour);
  for (std::size_t t = 0; t < p.slots.size(); ++t) {
    const auto needed = p.slots[t].heat_needed.in(kilowatt_hour);
    const auto made = heat_most(p.slots[t]).in(kilowatt_hour);
    const auto left = [&](double unserved) {
      auto least = p.store.most.in(kilowatt_hour);
      for (const auto& l : limits)
        least = std::min(least, l.keep * store + made - l.draw * (needed - unserved) - l.lost);
      return least;
    };
    auto unserved = 0.0;
    for (const auto& l : limits)
      unserved = std::max(unserved, needed - (l.keep * store + made - l.lost) / l.draw);
    if (unserved > std::min(needed, unserved_left) + 1e-9) {
      text << "slot " << t << " lacks " << unserved - std::min(needed, unserved_left)
           << " kWh of heat that nothing can give";
      return {fault_code::not_ready, text.str()};
    }
    unserved_left -= unserved;
    store = std::max(0.0, left(unserved));
  }
  text << "slot " << p.slots.size() - 1 << " cannot leave the store as full as asked; it lacks "
       << p.store.end.in(kilowatt_hour)-store << " kWh";
  return {fault_code::not_ready, text.str()};
}

/// The columns are the heat of each slot, then the store after it, then what it leaves unserved.
/// Electricity has none: `wasted` and `heat_price` say what it is worth.
linear_program program(const bound_problem& p, const std::vector<transition>& limits) {
  const auto n = static_cast<int>(p.slots.size());
  const auto unserved_most = p.unserved_most.in(kilowatt_hour);
  auto lp = linear_program{};
  for (const auto& s : p.slots) lp.add_column(heat_price(s), 0, heat_most(s).in(kilowatt_hour));
  for (auto t = 0; t < n; ++t)
    lp.add_column(0, t + 1 == n ? p.store.end.in(kilowatt_hour) : 0,
                  p.store.most.in(kilowatt_hour));
  if (unserved_most > 0)
    for (const auto& s : p.slots)
      lp.add_column(0, 0, std::min(unserved_most, s.heat_needed.in(kilowatt_hour)));

  for (auto t = 0; t < n; ++t) {
    const auto needed = p.slots[static_cast<std::size_t>(t)].heat_needed.in(kilowatt_hour);
    const auto before = t == 0 ? p.store.start.in(kilowatt_hour) : 0.0;
    for (const auto& l : limits) {
      const auto row = lp.add_row(l.keep * before - l.draw * needed - l.lost);
      lp.put(row, t, -1);
      lp.put(row, n + t, 1);
      if (t > 0) lp.put(row, n + t - 1, -l.keep);
      if (unserved_most > 0) lp.put(row, 2 * n + t, -l.draw);
    }
  }
  if (unserved_most > 0) {
    const auto row = lp.add_row(unserved_most);
    for (auto t = 0; t < n; ++t) lp.put(row, 2 * n + t, 1);
  }
  return lp;
}

/// A year in pieces, each solved by itself, is nearly the year: their bases together are where the
/// solver starts, whose time grows with the square of the length. Whatever the pieces assume about
/// the store between them only costs time.
result<linear_program::solution> solve_long(const bound_problem& p,
                                            const std::vector<transition>& limits) {
  const auto whole = program(p, limits);
  const auto n = p.slots.size();
  if (n < 2 * piece_slots) return whole.solve();
  auto start = linear_program::basis{};
  auto stores = std::vector<int>{};
  for (std::size_t from = 0; from < n;) {
    const auto to = n - from < 2 * piece_slots ? n : from + piece_slots;
    auto piece = bound_problem{{}, p.step, p.store, {}};
    piece.slots.assign(p.slots.begin() + static_cast<std::ptrdiff_t>(from),
                       p.slots.begin() + static_cast<std::ptrdiff_t>(to));
    const auto solved = program(piece, limits).solve();
    if (!solved) return whole.solve();
    const auto& columns = solved->at.columns;
    const auto middle = columns.begin() + static_cast<std::ptrdiff_t>(to - from);
    start.columns.insert(start.columns.end(), columns.begin(), middle);
    stores.insert(stores.end(), middle, columns.end());
    start.rows.insert(start.rows.end(), solved->at.rows.begin(), solved->at.rows.end());
    from = to;
  }
  start.columns.insert(start.columns.end(), stores.begin(), stores.end());
  return whole.solve(start);
}

}  // namespace

result<bound_answer> least_cost(const bound_problem& p) {
  const auto hours = seconds_real{p.step} / std::chrono::hours{1};
  if (auto f = wrong(p, hours)) return tl::make_unexpected(std::move(*f));
  const auto limits = transitions(p.store, hours);
  const auto solved = solve_long(p, limits);
  if (!solved && solved.error().code == fault_code::not_ready)
    return tl::make_unexpected(shortage(p, limits));
  if (!solved) return tl::make_unexpected(solved.error());

  auto turnover_usd = 1.0;
  auto a = bound_answer{solved->bound * us_dollar, {}, {}, {}};
  for (std::size_t t = 0; t < p.slots.size(); ++t) {
    const auto& s = p.slots[t];
    const auto heat = solved->x[t] * kilowatt_hour;
    const auto used = std::max(wasted(s), heat / s.best_cop);
    a.cost += wasted(s) * s.price;
    a.electricity += used;
    a.store.push_back(solved->x[p.slots.size() + t] * kilowatt_hour);
    if (p.unserved_most > energy{}) a.unserved += solved->x[2 * p.slots.size() + t] * kilowatt_hour;
    turnover_usd += std::abs((used * s.price).in(us_dollar));
  }
  if (!(solved->cost - solved->bound <= gap_most * turnover_usd))
    return failed(fault_code::unsupported, "the solver's plan could not be proven to cost least");
  return a;
}

}  // namespace hearth::simulate
