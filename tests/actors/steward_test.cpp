#include "protocol/limits.hpp"
#include "tests/actors/obedient_house.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// An obedient house with somebody in it.
struct fixture : obedient_house {
  using obedient_house::obedient_house;

  household wanted;

  household_wish& wish(wish_kind kind, duration length, std::string zone = {},
                       std::optional<temperature> setpoint = {}) {
    wanted.wishes.push_back({"w" + std::to_string(wanted.wishes.size() + 1), kind, std::move(zone),
                             setpoint, "Ann", seen.time(), seen.time() + length});
    mind.live_by(wanted);
    return wanted.wishes.back();
  }
  [[nodiscard]] std::vector<std::string> of_wishes() const {
    auto lines = std::vector<std::string>{};
    for (const auto& e : told<event>())
      if (e.kind == "lease-begun" || e.kind == "lease-ended")
        lines.push_back(e.kind + " " + e.subject + ": " + e.text);
    return lines;
  }
  [[nodiscard]] bool gave_up(const std::string& why) const {
    const auto all = told<contract_report>();
    return !all.empty() && all.back().status == contract_status::given_up &&
           all.back().reason == why;
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a boost heats a zone and ends by itself") {
  run_until(noon);
  REQUIRE(switches[at::living_call] == false);
  wish(wish_kind::boost, 1h, "living");
  run_until(noon + 5s);
  CHECK(switches[at::living_call]);
  CHECK_FALSE(switches[at::bed_call]);
  CHECK(commanded(at::living_call)->cause ==
        "zone living calls for heat: boost by Ann until 08:00");
  seen.degrees(at::living, 22.3);
  run_until(noon + 30min);
  CHECK_FALSE(switches[at::living_call]);
  seen.degrees(at::living, 21);
  run_until(noon + 59min);
  CHECK(switches[at::living_call]);
  run_until(noon + 1h);
  CHECK_FALSE(switches[at::living_call]);
  CHECK(of_wishes() ==
        std::vector<std::string>{"lease-begun living: boost by Ann until 08:00 has begun",
                                 "lease-ended living: boost by Ann until 08:00 has ended"});
}

TEST_CASE_FIXTURE(fixture, "a holiday lowers every zone and a child's room never freezes") {
  run_until(noon);
  wish(wish_kind::holiday, 48h, {}, celsius(8));
  seen.degrees(at::living, 8.3).degrees(at::bed, 8.3);
  run_until(noon + 10min);
  CHECK_FALSE(switches[at::living_call]);
  CHECK_FALSE(switches[at::bed_call]);
  CHECK(told<event>().size() == 1);
  seen.degrees(at::bed, 7.7);
  run_until(noon + 11min);
  CHECK(switches[at::bed_call]);
  CHECK_FALSE(switches[at::living_call]);
  wish(wish_kind::hands_off, 1h);
  run_until(noon + 12min);
  CHECK_FALSE(switches[at::bed_call]);
  seen.degrees(at::bed, 4.9);
  run_until(noon + 20min);
  CHECK(switches[at::bed_call]);
  CHECK(switches[at::enable]);
}

TEST_CASE_FIXTURE(fixture, "hands off releases the relays and gives the contract up") {
  ask_contract("c1", noon);
  run_until(noon + 20min);
  seen.degrees(at::bed, 18);
  run_until(noon + 21min);
  REQUIRE(in_charge() == authority::contract);
  REQUIRE(switches[at::enable]);
  REQUIRE(switches[at::bed_call]);
  wish(wish_kind::hands_off, 2h);
  run_until(noon + 22min);
  CHECK_FALSE(switches[at::enable]);
  CHECK_FALSE(switches[at::bed_call]);
  CHECK(gave_up("the household wants hands off"));
  const auto state = told<state_report>().back();
  CHECK(state.in_charge == authority::admin);
  CHECK(state.mode == "hardware-fallback");
  CHECK(state.cause == "hands-off by Ann until 09:21");
  ask_contract("c2", noon + 1h);
  CHECK(told<contract_report>().back().status == contract_status::refused);
  CHECK(told<contract_report>().back().reason == "the household wants hands off");
  ask_contract("c3", noon + 3h);
  CHECK(told<contract_report>().back().status == contract_status::accepted);
  run_until(noon + 2h + 22min);
  CHECK(in_charge() == authority::local);
  CHECK(switches[at::bed_call]);
}

TEST_CASE_FIXTURE(fixture,
                  "a contract that was agreed before gives way to hands off at its start") {
  ask_contract("c1", noon);
  wish(wish_kind::hands_off, 3h);
  run_until(noon);
  CHECK(gave_up("the household wants hands off"));
  CHECK(switches[at::enable] == false);
}

TEST_CASE_FIXTURE(fixture,
                  "hands off stands over what the grid asks and under a hold of the relay") {
  run_until(noon);
  wish(wish_kind::hands_off, 3h);
  ask(request{authority::grid, raise_load{}, 1h, "wind"});
  run_until(noon + 1min);
  CHECK_FALSE(switches[at::enable]);
  ask_hold("hp.enable", switched(true));
  run_until(noon + 2min);
  CHECK(switches[at::enable]);
}

TEST_CASE_FIXTURE(fixture, "nothing a household asks for beats the interlock") {
  run_until(noon);
  SUBCASE("a store that is too hot") {
    wish(wish_kind::boost, 1h);
    wish(wish_kind::setpoint, 1h, "living", celsius(30));
    seen.degrees(at::top, 76).degrees(at::mid, 76).degrees(at::bottom, 76);
    run_until(noon + 10min);
    CHECK_FALSE(switches[at::enable]);
  }
  SUBCASE("a compressor that has only just started runs its time") {
    seen.degrees(at::top, 40);
    run_until(noon + 1min);
    REQUIRE(switches[at::enable]);
    wish(wish_kind::hands_off, 1h);
    run_until(noon + 5min);
    CHECK(switches[at::enable]);
    run_until(noon + 15min);
    CHECK_FALSE(switches[at::enable]);
  }
  SUBCASE("a house that freezes is heated, hands off or not") {
    wish(wish_kind::hands_off, 1h);
    wish(wish_kind::holiday, 1h, {}, celsius(5));
    seen.degrees(at::living, 4.5);
    run_until(noon + 10min);
    CHECK(switches[at::enable]);
    CHECK(switches[at::living_call]);
  }
  SUBCASE("the grid's limit") {
    ask(request{authority::grid, power_limit{1 * kilowatt, {}, {}}, 1h, "line work"});
    wish(wish_kind::setpoint, 1h, "living", celsius(30));
    seen.degrees(at::top, 40).set(at::house_power, of(500 * watt));
    run_until(noon + 2min);
    CHECK_FALSE(switches[at::enable]);
  }
}

TEST_CASE_FIXTURE(fixture, "a boost is an extra and ends no contract") {
  ask_contract("c1", noon);
  run_until(noon + 1min);
  REQUIRE(in_charge() == authority::contract);
  wish(wish_kind::boost, 2h);
  seen.degrees(at::living, 19.5);
  run_until(noon + 40min);
  CHECK(in_charge() == authority::contract);
  seen.degrees(at::living, 19.3);
  run_until(noon + 41min);
  CHECK(gave_up("zone living is too cold"));
}

TEST_CASE_FIXTURE(fixture, "what a holiday lowers is not too cold for a contract") {
  run_until(noon - 10min);
  wish(wish_kind::holiday, 48h, {}, celsius(15));
  seen.degrees(at::living, 16);
  ask_contract("c1", noon);
  run_until(noon + 30min);
  CHECK(in_charge() == authority::contract);
  seen.degrees(at::living, 14.3);
  run_until(noon + 31min);
  CHECK(gave_up("zone living is too cold"));
}

TEST_CASE_FIXTURE(fixture,
                  "who asks for a warmer room has no cold one until it has been warm once") {
  ask_contract("c1", noon);
  run_until(noon + 1min);
  wish(wish_kind::setpoint, 6h, "living", celsius(22));
  run_until(noon + 5min);
  CHECK(in_charge() == authority::contract);
  seen.degrees(at::living, 21.8);
  run_until(noon + 6min);
  seen.degrees(at::living, 21.3);
  run_until(noon + 7min);
  CHECK(gave_up("zone living is too cold"));
}

TEST_CASE_FIXTURE(fixture, "a room that stays cold is owed its warmth after four hours") {
  run_until(noon);
  wish(wish_kind::setpoint, 12h, "living", celsius(22));
  run_until(noon + 4h - 10s);
  ask_contract("c1", noon + 4h - 60min + 1h);
  CHECK(told<event>().size() == 1);
  run_until(noon + 4h + 10s);
  CHECK(gave_up("zone living is too cold"));
}

TEST_CASE_FIXTURE(fixture, "a raised thermostat on the wall counts at once where nobody wishes") {
  auto l = small_house();
  l.plant->zones[0].setpoint = at::mid;
  auto f = fixture{l};
  f.seen.degrees(at::mid, 20);
  f.ask_contract("c1", noon);
  f.run_until(noon + 1min);
  REQUIRE(f.in_charge() == authority::contract);
  f.seen.degrees(at::mid, 22);
  f.run_until(noon + 2min);
  CHECK(f.gave_up("zone living is too cold"));
}

TEST_CASE_FIXTURE(fixture, "a wish is told of once, however often the household says it") {
  run_until(noon);
  wish(wish_kind::boost, 1h, "living");
  for (int i = 0; i < 5; ++i) {
    run_until(noon + (i + 1) * 1min);
    mind.live_by(wanted);
  }
  CHECK(of_wishes().size() == 1);
  wanted.wishes.clear();
  mind.live_by(wanted);
  seen.degrees(at::living, 20.3);
  run_until(noon + 10min);
  CHECK(of_wishes() ==
        std::vector<std::string>{"lease-begun living: boost by Ann until 08:00 has begun",
                                 "lease-ended living: boost by Ann until 08:00 was taken back"});
  CHECK_FALSE(switches[at::living_call]);
}

TEST_CASE_FIXTURE(fixture, "a wish for later begins then") {
  run_until(noon);
  wish(wish_kind::holiday, 25h, {}, celsius(15)).since = noon + 1h;
  mind.live_by(wanted);
  run_until(noon + 59min);
  CHECK(of_wishes().empty());
  run_until(noon + 1h);
  CHECK(of_wishes() == std::vector<std::string>{
                           "lease-begun small: holiday by Ann until 2020-01-16 08:00 has begun"});
}

TEST_CASE_FIXTURE(fixture,
                  "a new dispatcher goes on with what the household wanted of the old one") {
  run_until(noon);
  wish(wish_kind::boost, 1h, "living");
  run_until(noon + 10min);
  const auto left = mind.farewell(seen.time());
  CHECK(left.wanted == wanted);
  mind = dispatcher{house, seen.time()};
  statements.clear();
  mind.live_by(left.wanted);
  run_until(noon + 59min);
  CHECK(switches[at::living_call]);
  CHECK(of_wishes().empty());
  seen.degrees(at::living, 20.3);
  run_until(noon + 61min);
  CHECK_FALSE(switches[at::living_call]);
  CHECK(of_wishes() ==
        std::vector<std::string>{"lease-ended living: boost by Ann until 08:00 has ended"});
}

TEST_CASE_FIXTURE(fixture, "more wishes than a household may have: the last ones count") {
  for (std::size_t i = 0; i < limits::household_wishes + 5; ++i)
    wish(wish_kind::setpoint, 1h, "bed", celsius(6));
  CHECK(mind.farewell(noon).wanted.wishes.size() == limits::household_wishes);
  CHECK(mind.farewell(noon).wanted.wishes.back().id == wanted.wishes.back().id);
}
