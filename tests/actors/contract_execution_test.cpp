#include "tests/actors/contract_house.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// A house that does at once what the contract says, looked at every `step`.
struct executing {
  contract_book book{10 * kilowatt};
  duration step = 10s;
  power draws = 9 * kilowatt;
  time_point now = noon - 1min;
  std::vector<contract_report> reports;
  std::optional<contract_book::expected_run> after;  ///< what the house would do after a contract
  int starts = 0, stops = 0;
  std::optional<time_point> started;
  bool on = false;
  bool meter_is_slow = false;  ///< shows what was a step before
  bool was_on = false;

  void run_until(time_point end) {
    for (; now <= end; now += step) {
      book.expect_after_it(after);
      const auto shown = meter_is_slow ? std::exchange(was_on, on) : on;
      const auto moved = book.advance(shown ? draws : power{}, {}, now);
      reports.insert(reports.end(), moved.reports.begin(), moved.reports.end());
      const auto wish = book.in_force(now);
      const auto wants = wish && wish->heat_pump_on;
      if (wants && !on) started = now;
      starts += wants && !on;
      stops += !wants && on;
      on = wants;
    }
  }
  const contract_report& last(contract_status status) const {
    for (auto r = reports.rbegin(); r != reports.rend(); ++r)
      if (r->status == status) return *r;
    REQUIRE(false);
    return reports.front();
  }
};

}  // namespace

TEST_CASE(
    "a contract is kept within two percent or 50 Wh of metered energy, however it is ticked") {
  for (const auto step : {1s, 5s, 10s, 20s}) {
    for (auto promised = 500.0; promised < 8950; promised += 333) {
      CAPTURE(step.count());
      CAPTURE(promised);
      auto house = executing{};
      house.step = step;
      house.book.offer(slot("a", noon, 60min, promised * watt), house.now);
      house.run_until(noon + 61min);
      const auto& r = house.last(contract_status::completed);
      const auto off = (r.metered - r.promised).in(watt_hour);
      CHECK(std::abs(off) <= std::max(0.02 * promised, 50.0));
      CHECK(house.starts == 1);
      CHECK(house.stops == 1);
    }
  }
}

TEST_CASE("ticked by the minute, energy comes out right on average") {
  auto sum = 0.0;
  auto count = 0;
  for (auto promised = 500.0; promised < 8900; promised += 37, ++count) {
    auto house = executing{};
    house.step = 60s;
    house.book.offer(slot("a", noon, 60min, promised * watt), house.now);
    house.run_until(noon + 61min);
    sum += (house.last(contract_status::completed).metered.in(watt_hour)-promised);
  }
  CHECK(std::abs(sum / count) < 10);
}

TEST_CASE("a contract for nothing keeps the heat pump off") {
  auto house = executing{};
  house.book.offer(slot("a", noon, 60min, 0 * watt), house.now);
  house.run_until(noon + 61min);
  CHECK(house.starts == 0);
  CHECK(house.last(contract_status::completed).metered == energy{});
}

TEST_CASE("a heat pump runs through from one contract into the next, within the tolerance") {
  auto house = executing{};
  house.book.offer(slot("a", noon, 60min, 8900 * watt), house.now);
  SUBCASE("that wants it on") {
    house.book.offer(slot("b", noon + 60min, 60min, 5 * kilowatt), house.now);
    house.run_until(noon + 61min);
    CHECK(house.stops == 0);
    CHECK(house.last(contract_status::completed).metered.in(watt_hour) ==
          doctest::Approx(9000).epsilon(0.003));
  }
  SUBCASE("that wants nothing: it stops in time") {
    house.book.offer(slot("b", noon + 60min, 60min, 0 * watt), house.now);
    house.run_until(noon + 61min);
    CHECK(house.stops == 1);
    CHECK(house.last(contract_status::completed).metered.in(watt_hour) ==
          doctest::Approx(8900).epsilon(0.003));
  }
  SUBCASE("that does not follow at once") {
    house.book.offer(slot("b", noon + 90min, 30min, 5 * kilowatt), house.now);
    house.run_until(noon + 61min);
    CHECK(house.stops == 1);
    CHECK(house.last(contract_status::completed).metered.in(watt_hour) ==
          doctest::Approx(8900).epsilon(0.003));
  }
}

TEST_CASE("a heat pump does not run over by more than the tolerance, whatever follows") {
  auto house = executing{};
  house.book.offer(slot("a", noon, 60min, 8 * kilowatt), house.now);
  house.book.offer(slot("b", noon + 60min, 60min, 8 * kilowatt), house.now);
  house.run_until(noon + 61min);
  CHECK(house.stops == 1);
  CHECK(house.last(contract_status::completed).metered.in(watt_hour) ==
        doctest::Approx(8000).epsilon(0.003));
}

TEST_CASE("a run that goes on after its contract lasts to its end") {
  auto house = executing{};
  house.after = contract_book::expected_run{house.draws, 2min, 10min};
  house.book.offer(slot("a", noon, 60min, 4500 * watt), house.now);
  SUBCASE("begun late enough, and early enough for what a start takes") {
    house.run_until(noon + 50min);
    CHECK(house.starts == 1);
    CHECK(house.stops == 0);
    REQUIRE(house.started);
    CHECK(*house.started >= noon + 27min + 50s);
    CHECK(*house.started <= noon + 28min + 10s);
  }
  SUBCASE("but one that is under way goes on") {
    house.now = noon;
    house.on = true;
    house.run_until(noon + 25min);
    CHECK(house.stops == 0);
    house.run_until(noon + 61min);
    CHECK(house.stops == 1);
  }
  SUBCASE("and a house that expects none begins at once") {
    house.after.reset();
    house.run_until(noon + 1min);
    CHECK(house.starts == 1);
    CHECK(house.on);
  }
  SUBCASE("and a plan that changes its mind lets it begin") {
    house.run_until(noon + 10min);
    CHECK(house.starts == 0);
    house.after.reset();
    house.run_until(noon + 61min);
    CHECK(house.starts == 1);
    const auto& r = house.last(contract_status::completed);
    CHECK(r.metered.in(watt_hour) == doctest::Approx(4500).epsilon(0.01));
  }
}

TEST_CASE("a heat pump that was stopped for a contract's last minute is not started by the next") {
  auto house = executing{};
  house.step = 60s;
  house.meter_is_slow = true;
  house.after = contract_book::expected_run{house.draws, 2min, 10min};
  house.book.offer(slot("a", noon, 60min, 9 * kilowatt), house.now);
  house.now = noon;
  house.on = house.was_on = true;
  house.run_until(noon + 59min);
  REQUIRE(house.stops == 1);
  house.book.offer(slot("b", noon + 60min, 60min, 1 * kilowatt), house.now);
  house.run_until(noon + 75min);
  CHECK(house.starts == 0);
}

TEST_CASE("what the next contract would miss lets a heat pump run on") {
  auto house = executing{};
  house.after = contract_book::expected_run{house.draws, 2min, 10min};
  house.book.offer(slot("a", noon, 60min, 8700 * watt), house.now);
  SUBCASE("more than what it uses too much") {
    house.book.offer(slot("b", noon + 60min, 60min, 8900 * watt), house.now);
    house.run_until(noon + 61min);
    CHECK(house.stops == 0);
  }
  SUBCASE("but not where there is time to make good for the rest") {
    house.book.offer(slot("b", noon + 60min, 60min, 7 * kilowatt), house.now);
    house.run_until(noon + 61min);
    CHECK(house.stops == 1);
  }
}

TEST_CASE("the last word on a contract that has run says what is settled") {
  auto house = contract_house{};
  auto terms = slot("a");
  terms.price = 123 * usd_per_mwh;
  house.book.offer(terms, house.now);
  const auto settled = [&] {
    for (const auto& r : house.reports) {
      const auto over =
          r.status != contract_status::accepted && r.status != contract_status::active;
      CHECK(r.settled.has_value() == over);
    }
    REQUIRE(house.reports.back().settled);
    const auto& s = *house.reports.back().settled;
    CHECK(s.start == terms.start);
    CHECK(s.length == terms.length);
    CHECK(s.price == terms.price);
    return s;
  };
  SUBCASE("completed, its meter read all the time") {
    house.run_until(noon + 61min);
    CHECK(settled().unmetered == 0s);
  }
  SUBCASE("completed, its meter blind for a while") {
    house.run_until(noon + 10min);
    house.meter.reset();
    house.run_until(noon + 12min);
    house.meter = power{};
    house.run_until(noon + 61min);
    CHECK(settled().unmetered >= 2min);
    CHECK(settled().unmetered <= 2min + 10s);
  }
  SUBCASE("given up: the rest of the slot is not metered for it") {
    house.run_until(noon + 15min);
    house.trouble = "zone living is too cold";
    house.tick();
    CHECK(settled().unmetered == 45min);
  }
  SUBCASE("given up at its start: nothing of it was") {
    house.trouble = "zone living is too cold";
    house.run_until(noon);
    CHECK(settled().unmetered == 60min);
  }
  SUBCASE("withdrawn while it ran") {
    house.run_until(noon + 30min);
    house.reports.push_back(house.book.withdraw("a", "the market is closed", house.now));
    CHECK(settled().unmetered == 30min);
  }
}

TEST_CASE("a contract that is over is settled once, however often it is asked about") {
  auto house = contract_house{};
  house.book.offer(slot("a"), house.now);
  house.run_until(noon + 61min);
  CHECK(house.reports.back().settled);
  CHECK(house.book.offer(slot("a"), house.now).status == contract_status::completed);
  CHECK_FALSE(house.book.offer(slot("a"), house.now).settled);
  CHECK_FALSE(house.book.withdraw("a", "", house.now).settled);
}

TEST_CASE("a contract that never ran has nothing to settle") {
  auto house = contract_house{};
  house.book.offer(slot("a"), house.now);
  CHECK_FALSE(house.book.withdraw("a", "", house.now).settled);
  CHECK_FALSE(house.book.offer(slot("x", noon - 2h), house.now).settled);
}

TEST_CASE("a contract taken on late is not metered from its start, and says so") {
  auto house = contract_house{};
  house.now = noon + 4min;
  house.tick();
  house.book.offer(slot("a"), house.now);
  house.run_until(noon + 61min);
  REQUIRE(house.reports.back().settled);
  CHECK(house.reports.back().settled->unmetered == 4min);
}

// ---- a house that was away

namespace {

/// Another program on the same house, which has been told what the former one kept.
contract_house after(const contract_house& former, duration away) {
  const auto kept = former.book.kept(former.now);
  REQUIRE(kept);
  const auto told = kept_contracts_from(text_of(*kept));
  REQUIRE(told == kept);
  auto house = contract_house{};
  house.now = former.now + away;
  house.book.take_up(*told);
  return house;
}

}  // namespace

TEST_CASE(
    "a house that was away goes on with the contract that runs, and uses only what is left of it") {
  auto former = contract_house{};
  former.book.offer(slot("a"), former.now);
  former.run_obediently_until(noon + 15min);
  auto house = after(former, 5min);
  house.tick();
  REQUIRE(house.book.in_force(house.now));
  CHECK(house.book.in_force(house.now)->contract_id == "a");
  house.run_obediently_until(noon + 61min);
  REQUIRE(house.reports.back().status == contract_status::completed);
  CHECK(house.reports.back().metered.in(kilowatt_hour) == doctest::Approx(4).epsilon(0.01));
  CHECK(house.reports.back().settled->unmetered == 5min);
}

TEST_CASE("a house that was away keeps what is agreed ahead") {
  auto former = contract_house{};
  former.book.offer(slot("a"), former.now);
  former.book.offer(slot("b", noon + 60min), former.now);
  auto house = after(former, 30s);
  CHECK(house.offer(slot("x", noon + 30min, 15min)) == contract_status::accepted);
  house.tick();
  house.run_until(noon + 61min);
  // What came in between stands; what clashes with it does not come back.
  CHECK(house.book.in_force(house.now)->contract_id == "b");
}

TEST_CASE("a slot that ended while the house was away is given up, with what was metered of it") {
  auto former = contract_house{};
  former.book.offer(slot("a"), former.now);
  former.book.offer(slot("b", noon + 60min), former.now);
  former.run_obediently_until(noon + 15min);
  SUBCASE("it is back in the next slot") {
    auto house = after(former, 50min);
    house.tick();
    REQUIRE(house.reports.size() == 2);
    CHECK(house.reports[0].contract_id == "a");
    CHECK(house.reports[0].status == contract_status::given_up);
    CHECK(house.reports[0].metered.in(kilowatt_hour) == doctest::Approx(2).epsilon(0.01));
    CHECK(house.reports[0].settled->unmetered == 45min);
    CHECK(house.reports[1].contract_id == "b");
    CHECK(house.reports[1].status == contract_status::active);
  }
  SUBCASE("it is back after all of them") {
    auto house = after(former, 5h);
    house.tick();
    REQUIRE(house.reports.size() == 2);
    CHECK(house.reports[1].status == contract_status::given_up);
    CHECK(house.reports[1].settled->unmetered == 60min);
    CHECK_FALSE(house.book.in_force(house.now));
  }
}

TEST_CASE("energy that is used up stays used up when the house was away") {
  auto former = contract_house{};
  former.book.offer(slot("a"), former.now);
  former.run_obediently_until(noon + 40min);
  REQUIRE_FALSE(former.book.in_force(former.now)->heat_pump_on);
  auto house = after(former, 2min);
  house.tick();
  CHECK_FALSE(house.book.in_force(house.now)->heat_pump_on);
}

TEST_CASE("what a former program kept waits until the date is known") {
  auto former = contract_house{};
  former.book.offer(slot("a"), former.now);
  former.run_obediently_until(noon + 15min);
  auto house = after(former, 1min);
  house.book.redate({duration{}, date_trust::unknown});
  house.tick();
  CHECK_FALSE(house.book.in_force(house.now));
  house.book.redate(exact_dates);
  house.tick();
  CHECK(house.book.in_force(house.now));
}

TEST_CASE("no text that was kept brings a house down or makes it promise what it cannot") {
  for (const auto* no : {"", "x", "{}", "[]", R"({"at":"2020-01-15T12:00:00Z"})",
                         R"({"at":"2020-01-15T12:00:00Z","pending":[{}]})"})
    CHECK_FALSE(kept_contracts_from(no));
  auto house = contract_house{};
  auto much =
      kept_contracts{noon, {slot("a", noon, 60min, 80 * kilowatt), slot("b", noon + 1s)}, {}};
  much.active = kept_running{slot("c", noon, 7min), {}, {}, false};
  house.book.take_up(much);
  house.run_until(noon + 10min);
  CHECK(house.reports.empty());
}
