// Messages that one side cannot take.
#include "protocol/codec.hpp"
#include "protocol/topics.hpp"
#include "tests/link/real_link.hpp"

using namespace hearth;
using namespace hearth::testing;

using texts = std::vector<std::string>;

TEST_CASE_TEMPLATE("a message the node refuses is set aside with its bytes, and passed", Security,
                   plain, with_tls) {
  auto link = real_link<Security>{};
  link.node.answers(
      [](const envelope& e) { return e.message_id == "b1-3" ? reply::nack : reply::ack; });
  link.come_up();
  link.house.say_events(6);
  // And an event that says so.
  REQUIRE(link.drained(7));
  link.node_has_exactly(up_to("b1", 7));
  CHECK(link.count_events("message-refused") == 1);
  link.house.stop();
  const auto aside = link.house.ask("SELECT message_id, topic_kind, why, payload FROM quarantine");
  REQUIRE(aside.size() == 4);
  CHECK(aside[0] == "b1-3");
  CHECK(aside[1] == "event");
  CHECK(aside[2] == "the node refuses it (invalid): the node cannot take it");
  const auto kept = decode(aside[3]);
  REQUIRE(kept);
  CHECK(std::get<event>(kept->body).subject == "3");
}

TEST_CASE_TEMPLATE(
    "a stored message nobody can decode never blocks the rest, though its name can "
    "be read",
    Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.house.start();
  link.house.say_events(6);
  link.house.stop();
  const auto poison = link.house.bytes_of(2) + "\xff\xff";
  REQUIRE_FALSE(decode(poison));
  REQUIRE(message_id_in(poison) == "b1-2");
  link.house.forge(2, poison);
  link.house.start();
  link.node.arrive();
  REQUIRE(link.drained(1));
  link.node_has_exactly({"b1-1", "b1-3", "b1-4", "b1-5", "b1-6", "b2-1"});
  CHECK(link.count_events("message-refused") == 1);
  link.house.stop();
  CHECK(link.house.ask("SELECT message_id, payload FROM quarantine") == texts{"b1-2", poison});
}

TEST_CASE_TEMPLATE("a stored message nobody can even name never blocks the rest", Security, plain,
                   with_tls) {
  constexpr auto said = std::size_t{limits::overtaken_by} + 12;
  auto link = real_link<Security>{};
  link.house.start();
  link.house.say_events(said);
  link.house.stop();
  const auto poison = std::string{"\xff\xfe\xfd no message"};
  REQUIRE_FALSE(message_id_in(poison));
  link.house.forge(2, poison);
  link.house.start();
  link.node.arrive();
  // The node's nack names nothing; that nothing is ever acked does.
  REQUIRE(link.drained(2));
  auto all = up_to("b1", said);
  all.erase(all.begin() + 1);
  for (const auto& id : up_to("b2", 2)) all.push_back(id);
  link.node_has_exactly(all);
  CHECK(link.count_events("message-refused") == 1);
  CHECK(link.count_events("message-unanswered") == 1);
  link.house.stop();
  CHECK(link.house.ask("SELECT message_id, payload FROM quarantine") == texts{"b1-2", poison});
}

TEST_CASE_TEMPLATE(
    "an unexpected but valid message, and rubbish, are refused by name and stop "
    "nothing",
    Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.come_up();
  const auto now = link.house.clock().now();
  MESSAGE("what only a house may say");
  const auto birth_id = link.node.say(birth{true, "other", "9"});
  const auto report_id = link.node.say(report{now, std::chrono::minutes{5}, {}});
  const auto event_id =
      link.node.say(event{severity::alarm, "device-failed", "hp", "Not true.", now});
  MESSAGE("for another house, on the topic of another kind, of no kind, and no message at all");
  const auto contract_for = [&](const std::string& site, const std::string& id) {
    const auto start = std::chrono::ceil<std::chrono::hours>(now);
    return encode(
        {site, "node", 1, id, now, "", contract{id, start, std::chrono::hours{1}, 3 * kilowatt}});
  };
  link.node.say_bytes("contract", contract_for("oak-1", "n-1"));
  link.node.say_bytes("prices", contract_for("maple-12", "n-2"));
  link.node.say_bytes("nonsense", contract_for("maple-12", "n-3"));
  link.node.say_bytes("contract", "rubbish");
  link.node.say_bytes("contract", "");
  const auto refused = [](const node_notes& n) {
    auto ids = std::set<std::string>{};
    for (const auto& each : n.all<nack>()) ids.insert(each.message_id);
    return ids;
  };
  const auto named = std::set<std::string>{birth_id, report_id, event_id, "n-1", "n-2", "n-3", ""};
  REQUIRE(link.node.waits_until([&](const node_notes& n) { return refused(n) == named; }));
  CHECK(link.house.contracts().empty());

  MESSAGE("the good one after them arrives, once, and is acknowledged each time");
  link.node.say_bytes("contract", contract_for("maple-12", "n-4"));
  link.node.say_bytes("contract", contract_for("maple-12", "n-4"));
  link.let_both_speak();
  CHECK(link.node.notes().heard_ack_of("n-4"));
  CHECK(link.house.contracts() == texts{"n-4"});
  link.house.say_events(3);
  // And one event for each reason that was told to the node.
  auto reasons = std::set<nack_reason>{};
  for (const auto& each : link.node.notes().template all<nack>()) reasons.insert(each.reason);
  REQUIRE(link.drained(3 + reasons.size()));
  CHECK(link.count_events("bad-message") == reasons.size());
  CHECK(link.count_events("link-misuse") == 0);
}
