#include "actors/planner/heat_value.hpp"

#include "actors/planner/price_committee.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <utility>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

constexpr auto kwh = kilowatt_hour;

heat_slot some_slot(std::mt19937_64& random, std::size_t hour) {
  const auto between = [&](double a, double b) {
    return std::uniform_real_distribution{a, b}(random);
  };
  auto s = heat_slot{};
  s.load = between(0, 12) * kwh;
  s.cop = between(1, 4);
  s.electricity_most = between(0, 11) * kwh;
  s.day_ahead = between(-100, 300) * usd_per_mwh;
  s.added = between(0, 300) * usd_per_mwh;
  s.hour = hour % 24;
  return s;
}

heat_outlook some_outlook(std::mt19937_64& random, std::size_t slots) {
  auto o = heat_outlook{{40 * kwh, 20 * kwh, 0.005}, 1h, {}, 30 * usd_per_mwh};
  for (std::size_t t = 0; t < slots; ++t) o.slots.push_back(some_slot(random, 5 + t));
  return o;
}

std::vector<price_chain> taught(std::mt19937_64& random, std::vector<chain_settings> settings) {
  auto all = std::vector<price_chain>{};
  for (const auto& s : settings) all.emplace_back(s);
  auto spread = 0.0;
  for (std::size_t i = 0; i < 24 * 30; ++i) {
    spread = 0.8 * spread + std::normal_distribution{0.0, 8.0}(random);
    for (auto& c : all) c.learn(i % 24, 30 * usd_per_mwh, (30 + spread) * usd_per_mwh);
  }
  return all;
}

double after_loss(const heat_outlook& o, const heat_slot& s, double in_store_kwh) {
  return in_store_kwh - o.store.loss_per_hour * (in_store_kwh + o.store.rest.in(kwh)) -
         s.load.in(kwh);
}

/// The least expected cost, in USD, from slot `t` on, by trying a thousand decisions in each state.
/// No formula of the planner is used.
double by_trying(const heat_outlook& o, const price_chain& c, std::size_t t, std::size_t state,
                 double in_store) {
  if (t == o.slots.size()) return -o.end_worth.in(usd_per_mwh) / 1000 * in_store;
  const auto& s = o.slots[t];
  const auto price = (c.price(state, s.hour, s.day_ahead) + s.added).in(usd_per_mwh) / 1000;
  auto best = std::numeric_limits<double>::infinity();
  constexpr auto tries = 60;
  for (auto i = 0; i <= tries; ++i) {
    const auto used = s.electricity_most.in(kwh)*i / tries;
    auto cost = price * used;
    auto then = after_loss(o, s, in_store) + s.cop * used;
    if (then > o.store.most.in(kwh)) continue;
    if (then < 0) cost += unserved_price.in(usd_per_mwh) / 1000 * -std::exchange(then, 0.0);
    if (t + 1 == o.slots.size()) {
      cost += by_trying(o, c, t + 1, state, then);
    } else {
      const auto moves = c.transitions(o.slots[t + 1].hour);
      for (std::size_t to = 0; to < c.states(); ++to)
        cost += moves[state * c.states() + to] * by_trying(o, c, t + 1, to, then);
    }
    best = std::min(best, cost);
  }
  return best;
}

}  // namespace

TEST_CASE("the value of heat is the least expected cost: trying everything finds nothing better") {
  auto random = std::mt19937_64{1};
  for (auto round = 0; round < 6; ++round) {
    const auto chains = taught(random, {{.levels = 2}});
    auto o = some_outlook(random, 3);
    const auto value = value_after_first_slot({&o, 1}, chains);
    const auto now = chains[0].now();
    const auto moves = chains[0].transitions(o.slots[1].hour);
    for (const auto in_store : {0.0, 7.0, 20.0, 33.0}) {
      auto tried = 0.0;
      for (std::size_t from = 0; from < 2; ++from)
        for (std::size_t to = 0; to < 2; ++to)
          tried += now[from] * moves[from * 2 + to] * by_trying(o, chains[0], 1, to, in_store);
      const auto found = value.cost(in_store * kwh).in(us_dollar);
      // Trying goes in steps, so it may miss a little; it must never find something cheaper than
      // the value by more than the value's own interpolation.
      CHECK(found <= tried + 0.02);
      CHECK(found >= tried - 0.12);
    }
  }
}

TEST_CASE("more heat in the store is worth less and less, and never more than going without") {
  auto random = std::mt19937_64{2};
  for (auto round = 0; round < 10; ++round) {
    const auto o = some_outlook(random, 30);
    const auto value =
        value_after_first_slot({&o, 1}, taught(random, {{}, {.moods = 3}, {.hour_weight = 0.5}}));
    for (std::size_t i = 1; i + 1 < value.levels(); ++i)
      CHECK(value.worth_beyond(i).si() <=
            value.worth_beyond(i - 1).si() + 1e-9 * unserved_price.si());
    CHECK(value.worth_beyond(0) <= unserved_price * (1 + 1e-9));
  }
}

TEST_CASE("the offer says for every price what would be done at that price") {
  auto random = std::mt19937_64{4};
  for (auto round = 0; round < 20; ++round) {
    const auto o = some_outlook(random, 24);
    const auto value = value_after_first_slot({&o, 1}, taught(random, {{}}));
    const auto in_store = std::uniform_real_distribution{0.0, 40.0}(random)*kwh;
    const auto curve = offer_curve(o, value, in_store);
    for (std::size_t i = 1; i < curve.size(); ++i) {
      CHECK(curve[i].price < curve[i - 1].price);
      CHECK(curve[i].electricity > curve[i - 1].electricity);
    }
    for (auto tries = 0; tries < 100; ++tries) {
      const auto market = std::uniform_real_distribution{-500.0, 5000.0}(random)*usd_per_mwh;
      auto offered = energy{};
      for (const auto& point : curve)
        if (market <= point.price) offered = point.electricity;
      CHECK(
          offered.in(kwh) ==
          doctest::Approx(best_now(o, value, in_store, market).electricity.in(kwh)).epsilon(1e-9));
    }
  }
}

TEST_CASE("no energy comes or goes: what a decision leaves is what went in") {
  auto random = std::mt19937_64{5};
  for (auto round = 0; round < 20; ++round) {
    const auto o = some_outlook(random, 12);
    const auto value = value_after_first_slot({&o, 1}, taught(random, {{.levels = 5}}));
    for (auto tries = 0; tries < 50; ++tries) {
      const auto in_store = std::uniform_real_distribution{0.0, 40.0}(random);
      const auto market = std::uniform_real_distribution{-200.0, 5000.0}(random)*usd_per_mwh;
      const auto d = best_now(o, value, in_store * kwh, market);
      CHECK(d.electricity >= energy{});
      CHECK(d.electricity <= o.slots[0].electricity_most);
      const auto then =
          after_loss(o, o.slots[0], in_store) + o.slots[0].cop * d.electricity.in(kwh);
      CHECK(d.store_after.in(kwh)-d.unserved.in(kwh) ==
            doctest::Approx(std::min(then, 40.0)).epsilon(1e-9));
    }
  }
}

TEST_CASE("four slots of an hour with one price cost what the hour costs") {
  auto random = std::mt19937_64{6};
  const auto chains = taught(random, {{}});
  const auto hours = some_outlook(random, 12);
  auto quarters = hours;
  quarters.slot = 15min;
  quarters.slots.clear();
  for (auto s : hours.slots) {
    s.load = s.load / 4;
    s.electricity_most = s.electricity_most / 4;
    for (auto i = 0; i < 4; ++i) quarters.slots.push_back(s);
  }
  // From the second hour on.
  auto later = quarters;
  later.slots.erase(later.slots.begin(), later.slots.begin() + 3);
  const auto coarse = value_after_first_slot({&hours, 1}, chains);
  const auto fine = value_after_first_slot({&later, 1}, chains);
  for (const auto in_store : {5.0, 15.0, 30.0})
    CHECK(fine.cost(in_store * kwh).in(us_dollar) ==
          doctest::Approx(coarse.cost(in_store * kwh).in(us_dollar)).epsilon(0.01));
}

TEST_CASE("where being wrong is dear, not knowing the weather keeps a reserve") {
  auto random = std::mt19937_64{7};
  const auto chains = taught(random, {{.levels = 5}});
  auto o = heat_outlook{{40 * kwh, 20 * kwh, 0.005}, 1h, {}, {}};
  for (std::size_t t = 0; t < 12; ++t)
    o.slots.push_back(
        {3 * kwh, 2, 11 * kwh, 30 * usd_per_mwh, (t < 2 ? 50 : 400) * usd_per_mwh, t});
  auto colder = o, warmer = o;
  for (std::size_t t = 1; t < 12; ++t) {
    colder.slots[t].load = 4 * kwh;
    warmer.slots[t].load = 2 * kwh;
  }
  const auto of_heat = (80 * usd_per_mwh) / 2;
  const auto unsure = std::vector{colder, warmer};
  CHECK(value_after_first_slot(unsure, chains).worth_filling_to(of_heat) >
        value_after_first_slot({&o, 1}, chains).worth_filling_to(of_heat) + 3 * kwh);
}
