// Who is there first, and what comes before what while the link comes up.
#include "tests/link/bare_link.hpp"
#include "tests/link/real_link.hpp"

#include <array>

using namespace hearth;
using namespace hearth::testing;

TEST_CASE_TEMPLATE("parent first: a node that waits hears everything the house says, each once",
                   Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.node.arrive();
  link.house.start();
  link.house.say_events(7);
  REQUIRE(link.drained(7));
  CHECK(link.node.notes().journaled == up_to("b1", 7));
}

TEST_CASE_TEMPLATE("child first: what a house says before its node is there waits for it", Security,
                   plain, with_tls) {
  auto link = real_link<Security>{};
  link.house.start();
  REQUIRE(link.eventually([&] { return link.house.door.template heard<mqtt_subscribed>() == 1; }));
  link.house.say_events(7);
  link.house.settle();
  CHECK(link.house.door.published("/up/event") == 0);
  link.node.arrive();
  REQUIRE(link.drained(7));
  CHECK(link.node.notes().journaled == up_to("b1", 7));
}

TEST_CASE_TEMPLATE("no parent at all: everything waits on disk, through a restart, and is drained",
                   Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.house.start();
  REQUIRE(link.eventually([&] { return link.house.door.template heard<mqtt_subscribed>() == 1; }));
  link.house.say_events(23);
  link.house.stop();
  CHECK(link.house.door.published("/up/event") == 0);
  CHECK(link.house.stored().waiting == 23);

  link.house.start();
  link.house.say_events(2);
  link.house.settle();
  link.node.arrive();
  REQUIRE(link.drained(2));
  auto all = up_to("b1", 23);
  for (const auto& id : up_to("b2", 2)) all.push_back(id);
  CHECK(link.node.notes().journaled == all);
  link.house.stop();
  CHECK(link.house.stored().waiting == 0);
}

TEST_CASE_TEMPLATE("no broker either: the house says so once and delivers that too", Security,
                   plain, with_tls) {
  auto link = real_link<Security>{};
  // Not by SIGTERM: mosquitto forgets one that comes while it starts.
  link.security.broker.kill();
  link.house.start();
  link.house.say_events(5);
  REQUIRE(
      link.eventually([&] { return link.house.door.template heard<mqtt_connect_failed>() >= 3; }));
  link.security.broker.start();
  link.node.arrive();
  // Five events, "link-down" and "link-up".
  REQUIRE(link.drained(7));
  link.node_has_exactly(up_to("b1", 7));
  CHECK(link.count_events("link-down") == 1);
  CHECK(link.count_events("link-up") == 1);
}

TEST_CASE_TEMPLATE("suback delayed: nothing journaled is sent before the broker has confirmed",
                   Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.node.speaks(false);
  link.node.arrive();
  link.house.door.template hold<mqtt_subscribed>();
  link.house.start();
  link.house.say_events(3);
  REQUIRE(link.eventually([&] { return link.house.door.kept() == 1; }));
  link.let_house_speak();
  CHECK(link.node.notes().journaled.empty());
  CHECK(link.node.notes().pings() == 0);
  link.node.speaks(true);
  link.house.door.open();
  REQUIRE(link.drained(3));
  link.node_has_exactly(up_to("b1", 3));
}

TEST_CASE_TEMPLATE("message before suback: the suback alone then makes the link active", Security,
                   plain, with_tls) {
  auto link = real_link<Security>{};
  link.node.arrive();
  link.house.door.template hold<mqtt_subscribed>();
  link.house.start();
  link.house.say_events(3);
  REQUIRE(link.eventually([&] { return link.house.door.kept() == 1; }));
  link.let_both_speak();
  CHECK(link.node.notes().journaled.empty());
  link.house.door.open();
  REQUIRE(link.node.waits_until([](const node_notes& n) { return !n.journaled.empty(); }));
  CHECK(link.node.notes().pings() == 0);
  REQUIRE(link.drained(3));
  link.node_has_exactly(up_to("b1", 3));
}

// A house subscribes to one topic, so its machine is given two here and runs on the test's thread.
TEST_CASE_TEMPLATE("subacks split: the link waits for the last one, node or no node", Security,
                   plain, with_tls) {
  for (const auto node_speaks : {false, true}) {
    CAPTURE(node_speaks);
    auto link = real_link<Security>{};
    link.node.speaks(node_speaks);
    link.node.arrive();
    auto door = gate{};
    door.hold<mqtt_subscribed>();
    auto bare = bare_link{link.house.site(), door,
                          link.security.house(link.house_wire.port(), "bare"), link.house.clock()};
    const auto waiting =
        node_speaks ? link_state::awaiting_setup : link_state::awaiting_setup_and_peer;
    REQUIRE(bare.runs_until([&] { return door.kept() == 2; }));
    // Its answer to the birth may have come to the broker before the subscription did.
    if (node_speaks) link.node.say(heartbeat{});
    REQUIRE(bare.runs_until([&] { return bare.state() == waiting; }));
    REQUIRE(door.release_one());
    REQUIRE(bare.runs_until([&] { return bare.confirmed() == 1; }));
    CHECK(bare.state() == waiting);
    REQUIRE(door.release_one());
    REQUIRE(bare.runs_until([&] { return bare.confirmed() == 2; }));
    CHECK(bare.state() == (node_speaks ? link_state::active : link_state::awaiting_peer));
  }
}

namespace {

/// A state of the coming up, and how to get there.
template <class Security>
struct stage {
  std::string name;
  void (*reach)(real_link<Security>& link);
};

template <class Security>
const auto stages = std::array{
    stage<Security>{"connecting",
                    [](real_link<Security>& link) {
                      link.house_wire.freeze();
                      link.house.start();
                      REQUIRE(link.eventually([&] { return link.house_wire.attempts() > 0; }));
                    }},
    stage<Security>{"awaiting setup and peer",
                    [](real_link<Security>& link) {
                      link.node.speaks(false);
                      link.house.door.template hold<mqtt_subscribed>();
                      link.house.start();
                      REQUIRE(link.eventually([&] { return link.house.door.kept() == 1; }));
                    }},
    stage<Security>{"awaiting setup",
                    [](real_link<Security>& link) {
                      link.house.door.template hold<mqtt_subscribed>();
                      link.house.start();
                      REQUIRE(link.eventually([&] { return link.house.door.kept() == 1; }));
                      link.let_both_speak();
                    }},
    stage<Security>{"awaiting peer",
                    [](real_link<Security>& link) {
                      link.node.speaks(false);
                      link.house.start();
                      REQUIRE(
                          link.node.waits_until([](const node_notes& n) { return n.pings() > 0; }));
                    }},
    stage<Security>{"active", [](real_link<Security>& link) {
                      link.node.answers(reply::nothing);
                      link.house.start();
                      REQUIRE(link.node.waits_until(
                          [](const node_notes& n) { return !n.all<layout_report>().empty(); }));
                    }}};

}  // namespace

TEST_CASE_TEMPLATE("a connection lost in any state of coming up costs nothing and is told once",
                   Security, plain, with_tls) {
  for (const auto& stage : stages<Security>) {
    CAPTURE(stage.name);
    auto link = real_link<Security>{};
    link.node.arrive();
    stage.reach(link);
    link.house.say_events(5);
    link.house.settle();
    link.house_wire.cut();
    REQUIRE(link.eventually([&] {
      // What was cut may have been its first look at the address, before the real attempt.
      if (stage.name == "connecting") link.house_wire.cut();
      return link.house.door.template heard<mqtt_disconnected>() +
                 link.house.door.template heard<mqtt_connect_failed>() >
             0;
    }));
    link.house_wire.thaw();
    link.house.door.open();
    link.node.speaks(true);
    link.node.answers(reply::ack);
    REQUIRE(link.drained(7));
    link.node_has_exactly(up_to("b1", 7));
    CHECK(link.count_events("link-down") == 1);
    CHECK(link.count_events("link-up") == 1);
    CHECK(link.count_events("link-misuse") == 0);
  }
}
