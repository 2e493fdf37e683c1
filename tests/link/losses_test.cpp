// Connections and programs lost on the house's side, on the node's, on both.
#include "tests/link/real_link.hpp"

using namespace hearth;
using namespace hearth::testing;

TEST_CASE_TEMPLATE("loss on the house's side: what was said meanwhile comes after, and two events",
                   Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.come_up();
  link.house.say_events(5);
  REQUIRE(link.drained(5));
  link.house_wire.refuse();
  REQUIRE(
      link.eventually([&] { return link.house.door.template heard<mqtt_connect_failed>() >= 2; }));
  link.house.say_events(5);
  link.house.settle();
  CHECK(link.node.notes().journaled == up_to("b1", 5));
  MESSAGE("the broker says what the house can't");
  REQUIRE(link.node.waits_until([](const node_notes& n) { return !n.all<birth>().back().online; }));
  link.house_wire.admit();
  REQUIRE(link.drained(12));
  link.node_has_exactly(up_to("b1", 12));
  CHECK(link.count_events("link-down") == 1);
  CHECK(link.count_events("link-up") == 1);
  CHECK(link.node.notes().template all<birth>().back().online);
}

TEST_CASE_TEMPLATE(
    "loss on the node's side: the house notices, waits, and begins again with what "
    "is unanswered",
    Security, plain, with_tls) {
  auto link = real_link<Security>{60};
  link.come_up();
  link.house.say_events(5);
  REQUIRE(link.drained(5));
  link.node_wire.cut();
  const auto pings = link.house.door.published("/up/heartbeat");
  link.house.say_events(5);
  REQUIRE(link.eventually([&] { return link.house.door.published("/up/heartbeat") > pings; }));
  link.house.say_events(3);
  link.house.settle();
  CHECK(link.node.notes().journaled == up_to("b1", 5));
  link.node.arrive();
  REQUIRE(link.drained(13));
  link.node_has_exactly(up_to("b1", 13));
  CHECK(link.count_events("link-down") == 0);
}

TEST_CASE_TEMPLATE("loss on both sides: a broker that is killed and comes back costs nothing",
                   Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.come_up();
  link.house.say_events(5);
  REQUIRE(link.drained(5));
  link.security.broker.kill();
  REQUIRE(
      link.eventually([&] { return link.house.door.template heard<mqtt_connect_failed>() >= 1; }));
  link.house.say_events(5);
  link.house.settle();
  link.security.broker.start();
  link.node.arrive();
  REQUIRE(link.drained(12));
  link.node_has_exactly(up_to("b1", 12));
  CHECK(link.count_events("link-down") == 1);
  CHECK(link.count_events("link-up") == 1);
}

TEST_CASE_TEMPLATE("a broker that stops answering for a while costs nothing", Security, plain,
                   with_tls) {
  auto link = real_link<Security>{60};
  link.come_up();
  link.security.broker.pause();
  link.house.say_events(9);
  link.house.settle();
  const auto pings = link.house.door.published("/up/heartbeat");
  REQUIRE(link.eventually([&] { return link.house.door.published("/up/heartbeat") > pings; }));
  link.security.broker.resume();
  REQUIRE(link.drained(9));
  link.node_has_exactly(up_to("b1", 9));
}

TEST_CASE_TEMPLATE(
    "the house's end without a word: unacknowledged events are not lost with it, "
    "the next boot says them",
    Security, plain, with_tls) {
  constexpr auto said = limits::send_window_first + 10;
  auto link = real_link<Security>{};
  link.node.answers(reply::nothing);
  link.come_up();
  link.house.say_events(said);
  link.let_house_speak();
  CHECK(link.node.notes().journaled.size() == limits::send_window_first);
  link.house_wire.freeze();
  link.house.kill();
  link.house_wire.cut();
  link.house_wire.thaw();
  REQUIRE(link.node.waits_until([](const node_notes& n) { return !n.all<birth>().back().online; }));

  link.node.answers(reply::ack);
  link.house.start();
  link.house.say_events(2);
  REQUIRE(link.drained(2));
  auto all = up_to("b1", said);
  for (const auto& id : up_to("b2", 2)) all.push_back(id);
  link.node_has_exactly(all);
}
