#include "actors/node/node.hpp"

#include "actors/node/by_hand.hpp"
#include "actors/node/correspondence.hpp"
#include "actors/node/event_queue.hpp"
#include "actors/node/reconnect.hpp"
#include "actors/node/render.hpp"
#include "protocol/codec.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto start = *from_iso8601("2020-01-15T05:00:00Z");

envelope said(std::uint64_t sequence, body b, std::string site = "maple-12") {
  return {site, "a", sequence, "a-" + std::to_string(sequence), start, "", std::move(b)};
}

mqtt_message up(const envelope& e) { return {up_topic(e.site, kind_of(e.body)), encode(e)}; }

node listening() { return node{{.boot_id = "n", .sites = {}, .dispatch = {}}, {}, {}}; }

nack nack_in(const turn& t) {
  REQUIRE(t.send.size() == 1);
  return std::get<nack>(decode(t.send.front().payload)->body);
}

}  // namespace

TEST_CASE("a journaled message is answered on the house's ack topic") {
  auto n = listening();
  const auto t = n.take(up(said(3, event{severity::info, "k", "s", "t", start})), start);
  CHECK(t.send.empty());
  const auto acks = n.acknowledge(start);
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].topic == "hearth/v1/maple-12/down/ack");
  const auto answer = *decode(acks[0].payload);
  CHECK(answer.body == body{ack{"a-3"}});
  CHECK(answer.in_reply_to == "a-3");
  CHECK(answer.message_id == "n-1");
}

TEST_CASE("bad bytes, another's topic and another kind are nacked, counted and never fatal") {
  auto n = listening();
  CHECK(nack_in(n.take({"hearth/v1/maple-12/up/event", "\xff\xff not a message"}, start)).reason ==
        nack_reason::undecodable);
  CHECK(nack_in(n.take({"hearth/v1/maple-12/up/event", std::string(300'000, 'x')}, start)).reason ==
        nack_reason::oversized);
  CHECK(nack_in(n.take({"hearth/v1/oak-1/up/event",
                        encode(said(1, event{severity::info, "k", "s", "t", start}))},
                       start))
            .reason == nack_reason::wrong_site);
  CHECK(nack_in(n.take({"hearth/v1/maple-12/up/report",
                        encode(said(1, event{severity::info, "k", "s", "t", start}))},
                       start))
            .reason == nack_reason::unexpected);
  CHECK(n.counters().undecodable == 2);
  CHECK(n.acknowledge(start).empty());
  CHECK(n.sites().at("maple-12").counters.messages == 0);
}

TEST_CASE("a bad answer is not answered, nor is what is on no topic of ours") {
  auto n = listening();
  CHECK(n.take({"hearth/v1/maple-12/up/nack", "junk"}, start).send.empty());
  CHECK(n.take({"hearth/v1/maple-12/up/ack", "junk"}, start).send.empty());
  CHECK(n.take({"hearth/v1/maple-12/birth", ""}, start).send.empty());
  CHECK(n.take({"elsewhere", "junk"}, start).trouble);
  CHECK(n.counters().foreign == 1);
}

TEST_CASE("a watcher says nothing at all") {
  auto n = node{{.boot_id = "w", .sites = {}, .answers = false, .dispatch = {}}, {}, {}};
  CHECK(n.take(up(said(1, event{severity::info, "k", "s", "t", start})), start).send.empty());
  CHECK(n.take(up(said(2, birth{true, "h", "v"})), start).send.empty());
  CHECK(n.take({"hearth/v1/maple-12/up/event", "junk"}, start).send.empty());
  CHECK(n.acknowledge(start).empty());
  CHECK(n.tick(start + 1h).empty());
  CHECK(n.refused().empty());
}

TEST_CASE(
    "a contract another program sent is remembered as offered, our own words are passed over") {
  auto n = listening();
  auto c = said(1, contract{"c1", start, 60min, 4 * kilowatt});
  c.boot_id = "other";
  const auto t = n.take({"hearth/v1/maple-12/down/contract", encode(c)}, start);
  CHECK(t.heard);
  CHECK(n.sites().at("maple-12").contracts.at("c1").offered->average == 4 * kilowatt);
  const auto mine = n.compose("maple-12", heartbeat{}, start);
  CHECK_FALSE(n.take({mine.topic, mine.payload}, start).heard);
}

TEST_CASE("one site is listened to by name, all by wildcard") {
  CHECK(listening().topics() == std::vector<std::string>{"hearth/v1/+/birth", "hearth/v1/+/up/#"});
  auto one = node{{.boot_id = "n", .sites = {"oak-1"}, .overhears = true, .dispatch = {}}, {}, {}};
  CHECK(one.topics() == std::vector<std::string>{"hearth/v1/oak-1/birth", "hearth/v1/oak-1/up/#",
                                                 "hearth/v1/oak-1/down/#"});
}

TEST_CASE(
    "a full queue drops the newest message, counts it, and keeps what is said of the connection") {
  auto q = event_queue{2, 100};
  CHECK(q.push(mqtt_message{"t", "1"}));
  CHECK(q.push(mqtt_message{"t", "2"}));
  CHECK_FALSE(q.push(mqtt_message{"t", "3"}));
  CHECK(q.push(mqtt_disconnected{}));
  CHECK(q.dropped() == 1);
  CHECK(q.take(2, 100).size() == 2);
  CHECK(q.take(10, 0).size() == 1);
  CHECK(q.empty());
  CHECK_FALSE(q.push(mqtt_message{"t", std::string(101, 'x')}));
}

TEST_CASE("the node tries again after 2 s, doubling to 60 s, half of it by lot") {
  auto r = reconnect{1};
  auto now = start;
  CHECK(r.tick(now) == reconnect::todo::connect);
  CHECK(r.tick(now) == reconnect::todo::nothing);
  for (auto longest : {2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    r.on(mqtt_connect_failed{}, now);
    CHECK(r.tick(now + longest / 2 - 1ms) == reconnect::todo::nothing);
    CHECK(r.tick(now + longest) == reconnect::todo::connect);
    now += longest;
  }
  CHECK(r.on(mqtt_connected{}, now) == reconnect::todo::subscribe);
  CHECK_FALSE(r.ready());
  r.on(mqtt_subscribed{}, now);
  CHECK(r.ready());
  r.on(mqtt_disconnected{}, now);
  CHECK_FALSE(r.ready());
  CHECK(r.tick(now + 2s) == reconnect::todo::connect);
}

TEST_CASE("who sends a contract waits for its report, not for the ack") {
  const auto sent = said(1, contract{"c1", start, 60min, 4 * kilowatt});
  auto talk = correspondence{sent};
  CHECK_FALSE(talk.hear(said(9, ack{"a-1"})));
  CHECK(talk.arrived());
  auto r = contract_report{"c2", contract_status::refused, "late", {}, {}, start};
  CHECK_FALSE(talk.hear(said(10, r)));
  r.contract_id = "c1";
  const auto answer = talk.hear(said(11, r));
  REQUIRE(answer);
  CHECK_FALSE(answer->accepted);
  CHECK(answer->reason == "refused: late");
}

TEST_CASE("an old report of a running contract does not answer its withdrawal") {
  auto talk = correspondence{said(1, withdrawal{"c1", ""})};
  auto r = contract_report{"c1", contract_status::active, "", {}, {}, start};
  CHECK_FALSE(talk.hear(said(10, r)));
  r.status = contract_status::withdrawn;
  CHECK(talk.hear(said(11, r))->accepted);
}

TEST_CASE("outcomes answer requests, the snapshot its query, the ack prices, a nack everything") {
  auto asking = correspondence{said(1, request{authority::grid, shed{}, 5min, ""})};
  CHECK_FALSE(asking.hear(said(9, ack{"a-1"})));
  CHECK_FALSE(asking.hear(said(10, outcome{"a-1", false, "admin holds it"}))->accepted);
  CHECK(
      correspondence{said(1, query{query_subject::state})}.hear(said(9, state_report{}))->accepted);
  CHECK_FALSE(
      correspondence{said(1, query{query_subject::state})}.hear(said(9, snapshot_report{})));
  CHECK(correspondence{said(1, prices{})}.hear(said(9, ack{"a-1"}))->accepted);
  const auto no =
      correspondence{said(1, prices{})}.hear(said(9, nack{"a-1", nack_reason::stale, "old"}));
  CHECK(no->reason == "stale: old");
  CHECK_FALSE(correspondence{said(1, prices{})}.hear(said(9, ack{"a-2"})));
}

TEST_CASE("what is asked for is told in a line") {
  const auto asked = [](decltype(request::wish) wish, std::optional<time_point> at = {}) {
    return text_of(request{authority::grid, std::move(wish), 1h, "why", at});
  };
  CHECK(asked(shed{grid_severity::gentle}) == "grid: shed, gentle for 1 h: why");
  CHECK(asked(raise_load{}, from_iso8601("2020-01-15T06:00:00Z")) ==
        "grid: raise, firm from 2020-01-15T06:00:00Z for 1 h: why");
  CHECK(asked(power_limit{4 * kilowatt, 2 * kilowatt, 30min}) ==
        "grid: limit of 4000 W (2000 W in silence for 30 min) for 1 h: why");
  CHECK(asked(power_limit{4 * kilowatt}) == "grid: limit of 4000 W for 1 h: why");
  CHECK(asked(outage{}) == "grid: outage for 1 h: why");
  CHECK(asked(keep_alive{}) == "grid: keep alive for 1 h: why");
}

TEST_CASE("a start is now, next or a time, and a value has its unit") {
  const auto at = *from_iso8601("2020-01-15T05:07:12.5Z");
  CHECK(*start_by_hand("now", at, 1h) == *from_iso8601("2020-01-15T05:05:00Z"));
  CHECK(*start_by_hand("next", at, 1h) == *from_iso8601("2020-01-15T06:00:00Z"));
  CHECK(*start_by_hand("2020-02-01", at, 1h) == *from_iso8601("2020-02-01"));
  CHECK_FALSE(start_by_hand("soon", at, 1h));
  CHECK_FALSE(start_by_hand("next", at, 0h));
  CHECK(*value_by_hand("on") == switched(true));
  CHECK(*value_by_hand("45 °C") == measured{45, unit::celsius});
  CHECK(*value_by_hand("2 kW") == measured{2000, unit::watt});
  CHECK(value_by_hand("40 %")->unit == unit::fraction);
  CHECK(*value_by_hand("3 count") == measured{3, unit::count});
  CHECK_FALSE(value_by_hand("three count"));
  CHECK_FALSE(value_by_hand("45"));
  CHECK_FALSE(value_by_hand(""));
  CHECK(*power_by_hand("4kW") == 4 * kilowatt);
  CHECK_FALSE(power_by_hand("4 °C"));
  CHECK(*duration_by_hand("5min") == 5min);
  CHECK_FALSE(duration_by_hand("-5 min"));
  CHECK_FALSE(duration_by_hand("1e300 s"));
}
