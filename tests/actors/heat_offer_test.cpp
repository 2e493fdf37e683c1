#include "actors/planner/heat_plan.hpp"
#include "tests/actors/small_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

heat_offer offer_of(const heat_model& m, const heat_problem& p, const heat_state& now) {
  return plan_offer(m, p, now, midnight, 1h).offer;
}

energy first_hour(const heat_plan& plan) {
  auto sum = energy{};
  for (std::size_t i = 0; i < 4; ++i) sum += plan.slots[i].electricity;
  return sum;
}

}  // namespace

TEST_CASE("an offer takes more the cheaper it is, corner by corner") {
  const auto m = small_model();
  for (const auto store : {30.0, 38.0, 45.0, 55.0, 65.0}) {
    for (const auto running : {false, true}) {
      CAPTURE(store);
      CAPTURE(running);
      const auto offer = offer_of(m, two_days(m), {celsius(store), running, 2h});
      REQUIRE_FALSE(offer.curve.empty());
      auto bought = offer.least;
      for (std::size_t i = 0; i < offer.curve.size(); ++i) {
        CHECK(offer.curve[i].electricity > bought);
        bought = offer.curve[i].electricity;
        if (i > 0) CHECK(offer.curve[i].price < offer.curve[i - 1].price);
      }
      CHECK(bought <= offer.most);
      // Both ends: nothing pays at any price, and everything is taken that is paid for.
      CHECK(offer.at(1e5 * usd_per_mwh) == offer.least);
      CHECK(offer.at(-1e5 * usd_per_mwh) == bought);
    }
  }
}

TEST_CASE("an offer's price is where one energy costs as much as the next") {
  const auto m = small_model();
  const auto offer = offer_of(m, two_days(m), {celsius(42), false, 2h});
  for (const auto& p : offer.curve) {
    CHECK(offer.at(p.price) == p.electricity);
    CHECK(offer.at(p.price + 0.001 * usd_per_mwh) < p.electricity);
  }
}

TEST_CASE("an offer buys about what the plan would at that price") {
  const auto m = small_model();
  auto worst = energy{}, sum = energy{};
  auto count = 0;
  for (const auto store : {36.0, 42.0, 50.0}) {
    for (auto price = -100.0; price < 1000; price += 50) {
      auto p = two_days(m);
      for (std::size_t i = 0; i < 4; ++i) p.slots[i].price = price * usd_per_mwh;
      const auto made = plan_offer(m, p, {celsius(store), false, 2h}, midnight, 1h);
      const auto planned = first_hour(made.plan);
      const auto offered = made.offer.at(price * usd_per_mwh);
      const auto off = offered > planned ? offered - planned : planned - offered;
      CHECK(made.offer.expected == offered);
      worst = std::max(worst, off);
      sum += off;
      ++count;
    }
  }
  // The plan may run in any quarters of the hour, the contract runs from its start.
  MESSAGE("mean difference " << (sum / count).in(watt_hour) << " Wh, worst "
                             << worst.in(watt_hour));
  CHECK(sum / count < 0.5 * kilowatt_hour);
}

TEST_CASE("a compressor that must run or rest on is offered as it must") {
  const auto m = small_model();
  const auto p = two_days(m);
  SUBCASE("it has just started") {
    const auto offer = offer_of(m, p, {celsius(60), true, 1min});
    // 20 min and the command's margin, at some 5 kW.
    CHECK(offer.least > 1 * kilowatt_hour);
  }
  SUBCASE("it has just stopped") {
    const auto offer = offer_of(m, p, {celsius(36), false, 1min});
    const auto rested = offer_of(m, p, {celsius(36), false, 2h});
    CHECK(offer.most < rested.most);
    CHECK(offer.least == energy{});
  }
  SUBCASE("a run is no shorter than it must be") {
    const auto offer = offer_of(m, p, {celsius(45), false, 2h});
    const auto shortest = m.warm_up_part * m.electric_at(celsius(-3), celsius(45)) * m.warm_up;
    for (const auto& point : offer.curve) CHECK(point.electricity > shortest);
  }
}

TEST_CASE("a full store offers nothing, a cold house takes all there is") {
  const auto m = small_model();
  const auto full = offer_of(m, two_days(m), {m.full + 1 * kelvin, false, 2h});
  CHECK(full.at({}) == energy{});
  const auto cold = offer_of(m, two_days(m), {celsius(15), false, 2h});
  CHECK(cold.at(800 * usd_per_mwh) == cold.most);
  CHECK(cold.most > 4 * kilowatt_hour);
}

TEST_CASE(
    "whatever the state and the prices, an offer is finite, ordered and not more than the machine "
    "can use") {
  auto chance = std::mt19937{7};
  const auto any = [&](double least, double most) {
    return std::uniform_real_distribution{least, most}(chance);
  };
  for (auto i = 0; i < 300; ++i) {
    auto m = small_model();
    m.min_on = std::chrono::minutes{static_cast<int>(any(0, 60))};
    m.min_off = std::chrono::minutes{static_cast<int>(any(0, 60))};
    auto p = two_days(m);
    for (auto& s : p.slots) {
      s.price = any(-200, 5000) * usd_per_mwh;
      s.outdoor = celsius(any(-40, 40));
      s.load = any(0, 12) * kilowatt;
    }
    const auto now = heat_state{celsius(any(-30, 130)), any(0, 1) < 0.5,
                                std::chrono::minutes{static_cast<int>(any(0, 100))}};
    const auto length =
        std::vector<duration>{15min, 30min, 60min}[static_cast<std::size_t>(any(0, 2.999))];
    const auto offer = plan_offer(m, p, now, midnight, length).offer;
    auto bought = offer.least;
    CHECK(bought >= energy{});
    for (const auto& point : offer.curve) {
      CHECK(std::isfinite(point.price.si()));
      CHECK(point.electricity > bought);
      bought = point.electricity;
    }
    CHECK(bought <= 1.0001 * (m.electric_most * length));
  }
}
