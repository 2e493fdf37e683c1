#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

using namespace hearth;
using namespace hearth::testing;

namespace {

layout example(const std::string& name) {
  const auto parsed = load_layout(source("layouts/" + name), known_catalog());
  auto complaints = std::string{};
  for (const auto& d : parsed.diagnostics) complaints += to_text(d);
  REQUIRE_MESSAGE(parsed.layout.has_value(), complaints);
  return *parsed.layout;
}

/// Whatever the bytes are: a layout, or at least one error.
void survives(const std::string& bytes) {
  const auto parsed = parse_layout(bytes, "f", {}, known_catalog());
  REQUIRE(parsed.layout.has_value() == parsed.diagnostics.empty());
}

}  // namespace

TEST_CASE("the simulated house has a plant, a tariff and everything its simulation needs") {
  const auto house = example("simulated-house.yaml");
  CHECK(house.site == "maple-12");
  CHECK(house.timezone == "America/New_York");
  REQUIRE(house.link.has_value());
  CHECK(house.link->broker == "mqtt://127.0.0.1:1883");
  CHECK_FALSE(house.link->remote_admin);
  REQUIRE(house.plant.has_value());
  CHECK(house.plant->heat_pump.max_power.in(watt) == doctest::Approx(9700));
  CHECK(house.plant->heat_pump.cop.size() == 6);
  CHECK(house.plant->heat_pump.cop.front().outdoor == celsius(-25));
  CHECK(house[house.plant->heat_pump.enable].actuator);
  REQUIRE(house.plant->store.has_value());
  CHECK(house.plant->store->layers.size() == 6);
  CHECK(house[house.plant->store->layers.front()].name == "store.top");
  CHECK(house.plant->zones.size() == 3);
  CHECK(house.plant->zones[0].critical);
  CHECK(std::get<temperature>(house.plant->zones[0].setpoint) == celsius(20.5));
  CHECK_FALSE(house.tariff.energy.has_value());
  CHECK(house.tariff.distribution.in(usd_per_mwh) == doctest::Approx(50.13));
  REQUIRE(house.tariff.windows.size() == 3);
  CHECK(house.tariff.windows[0].from == std::chrono::hours{7});
  CHECK(house.tariff.windows[0].weekdays_only);
  REQUIRE(house.simulation.has_value());
  CHECK(house.simulation->zones.size() == 3);
  CHECK(to_iso8601(house.simulation->start.value()) == "2020-01-13T05:00:00Z");
  CHECK(house.simulation->sensor_noise_k == doctest::Approx(0.05));
}

TEST_CASE("the simulated house loses about 8 kW on the design day of -25 °C") {
  const auto house = example("simulated-house.yaml");
  auto loss = 0.0;
  for (const auto& zone : house.simulation->zones)
    loss += zone.conductance_w_per_k * (zone.initial - celsius(-25)).in(kelvin);
  CHECK(loss == doctest::Approx(8000).epsilon(0.05));
}

TEST_CASE("the Maine house has about 90 channels, 16 relays and 12 store layers") {
  const auto house = example("maine-house.yaml");
  CHECK(house.channels.size() >= 85);
  CHECK(house.channels.size() <= 95);
  CHECK(std::ranges::count(house.devices, "gpio-relay", &device_layout::model) == 16);
  REQUIRE(house.plant->store.has_value());
  CHECK(house.plant->store->layers.size() == 12);
  CHECK(house.plant->store->volume.in(litre) == doctest::Approx(4 * 454));
  CHECK(house.plant->store->max.in_fahrenheit() == doctest::Approx(170));
  CHECK(house.link->broker.starts_with("mqtts://"));
  CHECK(house.link->key == "keys/birch-4.key");
}

TEST_CASE("a Pi on a desk needs no plant, and its channels carry their units and poll times") {
  const auto bench = example("pi-bench.yaml");
  CHECK_FALSE(bench.plant.has_value());
  const auto power = bench.find_channel("meter.power");
  REQUIRE(power.has_value());
  CHECK(bench[*power].unit == unit::watt);
  CHECK(bench[*power].max_age == std::chrono::seconds{6});
  CHECK(bench[*power].on_change == 5.0);
  CHECK(bench[*power].report_every == std::chrono::seconds{60});
  const auto& meter = bench[bench[*power].device];
  CHECK(integer_option(meter.options, "address") == 1);
  CHECK(text_option(bench[meter.bus].options, "parity") == "none");
  CHECK(duration_option(bench[meter.bus].options, "timeout") == std::chrono::milliseconds{500});
}

TEST_CASE("the hash is the SHA-256 of the very bytes, and paths start at the file's folder") {
  const auto bench = example("pi-bench.yaml");
  CHECK(bench.hash.size() == 64);
  CHECK(bench.folder == source("layouts").string());
  auto bytes = contents_of(source("layouts/pi-bench.yaml"));
  const auto other = parse_layout(bytes + "\n", "f", {}, known_catalog());
  CHECK(other.layout.value().hash != bench.hash);
}

TEST_CASE("every beginning of an example is a layout or at least one error") {
  const auto whole = contents_of(source("layouts/pi-bench.yaml"));
  for (std::size_t length = 0; length <= whole.size(); ++length) survives(whole.substr(0, length));
  const auto house = contents_of(source("layouts/maine-house.yaml"));
  for (std::size_t length = 0; length <= house.size(); length += 97)
    survives(house.substr(0, length));
}

TEST_CASE("an example with random bytes in it is a layout or at least one error") {
  const auto whole = contents_of(source("layouts/simulated-house.yaml"));
  auto random = std::mt19937{12};  // NOLINT: the same bytes each time
  const auto below = [&](std::size_t bound) { return random() % bound; };
  constexpr std::string_view telling = "{}[]:,-*&!|>'\"%@#?\n\t 0";
  for (int round = 0; round < 400; ++round) {
    auto bytes = whole;
    for (auto hits = below(6) + 1; hits > 0; --hits)
      bytes[below(bytes.size())] =
          below(2) == 0 ? telling[below(telling.size())] : static_cast<char>(below(256));
    survives(bytes);
  }
}

TEST_CASE("two halves of lines swapped at random are a layout or at least one error") {
  const auto whole = contents_of(source("layouts/maine-house.yaml"));
  auto random = std::mt19937{34};
  for (int round = 0; round < 60; ++round) {
    auto bytes = whole;
    const auto from = random() % bytes.size();
    const auto to = random() % bytes.size();
    const auto piece = bytes.substr(from, random() % 400);
    bytes.replace(to, std::min<std::size_t>(random() % 400, bytes.size() - to), piece);
    survives(bytes);
  }
}
