#include "actors/node/dispatch_policy.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto midnight = *from_iso8601("2020-01-15");

/// Prices by the hour from `start` on: 10, 20, … and every 24th hour again.
outlook daily(time_point start, int hours) {
  auto p = prices{start, 1h, {}, {}};
  for (auto i = 0; i < hours; ++i) {
    p.energy.push_back(10.0 * (i % 24 + 1) * usd_per_mwh);
    p.distribution.push_back(50 * usd_per_mwh);
  }
  return {p, weather{start, 1h, std::vector(static_cast<std::size_t>(hours), celsius(-5))}};
}

site_memory online_at(time_point now) {
  auto m = site_memory{};
  m.site = "maple-12";
  m.hear({"maple-12", "a", 1, "a-1", now, "", birth{true, "h", "v"}}, now,
         [](time_point) { return std::optional<energy_price>{}; });
  return m;
}

template <class T>
std::optional<T> find(const std::vector<body>& all) {
  for (const auto& b : all)
    if (const auto* found = std::get_if<T>(&b)) return *found;
  return {};
}

const price_lookup no_price = [](time_point) { return std::optional<energy_price>{}; };

}  // namespace

TEST_CASE("the cheapest hours of a day are chosen, energy and distribution together") {
  auto world = daily(midnight, 48);
  world.prices->distribution[0] = 500 * usd_per_mwh;
  const auto chosen = cheapest_slots(*world.prices, midnight + 7h, 3, "UTC");
  CHECK(chosen == std::vector<time_point>{midnight + 1h, midnight + 2h, midnight + 3h});
}

TEST_CASE("a day is the house's day: 23 and 25 hours when the clocks change") {
  const auto* zone = "America/New_York";
  const auto all = [&](const char* day_start) {
    const auto first = *from_iso8601(day_start);
    return cheapest_slots(*daily(first - 48h, 24 * 6).prices, first, 24 * 6, zone);
  };
  const auto spring = all("2020-03-08T05:00:00Z");
  CHECK(spring.size() == 23);
  CHECK(spring.front() == *from_iso8601("2020-03-08T05:00:00Z"));
  CHECK(all("2020-11-01T04:00:00Z").size() == 25);
  CHECK(all("2020-01-15T05:00:00Z").size() == 24);
}

TEST_CASE("a contract is offered 5 min before a cheap hour, and no earlier") {
  const auto world = daily(midnight, 48);
  const auto o = dispatch_options{.contracts_per_day = 2, .nameplate = 10 * kilowatt};
  const auto house = online_at(midnight + 54min);
  CHECK_FALSE(find<contract>(decide(house, world, o, midnight + 54min)));
  const auto c = find<contract>(decide(house, world, o, midnight + 55min));
  REQUIRE(c);
  CHECK(*c == contract{"maple-12/2020-01-15T01:00:00Z", midnight + 1h, 60min, 8 * kilowatt,
                       70 * usd_per_mwh});
  CHECK_FALSE(
      find<contract>(decide(online_at(midnight + 4h + 56min), world, o, midnight + 4h + 56min)));
}

TEST_CASE(
    "an offer is repeated each minute with the same id until the house answers, restart or not") {
  const auto world = daily(midnight, 48);
  const auto o = dispatch_options{.contracts_per_day = 2};
  auto house = online_at(midnight + 55min);
  const auto first = find<contract>(decide(house, world, o, midnight + 55min));
  REQUIRE(first);
  house.say(*first, midnight + 55min, no_price);
  CHECK_FALSE(find<contract>(decide(house, world, o, midnight + 55min + 59s)));
  CHECK(find<contract>(decide(house, world, o, midnight + 56min)) == first);
  CHECK(find<contract>(decide(online_at(midnight + 57min), world, o, midnight + 57min)) == first);
  house.hear({"maple-12", "a", 2, "a-2", midnight, "",
              contract_report{first->id, contract_status::accepted, "", {}, {}, midnight + 57min}},
             midnight + 57min, no_price);
  CHECK_FALSE(find<contract>(decide(house, world, o, midnight + 58min)));
}

TEST_CASE(
    "of the slot that is the node tells what it cleared at, of those to come what it expects") {
  auto world = daily(midnight, 48);
  world.cleared = world.prices;
  for (auto& p : world.cleared->energy) p = 77 * usd_per_mwh;
  const auto said = decide(online_at(midnight + 5h), world, {}, midnight + 5h + 1s);
  const auto p = find<prices>(said);
  REQUIRE(p);
  CHECK(p->energy[0] == 77 * usd_per_mwh);
  CHECK(p->energy[1] == world.prices->energy[6]);
}

TEST_CASE("prices and weather are told hourly for 48 h, heartbeats each minute under a contract") {
  const auto world = daily(midnight, 24 * 10);
  const auto o = dispatch_options{.contracts_per_day = 1};
  auto house = online_at(midnight + 30min);
  const auto now = midnight + 30min;
  for (const auto& b : decide(house, world, o, now)) house.say(b, now, no_price);
  CHECK(house.said.prices == now);
  CHECK(house.said.weather == now);
  CHECK(decide(house, world, o, midnight + 32min).empty());
  house.last_heard = midnight + 1h;
  const auto later = decide(house, world, o, midnight + 1h);
  const auto p = find<prices>(later);
  REQUIRE(p);
  CHECK(p->start == midnight + 1h);
  CHECK(p->energy.size() == 48);
  CHECK(p->distribution.size() == 48);
  CHECK(find<weather>(later)->outdoor.size() == 48);

  house.say(contract{"c", midnight, 60min, 1 * kilowatt}, now, no_price);
  CHECK(find<heartbeat>(decide(house, world, o, now)) == heartbeat{"c"});
  house.say(heartbeat{"c"}, now, no_price);
  CHECK_FALSE(find<heartbeat>(decide(house, world, o, now + 59s)));
  CHECK(find<heartbeat>(decide(house, world, o, now + 60s)));
}

TEST_CASE("nothing is said to a house that is not there, nor beyond the last price") {
  const auto world = daily(midnight, 48);
  const auto o = dispatch_options{};
  auto house = site_memory{};
  CHECK(decide(house, world, o, midnight).empty());
  house = online_at(midnight);
  CHECK(decide(house, world, o, midnight + 1h).empty());  // silent by now
  CHECK(decide(online_at(midnight + 50h), world, o, midnight + 50h).empty());
  CHECK(decide(online_at(midnight - 50h), world, o, midnight - 50h).empty());
}

TEST_CASE("options that cannot be used say what to write") {
  const auto world = daily(midnight, 24);
  CHECK_FALSE(validate({}, world));
  CHECK(validate({.timezone = "Nowhere/City"}, world)->find("IANA") != std::string::npos);
  CHECK(validate({.contracts_per_day = 25}, world));
  CHECK(validate({.nameplate = 0 * watt}, world));
  CHECK(validate({.fraction = 1.5}, world));
  auto odd = world;
  odd.prices->slot = 7min;
  CHECK(validate({}, odd));
  CHECK_FALSE(validate({.contracts_per_day = 0}, odd));
}
