// The two ends of the link, both pure, face to face: what one says the other understands.
#include "actors/node/node.hpp"
#include "protocol/link.hpp"
#include "tests/protocol/paper_journal.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto start = *from_iso8601("2020-01-15T05:00:00Z");

/// A house's link and a node with nothing but a perfect broker between them.
struct face_to_face {
  link_machine house{
      {.site = "maple-12", .boot_id = "h", .speaker = "h", .layout_hash = "x", .version = "0.1"}};
  hearth::testing::paper_journal journal{"h", "maple-12"};
  node cloud{{.boot_id = "n", .sites = {}, .dispatch = {}}, {}, {}};
  time_point now = start;
  std::vector<envelope> delivered = {};
  std::vector<std::string> troubles = {};

  void to_house(const link_input& input) {
    for (const auto& out : house.advance(input, now)) {
      if (const auto* p = std::get_if<link_publish>(&out)) {
        auto t = cloud.take({p->topic, p->payload}, now);
        if (t.trouble) troubles.push_back(to_text(*t.trouble));
        for (const auto& answer : t.send) to_house(link_message{answer.topic, answer.payload});
        for (const auto& yes : cloud.acknowledge(now))
          to_house(link_message{yes.topic, yes.payload});
      }
      if (const auto* f = std::get_if<link_fetch>(&out)) to_house(journal.read(*f));
      if (const auto* taken = std::get_if<link_forget>(&out))
        for (const auto& id : taken->message_ids) journal.forget(id);
      if (const auto* d = std::get_if<link_deliver>(&out)) delivered.push_back(d->message);
      if (const auto* m = std::get_if<link_misuse>(&out)) troubles.push_back(to_text(m->why));
    }
  }
  void come_up() {
    to_house(link_start{});
    to_house(link_connected{});
    to_house(link_subscribed{});
  }
  void pass(duration d) {
    for (const auto end = now + d; now < end; now += 1s) to_house(link_tick{});
  }
};

}  // namespace

TEST_CASE("a house that comes up is greeted, becomes active and empties its journal") {
  auto f = face_to_face{};
  f.journal.keep(event{severity::info, "started", "house", "It is up.", start}, start);
  f.come_up();
  f.pass(10s);
  CHECK(f.house.state() == link_state::active);
  CHECK(f.journal.items.empty());
  CHECK(f.cloud.sites().at("maple-12").events.size() == 1);
  CHECK(f.cloud.sites().at("maple-12").presence_at(f.now) == presence::online);
  CHECK(f.troubles.empty());
}

TEST_CASE("a quiet hour keeps the link active, for each ping is answered and no answer is") {
  auto f = face_to_face{};
  f.come_up();
  f.pass(1h);
  CHECK(f.house.state() == link_state::active);
  CHECK(f.cloud.sites().at("maple-12").presence_at(f.now) == presence::online);
  CHECK(f.cloud.sites().at("maple-12").counters.messages < 200);
  CHECK(f.troubles.empty());
}

TEST_CASE("a contract reaches the house once however often it is said, and its report comes back") {
  auto f = face_to_face{};
  f.come_up();
  const auto c = f.cloud.compose("maple-12", contract{"c1", start, 60min, 4 * kilowatt}, f.now);
  f.to_house(link_message{c.topic, c.payload});
  f.to_house(link_message{c.topic, c.payload});
  CHECK(std::ranges::count_if(f.delivered, [](const envelope& e) {
          return std::holds_alternative<contract>(e.body);
        }) == 1);
  const auto running =
      contract_report{"c1", contract_status::active, "", 4 * kilowatt_hour, {}, f.now};
  f.to_house(link_journaled{{f.journal.keep(running, f.now)}});
  CHECK(f.cloud.sites().at("maple-12").contracts.at("c1").alive());
  CHECK(f.journal.items.empty());
}
