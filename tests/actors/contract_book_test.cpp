#include "actors/contract_book.hpp"

#include "protocol/limits.hpp"
#include "tests/actors/contract_house.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace hearth;
using namespace hearth::testing;

namespace {

using fixture = contract_house;

}  // namespace

TEST_CASE_FIXTURE(fixture,
                  "a contract is accepted, starts, is metered, ends, and says so each time") {
  CHECK(offer(slot("a")) == contract_status::accepted);
  run_until(noon - 5s);
  CHECK(reports.empty());
  CHECK_FALSE(book.in_force(now));
  now = noon;
  tick();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].status == contract_status::active);
  CHECK(reports[0].promised == 4 * kilowatt_hour);
  CHECK(book.in_force(now)->contract_id == "a");
  CHECK(book.in_force(now)->heat_pump_on);
  run_obediently_until(noon + 60min);
  REQUIRE(reports.size() == 2);
  CHECK(reports[1].status == contract_status::completed);
  CHECK(reports[1].metered.in(kilowatt_hour) == doctest::Approx(4).epsilon(0.01));
}

TEST_CASE_FIXTURE(fixture,
                  "the energy of a slot is used from its start, and what is promised is enough") {
  offer(slot("a"));
  run_obediently_until(noon + 30min - 5s);
  CHECK(book.in_force(now)->heat_pump_on);
  run_obediently_until(noon + 30min + 10s);
  CHECK_FALSE(book.in_force(now)->heat_pump_on);
  run_obediently_until(noon + 60min - 5s);
  CHECK_FALSE(book.in_force(now)->heat_pump_on);
  CHECK(book.offer(slot("a"), now).metered >= 4 * kilowatt_hour);
}

TEST_CASE_FIXTURE(fixture, "energy once used stays used, though the meter creeps backwards") {
  offer(slot("a"));
  now = noon;
  meter = 8 * kilowatt;
  run_until(noon + 30min);
  REQUIRE_FALSE(book.in_force(now)->heat_pump_on);
  meter = -100 * watt;
  for (; now < noon + 59min; now += 5s) {
    tick();
    REQUIRE_FALSE(book.in_force(now)->heat_pump_on);
  }
}

TEST_CASE_FIXTURE(
    fixture, "a slot is metered from its very start to its very end, wherever the ticks fall") {
  offer(slot("a", noon, 5min, 8 * kilowatt));
  offer(slot("b", noon + 5min, 5min, 8 * kilowatt));
  meter = 6 * kilowatt;
  for (now = noon - 3s; now < noon + 10min; now += 5s) tick();
  now = noon + 10min + 2s;
  tick();
  auto total = energy{};
  for (const auto& r : reports)
    if (r.status == contract_status::completed) {
      CHECK(r.metered.in(kilowatt_hour) == doctest::Approx(0.5));
      total += r.metered;
    }
  CHECK(total.in(kilowatt_hour) == doctest::Approx(1));
}

TEST_CASE_FIXTURE(fixture, "what is no contract for this house is refused with the reason") {
  constexpr auto nan = std::numeric_limits<double>::quiet_NaN();
  const auto refuse = [&](contract c, const char* why) {
    const auto answer = book.offer(c, now);
    CAPTURE(answer.reason);
    CHECK(answer.status == contract_status::refused);
    CHECK(answer.contract_id == c.id);
    CHECK(answer.reason.find(why) != std::string::npos);
    CHECK(std::isfinite(answer.promised.si()));
  };
  now = noon;
  refuse(slot(""), "needs an id");
  refuse(slot("x", noon, 60min, -1 * watt), "negative");
  refuse(slot("x", noon, 60min, nan * watt), "not a number");
  refuse(slot("x", noon, 60min, 8001 * watt), "8.00 kW");
  refuse(slot("x", noon, 65min), "longer than");
  refuse(slot("x", noon, 0min), "5, 15, 30 or 60 min");
  refuse(slot("x", noon, -5min), "5, 15, 30 or 60 min");
  refuse(slot("x", noon, 7min), "5, 15, 30 or 60 min");
  refuse(slot("x", noon + 1s), "multiple of");
  refuse(slot("x", noon - 10min), "past");
  refuse(slot("x", noon - 5min, 5min), "past");
  refuse(slot("x", noon + limits::contract_horizon + 5min), "ahead");
  CHECK_FALSE(book.in_force(noon));
  run_until(noon + 2h);
  CHECK(reports.empty());
}

TEST_CASE_FIXTURE(fixture,
                  "a contract that overlaps another is refused, one that follows it is not") {
  offer(slot("a"));
  CHECK(book.offer(slot("b", noon + 55min, 5min), now).reason.find("overlaps") !=
        std::string::npos);
  CHECK(offer(slot("c", noon - 30min, 60min)) == contract_status::refused);
  CHECK(offer(slot("d", noon + 60min)) == contract_status::accepted);
  run_until(noon + 1min);
  CHECK(offer(slot("e", noon + 30min, 15min)) == contract_status::refused);
}

TEST_CASE_FIXTURE(fixture,
                  "more contracts than the book holds are refused, and there is room again later") {
  for (std::size_t i = 0; i < limits::contracts_pending; ++i)
    REQUIRE(offer(slot(std::to_string(i), noon + i * 5min, 5min)) == contract_status::accepted);
  const auto one_more = slot("more", noon + limits::contracts_pending * 5min, 5min);
  CHECK(book.offer(one_more, now).reason.find("too many") != std::string::npos);
  run_until(noon);
  CHECK(offer(one_more) == contract_status::accepted);
}

TEST_CASE_FIXTURE(fixture, "the same contract again changes nothing and gets its present status") {
  CHECK(offer(slot("a")) == contract_status::accepted);
  CHECK(offer(slot("a")) == contract_status::accepted);
  run_until(noon);
  CHECK(offer(slot("a")) == contract_status::active);
  run_until(noon + 61min);
  CHECK(offer(slot("a")) == contract_status::completed);
  CHECK(reports.size() == 2);
  book.offer(slot("b", noon + 120min), now);
  CHECK(book.withdraw("b", "changed mind", now).status == contract_status::withdrawn);
  CHECK(offer(slot("b", noon + 120min)) == contract_status::withdrawn);
}

TEST_CASE_FIXTURE(fixture, "an id means one contract for ever") {
  offer(slot("a"));
  const auto other = slot("a", noon + 2h);
  CHECK(offer(other) == contract_status::refused);
  run_until(noon);
  CHECK(offer(other) == contract_status::refused);
  CHECK(book.in_force(now)->contract_id == "a");
  run_until(noon + 70min);
  CHECK(book.offer(other, now).reason.find("id before") != std::string::npos);
}

TEST_CASE_FIXTURE(
    fixture, "after a contract with no successor the house is warned, then falls back to itself") {
  offer(slot("a"));
  run_until(noon + 62min - 5s);
  CHECK(events.empty());
  REQUIRE(book.in_force(now));
  CHECK_FALSE(book.in_force(now)->heat_pump_on);
  run_until(noon + 62min);
  CHECK(count_kind(events, "contract-no-successor") == 1);
  run_until(noon + 65min - 5s);
  CHECK(book.in_force(now));
  CHECK(count_kind(events, "contract-fallback") == 0);
  run_until(noon + 65min);
  CHECK_FALSE(book.in_force(now));
  CHECK(count_kind(events, "contract-fallback") == 1);
  run_until(noon + 3h);
  CHECK(events.size() == 2);
}

TEST_CASE_FIXTURE(fixture, "a house that was busy over the whole grace still falls back") {
  offer(slot("a"));
  run_until(noon + 30min);
  now = noon + 3h;
  tick();
  CHECK(reports.back().status == contract_status::completed);
  CHECK_FALSE(book.in_force(now));
  CHECK(count_kind(events, "contract-fallback") == 1);
}

TEST_CASE_FIXTURE(fixture, "a successor within the grace takes over, and nobody is warned") {
  SUBCASE("agreed before, it takes over in the same tick") {
    offer(slot("a"));
    offer(slot("b", noon + 60min));
    run_until(noon + 60min);
    CHECK(book.in_force(now)->contract_id == "b");
    CHECK(book.in_force(now)->heat_pump_on);
  }
  SUBCASE("agreed late, it takes over at the next tick") {
    offer(slot("a"));
    run_until(noon + 61min);
    CHECK(offer(slot("b", noon + 60min)) == contract_status::accepted);
    tick();
    CHECK(book.in_force(now)->contract_id == "b");
  }
  run_until(noon + 70min);
  CHECK(events.empty());
}

TEST_CASE_FIXTURE(
    fixture,
    "a pending or running contract can be withdrawn, and local control has the house at once") {
  SUBCASE("pending") {
    offer(slot("a"));
    CHECK(book.withdraw("a", "market", now).status == contract_status::withdrawn);
    run_until(noon + 5min);
  }
  SUBCASE("running") {
    offer(slot("a"));
    meter = 6 * kilowatt;
    run_until(noon + 10min);
    const auto answer = book.withdraw("a", "market", now);
    CHECK(answer.status == contract_status::withdrawn);
    CHECK(answer.reason == "market");
    CHECK(answer.metered.in(kilowatt_hour) == doctest::Approx(1));
  }
  CHECK_FALSE(book.in_force(now));
  CHECK(book.withdraw("a", "again", now).status == contract_status::withdrawn);
  run_until(noon + 70min);
  CHECK(events.empty());
}

TEST_CASE_FIXTURE(fixture,
                  "a withdrawal that finds nothing, or comes after the end, changes nothing") {
  CHECK(book.withdraw("nobody", "", now).status == contract_status::refused);
  offer(slot("a"));
  run_until(noon + 60min - 5s);
  CHECK(book.withdraw("a", "too late", noon + 60min + 1s).status == contract_status::active);
  run_until(noon + 60min + 5s);
  CHECK(reports.back().status == contract_status::completed);
  CHECK(book.withdraw("a", "too late", now).status == contract_status::completed);
  CHECK(book.in_force(now)->contract_id == "a");
}

TEST_CASE_FIXTURE(fixture, "the house gives up with its reason, and goes on by itself at once") {
  offer(slot("a"));
  run_until(noon + 10min);
  SUBCASE("too cold") { trouble = "zone living is too cold"; }
  SUBCASE("blind") { trouble = "blind: no store temperature for 5 min"; }
  now += 5s;
  tick();
  CHECK_FALSE(book.in_force(now));
  REQUIRE(reports.back().status == contract_status::given_up);
  CHECK(reports.back().reason == trouble);
  CHECK(count_kind(events, "contract-given-up") == 1);
  run_until(noon + 70min);
  CHECK(count_kind(events, "contract-given-up") == 1);
  CHECK(offer(slot("a")) == contract_status::given_up);
}

TEST_CASE_FIXTURE(fixture,
                  "a contract that starts into trouble is given up without having run for a tick") {
  offer(slot("a"));
  trouble = "zone living is too cold";
  run_until(noon + 1min);
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].status == contract_status::given_up);
  CHECK_FALSE(book.in_force(now));
}

TEST_CASE_FIXTURE(fixture, "trouble in the grace ends it: nobody freezes for a successor") {
  offer(slot("a"));
  run_until(noon + 61min);
  REQUIRE(book.in_force(now));
  trouble = "zone living is too cold";
  tick();
  CHECK_FALSE(book.in_force(now));
  CHECK(count_kind(events, "contract-fallback") == 1);
}

TEST_CASE_FIXTURE(fixture,
                  "a meter blind for five minutes ends the contract, a shorter gap does not") {
  offer(slot("a"));
  meter = 6 * kilowatt;
  run_until(noon + 10min);
  meter.reset();
  run_until(noon + 15min - 5s);
  CHECK(reports.back().status == contract_status::active);
  SUBCASE("it is back in time") {
    meter = 6 * kilowatt;
    run_until(noon + 60min);
    CHECK(reports.back().status == contract_status::completed);
  }
  SUBCASE("it is not") {
    now += 10s;
    tick();
    tick();
    CHECK(reports.back().status == contract_status::given_up);
    CHECK(reports.back().reason.find("meter is blind") != std::string::npos);
    CHECK(reports.back().metered.in(kilowatt_hour) == doctest::Approx(1).epsilon(0.02));
  }
}

TEST_CASE_FIXTURE(fixture, "a meter blind from the start ends the contract after five minutes") {
  offer(slot("a"));
  meter.reset();
  run_until(noon + 5min - 5s);
  CHECK(reports.back().status == contract_status::active);
  run_until(noon + 5min);
  CHECK(reports.back().status == contract_status::given_up);
}

TEST_CASE_FIXTURE(fixture, "half a minute between the clocks loses no contract at the hour") {
  for (const auto length : {5min, 60min}) {
    for (const auto skew : {-30s, -5s, 5s, 30s}) {
      CAPTURE(skew.count());
      auto house = fixture{};
      // The node offers on the stroke of its own hour.
      house.now = noon + skew;
      house.tick();
      CHECK(house.offer(slot("a", noon, length)) == contract_status::accepted);
      house.run_until(noon + 40s);
      REQUIRE(house.book.in_force(house.now));
      CHECK(house.book.in_force(house.now)->contract_id == "a");
      house.run_until(noon + length + skew);
      CHECK(house.offer(slot("b", noon + length, length)) == contract_status::accepted);
      house.run_until(noon + length + 40s);
      CHECK(house.book.in_force(house.now)->contract_id == "b");
    }
  }
}

TEST_CASE_FIXTURE(fixture,
                  "a contract up to five minutes late is caught up with, a later one is refused") {
  now = noon + 5min + 30s;
  CHECK(offer(slot("a")) == contract_status::accepted);
  tick();
  CHECK(book.in_force(now)->heat_pump_on);
  now = noon + 1h + 5min + 31s;
  tick();
  CHECK(offer(slot("b", noon + 1h)) == contract_status::refused);
}

TEST_CASE_FIXTURE(fixture, "a slot slept through is given up, not run late") {
  offer(slot("a"));
  tick();
  now = noon + 2h;
  tick();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].status == contract_status::given_up);
  CHECK(reports[0].reason.find("not running") != std::string::npos);
  CHECK_FALSE(book.in_force(now));
}

// ---- the drawing in contract_book.hpp, walked: every state meets every cause

namespace {

enum class place { none, pending, active, grace };
enum class cause {
  offered_again,
  withdrawn,
  start_comes,
  end_comes,
  grace_ends,
  trouble,
  meter_blind,
  successor,
  overlapped,
  house_away,
  clock_forward,
  clock_back,
  used_up
};

fixture brought_to(place p) {
  auto f = fixture{};
  if (p == place::none) return f;
  f.offer(slot("a"));
  if (p == place::active) f.run_until(noon + 10min);
  if (p == place::grace) f.run_until(noon + 61min);
  return f;
}

/// Where contract "a" stands, as an outsider can tell; a pending one shows itself at its start.
place seen(fixture& f) {
  const auto in_force = [&] {
    const auto wish = f.book.in_force(f.now);
    return wish && wish->contract_id == "a";
  };
  if (in_force())
    return f.reports.back().status == contract_status::active ? place::active : place::grace;
  if (f.now >= noon) return place::none;
  f.trouble.reset();
  f.run_until(noon + 30s);  // whatever the clocks differ by
  return in_force() ? place::pending : place::none;
}

void happen(fixture& f, cause what, bool overlaps) {
  switch (what) {
  case cause::offered_again: f.offer(slot("a")); break;
  case cause::withdrawn: f.book.withdraw("a", "", f.now); break;
  case cause::start_comes: f.run_until(std::max(f.now, noon + 1s)); break;
  case cause::end_comes: f.run_until(std::max(f.now, noon + 60min)); break;
  case cause::grace_ends: f.run_until(std::max(f.now, noon + 65min)); break;
  case cause::trouble:
    f.trouble = "too cold";
    f.tick();
    break;
  case cause::meter_blind:
    f.meter.reset();
    f.run_until(f.now + 3min);
    break;
  case cause::successor:
    f.offer(slot("b", noon + 60min));
    f.tick();
    break;
  case cause::overlapped:
    CHECK((f.offer(slot("o", noon + 30min)) == contract_status::refused) == overlaps);
    f.tick();
    break;
  case cause::house_away: {
    auto back = fixture{};
    back.now = f.now + 20s;
    back.reports = f.reports;
    if (const auto kept = f.book.kept(f.now)) back.book.take_up(*kept);
    back.tick();
    f = back;
    break;
  }
  case cause::clock_forward:
  case cause::clock_back: {
    auto dates = exact_dates;
    dates.offset = what == cause::clock_back ? -30s : 30s;
    f.book.redate(dates);
    f.tick();
    break;
  }
  case cause::used_up:
    f.meter = 8 * kilowatt;
    f.run_until(f.now + 31min);
    f.meter = power{};
    break;
  }
}

}  // namespace

TEST_CASE("a contract moves as its drawing says, from every state at every cause") {
  using enum place;
  // clang-format off
  const auto table = std::vector<std::vector<place>>{
  //  again    withdrawn start   end    grace ends trouble  blind 3 min successor overlap  away    +30 s    -30 s    31 min full power
    { pending, none,     none,   none,  none,      none,    none,       none,     none,    none,   none,    none,    none   },  // none
    { pending, none,     active, grace, none,      pending, active,     pending,  pending, pending, pending, pending, active },  // pending, a minute ahead
    { active,  none,     active, grace, none,      none,    active,     active,   active,  active, active,  active,  active },  // active
    { grace,   grace,    grace,  grace, none,      none,    grace,      none,     grace,   none,   grace,   grace,   none   },  // grace
  };
  // clang-format on
  for (auto from = 0; from < 4; ++from) {
    for (auto what = 0; what < 13; ++what) {
      CAPTURE(from);
      CAPTURE(what);
      auto f = brought_to(static_cast<place>(from));
      const auto overlaps = from != 0;  // in the grace its slot is over already
      happen(f, static_cast<cause>(what), overlaps);
      CHECK(seen(f) == table[static_cast<std::size_t>(from)][static_cast<std::size_t>(what)]);
    }
  }
}
