#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"
#include "tests/support/mosquitto.hpp"
#include "tools/simulate/virtual_market.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace hearth;
using namespace hearth::simulate;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

market_plan january(std::size_t houses, duration length) {
  auto plan = market_plan{};
  for (const auto* file : {"simulated-house", "cabin", "maine-house"}) {
    auto parsed = load_layout(source("layouts/" + std::string{file} + ".yaml"), known_catalog());
    REQUIRE(parsed.layout);
    plan.homes.push_back(std::make_shared<const layout>(std::move(*parsed.layout)));
  }
  auto weather = load_series(source("layouts/samples/january-weather.csv"), weather_columns);
  auto prices = load_series(source("layouts/samples/january-prices.csv"), price_columns);
  REQUIRE(weather.columns.size() == 1);
  plan.outdoor = std::make_shared<const series>(std::move(weather.columns.front()));
  plan.prices = std::move(prices.columns);
  plan.houses = houses;
  plan.when = {plan.outdoor->start, plan.outdoor->start + length};
  return plan;
}

}  // namespace

TEST_CASE("a node plans, bids, dispatches and settles many houses, and their books are the same") {
  const auto folder = temporary_folder{};
  auto store = node_store::open(folder.file("atn.db"));
  REQUIRE(store);
  auto market = virtual_market{january(6, 24h), std::move(*store)};
  for (auto more = true; more;) {
    const auto lived = market.live();
    REQUIRE(lived);
    more = *lived;
  }
  auto contracts = std::size_t{0}, kept = std::size_t{0};
  for (const auto& site : market.sites()) {
    CAPTURE(site);
    const auto books = market.settlement(site);
    REQUIRE(books);
    CHECK(books->agrees());
    CHECK(books->books <= 1);
    CHECK(books->unpriced == 0);
    // To the watt-hour: what the node has as metered is what the house entered.
    auto metered = energy{};
    const auto& memory = market.node().sites().at(site);
    for (const auto& [id, c] : memory.contracts)
      if (c.reported && c.reported->settled) metered += c.reported->metered;
    CHECK(metered.in(watt_hour) == doctest::Approx(books->metered.in(watt_hour)).epsilon(1e-9));
    contracts += books->lines.size();
    kept += books->kept;
  }
  MESSAGE(contracts << " contracts, " << kept << " kept");
  // Nothing is sold of a heat pump that was never seen to run; from then on each hour has a
  // contract.
  CHECK(contracts >= 6 * 12);
  CHECK(kept >= contracts * 85 / 100);
}
