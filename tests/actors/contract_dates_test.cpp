#include "tests/actors/contract_house.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

using fixture = contract_house;

dating dated(duration offset, date_trust trust = date_trust::good) {
  return {offset, trust, date_source::node};
}
constexpr duration fifty_years = 50 * 365 * 24h;

}  // namespace

TEST_CASE("whatever the clocks differ by, a chain of contracts is kept on the node's dates") {
  for (const auto length : {5min, 60min}) {
    for (const auto skew : {-30s, -29s, -1s, 0s, 1s, 29s, 30s}) {
      CAPTURE(length.count());
      CAPTURE(skew.count());
      auto house = fixture{};
      // The house takes it for `skew` more than it is; house time is fifty years off besides.
      house.book.redate(dated(fifty_years + skew));
      house.now = noon - fifty_years - 1min;
      const auto node_date = [&] { return house.now + fifty_years; };
      const auto until_node_date = [&](time_point date) { house.run_until(date - fifty_years); };
      // Each is offered on the stroke of its hour, by the node's clock.
      for (auto i = 0; i < 3; ++i) {
        until_node_date(noon + i * length);
        REQUIRE(house.offer(slot(std::to_string(i), noon + i * length, length)) ==
                contract_status::accepted);
        house.tick();
        until_node_date(noon + i * length + 31s);
        REQUIRE(house.book.in_force(house.now));
        CHECK(house.book.in_force(house.now)->contract_id == std::to_string(i));
        CHECK(house.book.in_force(house.now)->heat_pump_on);
      }
      until_node_date(noon + 3 * length + 31s);
      auto completed = 0;
      for (const auto& r : house.reports) {
        completed += r.status == contract_status::completed;
        CHECK(r.status != contract_status::given_up);
      }
      CHECK(completed == 3);
      CHECK(house.events.empty());
      CHECK(node_date() == noon + 3 * length + 31s);
    }
  }
}

TEST_CASE_FIXTURE(fixture, "a contract as far ahead as may be is taken by a house that is behind") {
  book.redate(dated(-30s));
  CHECK(offer(slot("a", noon + limits::contract_horizon - 5min, 5min)) ==
        contract_status::accepted);
  now = noon;
  CHECK(offer(slot("b", noon + limits::contract_horizon)) == contract_status::accepted);
}

TEST_CASE_FIXTURE(fixture, "a house that does not know the date says so to whoever offers") {
  book.redate(dating{});
  const auto answer = book.offer(slot("a"), now);
  CHECK(answer.status == contract_status::refused);
  CHECK(answer.reason.find("date") != std::string::npos);
  book.redate(dated(0s));
  CHECK(offer(slot("a")) == contract_status::accepted);
}

TEST_CASE_FIXTURE(fixture, "a running contract runs its length, however the date jumps meanwhile") {
  for (const auto jump : {fifty_years, -fifty_years, duration{1h}, duration{-1h}, duration{31s}}) {
    CAPTURE(jump.count());
    auto house = fixture{};
    house.offer(slot("a"));
    house.run_until(noon + 30min);
    house.book.redate(dated(jump));
    house.run_until(noon + 60min - 5s);
    CHECK(house.reports.back().status == contract_status::active);
    house.run_until(noon + 60min);
    CHECK(house.reports.back().status == contract_status::completed);
    REQUIRE(house.book.in_force(house.now));
    CHECK_FALSE(house.book.in_force(house.now)->heat_pump_on);
    house.run_until(noon + 65min);
    CHECK_FALSE(house.book.in_force(house.now));
    for (const auto& e : house.events) CHECK(e.severity != severity::alarm);
  }
}

TEST_CASE_FIXTURE(fixture, "energy is metered by house time: a jump of the date adds none") {
  meter = 6 * kilowatt;
  offer(slot("a", noon, 60min, 8 * kilowatt));
  run_until(noon + 30min);
  book.redate(dated(fifty_years));
  run_until(noon + 60min);
  CHECK(reports.back().metered.in(kilowatt_hour) == doctest::Approx(6));
}

TEST_CASE_FIXTURE(fixture, "a small correction moves both ends of every slot, and none is lost") {
  offer(slot("a"));
  offer(slot("b", noon + 60min));
  run_until(noon + 30min);
  book.redate(dated(20s));
  run_until(noon + 60min - 20s);
  CHECK(book.in_force(now)->contract_id == "b");
  book.redate(dated(0s));
  run_until(noon + 120min - 5s);
  CHECK(book.in_force(now)->contract_id == "b");
  run_until(noon + 120min);
  CHECK(reports.back().status == contract_status::completed);
  CHECK(count_kind(events, "contract-given-up") == 0);
}

TEST_CASE_FIXTURE(fixture, "a pending contract starts by the date, whenever the house learns it") {
  offer(slot("a", noon + 2h));
  run_until(noon);
  book.redate(dated(1h));
  run_until(noon + 1h - 5s);
  CHECK_FALSE(book.in_force(now));
  run_until(noon + 1h);
  CHECK(book.in_force(now)->contract_id == "a");
}

TEST_CASE_FIXTURE(fixture, "a repeated offer is the same contract after the date has moved, too") {
  offer(slot("a"));
  offer(slot("b", noon + 60min));
  run_until(noon + 5min);
  book.redate(dated(10min));
  CHECK(offer(slot("a")) == contract_status::active);
  CHECK(offer(slot("b", noon + 60min)) == contract_status::accepted);
}
