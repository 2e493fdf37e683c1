#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"
#include "tools/simulate/season.hpp"
#include "tools/simulate/stand_in.hpp"

#include <doctest/doctest.h>

#include <cstdlib>

using namespace hearth;
using namespace hearth::simulate;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

season_plan plan_for(const std::string& file, std::uint64_t seed) {
  static const auto weather =
      load_series(source("layouts/samples/january-weather.csv"), weather_columns);
  static const auto prices =
      load_series(source("layouts/samples/january-prices.csv"), price_columns);
  auto parsed = load_layout(source(file), known_catalog());
  REQUIRE(parsed.layout);
  auto plan = season_plan{};
  plan.house = std::make_shared<const layout>(std::move(*parsed.layout));
  plan.outdoor = std::make_shared<const series>(weather.columns.at(0));
  plan.prices = prices.columns;
  // Not always the same night.
  const auto from = plan.outdoor->start + (seed % 10) * 24h;
  plan.when = {from, from + 72h};
  plan.seed = seed;
  plan.contracts = true;
  plan.faults = draw_faults(targets_of(*plan.house), plan.when, seed);
  return plan;
}

season_record lived(const season_plan& plan) {
  auto s = season::begin(plan);
  REQUIRE(s);
  while ((*s)->live()) {
  }
  return (*s)->record();
}

std::uint64_t seeds() {
  const auto* wanted = std::getenv("HEARTH_SEEDS");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 60;
}

}  // namespace

TEST_CASE("whatever goes wrong between house and plant, what was promised holds") {
  for (const auto* file : {"layouts/simulated-house.yaml", "layouts/leaky-house.yaml"})
    for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
      const auto plan = plan_for(file, seed);
      const auto r = lived(plan);
      if (r.violations.empty()) continue;
      auto story = std::string{file} + ", seed " + std::to_string(seed);
      story += ": scada simulate " + std::string{file} +
               " --weather layouts/samples/january-weather.csv"
               " --prices layouts/samples/january-prices.csv --with-node --faults --alone --from " +
               to_iso8601(plan.when.from) + " --to " + to_iso8601(plan.when.to) + " --seed " +
               std::to_string(seed);
      for (const auto& s : plan.faults) story += "\n  " + to_text(s);
      for (const auto& v : r.violations)
        story += "\n    " + to_iso8601(v.at) + " " + v.promise + ": " + v.text;
      FAIL_CHECK(story);
    }
}
