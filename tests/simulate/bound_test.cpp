#include "tools/simulate/bound.hpp"

#include "drivers/simulated/stratified_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <thread>
#include <vector>

using namespace hearth;
using namespace hearth::simulate;
using namespace std::chrono_literals;

namespace {

constexpr auto kwh = kilowatt_hour;

/// A machine of COP 2 with 10 kWh of heat in each hour and electricity to spare.
bound_slot hour(double needed_kwh, double price_usd_per_mwh) {
  return {needed_kwh * kwh, price_usd_per_mwh * usd_per_mwh, 2, 10 * kwh, 8 * kwh};
}

bound_problem hours(std::vector<bound_slot> slots, double store_most_kwh = 20) {
  return {std::move(slots), 1h, {store_most_kwh * kwh, {}, {}, {}, 0, {}}, {}};
}

bound_answer answer(const bound_problem& p) {
  const auto a = least_cost(p);
  REQUIRE_MESSAGE(a.has_value(), to_text(a.error()));
  REQUIRE(a->store.size() == p.slots.size());
  return *a;
}

double usd(const bound_problem& p) { return answer(p).cost.in(us_dollar); }

fault refusal(const bound_problem& p) {
  const auto a = least_cost(p);
  REQUIRE(!a.has_value());
  return a.error();
}

double between(std::mt19937_64& random, double least, double most) {
  return least + (most - least) * (static_cast<double>(random() >> 11) * 0x1p-53);
}

int whole(std::mt19937_64& random, int least, int most) {
  return least + static_cast<int>(random() % static_cast<unsigned>(most - least + 1));
}

/// The least cost by trying each whole kWh of heat from each whole kWh of store.
double by_trying(const bound_problem& p) {
  const auto most = static_cast<std::size_t>(std::lround(p.store.most.in(kwh)));
  constexpr auto never = std::numeric_limits<double>::infinity();
  auto cost = std::vector<double>(most + 1, never);
  cost[static_cast<std::size_t>(std::lround(p.store.start.in(kwh)))] = 0;
  for (const auto& s : p.slots) {
    auto next = std::vector<double>(most + 1, never);
    const auto needed = static_cast<int>(std::lround(s.heat_needed.in(kwh)));
    for (std::size_t from = 0; from <= most; ++from)
      for (auto heat = 0; heat * kwh <= s.heat_most; ++heat) {
        const auto to = static_cast<int>(from) + heat - needed;
        if (to < 0 || to > static_cast<int>(most)) continue;
        auto& best = next[static_cast<std::size_t>(to)];
        const auto used = s.price < energy_price{} ? s.electricity_most : heat * kwh / s.best_cop;
        best = std::min(best, cost[from] + (used * s.price).in(us_dollar));
      }
    cost = next;
  }
  const auto end = static_cast<std::ptrdiff_t>(std::lround(p.store.end.in(kwh)));
  return *std::min_element(cost.begin() + end, cost.end());
}

}  // namespace

TEST_CASE("heat is made in the cheap hour and kept for the dear one") {
  const auto a = answer(hours({hour(4, 50), hour(4, 400)}));
  CHECK(a.cost.in(us_dollar) == doctest::Approx(4 * 0.05));
  CHECK(a.electricity.in(kwh) == doctest::Approx(4));
  CHECK(a.store[0].in(kwh) == doctest::Approx(4));
  CHECK(a.store[1].in(kwh) == doctest::Approx(0));
}

TEST_CASE("what the store cannot hold is made in the dear hour") {
  CHECK(usd(hours({hour(4, 50), hour(4, 400)}, 1.5)) ==
        doctest::Approx(5.5 / 2 * 0.05 + 2.5 / 2 * 0.4));
}

TEST_CASE("what the machine cannot make in the cheap hour is made in the dear one") {
  auto p = hours({hour(4, 50), hour(4, 400)});
  p.slots[0].heat_most = 7 * kwh;
  CHECK(usd(p) == doctest::Approx(7.0 / 2 * 0.05 + 1.0 / 2 * 0.4));
  p.slots[0].heat_most = 10 * kwh;
  p.slots[0].electricity_most = 3 * kwh;
  CHECK(usd(p) == doctest::Approx(6.0 / 2 * 0.05 + 2.0 / 2 * 0.4));
}

TEST_CASE("a better COP later can be worth a higher price") {
  auto p = hours({hour(0, 100), hour(6, 120)});
  p.slots[1].best_cop = 3;
  CHECK(usd(p) == doctest::Approx(2 * 0.12));
}

TEST_CASE("losses make early charging dearer, by the counting of hourly planners") {
  auto p = hours({hour(0, 95), hour(0, 100), hour(9, 300)});
  for (auto& s : p.slots) s.heat_most = 16 * kwh;
  p.store.loss_per_hour = 0.1;
  p.store.losses = loss_rule::at_slot_start;
  // 10 kWh before the last hour leave 9; made an hour earlier they cost a ninth more.
  CHECK(usd(p) == doctest::Approx(10 / 2.0 * 0.1));
  CHECK(answer(p).store[0].in(kwh) == doctest::Approx(0));
  p.slots[0].price = 80 * usd_per_mwh;
  CHECK(usd(p) == doctest::Approx(10 / 0.9 / 2 * 0.08));
}

TEST_CASE("the least possible loss lets heat come last and go first within a slot") {
  auto p = hours({hour(0, 100), hour(0, 900), hour(9, 900)});
  for (auto& s : p.slots) s.heat_most = 16 * kwh;
  p.store.loss_per_hour = 0.1;
  // Made at the end of the first hour and drawn at the start of the third: one hour of loss.
  CHECK(usd(p) == doctest::Approx(9 * std::exp(0.1) / 2 * 0.1));
  p.store.losses = loss_rule::at_slot_start;
  CHECK(usd(p) == doctest::Approx(9 / 0.81 / 2 * 0.1));
}

TEST_CASE("an empty store loses what its rest loses") {
  auto p = hours({hour(3, 100)});
  p.store.loss_per_hour = 0.02;
  p.store.rest = 50 * kwh;
  CHECK(usd(p) == doctest::Approx((3 + 1) / 2.0 * 0.1));
}

TEST_CASE("a negative price is taken up to the highest power and no further") {
  auto p = hours({hour(0, -50), hour(4, 100)});
  auto a = answer(p);
  CHECK(a.cost.in(us_dollar) == doctest::Approx(-8 * 0.05));
  CHECK(a.electricity.in(kwh) == doctest::Approx(8));

  // A full store is no hindrance: a machine can waste what it uses.
  p.store.start = p.store.end = p.store.most;
  p.slots[1].heat_needed = {};
  CHECK(usd(p) == doctest::Approx(-8 * 0.05));
}

TEST_CASE("heat that the store must have gained at the end is paid for") {
  auto p = hours({hour(2, 200), hour(2, 100), hour(2, 300)});
  p.store.start = 1 * kwh;
  p.store.end = 5 * kwh;
  CHECK(usd(p) == doctest::Approx(9.0 / 2 * 0.1 + 1.0 / 2 * 0.2));
  const auto a = answer(p);
  CHECK(a.store.back().in(kwh) == doctest::Approx(5));
  p.store.start = 20 * kwh;
  CHECK(usd(p) == doctest::Approx(0));
}

TEST_CASE("heat beyond all means is a fault that names the slot") {
  auto p = hours({hour(4, 100), hour(5, 100), hour(25, 100), hour(4, 100)});
  auto f = refusal(p);
  CHECK(f.code == fault_code::not_ready);
  CHECK_MESSAGE(f.detail.find("slot 2 lacks 4 kWh") != std::string::npos, f.detail);

  p.unserved_most = 3 * kwh;
  f = refusal(p);
  CHECK_MESSAGE(f.detail.find("slot 2 lacks 1 kWh") != std::string::npos, f.detail);

  p.unserved_most = 4 * kwh;
  const auto a = answer(p);
  CHECK(a.unserved.in(kwh) == doctest::Approx(4));
  CHECK(a.cost.in(us_dollar) == doctest::Approx((38 - 4) / 2.0 * 0.1));
}

TEST_CASE("a store that cannot be as full as asked is a fault that says by how much") {
  auto p = hours({hour(4, 100), hour(4, 100)});
  p.store.end = 15 * kwh;
  const auto f = refusal(p);
  CHECK(f.code == fault_code::not_ready);
  CHECK_MESSAGE(f.detail.find("slot 1 cannot leave the store as full as asked; it lacks 3 kWh") !=
                    std::string::npos,
                f.detail);
}

TEST_CASE("heat that a run left unserved is left unserved where it is dearest") {
  auto p = hours({hour(4, 100), hour(4, 900)}, 0);
  p.unserved_most = 1 * kwh;
  CHECK(usd(p) == doctest::Approx(4 / 2.0 * 0.1 + 3 / 2.0 * 0.9));
}

TEST_CASE("nothing needed costs nothing") {
  auto p = hours({{}, {}}, 0);
  CHECK(usd(p) == 0);
  CHECK(answer(p).electricity == energy{});
}

TEST_CASE("trying every plan in whole kilowatt hours finds the same cost") {
  auto random = std::mt19937_64{4};
  auto solvable = 0;
  for (auto round = 0; round < 300; ++round) {
    CAPTURE(round);
    auto p = hours({}, whole(random, 0, 9));
    for (auto t = whole(random, 1, 12); t > 0; --t) {
      auto s = hour(whole(random, 0, 6), whole(random, -100, 500));
      s.heat_most = whole(random, 0, 9) * kwh;
      s.best_cop = between(random, 1.2, 4);
      p.slots.push_back(s);
    }
    const auto most = static_cast<int>(std::lround(p.store.most.in(kwh)));
    p.store.start = whole(random, 0, most) * kwh;
    p.store.end = whole(random, 0, most) * kwh;
    const auto tried = by_trying(p);
    const auto a = least_cost(p);
    // Trying has no plan where heat must be thrown away at once; only then may the bound have one.
    if (!a) CHECK(std::isinf(tried));
    if (!a || std::isinf(tried)) continue;
    ++solvable;
    CHECK(a->cost.in(us_dollar) <= tried + 1e-9);
    CHECK(a->cost.in(us_dollar) == doctest::Approx(tried).epsilon(1e-9));
  }
  CHECK(solvable > 100);
}

TEST_CASE("no control of a store that loses heat as real ones do gets below the bound") {
  for (auto seed = 0u; seed < 60; ++seed) {
    CAPTURE(seed);
    auto random = std::mt19937_64{seed};
    // A control with moods, in steps of a minute: it charges, wastes and draws when it likes.
    const auto rate = between(random, 0, 0.3);
    const auto rest = between(random, 0, 30);
    const auto kept = std::exp(-rate / 60);
    const auto start = between(random, 0, 20);
    auto held = start;
    auto least = held;
    auto most = held;
    auto p = hours({});
    p.store.loss_per_hour = rate;
    auto paid = 0.0;
    for (auto t = 0; t < 24; ++t) {
      auto s = hour(0, between(random, -50, 400));
      s.best_cop = between(random, 1.2, 4);
      s.heat_most = s.best_cop * s.electricity_most;
      for (auto minute = 0; minute < 60; ++minute) {
        const auto charging = between(random, 0, 1) < 0.5;
        const auto used = charging ? between(random, 0, 8.0 / 60) : 0.0;
        const auto heat = used * s.best_cop * (between(random, 0, 1) < 0.7 ? 1 : 0.2);
        held = (held + rest) * kept - rest + heat;
        most = std::max(most, held);
        const auto melted = std::clamp(held, 0.0, between(random, 0, 1) < 0.02 ? 0.1 : 0.0);
        const auto drawn = std::clamp(held - melted, 0.0, between(random, 0, 0.3));
        held -= melted + drawn;
        least = std::min(least, held);
        s.heat_needed += drawn * kwh;
        paid += (used * kwh * s.price).in(us_dollar);
      }
      p.slots.push_back(s);
    }
    // Its coldest state is the coldest it came to.
    p.store.rest = (rest + least) * kwh;
    p.store.most = (most - least) * kwh;
    p.store.start = (start - least) * kwh;
    p.store.end = (held - least) * kwh;
    CHECK(usd(p) <= paid + 1e-6);
  }
}

TEST_CASE("no control of the simulated plant's store gets below the bound") {
  constexpr auto surroundings = celsius(10);
  constexpr auto step = seconds_real{60s};
  for (auto seed = 0u; seed < 10; ++seed) {
    CAPTURE(seed);
    auto random = std::mt19937_64{seed};
    auto store = simulated::stratified_store{1360 * litre, 12, celsius(50)};
    const auto coldest = simulated::heat_capacity_j_per_k(1360 * litre) * 10 * joule;
    auto p = hours({}, 150);
    p.store.start = store.heat() - coldest;
    p.store.loss_per_hour = 0.005;
    auto paid = 0.0;
    for (auto t = 0; t < 72; ++t) {
      auto s = hour(0, between(random, -20, 400));
      s.heat_most = 16 * kwh;
      const auto charging = store.top() < celsius(70) && whole(random, 0, 1) == 1;
      for (auto minute = 0; minute < 60; ++minute) {
        const auto used = charging ? between(random, 0, 8.0 / 60) * kwh : energy{};
        const auto given = store.top() > celsius(35) ? between(random, 0, 0.2) * kwh : energy{};
        store.exchange(5 * litre, used * s.best_cop, 5 * litre, given);
        store.settle(step, surroundings);
        s.heat_needed += given;
        paid += (used * s.price).in(us_dollar);
      }
      p.slots.push_back(s);
    }
    p.store.end = store.heat() - coldest;
    CHECK(usd(p) <= paid + 1e-6);
  }
}

TEST_CASE("a bigger store, cheaper power, a better machine or coarser slots never cost more") {
  for (auto seed = 0u; seed < 40; ++seed) {
    CAPTURE(seed);
    auto random = std::mt19937_64{seed};
    auto p = hours({}, between(random, 0, 20));
    for (auto t = 0; t < 24; ++t) {
      auto s = hour(between(random, 0, 8), between(random, 0, 500));
      s.best_cop = between(random, 1.3, 4);
      p.slots.push_back(s);
    }
    p.store.start = p.store.end = p.store.most / 2;
    p.store.loss_per_hour = between(random, 0, 0.02);
    p.store.rest = between(random, 0, 40) * kwh;
    p.unserved_most = 20 * kwh;
    const auto cost = usd(p) + 1e-7;

    auto changed = p;
    changed.store.most += 5 * kwh;
    CHECK(usd(changed) <= cost);
    changed = p;
    for (auto& s : changed.slots) s.price = s.price * between(random, 0.5, 1);
    CHECK(usd(changed) <= cost);
    changed = p;
    for (auto& s : changed.slots) s.best_cop *= between(random, 1, 1.5);
    CHECK(usd(changed) <= cost);
    changed = p;
    changed.unserved_most += 1 * kwh;
    CHECK(usd(changed) <= cost);

    auto finer = p;
    finer.slots.clear();
    finer.step = 15min;
    for (auto s : p.slots) {
      s.heat_needed = s.heat_needed / 4;
      s.heat_most = s.heat_most / 4;
      s.electricity_most = s.electricity_most / 4;
      finer.slots.insert(finer.slots.end(), 4, s);
    }
    CHECK(usd(finer) >= cost - 2e-7);
    CHECK(usd(finer) <= cost * 1.02 + 0.02);
  }
}

TEST_CASE("values that cannot be are faults") {
  const auto good = hours({hour(4, 50), hour(4, 400)});
  REQUIRE(least_cost(good).has_value());
  CHECK(refusal(hours({})).code == fault_code::malformed);
  CHECK(refusal(hours(std::vector<bound_slot>(bound_slots_most + 1))).code ==
        fault_code::malformed);
  for (const auto step : {duration{0}, duration{-1}, duration{1000h}, duration::max()}) {
    auto p = good;
    p.step = step;
    CHECK(refusal(p).code == fault_code::malformed);
  }
  constexpr auto infinite = std::numeric_limits<double>::infinity();
  for (const auto x : {std::nan(""), infinite, -infinite, -1e300, 1e300}) {
    CAPTURE(x);
    const auto refused = [&](auto change) {
      auto p = good;
      change(p);
      CHECK(refusal(p).code == fault_code::out_of_range);
    };
    refused([&](auto& p) { p.slots[1].heat_needed = x * joule; });
    refused([&](auto& p) { p.slots[1].price = x * usd_per_mwh; });
    refused([&](auto& p) { p.slots[1].best_cop = x; });
    refused([&](auto& p) { p.slots[1].heat_most = x * joule; });
    refused([&](auto& p) { p.slots[1].electricity_most = x * joule; });
    refused([&](auto& p) { p.store.most = x * joule; });
    refused([&](auto& p) { p.store.start = x * joule; });
    refused([&](auto& p) { p.store.end = x * joule; });
    refused([&](auto& p) { p.store.rest = x * joule; });
    refused([&](auto& p) { p.store.loss_per_hour = x; });
    refused([&](auto& p) { p.unserved_most = x * joule; });
  }
  auto p = good;
  p.slots[1].best_cop = 0;
  const auto f = refusal(p);
  CHECK(f.detail == "slot 1: COP is 0, not between 0.1 and 100");
  p = good;
  p.store.start = p.store.most + 1 * joule;
  CHECK(refusal(p).code == fault_code::out_of_range);
}

TEST_CASE("the largest and smallest values allowed are answered or refused, never worse") {
  auto random = std::mt19937_64{7};
  constexpr auto sizes = std::array{0.0, 1e-300, 1e-9, 1.0, 1e4, 1e5};
  const auto size = [&] { return sizes[random() % sizes.size()] * kwh; };
  auto answered = 0;
  for (auto round = 0; round < 400; ++round) {
    CAPTURE(round);
    auto p = bound_problem{{}, 1h, {size(), {}, {}, size(), between(random, 0, 1), {}}, size()};
    p.store.start = p.store.most * between(random, 0, 1);
    p.store.end = p.store.most * between(random, 0, 1);
    for (auto t = whole(random, 1, 30); t > 0; --t)
      p.slots.push_back({size(), between(random, -1e6, 1e6) * usd_per_mwh,
                         whole(random, 0, 1) == 1 ? 0.1 : 100, size(), size()});
    const auto a = least_cost(p);
    if (a) CHECK(std::isfinite(a->cost.in(us_dollar)));
    if (!a) CHECK(!a.error().detail.empty());
    answered += a ? 1 : 0;
  }
  CHECK(answered > 0);
}

TEST_CASE("several threads may ask at once") {
  const auto p = hours({hour(4, 50), hour(4, 400)}, 1.5);
  auto costs = std::array<double, 4>{};
  auto threads = std::vector<std::jthread>{};
  for (auto& cost : costs)
    threads.emplace_back([&] {
      for (auto round = 0; round < 50; ++round)
        if (const auto a = least_cost(p)) cost += a->cost.in(us_dollar) / 50;
    });
  threads.clear();
  for (const auto cost : costs) CHECK(cost == doctest::Approx(0.6375));
}

TEST_CASE("a long horizon is solved from its pieces to the same cost and the same faults") {
  auto random = std::mt19937_64{11};
  auto p = hours({}, 8);
  for (auto t = 0; t < 1500; ++t)
    p.slots.push_back(hour(between(random, 0, 6), between(random, -20, 500)));
  p.store.start = 8 * kwh;
  p.store.loss_per_hour = 0.005;
  p.store.rest = 20 * kwh;
  const auto cost = usd(p);
  // One hour that nothing can heat but for what may be left unserved: its piece alone has no plan.
  p.slots[100].heat_needed = 30 * kwh;
  CHECK(refusal(p).detail.find("slot 100 lacks 1") != std::string::npos);
  p.unserved_most = 30 * kwh;
  const auto a = answer(p);
  CHECK(a.unserved.in(kwh) == doctest::Approx(30));
  CHECK(a.cost.in(us_dollar) < cost);
  // Where all is well without, the pieces leave nothing unserved and the whole does.
  p.slots[100].heat_needed = 2 * kwh;
  CHECK(usd(p) < cost - 1);
  CHECK(answer(p).unserved.in(kwh) == doctest::Approx(30));

  // Nothing flows between the halves if the store holds nothing, so they cost the whole.
  auto first = hours({p.slots.begin(), p.slots.begin() + 700}, 0);
  auto second = hours({p.slots.begin() + 700, p.slots.end()}, 0);
  auto both = hours(p.slots, 0);
  CHECK(usd(both) == doctest::Approx(usd(first) + usd(second)).epsilon(1e-9));
}
