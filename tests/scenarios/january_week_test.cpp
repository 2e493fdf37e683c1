#include "tests/scenarios/virtual_house.hpp"

#include <cmath>
#include <cstdio>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

TEST_CASE(
    "a simulated January week keeps every zone within 1 K of setpoint, and its books balance") {
  auto house = virtual_house{house_of("layouts/simulated-house.yaml")};
  const auto& zones = house.house->plant->zones;
  auto worst = 0.0;
  house.pass(7 * 24h, [&] {
    const auto plant = house.world->truth();
    for (std::size_t i = 0; i < zones.size(); ++i) {
      const auto off =
          std::abs((plant.room(i) - std::get<temperature>(zones[i].setpoint)).in(kelvin));
      worst = std::max(worst, off);
    }
  });
  const auto books = house.world->truth().books();
  MESSAGE("worst deviation ", worst, " K, electricity ", books.electric_in.in(kilowatt_hour),
          " kWh, imbalance ", books.imbalance().in(watt_hour), " Wh of ",
          books.throughput().in(kilowatt_hour), " kWh");
  CHECK(worst < 1.0);
  CHECK(std::abs(books.imbalance().in(joule)) < 1e-9 * books.throughput().in(joule));
  CHECK(house.node.all<report>().size() == 7 * 24 * 12);
  CHECK(house.node.undecodable == 0);
  CHECK_FALSE(house.happened("actor-died"));
}
