#include "tests/actors/commissioned_house.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

using fixture = commissioned_house;

void has(const std::string& text, const std::string& part) {
  CHECK_MESSAGE(text.find(part) != std::string::npos, "missing: ", part, " in ", text);
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "a house in which all is well passes, every channel of it, signed") {
  rest = 5min;
  run = 10min;
  begin();
  go_on();
  const auto r = record();
  INFO(report_text(r));
  CHECK(r.passed());
  CHECK(r.signed_by == "Ada");
  CHECK(r.complete);
  // 7 sensors, 5 actuators which also come back, hands off, tank, two rooms, pump, two meters.
  CHECK(r.findings.size() == 7 + 2 * 5 + 1 + 1 + 2 + 1 + 2);
  CHECK(found("meter", "hp.power").verdict == check_verdict::passed);
  CHECK(found("pump-first", "hp.pump").verdict == check_verdict::passed);
  has(found("fail-safe", "hp.enable").seen, "off, read back 600 s after");
  // At the end everything is where it began.
  for (const auto& [channel, value] : safe) CHECK(wanted[channel] == value);
}

TEST_CASE_FIXTURE(fixture, "every actuator is held at its fail-safe state from the first word on") {
  take(mind->begin());
  REQUIRE(wishes.size() == 5);
  for (const auto& w : wishes) {
    CHECK(w.rank == authority::admin);
    CHECK(w.lease == 1min);
    CHECK(std::get<hold>(w.wish).value.amount == 0);
  }
  seconds(60);
  const auto renewals = std::count_if(wishes.begin(), wishes.end(), [](const request& w) {
    return std::holds_alternative<keep_alive>(w.wish);
  });
  CHECK(renewals == 3);
}

TEST_CASE_FIXTURE(fixture, "when whoever knew of the leases is gone, everything is held again") {
  begin();
  SUBCASE("a new dispatcher") {
    take(mind->hear({severity::info, "actor-restarted", "dispatcher", "runs again", noon}));
  }
  SUBCASE("a renewal that came too late") {
    take(mind->hear({severity::warning, "on-site-refused", "small", "no lease", noon}));
  }
  CHECK(wishes.size() == 10);
}

TEST_CASE_FIXTURE(fixture,
                  "a lease that has ended all the same is taken again, to the same value") {
  begin();
  go_on("living.call reads back");
  wishes.clear();
  take(mind->hear({severity::info, "lease-ended", "living.call", "has ended", noon}));
  take(mind->hear({severity::info, "lease-ended", "the grid's shed", "has ended", noon}));
  REQUIRE(wishes.size() == 1);
  CHECK(std::get<hold>(wishes[0].wish) == hold{"living.call", switched(true)});
}

TEST_CASE_FIXTURE(fixture, "an actuator that is not in its fail-safe state is told at once") {
  stuck = {at::bed_call};
  seen.on(at::bed_call);
  begin();
  await("hp.power");
  CHECK(found("hands-off", "small").verdict == check_verdict::failed);
  has(found("hands-off", "small").seen, "bed.call is not off");
}

TEST_CASE_FIXTURE(fixture, "a sensor is held against the installer's own instrument") {
  begin();
  go_on("Is tank.top");
  SUBCASE("near enough") {
    say("51,5");
    CHECK(found("sensor", "tank.top").verdict == check_verdict::passed);
    has(found("sensor", "tank.top").seen, "shows 50.0 °C, the installer's instrument 51.5 °C");
    CHECK(found("sensor", "tank.top").values.size() == 2);
  }
  SUBCASE("too far off") {
    say("53");
    CHECK(found("sensor", "tank.top").verdict == check_verdict::failed);
    has(found("sensor", "tank.top").seen, "more than 2.00 K apart");
  }
  SUBCASE("plausible") {
    say("");
    CHECK(found("sensor", "tank.top").verdict == check_verdict::passed);
  }
  SUBCASE("not plausible") {
    say("n");
    CHECK(found("sensor", "tank.top").verdict == check_verdict::failed);
  }
  SUBCASE("skipped") {
    say("s");
    CHECK(found("sensor", "tank.top").verdict == check_verdict::skipped);
  }
  SUBCASE("nonsense is asked again") {
    say("warm");
    has(lines.back(), "'warm' is no answer");
    has(*mind->question(), "tank.top");
  }
}

TEST_CASE_FIXTURE(fixture, "a sensor that is stale or at fault fails with its cause, unasked") {
  seen.lose(at::mid);
  begin();
  go_on();
  CHECK(found("sensor", "tank.mid").verdict == check_verdict::failed);
  has(found("sensor", "tank.mid").seen, "timeout: no answer");
  CHECK(found("tank", "small").verdict == check_verdict::failed);
  CHECK_FALSE(record().passed());
}

TEST_CASE_FIXTURE(fixture, "a sensor that goes away while it is asked about fails") {
  begin();
  go_on("Is tank.top");
  seen.lose(at::top);
  second();
  say("50");
  CHECK(found("sensor", "tank.top").verdict == check_verdict::failed);
}

TEST_CASE_FIXTURE(fixture, "a room or a day that cannot be is not passed") {
  auto l = small_house();
  l.plant->outdoor = at::bed;
  auto h = commissioned_house{l};
  h.seen.degrees(at::living, 38).degrees(at::bed, -55);
  h.begin();
  h.go_on("living.call (");
  CHECK(h.found("range", "living.temp").verdict == check_verdict::failed);
  has(h.found("range", "living.temp").seen, "38.0 °C; a room is between 5 and 35 °C");
  CHECK(h.found("range", "bed.temp").verdict == check_verdict::failed);
}

TEST_CASE_FIXTURE(fixture, "what is tried comes back after a minute, though nobody answers") {
  begin();
  go_on("living.call reads back");
  CHECK(wanted[at::living_call] == switched(true));
  seconds(50);
  CHECK(wanted[at::living_call] == switched(true));
  seconds(10);
  CHECK(wanted[at::living_call] == switched(false));
  has(*mind->question(), "back in its fail-safe state meanwhile");
  SUBCASE("and can be tried again") {
    say("again");
    await("living.call reads back");
    CHECK(wanted[at::living_call] == switched(true));
  }
  say("y");
  await("bed.call");
  CHECK(found("actuator", "living.call").verdict == check_verdict::passed);
  CHECK(found("fail-safe", "living.call").verdict == check_verdict::passed);
  CHECK(wanted[at::living_call] == switched(false));
}

TEST_CASE_FIXTURE(fixture, "an actuator is moved only with consent") {
  begin();
  go_on("living.call (");
  wishes.clear();
  SUBCASE("skip") { say("s"); }
  SUBCASE("nonsense, then skip") {
    say("maybe");
    say("skip");
  }
  await("bed.call");
  for (const auto& w : wishes) CHECK(std::holds_alternative<keep_alive>(w.wish));
  CHECK(found("actuator", "living.call").verdict == check_verdict::skipped);
  CHECK(found("fail-safe", "living.call").verdict == check_verdict::skipped);
}

TEST_CASE_FIXTURE(fixture, "what did not move, or was something else, fails") {
  begin();
  go_on("living.call reads back");
  SUBCASE("nothing") {
    say("n");
    await("bed.call");
    has(found("actuator", "living.call").seen, "nothing moved");
  }
  SUBCASE("something else") {
    say("the bedroom's valve");
    await("bed.call");
    has(found("actuator", "living.call").seen, "what moved was: the bedroom's valve");
  }
  CHECK(found("actuator", "living.call").verdict == check_verdict::failed);
}

TEST_CASE_FIXTURE(fixture,
                  "an actuator that does not read back fails, with what the interlock said") {
  stuck = {at::living_call};
  begin();
  go_on("living.call (");
  say("y");
  take(mind->hear({severity::info, "interlock", "living.call", "grid-limit: too much", noon}));
  await("bed.call");
  CHECK(found("actuator", "living.call").verdict == check_verdict::failed);
  has(found("actuator", "living.call").seen, "was told on and reads off (interlock: grid-limit");
}

TEST_CASE_FIXTURE(fixture, "an actuator that does not come back to its fail-safe state fails") {
  begin();
  go_on("living.call reads back");
  stuck = {at::living_call};
  say("y");
  await("bed.call");
  CHECK(found("actuator", "living.call").verdict == check_verdict::passed);
  CHECK(found("fail-safe", "living.call").verdict == check_verdict::failed);
  has(found("fail-safe", "living.call").seen, "is to be off and reads on");
}

TEST_CASE_FIXTURE(fixture, "a meter that falls when the heat pump starts is reversed") {
  meter_sign = -1;
  begin();
  go_on();
  CHECK(found("meter", "hp.power").verdict == check_verdict::failed);
  has(found("meter", "hp.power").seen, "the meter is reversed");
  CHECK(found("meter", "house.power").verdict == check_verdict::passed);
}

TEST_CASE_FIXTURE(fixture, "a meter that does not move within a minute of the start fails") {
  meter_sign = 0;
  begin();
  go_on("hp.enable reads back");
  const auto began = seen.time();
  say("y");
  go_on();
  CHECK(found("meter", "hp.power").verdict == check_verdict::failed);
  has(found("meter", "hp.power").seen, "did not move by 400 W within 60 s");
  CHECK(found("meter", "hp.power").at - began >= 60s);
}

TEST_CASE_FIXTURE(fixture,
                  "the heat pump is tried last, with its pump, and rests before the pump does") {
  run = 3min;
  begin();
  go_on("hp.enable (");
  say("y");
  await("hp.enable reads back");
  CHECK(wanted[at::pump] == switched(true));
  say("y");
  seconds(100);
  CHECK(wanted[at::enable] == switched(false));
  CHECK(wanted[at::pump] == switched(true));
  go_on();
  CHECK(wanted[at::pump] == switched(false));
}

TEST_CASE_FIXTURE(fixture, "a heat pump whose pump has not passed is not tried") {
  begin();
  go_on("Who signs", [](const std::string& asked) {
    return asked.find("hp.pump reads") == 0 ? std::string{"n"} : std::string{};
  });
  CHECK(found("actuator", "hp.enable").verdict == check_verdict::skipped);
  CHECK(found("meter", "hp.power").verdict == check_verdict::skipped);
  CHECK_FALSE(wanted[at::enable] == switched(true));
}

TEST_CASE_FIXTURE(fixture, "an unsigned report has not passed") {
  begin();
  go_on("Who signs");
  say("");
  CHECK(mind->over());
  CHECK(record().complete);
  CHECK_FALSE(record().passed());
}

TEST_CASE_FIXTURE(fixture, "what was found before an interruption is not asked again") {
  begin();
  go_on("bed.call (");
  const auto former = record();
  CHECK_FALSE(former.complete);
  auto next = commissioned_house{};
  REQUIRE_FALSE(next.mind->go_on_from(former));
  next.begin();
  next.await("bed.call");
  next.go_on();
  CHECK(next.record().passed());
  CHECK(next.record().findings.size() == 24);
  CHECK(next.record().began == former.began);
}

TEST_CASE_FIXTURE(fixture,
                  "what somebody has signed is not gone on with, nor another house's or layout's") {
  auto former = record();
  former.layout_hash = "another";
  CHECK(mind->go_on_from(former));
  former = record();
  former.site = "another";
  CHECK(mind->go_on_from(former));
  former = record();
  former.signed_by = "Ada";
  CHECK(mind->go_on_from(former));
}

TEST_CASE_FIXTURE(fixture,
                  "no answer at any moment makes it throw or move what was not asked for") {
  begin();
  for (const auto* text :
       {"", "y", "n", "s", "again", "nan", "1e999", "\xff\xfe", "on", "-", "a b"})
    for (auto i = 0; i < 40; ++i) {
      take(mind->answer(text));
      second();
    }
  for (const auto& w : wishes) {
    const auto* h = std::get_if<hold>(&w.wish);
    if (h) CHECK((*house)[*house->find_channel(h->channel)].actuator);
  }
}
