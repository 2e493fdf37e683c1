#include "actors/preview.hpp"

#include "actors/plan_text.hpp"
#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<layout> house_of(const std::string& name) {
  auto parsed = load_layout(testing::source("layouts/" + name), known_catalog());
  REQUIRE(parsed.layout.has_value());
  return std::make_shared<layout>(std::move(*parsed.layout));
}

/// A Monday, midnight in Maine.
const auto monday = *from_iso8601("2020-01-13T05:00:00Z");

}  // namespace

TEST_CASE(
    "the preview of the simulated house stays warm, within the nameplate, and coasts through dear "
    "hours") {
  const auto house = house_of("simulated-house.yaml");
  const auto ahead = look_ahead(house, {}, monday, 48h);
  REQUIRE(ahead.has_value());
  REQUIRE(ahead->rows.size() == 48 * 4);
  auto dear = energy{};
  auto dear_rows = 0;
  for (const auto& r : ahead->rows) {
    CHECK(r.heat_pump <= house->plant->heat_pump.max_power);
    REQUIRE(r.coldest.has_value());
    CHECK(*r.coldest > -1 * kelvin);
    CHECK_FALSE(r.cause.empty());
    if (r.distribution < 100 * usd_per_mwh) continue;
    dear += r.heat_pump * 15min;
    ++dear_rows;
  }
  CHECK(dear_rows == 2 * 9 * 4);
  // Of the two days, three eighths are dear; far less of the energy is.
  CHECK(dear < 0.15 * ahead->electricity);
  CHECK(ahead->starts > 0);
  CHECK_FALSE(ahead->cost.has_value());
  CHECK_FALSE(ahead->assumptions.empty());
}

TEST_CASE("the preview is the same every time it is asked for") {
  const auto house = house_of("maine-house.yaml");
  const auto one = plan_text::dispatch_tsv(*look_ahead(house, {}, monday, 12h));
  CHECK(one == plan_text::dispatch_tsv(*look_ahead(house, {}, monday, 12h)));
  CHECK(std::count(one.begin(), one.end(), '\n') == 12 * 4 + 1);
}

TEST_CASE("with a price file the preview has its cost") {
  const auto flat = series{monday, 1h, std::vector<double>(24, 100.0)};
  const auto ahead = look_ahead(house_of("simulated-house.yaml"), {{}, flat}, monday, 24h);
  REQUIRE(ahead->cost.has_value());
  CHECK(*ahead->cost > ahead->electricity * (100 * usd_per_mwh));
}

TEST_CASE("odd houses have a preview too, or none, and never crash") {
  auto no_store = *house_of("simulated-house.yaml");
  no_store.plant->store.reset();
  CHECK(look_ahead(std::make_shared<layout>(no_store), {}, monday, 6h)->rows.size() == 24);
  auto no_zones = *house_of("maine-house.yaml");
  no_zones.plant->zones.clear();
  CHECK(look_ahead(std::make_shared<layout>(no_zones), {}, monday, 6h)->rows.size() == 24);
  auto no_meter = *house_of("maine-house.yaml");
  no_meter.plant->heat_pump.power_meter.reset();
  CHECK(look_ahead(std::make_shared<layout>(no_meter), {}, monday, 6h)->rows.size() == 24);
  auto no_plant = *house_of("maine-house.yaml");
  no_plant.plant.reset();
  CHECK_FALSE(look_ahead(std::make_shared<layout>(no_plant), {}, monday, 6h).has_value());
}
