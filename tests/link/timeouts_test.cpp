// Nodes that are silent, slow, or answer only what they like.
#include "tests/link/real_link.hpp"

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

TEST_CASE_TEMPLATE(
    "ack timeout in awaiting_peer: the house asks again and again, and sends "
    "nothing else before it hears the node",
    Security, plain, with_tls) {
  auto link = real_link<Security>{120};
  link.node.speaks(false);
  link.node.arrive();
  link.house.start();
  link.house.say_events(3);
  REQUIRE(link.node.waits_until([](const node_notes& n) { return n.pings() >= 3; }));
  link.let_house_speak();
  CHECK(link.node.notes().journaled.empty());
  link.node.speaks(true);
  REQUIRE(link.drained(3));
  link.node_has_exactly(up_to("b1", 3));
}

TEST_CASE_TEMPLATE("ack timeout in active: the node counts as gone until a ping is answered",
                   Security, plain, with_tls) {
  auto link = real_link<Security>{120};
  link.come_up();
  link.node.speaks(false);
  link.node.answers(reply::nothing);
  const auto pings = link.node.notes().pings();
  link.house.say_events(1);
  REQUIRE(link.node.waits_until([&](const node_notes& n) { return n.pings() >= pings + 2; }));
  link.house.say_events(2);
  link.let_house_speak();
  CHECK(link.node.notes().journaled == up_to("b1", 1));
  MESSAGE("one word of the node, and the house begins again with what was unanswered");
  link.node.answers(reply::ack);
  link.node.speaks(true);
  REQUIRE(link.drained(3));
  link.node_has_exactly(up_to("b1", 3));
  CHECK(link.node.notes().times.at("b1-1") >= 2);
  CHECK(link.count_events("link-down") == 0);
}

TEST_CASE_TEMPLATE(
    "acks delayed beyond the timeout: messages are repeated and nothing else happens", Security,
    plain, with_tls) {
  auto link = real_link<Security>{};
  link.come_up();
  link.node.delay_acks(600ms);
  link.house.say_events(2 * limits::send_window);
  REQUIRE(link.drained(2 * limits::send_window));
  link.node_has_exactly(up_to("b1", 2 * limits::send_window));
  CHECK(link.node.notes().times.at("b1-1") >= 2);
}

TEST_CASE_TEMPLATE("acks of some only: the one never answered is set aside, the others delivered",
                   Security, plain, with_tls) {
  constexpr auto said = std::size_t{limits::overtaken_by} + 12;
  auto link = real_link<Security>{};
  link.node.answers(
      [](const envelope& e) { return e.message_id == "b1-2" ? reply::nothing : reply::ack; });
  link.come_up();
  link.house.say_events(said);
  // And one event about it.
  REQUIRE(link.drained(said + 1));
  link.node_has_exactly(up_to("b1", said + 1));
  CHECK(link.count_events("message-unanswered") == 1);
  link.house.stop();
  CHECK(link.house.ask("SELECT message_id FROM quarantine") == std::vector<std::string>{"b1-2"});
}

TEST_CASE_TEMPLATE("acks twice, and acks and nacks of something unknown, are nothing", Security,
                   plain, with_tls) {
  auto link = real_link<Security>{};
  link.come_up();
  link.node.say(ack{"nobody-17", {"b1-900", "b1-1", "b0-3"}});
  link.node.say(nack{"b1-901", nack_reason::invalid, "never heard of it"});
  link.let_both_speak();
  link.house.say_events(3);
  // The nack is an event, once.
  REQUIRE(link.drained(4));
  link.node.say(ack{"b1-1", {"b1-2", "b1-2", "b1-3"}});
  link.node.say(ack{"b1-1"});
  link.node.say(nack{"b1-2", nack_reason::invalid, "after all"});
  link.let_both_speak();
  link.house.say_events(2);
  REQUIRE(link.drained(6));
  link.node_has_exactly(up_to("b1", 6));
  CHECK(link.count_events("message-refused") == 1);
  link.house.stop();
  CHECK(link.house.stored().quarantined == 0);
}

TEST_CASE_TEMPLATE("acks late, on the next connection: they count", Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.node.answers(reply::keep);
  link.come_up();
  link.house.say_events(3);
  REQUIRE(link.node.waits_until([](const node_notes& n) { return n.kept.size() == 3; }));
  link.house_wire.cut();
  REQUIRE(link.node.waits_until(
      [](const node_notes& n) { return n.all<layout_report>().size() == 2; }));
  link.node.release_acks(3);
  // "link-down" and "link-up" have had no ack yet.
  REQUIRE(link.waiting(2));
  link.node.answers(reply::ack);
  link.node.release_acks();
  REQUIRE(link.drained(5));
  link.node_has_exactly(up_to("b1", 5));
}
