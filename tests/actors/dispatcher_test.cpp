#include "actors/dispatcher.hpp"

#include "protocol/limits.hpp"
#include "tests/actors/obedient_house.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

using fixture = obedient_house;

}  // namespace

TEST_CASE_FIXTURE(fixture, "left alone, the house decides itself and says so once") {
  run_until(noon);
  REQUIRE(told<state_report>().size() == 1);
  CHECK(told<state_report>()[0].in_charge == authority::local);
  CHECK(told<state_report>()[0].mode == "thermostat");
  CHECK_FALSE(switches[at::enable]);
  CHECK(told<event>().empty());
}

TEST_CASE_FIXTURE(fixture,
                  "a directive is answered, but not decided upon on a picture that is old") {
  run_until(noon);
  const auto offer = contract{"c", noon, 60min, 4 * kilowatt};
  const auto late = seen.time() + 3 * house->pace.control;
  const auto decided = mind.take({"small", "node", 1, "m1", late, "", offer}, late);
  CHECK(decided.commands.empty());
  REQUIRE(decided.statements.size() == 1);
  CHECK(std::get<contract_report>(decided.statements[0]).status == contract_status::accepted);
  tick();
  CHECK(in_charge() == authority::contract);
}

TEST_CASE_FIXTURE(fixture, "a reporter that is new is told once who is in charge, and since when") {
  run_until(noon);
  const auto before = told<state_report>();
  mind.forget_told();
  run_until(noon + 5min);
  REQUIRE(told<state_report>().size() == before.size() + 1);
  CHECK(told<state_report>().back().in_charge == authority::local);
  CHECK(told<state_report>().back().since == before.back().since);
}

TEST_CASE_FIXTURE(fixture,
                  "admin stands over grid, grid over contract, contract over the house itself") {
  run_until(noon);
  CHECK(in_charge() == authority::local);
  ask_contract("c", noon);
  CHECK(in_charge() == authority::contract);
  CHECK(commanded(at::enable)->source == authority::contract);
  CHECK(switches[at::enable]);
  run_until(noon + 15min);
  ask_shed();
  CHECK(in_charge() == authority::grid);
  CHECK_FALSE(switches[at::enable]);
  run_until(noon + 25min);
  ask_hold("hp.enable", switched(true), 15min);
  CHECK(in_charge() == authority::admin);
  CHECK(switches[at::enable]);
  CHECK(commanded(at::enable)->cause.find("by hand") != std::string::npos);
  run_until(noon + 40min);
  CHECK(in_charge() == authority::grid);
  run_until(noon + 45min);
  CHECK(in_charge() == authority::contract);
  run_until(noon + 65min);
  CHECK(in_charge() == authority::local);
}

TEST_CASE_FIXTURE(fixture, "asked in the opposite order, the ranks are the same") {
  run_until(noon);
  ask_hold("hp.enable", switched(false));
  ask_shed();
  ask_contract("c", noon);
  CHECK(in_charge() == authority::admin);
  CHECK_FALSE(switches[at::enable]);
  ask(request{authority::admin, release{}, {}, ""});
  CHECK(in_charge() == authority::grid);
  ask(request{authority::grid, release{}, {}, ""});
  CHECK(in_charge() == authority::contract);
  CHECK(switches[at::enable]);
  ask(withdrawal{"c", "market"});
  CHECK(in_charge() == authority::local);
}

TEST_CASE_FIXTURE(
    fixture, "a contract at whose end the house would run is used then, and nothing moves before") {
  run_until(noon - 5min);
  auto plan = heat_plan{noon - 15min, 15min, 15min, {}, {}, {}};
  for (auto i = 0; i < 192; ++i) {
    const auto runs = i >= 5;
    plan.slots.push_back({runs ? 1.0 : 0.0,
                          runs ? 2 * kilowatt_hour : energy{},
                          celsius(40),
                          {},
                          90 * usd_per_mwh,
                          {}});
  }
  mind.follow(plan);
  ask_contract("c", noon);
  while (seen.time() < noon + 29min) {
    seen.pass(5s);
    tick();
    CHECK_FALSE(switches[at::enable]);
    CHECK_FALSE(switches[at::pump]);
  }
  CHECK(in_charge() == authority::contract);
  run_until(noon + 31min);
  CHECK(switches[at::enable]);
  run_until(noon + 59min);
  CHECK(switches[at::enable]);
  run_until(noon + 61min);
  CHECK(told<contract_report>().back().status == contract_status::completed);
  CHECK(told<contract_report>().back().metered.in(kilowatt_hour) ==
        doctest::Approx(4).epsilon(0.02));
}

TEST_CASE_FIXTURE(fixture, "a contract takes the heat pump at once, not at the next tick") {
  run_until(noon + 2s);
  ask_contract("c", noon);
  REQUIRE(commanded(at::enable));
  CHECK(commanded(at::enable)->value == switched(true));
  CHECK(commanded(at::enable)->issued == noon + 2s);
  const auto reports = told<contract_report>();
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].status == contract_status::accepted);
  CHECK(reports[1].status == contract_status::active);
}

TEST_CASE_FIXTURE(fixture, "a hand-over between two that want the same toggles nothing") {
  run_until(noon);
  ask_contract("a", noon, 8 * kilowatt, 15min);
  ask_contract("b", noon + 15min, 8 * kilowatt, 15min);
  auto toggles = 0;
  while (seen.time() < noon + 29min) {
    run_until(seen.time() + 5s);
    if (const auto c = commanded(at::enable); c && c->value == switched(false)) ++toggles;
  }
  CHECK(toggles == 0);
  CHECK(told<state_report>().back().contract_id == "b");
  ask_hold("hp.enable", switched(true), 5min);
  CHECK(in_charge() == authority::admin);
  CHECK(switches[at::enable]);
  CHECK(count_kind(told<event>(), "interlock") == 0);
}

TEST_CASE_FIXTURE(fixture, "a command that does not change is said again every third of its life") {
  run_until(noon);
  auto said = std::vector<time_point>{};
  for (auto i = 0; i < 12; ++i) {
    run_until(seen.time() + 5s);
    if (const auto c = commanded(at::living_call)) {
      said.push_back(c->issued);
      CHECK(c->expires == c->issued + limits::command_life);
    }
  }
  CHECK(said.size() == 6);
  for (std::size_t i = 1; i < said.size(); ++i)
    CHECK(said[i] - said[i - 1] == limits::command_life / 3);
}

TEST_CASE_FIXTURE(
    fixture, "a device that was restarted is told its commands at the next tick, others are not") {
  run_until(noon);
  run_until(noon + 5s);
  const auto quiet = commands.empty();
  mind.forget_sent(by::relays);
  if (!quiet) tick();
  mind.forget_sent(by::relays);
  tick();
  CHECK(commands.size() == 4);
  mind.forget_sent(by::valve);
  tick();
  CHECK(commands.empty());
}

TEST_CASE_FIXTURE(fixture, "every directive is answered, before the first snapshot too") {
  auto fresh = dispatcher{house, noon};
  const auto answer = [&](body what) {
    return fresh.take({"small", "node", 1, "m1", noon, "", std::move(what)}, noon);
  };
  auto said = answer(contract{"c", noon, 60min, 4 * kilowatt});
  CHECK(only<contract_report>(said.statements).at(0).status == contract_status::accepted);
  said = answer(withdrawal{"c", ""});
  CHECK(only<contract_report>(said.statements).at(0).status == contract_status::withdrawn);
  said = answer(request{authority::grid, shed{}, {}, ""});
  CHECK(only<outcome>(said.statements).at(0).request_id == "m1");
  CHECK(only<outcome>(said.statements).at(0).accepted);
  CHECK(answer(heartbeat{}).statements.empty());
  CHECK(answer(weather{noon, 1h, {celsius(-3)}}).statements.empty());
  CHECK(answer(prices{noon, 1h, {30 * usd_per_mwh}, {}}).statements.empty());
  CHECK(fresh.known_tariff().distribution(noon) == house->tariff.distribution);
}

TEST_CASE_FIXTURE(fixture, "prices of the node are learned and decided upon") {
  run_until(noon);
  ask(prices{noon, 1h, {30 * usd_per_mwh}, {70 * usd_per_mwh}});
  CHECK(mind.known_tariff().distribution(noon) == 70 * usd_per_mwh);
}

TEST_CASE("an admin command from a node that may not give any is refused and moves nothing") {
  auto l = small_house();
  l.link->remote_admin = false;
  auto f = fixture{l};
  f.run_until(noon);
  f.ask_hold("hp.enable", switched(true));
  REQUIRE(f.told<outcome>().size() == 1);
  CHECK_FALSE(f.told<outcome>()[0].accepted);
  CHECK_FALSE(f.switches[at::enable]);
  CHECK(f.in_charge() == authority::local);
}

TEST_CASE_FIXTURE(fixture, "shedding respects a critical zone that is too cold, and only that") {
  run_until(noon);
  seen.degrees(at::top, 44);
  run_until(noon + 10s);
  REQUIRE(switches[at::enable]);
  run_until(noon + 15min);
  ask_shed(2h);
  CHECK_FALSE(switches[at::enable]);
  seen.degrees(at::bed, 15);
  run_until(noon + 25min);
  CHECK_FALSE(switches[at::enable]);
  seen.degrees(at::living, 19.39);
  run_until(noon + 25min + 5s);
  CHECK(switches[at::enable]);
  CHECK(in_charge() == authority::local);
}

TEST_CASE_FIXTURE(
    fixture,
    "a room whose temperature trembles at the limit changes hands once, not at every tick") {
  run_until(noon);
  ask_shed(2h);
  const auto before = told<state_report>().size();
  for (auto i = 0; i < 60; ++i) {
    seen.degrees(at::living, i % 2 == 0 ? 19.38 : 19.42);
    run_until(seen.time() + 5s);
  }
  CHECK(told<state_report>().size() == before + 1);
  seen.degrees(at::living, 19.71);
  run_until(seen.time() + 5s);
  CHECK(in_charge() == authority::grid);
}

TEST_CASE_FIXTURE(
    fixture, "a contract is given up when a critical zone is more than 0.6 K under its setpoint") {
  run_until(noon);
  ask_contract("c", noon);
  seen.degrees(at::bed, 10).degrees(at::living, 19.41);
  run_until(noon + 5min);
  CHECK(in_charge() == authority::contract);
  seen.degrees(at::living, 19.39);
  run_until(noon + 5min + 5s);
  CHECK(told<contract_report>().back().status == contract_status::given_up);
  CHECK(told<contract_report>().back().reason == "zone living is too cold");
  CHECK(in_charge() == authority::local);
}

TEST_CASE_FIXTURE(
    fixture,
    "a store blind for five minutes ends the contract; a blind house does what its hardware does") {
  run_until(noon);
  ask_contract("c", noon);
  run_until(noon + 10min);
  seen.lose_store();
  run_until(noon + 10min + 5s);
  CHECK_FALSE(switches[at::enable]);
  CHECK(told<state_report>().back().mode == "hardware-fallback");
  CHECK(told<contract_report>().back().status == contract_status::active);
  run_until(noon + 15min + 5s);
  CHECK(told<contract_report>().back().status == contract_status::given_up);
  CHECK(told<contract_report>().back().reason.starts_with("blind"));
}

TEST_CASE("a house that cannot keep a contract refuses it at once") {
  auto l = small_house();
  SUBCASE("no plant") { l.plant.reset(); }
  SUBCASE("no meter at the heat pump") { l.plant->heat_pump.power_meter.reset(); }
  auto f = fixture{l};
  f.run_until(noon);
  f.ask_contract("c", noon);
  REQUIRE(f.told<contract_report>().size() == 1);
  CHECK(f.told<contract_report>()[0].status == contract_status::refused);
  CHECK_FALSE(f.told<contract_report>()[0].reason.empty());
}

TEST_CASE("a house without a plant carries out what is held by hand, and lets it die after") {
  auto l = small_house();
  l.plant.reset();
  auto f = fixture{l};
  f.run_until(noon);
  CHECK(f.commands.empty());
  f.ask_hold("valve.position", {0.4, unit::fraction}, 1min);
  REQUIRE(f.commands.size() == 1);
  CHECK(f.commands[0].value == measured{0.4, unit::fraction});
  f.run_until(noon + 1min - 1s);
  CHECK(f.told<event>().empty());
  auto after = std::size_t{0};
  f.run_until(noon + 1min);
  after += f.commands.size();
  f.run_until(noon + 5min);
  CHECK(after + f.commands.size() == 0);
  CHECK(count_kind(f.told<event>(), "lease-ended") == 1);
}

TEST_CASE_FIXTURE(fixture, "what happens is told when it changes and not when it stays") {
  run_until(noon);
  const auto before = told<state_report>().size();
  ask_contract("c", noon);
  CHECK(told<state_report>().size() == before + 1);
  CHECK(told<state_report>().back().contract_id == "c");
  CHECK(told<state_report>().back().since == noon);
  run_until(noon + 20min);
  CHECK(told<state_report>().size() == before + 1);
  run_until(noon + 40min);  // the energy is used: off, by the same authority since the same time
  CHECK(told<state_report>().size() == before + 2);
  CHECK(told<state_report>().back().since == noon);
}

TEST_CASE_FIXTURE(fixture, "during a contract the house says every minute that it is there") {
  run_until(noon);
  ask_contract("c", noon);
  run_until(noon + 10min - 5s);
  CHECK(told<heartbeat>().size() == 10);
  for (const auto& h : told<heartbeat>()) CHECK(h.contract_id == "c");
  ask(withdrawal{"c", ""});
  run_until(noon + 20min);
  CHECK(told<heartbeat>().size() == 10);
}

TEST_CASE_FIXTURE(fixture, "a silent node is told once per silence, and the contract goes on") {
  run_until(noon);
  ask_contract("c", noon, 8 * kilowatt);
  run_until(noon + 3min - 5s);
  CHECK(count_kind(told<event>(), "node-silent") == 0);
  run_until(noon + 20min);
  CHECK(count_kind(told<event>(), "node-silent") == 1);
  CHECK(in_charge() == authority::contract);
  ask(heartbeat{"c"});
  run_until(noon + 22min);
  CHECK(count_kind(told<event>(), "node-silent") == 1);
  run_until(noon + 30min);
  CHECK(count_kind(told<event>(), "node-silent") == 2);
}

TEST_CASE_FIXTURE(fixture, "the interlock's interventions are told when they begin, once each") {
  run_until(noon);
  ask_hold("hp.enable", switched(true), 2h);
  run_until(noon + 20min);
  CHECK(count_kind(told<event>(), "interlock") == 0);
  seen.degrees(at::top, 76);
  run_until(noon + 21min);
  REQUIRE(count_kind(told<event>(), "interlock") == 1);
  CHECK(told<event>().back().text.starts_with("store-too-hot"));
  CHECK(told<event>().back().severity == severity::warning);
  CHECK(told<event>().back().subject == "hp.enable");
  CHECK_FALSE(switches[at::enable]);
  seen.degrees(at::top, 60);
  run_until(noon + 22min);
  CHECK(told<event>().back().text.starts_with("minimum-off"));
  run_until(noon + 30min);
  CHECK(count_kind(told<event>(), "interlock") == 2);
  CHECK(switches[at::enable]);
  seen.degrees(at::top, 76);
  run_until(noon + 31min);
  CHECK(count_kind(told<event>(), "interlock") == 3);
}

TEST_CASE_FIXTURE(fixture, "two directives within a tick cannot start and stop the compressor") {
  run_until(noon);
  ask_contract("c", noon);
  REQUIRE(switches[at::enable]);
  seen.pass(1s);
  ask(withdrawal{"c", "changed mind"});
  CHECK(switches[at::enable]);
  CHECK(switches[at::pump]);
  run_until(noon + 10min);
  CHECK(switches[at::enable]);
  run_until(noon + 10min + 20s);
  CHECK_FALSE(switches[at::enable]);
}

TEST_CASE_FIXTURE(fixture,
                  "the pump follows what the interlock lets the heat pump do, not what is wished") {
  run_until(noon);
  ask_contract("a", noon);
  run_until(noon + 15min);
  CHECK(switches[at::pump]);
  ask(withdrawal{"a", ""});
  run_until(noon + 15min + 10s);
  CHECK_FALSE(switches[at::enable]);
  CHECK_FALSE(switches[at::pump]);
  ask_contract("b", noon + 15min, 4 * kilowatt, 30min);
  run_until(noon + 18min);
  CHECK_FALSE(switches[at::enable]);  // it rests
  CHECK_FALSE(switches[at::pump]);
  run_until(noon + 21min);
  CHECK(switches[at::enable]);
  CHECK(switches[at::pump]);
}

TEST_CASE_FIXTURE(fixture, "a heat pump held on by hand gets its pump with it") {
  run_until(noon);
  ask_hold("hp.enable", switched(true));
  CHECK(switches[at::enable]);
  CHECK(switches[at::pump]);
}

TEST_CASE_FIXTURE(fixture,
                  "a snapshot frozen before the latest directive makes no command look old") {
  run_until(noon);
  const auto frozen_before = seen.now();
  seen.pass(1s);
  ask_hold("hp.enable", switched(true));
  REQUIRE(commanded(at::enable));
  auto hot = seen;
  hot.be(frozen_before.at).degrees(at::top, 80);
  carry(mind.decide(hot.now()));
  REQUIRE(commanded(at::enable));
  CHECK(commanded(at::enable)->value == switched(false));
  CHECK(commanded(at::enable)->issued >= noon + 1s);
}
