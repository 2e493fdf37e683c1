#include "actors/local_control.hpp"

#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Noon of this Wednesday in UTC is 07:00 in New York: the first dear minute.
constexpr auto dear_hour = noon + 1h;
constexpr auto cheap_hour = noon + 6h;

struct fixture {
  explicit fixture(layout l = with_two_prices()) : house{shared(std::move(l))} {}

  static layout with_two_prices() {
    auto l = small_house();
    l.tariff = two_price_tariff();
    return l;
  }
  std::shared_ptr<const layout> house;
  tariff prices{house->tariff, house->timezone};
  local_control control{house};
  image seen{*house, dear_hour};

  local_wish decide() { return control.decide(seen.now(), prices); }
};

layout flat_house() { return small_house(); }

}  // namespace

TEST_CASE_FIXTURE(fixture,
                  "a zone calls a quarter kelvin below its setpoint and stops a quarter above") {
  const auto calls = [&](double room) -> bool {
    seen.degrees(at::living, room);
    return decide().calls[0];
  };
  CHECK_FALSE(calls(19.76));
  CHECK(calls(19.74));
  CHECK(calls(20.0));
  CHECK(calls(20.24));
  CHECK_FALSE(calls(20.26));
  CHECK_FALSE(calls(20.0));
}

TEST_CASE_FIXTURE(fixture, "a blind zone is released to its wall thermostat, the others go on") {
  seen.degrees(at::living, 15).degrees(at::bed, 15);
  CHECK(decide().calls == std::vector{true, true});
  seen.lose(at::living);
  CHECK(decide().calls == std::vector{false, true});
}

TEST_CASE("a zone whose setpoint cannot be read is blind") {
  auto l = flat_house();
  l.plant->zones[0].setpoint = at::mid;
  auto f = fixture{l};
  f.seen.degrees(at::living, 15).degrees(at::mid, 21);
  CHECK(f.decide().calls == std::vector{true, false});
  CHECK(setpoint_of(f.house->plant->zones[0], f.seen.now()) == celsius(21));
  f.seen.lose(at::mid);
  CHECK(f.decide().calls == std::vector{false, false});
  CHECK_FALSE(setpoint_of(f.house->plant->zones[0], f.seen.now()));
}

TEST_CASE_FIXTURE(
    fixture,
    "cheap hours fill the store from the bottom and start again only when it has lost some") {
  seen.be(cheap_hour);
  CHECK(decide().heat_pump_on);
  CHECK(decide().mode == local_mode::tariff_timer);
  const auto at_bottom = [&](double t) {
    seen.degrees(at::top, 70).degrees(at::mid, 68).degrees(at::bottom, t);
    return decide().heat_pump_on;
  };
  CHECK(at_bottom(64.9));
  CHECK_FALSE(at_bottom(65));
  CHECK_FALSE(at_bottom(57));
  CHECK(at_bottom(56.9));
}

TEST_CASE_FIXTURE(
    fixture,
    "dear hours coast until the top is as cold as it may be, and heat no more than needed") {
  const auto at_top = [&](double t) {
    seen.degrees(at::top, t);
    return decide();
  };
  CHECK_FALSE(at_top(45.1).heat_pump_on);
  const auto down = at_top(44.9);
  CHECK(down.heat_pump_on);
  CHECK(down.mode == local_mode::tariff_timer);
  CHECK(down.heat_pump_cause.starts_with("dear hours"));
  CHECK(at_top(49.9).heat_pump_on);
  CHECK_FALSE(at_top(50).heat_pump_on);
}

TEST_CASE("a store whose maximum is close to its minimum is kept warm in the cheap hours too") {
  auto l = fixture::with_two_prices();
  l.plant->store->max = celsius(52);
  auto f = fixture{l};
  f.seen.be(cheap_hour).degrees(at::top, 44).degrees(at::mid, 43).degrees(at::bottom, 43);
  CHECK(f.decide().heat_pump_on);
  f.seen.degrees(at::top, 51).degrees(at::mid, 50).degrees(at::bottom, 49.9);
  CHECK(f.decide().heat_pump_on);
  f.seen.degrees(at::bottom, 50);
  CHECK_FALSE(f.decide().heat_pump_on);
}

TEST_CASE("a tariff that knows no better hours leaves the thermostat") {
  auto f = fixture{flat_house()};
  CHECK(f.decide().mode == local_mode::thermostat);
  CHECK_FALSE(f.decide().heat_pump_on);
  f.seen.degrees(at::top, 44);
  CHECK(f.decide().heat_pump_on);
}

TEST_CASE_FIXTURE(fixture,
                  "with some layers blind the hottest and the coldest that can be seen count") {
  seen.lose(at::top).degrees(at::mid, 44);
  CHECK(decide().heat_pump_on);
  seen.degrees(at::mid, 50);
  CHECK_FALSE(decide().heat_pump_on);
}

TEST_CASE_FIXTURE(
    fixture, "a blind store is left to the hardware, and does not remember that it was heating") {
  seen.degrees(at::top, 44);
  REQUIRE(decide().heat_pump_on);
  seen.lose_store().degrees(at::living, 15);
  const auto wish = decide();
  CHECK(wish.mode == local_mode::hardware_fallback);
  CHECK_FALSE(wish.heat_pump_on);
  CHECK(wish.calls == std::vector{true, false});
  seen.degrees(at::top, 47);
  CHECK(decide().mode == local_mode::tariff_timer);
  CHECK_FALSE(decide().heat_pump_on);
}

TEST_CASE("the ladder goes down rung by rung and up again") {
  auto f = fixture{};
  CHECK(f.decide().mode == local_mode::tariff_timer);
  f.prices = tariff{flat_house().tariff, "UTC"};
  CHECK(f.decide().mode == local_mode::thermostat);
  f.seen.lose_store();
  CHECK(f.decide().mode == local_mode::hardware_fallback);
  f.seen.degrees(at::top, 50);
  CHECK(f.decide().mode == local_mode::thermostat);
}

TEST_CASE(
    "without a store the heat pump follows the zones, and blind zones leave it to the hardware") {
  auto l = flat_house();
  l.plant->store.reset();
  auto f = fixture{l};
  CHECK_FALSE(f.decide().heat_pump_on);
  f.seen.degrees(at::bed, 19);
  CHECK(f.decide().heat_pump_on);
  f.seen.lose(at::living);
  CHECK(f.decide().heat_pump_on);
  CHECK(f.decide().mode == local_mode::thermostat);
  f.seen.lose(at::bed);
  CHECK_FALSE(f.decide().heat_pump_on);
  CHECK(f.decide().mode == local_mode::hardware_fallback);
}

TEST_CASE("a house without a plant wants nothing") {
  auto l = flat_house();
  l.plant.reset();
  auto f = fixture{l};
  CHECK(f.decide().calls.empty());
  CHECK_FALSE(f.decide().heat_pump_on);
}

TEST_CASE_FIXTURE(fixture,
                  "a house that does not know the date keeps its store warm, and says why") {
  seen.be(cheap_hour);
  CHECK(decide().mode == local_mode::tariff_timer);
  prices.redate(dating{});
  const auto wish = decide();
  CHECK(wish.mode == local_mode::thermostat);
  CHECK(wish.heat_pump_cause.find("date is unknown") != std::string::npos);
  seen.degrees(at::top, 40);
  CHECK(decide().heat_pump_on);
  prices.redate({0s, date_trust::assumed, date_source::system_clock});
  CHECK(decide().mode == local_mode::tariff_timer);
}
