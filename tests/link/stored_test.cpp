// What stands in the journal on disk is not always what was written there.
#include "tests/link/real_link.hpp"

#include <random>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// The numbers of a boot's messages that have come, and those told to be lost.
struct account {
  account(const node_notes& notes, const std::string& boot) {
    for (const auto& e : notes.heard) {
      if (e.boot_id == boot && is_journaled(e.body)) come.insert(e.sequence);
      if (const auto* l = std::get_if<loss>(&e.body); l && l->lost.boot_id == boot)
        for (auto n = l->lost.first; n <= l->lost.last; ++n) lost.insert(n);
    }
  }
  [[nodiscard]] bool covers(std::uint64_t last) const {
    auto all = come;
    all.insert(lost.begin(), lost.end());
    return all.size() == last;
  }
  std::set<std::uint64_t> come, lost;
};

/// About 16 KB that no compression makes smaller.
report bulky_report(time_point at, std::uint64_t seed) {
  auto random = std::mt19937_64{seed};
  auto series = channel_series{"hp.power", unit::watt, {}};
  for (auto i = 0; i < 2000; ++i)
    series.samples.push_back({at + duration{i * 100}, std::uniform_real_distribution{}(random)});
  return {at, std::chrono::minutes{5}, {std::move(series)}};
}

}  // namespace

TEST_CASE_TEMPLATE(
    "stored items that are corrupt or empty are events, missing ones are told lost, "
    "and the rest is delivered",
    Security, plain, with_tls) {
  auto link = real_link<Security>{};
  link.house.start();
  link.house.say_events(8);
  link.house.stop();
  link.house.meddle(
      "UPDATE entries SET payload = 'rubbish' WHERE number % 16 = 2;"
      "UPDATE entries SET payload = x'' WHERE number % 16 = 4;"
      "DELETE FROM entries WHERE number % 16 = 6;");
  link.house.start();
  link.node.arrive();
  REQUIRE(link.node.waits_until([](const node_notes& n) { return n.journaled.size() >= 7; }));
  link.node_has_exactly({"b1-1", "b1-3", "b1-5", "b1-7", "b1-8", "b2-1", "b2-2"});
  CHECK(link.count_events("message-damaged") == 2);

  MESSAGE("the node asks for what it has no word of");
  link.node.say(resend{{{"b1", 2, 2}, {"b1", 4, 4}, {"b1", 6, 6}}});
  REQUIRE(link.node.waits_until([](const node_notes& n) { return account{n, "b1"}.covers(8); }));
  CHECK(account{link.node.notes(), "b1"}.lost == std::set<std::uint64_t>{2, 4, 6});
  REQUIRE(link.drained(5));
  link.house.stop();
  CHECK(link.house.ask("SELECT message_id, payload FROM quarantine ORDER BY place") ==
        std::vector<std::string>{"b1-2", "rubbish", "b1-4", ""});
}

TEST_CASE_TEMPLATE(
    "a store at its limit gives up the oldest reports first, and the node is told "
    "which",
    Security, plain, with_tls) {
  constexpr auto reports = std::uint64_t{200};
  auto link = real_link<Security>{120};
  link.house.journal_options.max_bytes = 9 << 19;
  link.house.start();
  link.house.say_events(1);
  for (auto n = std::uint64_t{1}; n <= reports; ++n) {
    link.house.say(bulky_report(link.house.clock().now(), n));
    // So many at once would not fit even an empty store of this size.
    if (n % 10 == 0) link.house.settle();
  }
  link.node.arrive();
  auto last = std::uint64_t{0};
  REQUIRE(link.told([&](const backlog& b) {
    last = b.last_sequence;
    return b.waiting == 0 && account{link.node.notes(), "b1"}.covers(last);
  }));
  const auto all = account{link.node.notes(), "b1"};
  REQUIRE(all.lost.size() > 20);
  CHECK(all.come.size() + all.lost.size() == last);
  MESSAGE("the event stayed, the reports went from the oldest on");
  CHECK(all.come.contains(1));
  CHECK(*all.lost.begin() == 2);
  CHECK(*all.lost.rbegin() == all.lost.size() + 1);
  CHECK(link.count_events("messages-dropped") == 1);
}
