#include "tests/actors/obedient_house.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

using fixture = obedient_house;

}  // namespace

TEST_CASE_FIXTURE(fixture, "leases and minimum times run their length, however the date jumps") {
  for (const auto jump : {duration{50 * 365 * 24h}, duration{-1h}, duration{1h}}) {
    CAPTURE(jump.count());
    auto f = fixture{};
    f.run_until(noon);
    f.ask_hold("hp.enable", switched(true), 20min);
    f.ask_shed(30min);
    f.run_until(noon + 5min);
    REQUIRE(f.switches[at::enable]);
    f.mind.redate({jump, date_trust::good, date_source::network_time});
    f.run_until(noon + 20min - 5s);
    CHECK(f.switches[at::enable]);
    CHECK(count_kind(f.told<event>(), "lease-ended") == 0);
    f.run_until(noon + 20min);
    CHECK_FALSE(f.switches[at::enable]);
    CHECK(count_kind(f.told<event>(), "lease-ended") == 1);
    f.run_until(noon + 30min);
    CHECK(count_kind(f.told<event>(), "lease-ended") == 2);
    for (const auto& e : f.told<event>()) CHECK(e.severity == severity::info);
  }
}

TEST_CASE_FIXTURE(fixture, "the compressor's minimum times do not notice a jump of the date") {
  run_until(noon);
  ask_hold("hp.enable", switched(true), 2min);
  run_until(noon + 1min);
  mind.redate({duration{50 * 365 * 24h}, date_trust::good, date_source::network_time});
  run_until(noon + 10min - 5s);
  CHECK(switches[at::enable]);
  run_until(noon + 10min + 5s);
  CHECK_FALSE(switches[at::enable]);
  ask_hold("hp.enable", switched(true), 10min);
  mind.redate({duration{-1h}, date_trust::good, date_source::network_time});
  run_until(noon + 15min - 5s);
  CHECK_FALSE(switches[at::enable]);
  run_until(noon + 15min + 15s);
  CHECK(switches[at::enable]);
}

TEST_CASE_FIXTURE(fixture, "the node speaks in dates and the house lives in its own time") {
  mind.redate({duration{50 * 365 * 24h}, date_trust::good, date_source::node});
  run_until(noon);
  ask_contract("c", noon + 50 * 365 * 24h);
  CHECK(in_charge() == authority::contract);
  ask_hold("hp.enable", switched(true), 30min);
  run_until(noon + 5s);
  // What a person reads is a date; what the house says of itself is house time until it is sent.
  CHECK(told<state_report>().back().cause.find("until 2070-01-02T12:30:00Z") != std::string::npos);
  CHECK(told<state_report>().back().since == noon);
}

TEST_CASE_FIXTURE(fixture, "a hold by hand needs no date") {
  mind.redate(dating{});
  run_until(noon);
  ask_hold("hp.enable", switched(true), 30min);
  CHECK(in_charge() == authority::admin);
  CHECK(told<state_report>().back().cause == "held by hand: by hand");
}
