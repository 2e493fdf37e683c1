#include "actors/planner/heat_plan.hpp"

#include "tests/actors/small_store.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

energy used_when(const heat_plan& plan, energy_price least) {
  auto sum = energy{};
  for (const auto& s : plan.slots)
    if (s.price >= least) sum += s.electricity;
  return sum;
}

/// Runs and rests as long as they must, but for what the plan's end cuts off, and the end of a run
/// that has filled the store.
void check_lengths(const heat_plan& plan, const heat_model& m, const heat_state& from) {
  auto running = from.running;
  auto lasted = from.since_change;
  for (std::size_t i = 0; i < plan.slots.size(); ++i) {
    const auto& s = plan.slots[i];
    if ((s.part > 0) != running) {
      const auto filled = running && i > 0 && plan.slots[i - 1].store >= m.full - 1e-6 * kelvin;
      if (running && !filled) CHECK(lasted >= m.min_on);
      if (!running) CHECK(lasted >= m.min_off);
      running = !running;
      lasted = {};
    }
    lasted += i == 0 ? plan.first : plan.slot;
  }
}

}  // namespace

TEST_CASE("a plan buys in the cheap hours and lives on the store in the dear ones") {
  const auto m = small_model();
  const auto p = two_days(m);
  const auto now = heat_state{celsius(40), false, 2h};
  const auto plan = plan_heat(m, p, now, midnight);
  REQUIRE(plan.slots.size() == 192);
  CHECK(used_when(plan, 400 * usd_per_mwh) < 0.1 * used_when(plan, {}));
  CHECK(plan.unserved < 0.1 * kilowatt_hour);
  CHECK(plan.cost < 0.6 * thermostat_plan(m, p, now, midnight).cost);
}

TEST_CASE("a plan's energy is conserved exactly, slot by slot") {
  auto m = small_model();
  m.cop = {{celsius(0), celsius(50), 2.5}};
  auto p = two_days(m);
  p.first = 7min;
  const auto plan = plan_heat(m, p, {celsius(38), false, 2h}, midnight);
  auto store = celsius(38);
  auto ran = false;
  auto runs = 0;
  for (std::size_t i = 0; i < plan.slots.size(); ++i) {
    const auto& s = plan.slots[i];
    const auto length = i == 0 ? p.first : p.slot;
    const auto starts = s.part > 0 && !ran;
    const auto warming = m.warm_up_part * m.electric_at(celsius(-3), store) *
                         (starts ? std::min<duration>(m.warm_up, length) : duration{});
    const auto heat = s.part > 0 ? 2.5 * (s.electricity - warming) : energy{};
    const auto lost = m.loss_per_hour * std::chrono::duration<double>(length).count() / 3600 *
                      m.heat_j_per_k * (store - m.surroundings).in(kelvin)*joule;
    const auto load = p.slots[i].load * length - s.unserved;
    const auto gained = m.heat_j_per_k * (s.store - store).in(kelvin)*joule;
    CHECK(gained.in(watt_hour) ==
          doctest::Approx((heat - lost - load).in(watt_hour)).epsilon(1e-9));
    runs += starts;
    ran = s.part > 0;
    store = s.store;
  }
  CHECK(runs > 1);
}

TEST_CASE("no plan starts or stops the compressor too soon, whatever it has just done") {
  auto m = small_model();
  auto p = two_days(m);
  for (const auto running : {false, true})
    for (const auto since : {0min, 5min, 9min, 19min, 45min})
      for (const auto first : {1min, 8min, 15min})
        for (const auto store : {30, 45, 64}) {
          p.first = first;
          const auto now = heat_state{celsius(store), running, since};
          check_lengths(plan_heat(m, p, now, midnight), m, now);
        }
}

TEST_CASE("with the same news the rest of a plan stays as it was") {
  const auto m = small_model();
  auto p = two_days(m);
  auto plan = plan_heat(m, p, {celsius(40), false, 2h}, midnight);
  auto running = false;
  auto since = midnight - 2h;
  auto changed = 0;
  for (auto i = 0; i < 96; ++i) {
    const auto& slot = plan.slots.front();
    if ((slot.part > 0) != running) since = plan.start;
    running = slot.part > 0;
    const auto store = slot.store;
    p.slots.erase(p.slots.begin());
    const auto before = plan;
    plan = plan_heat(m, p, {store, running, before.start + 15min - since}, before.start + 15min);
    for (std::size_t k = 0; k < plan.slots.size(); ++k)
      changed += (plan.slots[k].part > 0) != (before.slots[k + 1].part > 0);
  }
  CHECK(changed == 0);
}

TEST_CASE("a house that is cold is heated at any price, and the plan says what it goes without") {
  const auto m = small_model();
  const auto p = two_days(m, 900 * usd_per_mwh, 1'400 * usd_per_mwh);
  const auto plan = plan_heat(m, p, {celsius(22), false, 2h}, midnight);
  CHECK(plan.slots.front().part == 1);
  CHECK(plan.unserved > energy{});
  CHECK(plan.slots[96].unserved < 0.05 * kilowatt_hour);
}

TEST_CASE("at a price that nobody would pay to be warm the house waits, and says so") {
  const auto m = small_model();
  auto p = two_days(m);
  for (auto& s : p.slots) s.price = 50'000 * usd_per_mwh;
  const auto plan = plan_heat(m, p, {celsius(45), false, 2h}, midnight);
  CHECK(used_when(plan, {}) == energy{});
  CHECK(plan.unserved > 1 * kilowatt_hour);
}

TEST_CASE("when electricity is paid for being used the store is filled, and not beyond") {
  const auto m = small_model();
  auto p = two_days(m);
  for (auto& s : p.slots) s.price = -100 * usd_per_mwh;
  const auto plan = plan_heat(m, p, {celsius(40), false, 2h}, midnight);
  auto hottest = celsius(0);
  for (const auto& s : plan.slots) hottest = std::max(hottest, s.store);
  CHECK(hottest.in_celsius() == doctest::Approx(m.full.in_celsius()));
}

TEST_CASE("a store that is too hot is left alone") {
  const auto m = small_model();
  const auto plan = plan_heat(m, two_days(m), {celsius(95), true, 2h}, midnight);
  CHECK(plan.slots.front().part == 0);
}

TEST_CASE("a machine that can modulate runs at the part that costs least") {
  auto m = small_model();
  m.least_part = 0.3;
  const auto p = two_days(m);
  const auto now = heat_state{celsius(40), false, 2h};
  const auto plan = plan_heat(m, p, now, midnight);
  auto parts = 0;
  for (const auto& s : plan.slots) {
    CHECK((s.part == 0 || (s.part >= 0.3 && s.part <= 1)));
    parts += s.part > 0 && s.part < 1;
  }
  CHECK(parts > 0);
  m.least_part = 1;
  CHECK(plan.cost <= plan_heat(m, p, now, midnight).cost);
}

TEST_CASE("a plan knows what the opposite would have cost, where there was a choice") {
  const auto m = small_model();
  const auto plan = plan_heat(m, two_days(m), {celsius(40), true, 1min}, midnight);
  CHECK_FALSE(plan.slots.front().more_otherwise);
  auto choices = 0;
  for (const auto& s : plan.slots)
    if (s.more_otherwise) {
      ++choices;
      CHECK(*s.more_otherwise >= money{});
    }
  CHECK(choices > 100);
}

TEST_CASE("the slot that holds a moment is found, and none outside the plan") {
  const auto m = small_model();
  auto p = two_days(m);
  p.first = 5min;
  const auto plan = plan_heat(m, p, {celsius(40), false, 2h}, midnight + 10min);
  CHECK(plan.at(midnight) == nullptr);
  CHECK(plan.at(midnight + 10min) == &plan.slots[0]);
  CHECK(plan.at(midnight + 15min - 1ms) == &plan.slots[0]);
  CHECK(plan.at(midnight + 15min) == &plan.slots[1]);
  CHECK(plan.slot_began(midnight + 44min) == midnight + 30min);
  CHECK(plan.at(plan.end() - 1ms) == &plan.slots.back());
  CHECK(plan.at(plan.end()) == nullptr);
}

TEST_CASE(
    "from any state, at any price and with anything missing there is a legal plan that costs "
    "no more than a thermostat") {
  const auto* wanted = std::getenv("HEARTH_RANDOM_PLANS");
  const auto problems = wanted ? std::stol(wanted) : 1'500L;
  auto random = std::mt19937_64{5};
  const auto between = [&](double a, double b) {
    return std::uniform_real_distribution<>{a, b}(random);
  };
  const auto perhaps_absurd = [&](double a, double b) {
    switch (static_cast<int>(between(0, 60))) {
    case 0: return std::numeric_limits<double>::quiet_NaN();
    case 1: return std::numeric_limits<double>::infinity();
    case 2: return -1e300;
    default: return between(a, b);
    }
  };
  const auto minutes = [&](double a, double b) {
    return duration{std::chrono::minutes{static_cast<int>(between(a, b))}};
  };
  for (auto i = 0L; i < problems; ++i) {
    auto m = small_model();
    m.min_on = minutes(0, 60);
    m.min_off = minutes(0, 60);
    m.warm_up = minutes(0, 30);
    if (between(0, 1) < 0.3) m.least_part = between(0.1, 0.9);
    auto p = heat_problem{minutes(5, 61), minutes(1, 61), {}, {}};
    const auto count = static_cast<std::size_t>(between(1, 193));
    for (std::size_t k = 0; k < count; ++k)
      p.slots.push_back({celsius(perhaps_absurd(-40, 30)), perhaps_absurd(0, 15'000) * watt,
                         perhaps_absurd(-200, 5'000) * usd_per_mwh});
    p.end_worth = perhaps_absurd(0, 300) * usd_per_mwh;
    const auto now =
        heat_state{celsius(perhaps_absurd(-10, 110)), between(0, 1) < 0.5, minutes(0, 100)};
    const auto plan = plan_heat(m, p, now, midnight);
    CAPTURE(i);
    REQUIRE(plan.slots.size() == count);
    REQUIRE(std::isfinite(plan.cost.si()));
    CHECK(plan.cost.si() <= thermostat_plan(m, p, now, midnight).cost.si());
    for (const auto& s : plan.slots) {
      REQUIRE((s.part == 0 || (s.part >= m.least_part && s.part <= 1)));
      REQUIRE(s.electricity >= energy{});
      REQUIRE(s.unserved >= energy{});
      REQUIRE(std::isfinite(s.store.in_celsius()));
    }
    check_lengths(plan, m, now);
  }
}
