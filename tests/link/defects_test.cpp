// Defects known from others that no other file of this room names.
#include "tests/link/real_link.hpp"

using namespace hearth;
using namespace hearth::testing;

TEST_CASE_TEMPLATE("alarms are kept until the node has them, and its heartbeats are answered",
                   Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.node.answers(reply::nothing);
  link.come_up();
  link.house.say(
      event{severity::alarm, "interlock", "hp", "The store is too hot.", link.house.clock().now()});
  REQUIRE(link.node.waits_until([](const node_notes& n) {
    const auto heard = n.times.find("b1-1");
    return heard != n.times.end() && heard->second >= 3;
  }));
  link.house.kill();
  link.house.start();
  const auto before = link.node.notes().times.at("b1-1");
  REQUIRE(link.node.waits_until([&](const node_notes& n) { return n.times.at("b1-1") > before; }));
  link.node.answers(reply::ack);
  REQUIRE(link.waiting(0));
  const auto beat = link.node.say(heartbeat{"c-17"});
  REQUIRE(link.node.waits_until([&](const node_notes& n) { return n.heard_answer_to(beat); }));
}

TEST_CASE_TEMPLATE("power beyond 16 bits, and below zero, arrives as it was said", Security, plain,
                   with_tls) {
  auto link = real_link<Security>{};
  link.come_up();
  const auto now = link.house.clock().now();
  link.house.say(power_update{"house.power", 70'000 * watt, now});
  link.house.say(report{now,
                        std::chrono::minutes{5},
                        {{"house.power",
                          unit::watt,
                          {{now, 70'000.0}, {now + std::chrono::seconds{1}, -40'000.0}}}}});
  REQUIRE(link.drained(1));
  const auto notes = link.node.notes();
  REQUIRE(notes.template all<power_update>().size() == 1);
  CHECK(notes.template all<power_update>()[0].power == 70'000 * watt);
  const auto samples = notes.template all<report>()[0].series.at(0).samples;
  CHECK(samples.at(0).value == 70'000.0);
  CHECK(samples.at(1).value == -40'000.0);
}
