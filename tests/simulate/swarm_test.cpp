#include "tools/simulate/swarm.hpp"

#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"
#include "tools/simulate/stand_in.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

using namespace hearth;
using namespace hearth::simulate;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const layout> house(const std::string& file) {
  auto parsed = load_layout(source(file), known_catalog());
  REQUIRE(parsed.layout);
  return std::make_shared<const layout>(std::move(*parsed.layout));
}

/// The sample January, and the simulated house twice as often as the leaky one.
swarm_ground january() {
  const auto simulated = house("layouts/simulated-house.yaml");
  auto out = swarm_ground{};
  out.homes = {{"simulated.yaml", simulated},
               {"simulated.yaml", simulated},
               {"it's leaky.yaml", house("layouts/leaky-house.yaml")}};
  out.weather_file = "weather.csv";
  out.prices_file = "prices.csv";
  out.outdoor = std::make_shared<const series>(
      load_series(source("layouts/samples/january-weather.csv"), weather_columns).columns.at(0));
  out.prices = load_series(source("layouts/samples/january-prices.csv"), price_columns).columns;
  return out;
}

}  // namespace

TEST_CASE("a seed always draws the same season, and others draw others") {
  const auto ground = january();
  auto files = std::map<std::string, int>{};
  auto nights = std::set<time_point>{};
  auto faults = std::size_t{0};
  auto bid_for = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const auto once = draw_case(ground, seed), again = draw_case(ground, seed);
    CHECK(once.file == again.file);
    CHECK(once.plan.when == again.plan.when);
    CHECK(once.plan.faults == again.plan.faults);
    CHECK(once.plan.seed == seed);
    CHECK(once.plan.contracts);
    CHECK(once.plan.when.to - once.plan.when.from == 72h);
    CHECK(once.plan.when.from >= ground.outdoor->start);
    CHECK(once.plan.when.to <= ground.outdoor->end());
    faults += once.plan.faults.size();
    ++files[once.file];
    nights.insert(once.plan.when.from);
    bid_for += once.plan.bids ? 1 : 0;
  }
  CHECK(files["simulated.yaml"] > 350);
  CHECK(files["simulated.yaml"] < 450);
  CHECK(files.size() == 2);
  CHECK(bid_for > 250);  // half of them
  CHECK(bid_for < 350);
  CHECK(faults > 600 * 2);     // several at once are normal
  CHECK(nights.size() == 12);  // two weeks have so many beginnings of three days
}

TEST_CASE("the command that does it again has every fault, as a shell takes it") {
  const auto ground = january();
  auto which = draw_case(ground, 5);
  which.file = "it's leaky.yaml";
  which.plan.when = {*from_iso8601("2020-01-15T05:00:00Z"), *from_iso8601("2020-01-15T08:30:00Z")};
  which.plan.faults.resize(1);
  which.plan.bids = true;
  CHECK(command_of(ground, which).find(" --bid --alone ") != std::string::npos);
  which.plan.bids = false;
  const auto with_node = command_of(ground, which);
  CHECK(with_node ==
        "scada simulate 'it'\\''s leaky.yaml' --weather weather.csv --prices prices.csv --with-node"
        " --alone --from 2020-01-15T05:00:00Z --to 2020-01-15T08:30:00Z --seed 5 --fault '" +
            to_text(which.plan.faults[0]) + "'");
  which.plan.contracts = false;
  which.plan.faults.clear();
  CHECK(command_of(ground, which) ==
        "scada simulate 'it'\\''s leaky.yaml' --weather weather.csv --prices prices.csv"
        " --alone --from 2020-01-15T05:00:00Z --to 2020-01-15T08:30:00Z --seed 5");
}

TEST_CASE("ground that no season can be drawn from is said to be useless, and why") {
  CHECK_FALSE(useless(january()));
  auto nobody = january();
  nobody.homes.clear();
  CHECK(useless(nobody) == "there is no layout");
  auto bench = january();
  bench.homes.push_back({"bench.yaml", house("layouts/pi-bench.yaml")});
  CHECK(useless(bench) == "bench.yaml: has no 'plant': there is nothing to heat");
  auto brief = january();
  brief.prices[0].values.resize(71);
  CHECK(useless(brief) == "weather.csv and prices.csv have less than 72 h in common");
  brief.length = 71h;
  CHECK_FALSE(useless(brief));
}

TEST_CASE("a season that cannot be lived through is a broken promise too") {
  auto plan = draw_case(january(), 1).plan;
  plan.house = house("layouts/pi-bench.yaml");
  const auto broken = live_through(plan);
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].promise == "no-exception");
  CHECK(broken[0].text.find("nothing to heat") != std::string::npos);
}

TEST_CASE("a few hours of a seed keep every promise") {
  auto plan = draw_case(january(), 1).plan;
  plan.when.to = plan.when.from + 6h;
  CHECK(live_through(plan).empty());
}

TEST_CASE("what the swarm has found stays found") {
  struct found {
    const char *what, *layout, *from, *to;
    std::vector<const char*> faults;
    std::uint64_t seed;
    bool contracts;
  };
  const auto all = std::vector<found>{
      {"a reporter that died did not learn that a contract had ended",
       "simulated-house",
       "2020-01-22T19:55:00Z",
       "2020-01-22T22:10:00Z",
       {"actor-killed 2020-01-22T21:04:00Z 60 0 reporter"},
       1106,
       true},
      {"the node missed messages of a boot whose journal had died, though another wrote them",
       "cabin",
       "2020-01-23T16:55:00Z",
       "2020-01-25T05:00:00Z",
       {"actor-killed 2020-01-23T16:56:00Z 60 0 journal"},
       941,
       false},
      {"a command was renewed, for new prices, on the last picture of a blackboard that had died",
       "cabin",
       "2020-01-22T06:45:00Z",
       "2020-01-22T07:05:00Z",
       {"actor-killed 2020-01-22T06:54:00Z 480 0 blackboard"},
       2572,
       false},
      {"the compressor was started again on the late answer of a bus that had been silent",
       "leaky-house",
       "2020-01-21T23:40:00Z",
       "2020-01-22T02:05:00Z",
       {"bus-silent 2020-01-22T01:59:00Z 180 0", "bus-late 2020-01-22T02:02:00Z 60 0"},
       9130,
       false},
      {"a link that died with its outage told was not told to be back",
       "maine-house",
       "2020-01-24T13:15:00Z",
       "2020-01-24T15:25:00Z",
       {"link-down 2020-01-24T13:20:00Z 60 0", "actor-killed 2020-01-24T13:21:00Z 60 0 upstream"},
       9105,
       false}};
  const auto ground = january();
  for (const auto& each : all) {
    CAPTURE(each.what);
    auto plan = draw_case(ground, each.seed).plan;
    plan.house = house(std::string{"layouts/"} + each.layout + ".yaml");
    plan.when = {*from_iso8601(each.from), *from_iso8601(each.to)};
    plan.contracts = each.contracts;
    plan.faults.clear();
    for (const auto* fault : each.faults) plan.faults.push_back(*parse_fault(fault));
    for (const auto& broken : live_through(plan)) FAIL_CHECK(broken.promise << " " << broken.text);
  }
}

TEST_CASE("what is drawn can happen: no actor dies that the stand-in of a real layout has not") {
  auto ground = january();
  ground.homes = {{"maine.yaml", house("layouts/maine-house.yaml")}};
  const auto actors = targets_of(on_stand_ins(*ground.homes[0].house, 1min)).actors;
  auto deaths = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed)
    for (const auto& s : draw_case(ground, seed).plan.faults) {
      if (s.kind != fault_kind::actor_killed) continue;
      ++deaths;
      CHECK(std::ranges::find(actors, s.part) != actors.end());
    }
  CHECK(deaths > 10);
}
