#include "protocol/limits.hpp"
#include "tests/actors/obedient_house.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// An obedient house at noon, its heat pump off and rested.
struct fixture : obedient_house {
  fixture() { run_until(noon); }
  explicit fixture(layout l) : obedient_house{std::move(l)} { run_until(noon); }

  bool asked(request r) {
    ask(std::move(r));
    return told<outcome>().back().accepted;
  }
  bool shed_for(grid_severity how, duration lease = 30min) {
    return asked({authority::grid, shed{how}, lease, "peak"});
  }
  bool raise_for(grid_severity how, duration lease = 30min) {
    return asked({authority::grid, raise_load{how}, lease, "sun"});
  }
  bool limit_to(power most, duration lease = 6h, std::optional<power> failsafe = {},
                duration failsafe_for = 30min) {
    return asked({authority::grid, power_limit{most, failsafe, failsafe_for}, lease, "cable"});
  }
  /// The node answers each minute.
  void run_heard_until(time_point end) {
    while (seen.time() < end) {
      run_until(std::min(seen.time() + 1min, end));
      ask(heartbeat{});
    }
  }
  bool heats() { return switches[at::enable]; }
  /// As from 8 kW of heat pump and 500 W of the rest.
  void meter() {
    seen.set(at::house_power, of(500 * watt + (heats() ? 8 * kilowatt : power{})));
    tick();
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a gentle shed gives way to a contract and to a store that needs heat") {
  REQUIRE(shed_for(grid_severity::gentle, 6h));
  CHECK(in_charge() == authority::grid);
  ask_contract("c", noon, 8 * kilowatt);
  CHECK(in_charge() == authority::contract);
  CHECK(heats());
  run_until(noon + 30min);
  ask(withdrawal{"c", ""});
  CHECK(in_charge() == authority::grid);
  CHECK_FALSE(heats());
  run_until(noon + 40min);
  seen.degrees(at::top, 44.9);
  run_until(noon + 41min);
  CHECK(in_charge() == authority::local);
  CHECK(heats());
  // It heats until the store carries the house again, not to the first tenth of a kelvin.
  seen.degrees(at::top, 49);
  run_until(noon + 60min);
  CHECK(in_charge() == authority::local);
  seen.degrees(at::top, 50);
  run_until(noon + 61min);
  CHECK(in_charge() == authority::grid);
}

TEST_CASE_FIXTURE(fixture,
                  "a firm shed stands over a contract and ends at a cold critical zone; an "
                  "emergency stands that too") {
  ask_contract("c", noon);
  run_until(noon + 15min);
  REQUIRE(shed_for(grid_severity::firm, 2h));
  CHECK(in_charge() == authority::grid);
  CHECK_FALSE(heats());
  seen.degrees(at::living, 19.3).degrees(at::top, 40);
  run_until(noon + 30min);
  CHECK(in_charge() == authority::local);
  CHECK(heats());
  run_until(noon + 45min);
  REQUIRE(shed_for(grid_severity::emergency, 1h));
  CHECK(in_charge() == authority::grid);
  CHECK_FALSE(heats());
  SUBCASE("until its end") {
    run_until(noon + 105min);
    CHECK(in_charge() == authority::local);
    CHECK(heats());
  }
  SUBCASE("or until the house is close to freezing") {
    run_until(noon + 60min);
    seen.degrees(at::bed, 4.5);
    run_until(noon + 61min);
    CHECK(heats());
    CHECK(in_charge() == authority::grid);
    CHECK(told<event>().back().text.starts_with("freezing"));
  }
}

TEST_CASE_FIXTURE(fixture, "a raise heats the store while it has room") {
  REQUIRE(raise_for(grid_severity::gentle, 2h));
  CHECK(in_charge() == authority::grid);
  CHECK(heats());
  CHECK(commanded(at::enable)->cause == "the grid asks to use power: sun");
  seen.degrees(at::top, 70).degrees(at::mid, 68).degrees(at::bottom, 64.9);
  run_until(noon + 30min);
  CHECK(heats());
  seen.degrees(at::bottom, 65);
  run_until(noon + 31min);
  CHECK(in_charge() == authority::local);
  CHECK_FALSE(heats());
  seen.degrees(at::bottom, 61);
  run_until(noon + 45min);
  CHECK(in_charge() == authority::local);
  SUBCASE("again when it has lost some of it") {
    seen.degrees(at::bottom, 59);
    run_until(noon + 46min);
    CHECK(in_charge() == authority::grid);
    CHECK(heats());
  }
  SUBCASE("an emergency goes on to just under the maximum, where the interlock is") {
    seen.degrees(at::bottom, 66);
    REQUIRE(raise_for(grid_severity::emergency));
    CHECK(heats());
    seen.degrees(at::top, 75);
    run_until(noon + 46min);
    CHECK_FALSE(heats());
  }
}

TEST_CASE_FIXTURE(fixture, "a gentle raise leaves a contract alone, a firm one does not") {
  ask_contract("c", noon, 800 * watt);
  run_until(noon + 20min);
  CHECK_FALSE(heats());
  REQUIRE(raise_for(grid_severity::gentle));
  CHECK(in_charge() == authority::contract);
  REQUIRE(raise_for(grid_severity::firm));
  CHECK(in_charge() == authority::grid);
  CHECK(heats());
}

TEST_CASE("a house without a store cannot take more, and says so") {
  auto l = small_house();
  l.plant->store.reset();
  auto f = fixture{l};
  CHECK_FALSE(f.raise_for(grid_severity::firm));
  CHECK(f.told<outcome>().back().reason.find("no store") != std::string::npos);
}

TEST_CASE_FIXTURE(fixture, "a shed stands over a raise") {
  REQUIRE(raise_for(grid_severity::emergency));
  run_until(noon + 15min);
  REQUIRE(shed_for(grid_severity::firm));
  CHECK_FALSE(heats());
}

TEST_CASE_FIXTURE(fixture, "what is planned begins by the date and ends by its length") {
  REQUIRE(asked({authority::grid, shed{}, 30min, "peak", noon + 1h}));
  CHECK(in_charge() == authority::local);
  run_until(noon + 1h);
  CHECK(in_charge() == authority::grid);
  CHECK(count_kind(told<event>(), "lease-begun") == 1);
  run_until(noon + 90min);
  CHECK(in_charge() == authority::local);
  CHECK(count_kind(told<event>(), "lease-ended") == 1);
}

TEST_CASE_FIXTURE(fixture, "the store is filled in the hours before an announced outage") {
  REQUIRE(asked({authority::grid, outage{}, 4h, "line work", noon + 6h}));
  run_until(noon + 3h - 5s);
  CHECK(in_charge() == authority::local);
  CHECK_FALSE(heats());
  run_until(noon + 3h);
  CHECK(in_charge() == authority::grid);
  CHECK(heats());
  run_until(noon + 6h);
  CHECK(in_charge() == authority::local);
}

TEST_CASE_FIXTURE(fixture, "the grid's limit binds an admin, too, and its failsafe ends") {
  ask_hold("hp.enable", switched(true), 24h);
  run_until(noon + 15min);
  meter();
  REQUIRE(heats());
  REQUIRE(limit_to(4 * kilowatt, 6h, 2 * kilowatt));
  CHECK_FALSE(heats());
  CHECK(commanded(at::enable)->source == authority::safety);
  CHECK(told<event>().back().text.starts_with("grid-limit"));
  meter();
  run_heard_until(noon + 1h);
  CHECK_FALSE(heats());
  CHECK(count_kind(told<event>(), "limit-failsafe") == 0);
  // Now the node is silent.
  run_until(noon + 1h + limits::limit_silence);
  CHECK(count_kind(told<event>(), "limit-failsafe") == 1);
  run_until(noon + 1h + limits::limit_silence + 30min - 5s);
  CHECK_FALSE(heats());
  run_until(noon + 1h + limits::limit_silence + 30min + 5s);
  CHECK(heats());
  CHECK(in_charge() == authority::admin);
}

TEST_CASE_FIXTURE(fixture,
                  "while a limit holds the house asks each minute whether the node is there") {
  REQUIRE(limit_to(4 * kilowatt));
  run_until(noon + 10min - 5s);
  const auto beats = told<heartbeat>();
  CHECK(beats.size() == 10);
  for (const auto& b : beats) CHECK(b.contract_id.empty());
  CHECK(count_kind(told<event>(), "node-silent") == 0);
}

TEST_CASE_FIXTURE(fixture, "an admin's hold that is kept alive goes on, and ends by itself after") {
  ask_hold("hp.enable", switched(true), 10min);
  for (auto i = 1; i <= 6; ++i) {
    run_until(noon + i * 9min);
    CHECK(in_charge() == authority::admin);
    CHECK(asked({authority::admin, keep_alive{}, {}, ""}));
  }
  run_until(noon + 64min);
  CHECK(in_charge() == authority::local);
  CHECK(count_kind(told<event>(), "lease-ended") == 1);
  CHECK_FALSE(asked({authority::admin, keep_alive{}, {}, ""}));
}

TEST_CASE_FIXTURE(fixture, "hand-overs from rank to rank that want the same toggle no relay") {
  auto writes = 0;
  auto before = false;
  const auto count = [&] {
    if (heats() != before) ++writes;
    before = heats();
  };
  const auto pass = [&](duration d) {
    for (const auto end = seen.time() + d; seen.time() < end;) {
      run_until(seen.time() + 5s);
      count();
    }
  };
  ask_contract("c", noon, 8 * kilowatt);
  count();
  pass(5min);
  CHECK(raise_for(grid_severity::firm, 20min));
  count();
  pass(5min);
  ask_hold("hp.enable", switched(true), 5min);
  count();
  pass(20min);
  CHECK(in_charge() == authority::contract);
  CHECK(raise_for(grid_severity::emergency, 10min));
  pass(5min);
  CHECK(asked({authority::grid, release{}, {}, ""}));
  count();
  CHECK(in_charge() == authority::contract);
  CHECK(writes == 1);
  CHECK(count_kind(told<event>(), "interlock") == 0);
}

TEST_CASE("the pump is told first, and the compressor when it is seen to run") {
  auto f = obedient_house{};
  f.pump_obeys_at_once = false;
  f.run_until(noon);
  f.ask_contract("c", noon);
  CHECK(f.switches[at::pump]);
  CHECK_FALSE(f.switches[at::enable]);
  CHECK(f.in_charge() == authority::contract);
  f.run_until(noon + 5s);
  CHECK(f.switches[at::enable]);
  // What every start needs is no intervention worth a word.
  CHECK(count_kind(f.told<event>(), "interlock") == 0);
}

TEST_CASE_FIXTURE(fixture, "a pump that does not come on is told once, and the compressor waits") {
  pump_obeys_at_once = false;
  ask_contract("c", noon);
  while (seen.time() < noon + 10min) {
    seen.pass(5s).on(at::enable, false).on(at::pump, false);
    carry(mind.decide(seen.now()));
    CHECK(switches[at::pump]);
    CHECK_FALSE(switches[at::enable]);
  }
  auto told_of_it = 0;
  for (const auto& e : told<event>()) {
    if (e.kind != "interlock") continue;
    ++told_of_it;
    CHECK(e.text.starts_with("pump-first"));
    CHECK(e.severity == severity::warning);
  }
  CHECK(told_of_it == 1);
}

TEST_CASE_FIXTURE(fixture, "a house that freezes starts its pump, then its heat pump") {
  pump_obeys_at_once = false;
  ask_hold("hp.pump", switched(false), 1h);
  seen.degrees(at::living, 4);
  tick();
  CHECK(switches[at::pump]);
  run_until(noon + 10s);
  CHECK(heats());
}
