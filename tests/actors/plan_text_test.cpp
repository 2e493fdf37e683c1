#include "actors/plan_text.hpp"

#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

layout house_of(const std::string& name) {
  auto parsed = load_layout(testing::source("layouts/" + name), known_catalog());
  REQUIRE(parsed.layout.has_value());
  return std::move(*parsed.layout);
}

bool has(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

}  // namespace

TEST_CASE("the plan names every actor, bus, device and channel of the house") {
  const auto house = house_of("maine-house.yaml");
  const auto actors = plan_text::actors(house);
  for (const auto& name : actor_names(house)) CHECK(has(actors, name));
  for (const auto& b : house.buses) CHECK(has(plan_text::buses(house), b.name));
  const auto devices = plan_text::devices(house);
  for (const auto& d : house.devices) CHECK(has(devices, d.name));
  const auto channels = plan_text::channels(house);
  for (const auto& c : house.channels) CHECK(has(channels, c.name));
}

TEST_CASE("the plan says of every actuator who may command it and where it falls") {
  auto house = house_of("maine-house.yaml");
  const auto text = plan_text::authorities(house);
  for (const auto& c : house.channels) CHECK(has(text, "  " + c.name + " ") == c.actuator);
  CHECK(has(text, "grid (shed, raise) > contract > local"));
  CHECK_FALSE(has(text, "admin >"));
  house.link->remote_admin = true;
  CHECK(has(plan_text::authorities(house), "admin > grid (shed, raise) > contract > local"));
}

TEST_CASE("the plan states the interlocks with the numbers of this house") {
  auto house = house_of("simulated-house.yaml");
  house.plant->heat_pump.min_off = 7min;
  const auto text = plan_text::interlocks(house);
  for (const auto* word :
       {"77.0 °C", "5.0 °C", "7 min", "10 min", "20.0 kW", "minimum-off", "blind"})
    CHECK(has(text, word));
}

TEST_CASE("the plan lists the topics of the node and of the house's own broker") {
  const auto text = plan_text::topics(house_of("maine-house.yaml"));
  for (const auto* topic :
       {"hearth/v1/birch-4/birth", "hearth/v1/birch-4/up/report", "hearth/v1/birch-4/down/#"})
    CHECK(has(text, topic));
  CHECK(has(text, "device "));
}

TEST_CASE("the plan says how busy the polls of its devices keep a serial line") {
  auto house = house_of("maine-house.yaml");
  CHECK(has(plan_text::buses(house), "load 15 % at 9600 baud"));
  for (auto& b : house.buses)
    if (b.kind == "modbus-rtu") b.options["baud"] = std::int64_t{19200};
  CHECK(has(plan_text::buses(house), "load 8 % at 19200 baud"));
}
