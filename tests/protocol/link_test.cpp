#include "protocol/link.hpp"

#include "tests/protocol/link_fixture.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <random>

using namespace hearth;
using namespace hearth::testing;
using enum link_state;

namespace {

struct active_link : link_fixture {
  active_link() { go_to(active); }
};

}  // namespace

TEST_CASE_FIXTURE(link_fixture,
                  "a link comes up, loses the node, the broker, and ends in good order") {
  CHECK(feed(link_start{}) == lines{"not started -> connecting", "connect"});
  // The node is there first: its message arrives before the subscription is confirmed.
  CHECK(feed(link_connected{}) == lines{"connecting -> awaiting setup and peer",
                                        "birth online h~1 retained",
                                        "subscribe hearth/v1/maple/down/#"});
  CHECK(hear(from_node(heartbeat{})) == lines{"awaiting setup and peer -> awaiting setup",
                                              "deliver heartbeat n-1", "up/heartbeat h~2"});
  CHECK(feed(link_subscribed{}) == lines{"awaiting setup -> active", "peer arrived"});

  CHECK(submit_event() == lines{"up/event h-1"});
  CHECK(hear_ack("h-1") == lines{});
  CHECK(journal.items.empty());

  // Silence: a question, then the node counts as gone, and is asked once more.
  CHECK(pass(limits::ping_after_silence) == lines{"up/heartbeat h~3"});
  CHECK(pass(limits::ack_timeout) == lines{"active -> awaiting peer", "up/heartbeat h~4"});
  CHECK(submit_event() == lines{});
  CHECK(journal.items.size() == 1);
  CHECK(hear_life() == lines{"awaiting peer -> active", "deliver heartbeat n-3", "up/event h-2"});

  // The broker goes: what was under way goes out again on the next connection, before newer ones.
  CHECK(feed(link_disconnected{{fault_code::disconnected, "reset"}}) ==
        lines{"active -> connecting"});
  CHECK(submit_event() == lines{});
  CHECK(pass(limits::reconnect_first) == lines{"connect"});
  CHECK(feed(link_connected{}).front() == "connecting -> awaiting setup and peer");
  CHECK(feed(link_subscribed{}) ==
        lines{"awaiting setup and peer -> awaiting peer", "up/heartbeat h~6"});
  CHECK(hear_life() == lines{"awaiting peer -> active", "peer arrived", "deliver heartbeat n-4",
                             "up/event h-2", "up/event h-3"});

  CHECK(feed(link_stop{}) ==
        lines{"birth offline h~7 retained", "active -> stopped", "disconnect"});
  CHECK(pass(10min) == lines{});
}

TEST_CASE_FIXTURE(link_fixture, "the will is an offline birth that the broker keeps") {
  const auto will = link.will(now);
  CHECK(will.topic == "hearth/v1/maple/birth");
  CHECK(will.retained);
  const auto message = decode(will.payload);
  REQUIRE(message);
  CHECK(message->body == body{birth{false, "hash", "0.1.0"}});
}

TEST_CASE_FIXTURE(link_fixture,
                  "attempts to connect grow rarer, up to a minute, and differ between houses") {
  feed(link_start{});
  auto waits = std::vector<duration>{};
  for (auto i = 0; i < 10; ++i) {
    const auto failed_at = now;
    CHECK(feed(link_connect_failed{{fault_code::refused, "no"}}) == lines{});
    while (feed(link_tick{}) != lines{"connect"}) now += 100ms;
    waits.push_back(now - failed_at);
  }
  auto longest = limits::reconnect_first;
  for (auto wait : waits) {
    CHECK(wait >= longest / 2);
    CHECK(wait <= longest + 100ms);
    longest = std::min(longest * 2, limits::reconnect_longest);
  }
  auto other = link_machine{{"maple", "h", "h", "", "", 2}};
  other.advance(link_start{}, now);
  other.advance(link_connect_failed{{fault_code::refused, "no"}}, now);
  auto wait = 0ms;
  while (other.advance(link_tick{}, now + wait).empty()) wait += 1ms;
  CHECK(wait != waits.front());
}

TEST_CASE_FIXTURE(link_fixture,
                  "a broker that never confirms the subscription is left and tried again") {
  go_to(awaiting_setup_and_peer);
  CHECK(pass(limits::setup_timeout) ==
        lines{"disconnect", "awaiting setup and peer -> connecting"});
  CHECK(pass(limits::reconnect_first) == lines{"connect"});
}

TEST_CASE_FIXTURE(link_fixture,
                  "live messages are sent while connected, node or no node, and never queued") {
  CHECK(submit(power_update{"hp.power", 1 * watt, now}) == lines{});
  go_to(awaiting_setup_and_peer);
  CHECK(submit(power_update{"hp.power", 2 * watt, now}) == lines{"up/power h~2"});
  feed(link_subscribed{});
  CHECK(submit(power_update{"hp.power", 3 * watt, now}) == lines{"up/power h~4"});
  CHECK(link.at_hand() == 0);
}

TEST_CASE_FIXTURE(active_link,
                  "never more than the window is under way, one more for each ack, oldest first") {
  auto sent = lines{};
  for (auto i = 0; i < 8; ++i)
    for (auto& line : submit_event()) sent.push_back(line);
  CHECK(sent ==
        lines{"up/event h-1", "up/event h-2", "up/event h-3", "up/event h-4", "up/event h-5"});
  CHECK(link.under_way() == limits::send_window_first);
  CHECK(hear_ack("h-2") == lines{"up/event h-6"});
  CHECK(hear_ack("h-1") == lines{"up/event h-7"});
  CHECK(hear_ack("h-1") == lines{});
  CHECK(link.counters().acknowledged == 2);
}

TEST_CASE_FIXTURE(link_fixture,
                  "what is new goes ahead of the backlog, which keeps all of the window but one") {
  for (auto i = 0; i < 10; ++i) submit_event();
  feed(link_start{});
  feed(link_connected{});
  feed(link_subscribed{});
  CHECK(hear_life() == lines{"awaiting peer -> active", "peer arrived", "deliver heartbeat n-1",
                             "up/event h-1", "up/event h-2", "up/event h-3", "up/event h-4"});
  CHECK(submit_event() == lines{"up/event h-11"});
  CHECK(submit_event() == lines{});  // the window is full
  CHECK(hear_ack("h-11") == lines{"up/event h-12"});
  CHECK(hear_ack("h-1") == lines{"up/event h-5"});
  CHECK(hear(from_node(ack{"h-12", {"h-2", "h-3"}})) == lines{"up/event h-6", "up/event h-7"});
  CHECK(link.counters().acknowledged == 5);
}

TEST_CASE_FIXTURE(link_fixture,
                  "a backlog is read page by page and each of its messages is sent once") {
  for (auto i = 0; i < 100; ++i) submit_event();
  go_to(active);
  auto sent = std::size_t{0};
  auto most_at_hand = std::size_t{0};
  for (auto next = 1; next <= 100; ++next) {
    most_at_hand = std::max(most_at_hand, link.at_hand());
    sent += hear_ack("h-" + std::to_string(next)).size();
    if (next == 50) sent += submit_event().size();
  }
  sent += hear_ack("h-101").size();
  CHECK(sent == 101 - (limits::send_window_first - 1));
  CHECK(most_at_hand <= 3 * limits::send_window_first + 1);
  CHECK(journal.items.empty());
  CHECK(link.at_hand() == 0);
  CHECK(link.counters().acknowledged == 101);
}

TEST_CASE_FIXTURE(link_fixture,
                  "more new messages than have room ahead of the backlog join it, none is lost") {
  go_to(active);
  for (std::size_t i = 0; i < limits::fresh_messages + 50; ++i) submit_event();
  CHECK(link.at_hand() <= limits::fresh_messages + 2 * limits::send_window_first);
  for (std::size_t i = 1; !journal.items.empty(); ++i) {
    REQUIRE(i < 1000);
    hear_ack("h-" + std::to_string(i));
  }
  CHECK(link.counters().acknowledged == limits::fresh_messages + 50);
}

TEST_CASE_FIXTURE(active_link, "an ack that comes late, on the next connection, is an ack") {
  submit_event();
  feed(link_disconnected{{fault_code::disconnected, "reset"}});
  pass(limits::reconnect_first);
  feed(link_connected{});
  hear_ack("h-1");
  CHECK(journal.items.empty());
  CHECK(feed(link_subscribed{}) == lines{"awaiting setup -> active", "peer arrived"});
}

TEST_CASE_FIXTURE(active_link, "a journal that came back is read from its oldest message on") {
  submit_event();
  CHECK(feed(link_journal_reset{}) == lines{"up/event h-1"});
  hear_ack("h-1");
  CHECK(journal.items.empty());
}

TEST_CASE_FIXTURE(active_link,
                  "a message without ack is sent again while the node speaks of other things") {
  submit_event();
  pass(limits::ack_timeout - 1s);
  hear_life();
  CHECK(pass(1s) == lines{"up/event h-1"});
  CHECK(link.state() == active);
}

TEST_CASE_FIXTURE(active_link,
                  "a node that answers nothing counts as gone; its next word brings the rest") {
  submit_event();
  CHECK(pass(limits::ack_timeout) == lines{"active -> awaiting peer", "up/heartbeat h~2"});
  CHECK(pass(limits::ack_timeout) == lines{});
  CHECK(pass(limits::ping_after_silence - limits::ack_timeout) == lines{"up/heartbeat h~3"});
  CHECK(hear_life() == lines{"awaiting peer -> active", "deliver heartbeat n-2", "up/event h-1"});
}

TEST_CASE_FIXTURE(active_link, "each node that starts is told about the house once") {
  CHECK(hear_life() == lines{"deliver heartbeat n-2"});
  node_boot = "second";
  CHECK(hear_life() == lines{"peer arrived", "deliver heartbeat second-3"});
  node_boot = "n";
  CHECK(hear_life() == lines{"deliver heartbeat n-4"});
}

TEST_CASE_FIXTURE(
    active_link, "a heartbeat that asks is answered with the contract in force, an answer is not") {
  submit(state_report{authority::contract, "", "", "c-1", now});
  auto asked = from_node(heartbeat{});
  const auto outputs =
      link.advance(link_message{down_topic("maple", "heartbeat"), encode(asked)}, now);
  const auto answer = decode(std::get<link_publish>(outputs.at(1)).payload);
  REQUIRE(answer);
  CHECK(answer->in_reply_to == asked.message_id);
  CHECK(answer->body == body{heartbeat{"c-1"}});
  CHECK(hear_life() == lines{"deliver heartbeat n-3"});
}

TEST_CASE_FIXTURE(active_link, "what a node says is delivered once and acknowledged each time") {
  const auto message = from_node(contract{"c-1", now + 5min, 1h, 3000 * watt});
  CHECK(hear(message) == lines{"deliver contract n-2", "up/ack of n-2"});
  CHECK(hear(message) == lines{"up/ack of n-2"});
  now += 1h;
  CHECK(hear(message) == lines{"up/ack of n-2"});
  CHECK(link.counters().repeated == 2);
  CHECK(link.counters().delivered == 2);  // with the heartbeat that made the link active
}

TEST_CASE_FIXTURE(active_link, "bad messages are answered by reason and logged once per kind") {
  auto stale = from_node(query{query_subject::state});
  stale.sent -= limits::downstream_max_age + limits::clock_skew + 1ms;
  CHECK(hear(stale) == lines{"event bad-message stale", "up/nack of n-2: stale"});
  CHECK(hear(stale) == lines{"up/nack of n-2: stale"});
  CHECK(feed(link_message{down_topic("maple", "query"), "\xff"}) ==
        lines{"event bad-message undecodable", "up/nack of : undecodable"});
  CHECK(link.counters().refused.at(nack_reason::stale) == 2);
  CHECK(link.counters().refused.at(nack_reason::undecodable) == 1);
  CHECK(link.state() == active);
}

TEST_CASE_FIXTURE(link_fixture, "bad messages are no sign of life") {
  go_to(awaiting_peer);
  feed(link_message{down_topic("maple", "query"), "\xff"});
  CHECK(link.state() == awaiting_peer);
}

TEST_CASE_FIXTURE(
    active_link,
    "a refused nack is not answered, so that two sides never refuse each other for ever") {
  CHECK(feed(link_message{down_topic("maple", "nack"), "\xff"}) ==
        lines{"event bad-message undecodable"});
  auto elsewhere = from_node(nack{"h-1", nack_reason::invalid, ""});
  elsewhere.site = "oak";
  CHECK(hear(elsewhere) == lines{"event bad-message wrong-site"});
}

// ---- defects of a relative, each kept out by a test

TEST_CASE_FIXTURE(active_link,
                  "an event the node cannot decode is set aside and never blocks the rest") {
  for (auto i = 0; i < 7; ++i) submit_event();
  CHECK(hear(from_node(nack{"h-1", nack_reason::undecodable, "what is this?"})) ==
        lines{"set aside h-1", "event message-refused undecodable", "up/event h-6"});
  CHECK(hear(from_node(nack{"h-2", nack_reason::undecodable, "and this?"})) ==
        lines{"set aside h-2", "up/event h-7"});
  CHECK(link.counters().set_aside == 2);
  CHECK(journal.items.size() == 5);
}

TEST_CASE_FIXTURE(
    active_link,
    "an event the node never answers is overtaken by others and set aside in the end") {
  submit_event();
  auto told = lines{};
  for (auto i = 0; i < limits::overtaken_by; ++i) {
    const auto sent = submit_event();
    REQUIRE(sent.size() == 1);
    for (auto& line : hear_ack(sent[0].substr(std::string{"up/event "}.size())))
      told.push_back(line);
  }
  CHECK(told == lines{});  // a busy node may have dropped it
  for (auto tries = 1; tries < limits::unanswered_tries; ++tries) {
    CHECK(pass(limits::ack_timeout) == lines{"up/event h-1"});
    hear_life();
  }
  told = pass(limits::ack_timeout);
  CHECK(told == lines{"set aside h-1", "event message-unanswered outbox"});
  CHECK(journal.items.empty());
  CHECK(link.counters().set_aside == 1);
}

TEST_CASE_FIXTURE(active_link, "a good message in the wrong place stops nothing") {
  const auto lost = from_node(contract{"c-1", now, 1h, 1 * watt});
  CHECK(feed(link_message{down_topic("maple", "prices"), encode(lost)}) ==
        lines{"event bad-message unexpected", "up/nack of n-2: unexpected"});
  // A house's own report, reflected.
  const auto own = from_node(report{now, 5min, {}});
  CHECK(hear(own) == lines{"up/nack of n-3: unexpected"});
  CHECK(hear_life() == lines{"deliver heartbeat n-4"});
}

TEST_CASE_FIXTURE(active_link, "an ack or nack of something unknown is nothing") {
  CHECK(hear_ack("never-sent-1") == lines{});
  CHECK(hear(from_node(nack{"", nack_reason::oversized, ""})) ==
        lines{"event message-refused oversized"});
  CHECK(link.counters().set_aside == 0);
}

TEST_CASE_FIXTURE(active_link, "a clock some seconds off loses no contract, a wrong one is told") {
  auto early = from_node(contract{"c-1", now + 5min, 1h, 1 * watt});
  early.sent += limits::clock_skew;
  CHECK(hear(early).front() == "deliver contract n-2");
  auto wrong = from_node(contract{"c-2", now + 5min, 1h, 1 * watt});
  wrong.sent += limits::clock_skew + 1ms;
  CHECK(hear(wrong).back() == "up/nack of n-3: stale");
}

TEST_CASE_FIXTURE(active_link, "a message too large for the wire is dropped with a word") {
  // Texts by lot, which no compression makes small.
  auto huge = snapshot_report{now, {}};
  auto random = std::mt19937{1};
  for (auto i = 0; i < 600; ++i) {
    auto text = std::string(1000, ' ');
    for (auto& letter : text) letter = static_cast<char>(' ' + random() % 95);
    huge.points.push_back({"hp.power", tl::make_unexpected(fault{fault_code::io, std::move(text)}),
                           quality::fault, now});
  }
  CHECK(submit(huge) == lines{"event message-too-large snapshot"});
  CHECK(submit(huge) == lines{});
}

TEST_CASE_FIXTURE(active_link, "a house cannot say what only a node may") {
  CHECK(submit(query{}) == lines{"misuse"});
  CHECK(feed(link_submit{happened("past the journal", now)}) == lines{"misuse"});
  feed(link_stop{});
  CHECK(submit(heartbeat{}) == lines{"misuse"});
}
