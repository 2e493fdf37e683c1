#include "actors/node/boot_book.hpp"
#include "actors/node/gap_watch.hpp"
#include "actors/node/limits.hpp"
#include "actors/node/memory_text.hpp"
#include "protocol/limits.hpp"
#include "tests/support/house_on_paper.hpp"

#include <doctest/doctest.h>

#include <random>
#include <set>

using namespace hearth;
using namespace std::chrono_literals;
using testing::house_on_paper;

namespace {

const auto start = *from_iso8601("2020-01-15T05:00:00Z");
const price_lookup no_price = [](time_point) { return std::optional<energy_price>{}; };

site_memory maple() {
  auto m = site_memory{};
  m.site = "maple-12";
  return m;
}

/// A memory and what it is told, with the clock that both go by.
struct listener {
  site_memory memory = maple();
  time_point now = start;

  hearing hears(const envelope& e) { return memory.hear(e, now, no_price); }
  std::vector<sequence_run> gaps(const std::string& boot) {
    return memory.boots.all().at(boot).gaps();
  }
};

}  // namespace

TEST_CASE("runs of sequence numbers are written and read back, and nothing else is") {
  auto s = sequence_set{};
  for (auto n : {5U, 1U, 2U, 3U, 9U}) s.insert({n, n});
  CHECK(s.text() == "1-3,5,9");
  CHECK(s.count() == 5);
  CHECK(s.holes(11) == std::vector<sequence_run>{{4, 4}, {6, 8}, {10, 11}});
  CHECK(s.holes(2).empty());
  CHECK(sequence_set::from_text("1-3,5,9") == s);
  for (const auto* bad :
       {"x", "1-", "3-1", "1,1", "1,,2", "1,", "-1", "0", "0-3", "99999999999999999999999"})
    CHECK_FALSE(sequence_set::from_text(bad));
}

TEST_CASE("a sequence set agrees with a plain set whatever is put into it") {
  for (auto seed = 1U; seed <= 200; ++seed) {
    auto lot = std::mt19937{seed};
    auto runs = sequence_set{};
    auto plain = std::set<std::uint64_t>{};
    for (auto i = 0; i < 40; ++i) {
      const auto first = std::uint64_t{1} + lot() % 60;
      const auto last = first + lot() % 4;
      runs.insert({first, last});
      for (auto n = first; n <= last; ++n) plain.insert(n);
    }
    CAPTURE(seed);
    REQUIRE(runs.count() == plain.size());
    for (auto n = std::uint64_t{1}; n < 70; ++n) REQUIRE(runs.contains(n) == plain.contains(n));
    for (const auto& hole : runs.holes(80))
      for (auto n = hole.first; n <= hole.last; ++n) REQUIRE_FALSE(plain.contains(n));
    REQUIRE(sequence_set::from_text(runs.text()) == runs);
  }
}

TEST_CASE("what never came is a gap: inside, before the first, and at the end a backlog tells") {
  auto house = house_on_paper{"a", start};
  auto l = listener{};
  const auto e1 = house.event_of("1");
  const auto e2 = house.event_of("2");
  const auto e3 = house.event_of("3");
  const auto e4 = house.event_of("4");
  l.hears(e3);
  CHECK(l.gaps("a") == std::vector<sequence_run>{{1, 2}});
  l.hears(house.tells_backlog(1));
  CHECK(l.gaps("a") == std::vector<sequence_run>{{1, 2}, {4, 4}});
  for (const auto& e : {e4, e1, e2}) CHECK(l.hears(e).fresh);
  CHECK(l.gaps("a").empty());
  CHECK(l.memory.boots.missing() == 0);
  CHECK(l.memory.boots.received() == 4);
}

TEST_CASE("the next boot's first message tells how the boot before it ended") {
  auto first = house_on_paper{"a", start};
  auto l = listener{};
  l.hears(first.event_of("1"));
  first.event_of("lost on the way");
  CHECK(l.memory.boots.missing() == 0);
  auto second = house_on_paper{"b", start};
  l.hears(second.says(event{}, first.last_id()));
  CHECK(l.gaps("a") == std::vector<sequence_run>{{2, 2}});
  CHECK(l.memory.boots.all().at("a").ended);

  auto fourth = house_on_paper{"d", start};
  l.hears(fourth.says(event{}, "c-3"));
  CHECK(l.gaps("c") == std::vector<sequence_run>{{1, 3}});
  CHECK(l.memory.boots.in_order() == std::vector<std::string>{"a", "b", "c", "d"});
}

TEST_CASE("a boot that is heard of late takes its place before the one that followed it") {
  auto l = listener{};
  auto second = house_on_paper{"a2", start};
  const auto first_word = second.says(event{}, "a1-4");
  l.hears(second.event_of("news first"));
  l.hears(first_word);
  CHECK(l.memory.boots.in_order() == std::vector<std::string>{"a1", "a2"});
}

TEST_CASE("told lost, a gap is none any more, and stays known with its reason") {
  auto house = house_on_paper{"a", start};
  auto l = listener{};
  const auto late = house.event_of("1");
  house.event_of("2");
  l.hears(house.event_of("3"));
  const auto told = house.says(loss{{"a", 1, 2}, "The disk was full.", start});
  CHECK(l.hears(told).reply == body{ack{"a-4"}});
  CHECK(l.memory.boots.missing() == 0);
  CHECK(l.memory.boots.lost() == 2);
  CHECK(l.memory.losses.front().reason == "The disk was full.");

  CHECK(l.hears(late).fresh);  // found after all: it counts, and is lost no more
  CHECK(l.memory.boots.lost() == 1);
}

TEST_CASE("a message that cannot be read is no gap, and noted once") {
  auto house = house_on_paper{"a", start};
  auto l = listener{};
  l.hears(house.event_of("1"));
  house.event_of("poison");
  l.hears(house.event_of("3"));
  CHECK(l.memory.refuse({"a-2", nack_reason::undecodable, ""}));
  CHECK_FALSE(l.memory.refuse({"a-2", nack_reason::undecodable, ""}));
  CHECK(l.memory.boots.missing() == 0);
  CHECK(l.memory.refuse({"never-heard-of-7", nack_reason::undecodable, ""}));
  CHECK(l.memory.boots.all().size() == 1);
}

TEST_CASE(
    "what would open too many gaps is put off, not forgotten and not acked, until they close") {
  auto house = house_on_paper{"a", start};
  auto l = listener{};
  auto skipped = std::vector<envelope>{};
  for (auto i = std::size_t{0}; i < node_limits::sequence_runs; ++i) {
    skipped.push_back(house.event_of("skipped"));
    CHECK(l.hears(house.event_of("heard")).fresh);
  }
  skipped.push_back(house.event_of("skipped"));
  const auto beyond = house.event_of("beyond");
  const auto put_off = l.hears(beyond);
  CHECK_FALSE(put_off.fresh);
  CHECK_FALSE(put_off.reply);
  CHECK(put_off.not_taken);
  CHECK(l.memory.counters.deferred == 1);
  CHECK(l.hears(skipped.front()).fresh);
  CHECK(l.hears(skipped[1]).fresh);
  CHECK(l.hears(beyond).fresh);
  l.memory.saved();
  for (const auto& e : skipped) l.hears(e);
  CHECK(l.memory.boots.all().at("a").heard.text() == "1-" + std::to_string(beyond.sequence));
}

TEST_CASE("no boot is ever forgotten: beyond the bound a new one is not taken") {
  auto l = listener{};
  for (auto i = std::size_t{0}; i < node_limits::boots; ++i) {
    auto house = house_on_paper{"boot" + std::to_string(i), start};
    l.hears(house.event_of("up"));
    l.memory.taken.clear();
  }
  auto late = house_on_paper{"one-more", start};
  CHECK(l.hears(late.event_of("up")).not_taken);
  auto known = house_on_paper{"boot7", start};
  CHECK_FALSE(l.hears(known.event_of("up")).fresh);
  CHECK(l.hears(known.event_of("more of it")).fresh);
  CHECK(l.hears(known.says(event{}, "stranger-9")).not_taken);
}

TEST_CASE("while nothing can be saved a bounded number of messages is taken and no more") {
  auto house = house_on_paper{"a", start};
  auto l = listener{};
  for (auto i = std::size_t{0}; i < node_limits::unsaved_messages; ++i)
    CHECK(l.hears(house.event_of("x")).fresh);
  const auto one_more = house.event_of("y");
  CHECK(l.hears(one_more).not_taken);
  l.memory.saved();
  CHECK(l.hears(one_more).fresh);
}

TEST_CASE("boots of version 1 recognise repeats and have no gaps") {
  auto m = maple();
  REQUIRE_FALSE(read_part(m, "boot b", R"({"heard":"1","told":3,"order":2})"));
  REQUIRE_FALSE(read_part(m, "sequences",
                          R"([{"boot_id":"a","heard":"1-5,9"},{"boot_id":"b","heard":"7"}])"));
  auto house = house_on_paper{"a", start};
  CHECK_FALSE(m.hear(house.event_of("1"), start, no_price).fresh);
  CHECK(m.boots.all().at("a").gaps().empty());
  CHECK(m.boots.missing() == 2);  // of "b", which this version wrote
}

TEST_CASE(
    "a gap is asked for once nothing waits any more, again with growing patience, and no "
    "more when it is filled") {
  auto house = house_on_paper{"a", start};
  auto l = listener{};
  auto watch = gap_watch{};
  l.hears(house.is_born());
  const auto lost = house.event_of("1");
  l.hears(house.event_of("2"));
  l.hears(house.tells_backlog(0));
  CHECK_FALSE(watch.ask(l.memory, l.now));
  CHECK_FALSE(watch.ask(l.memory, l.now + node_limits::ask_first - 1ms));
  auto asked = std::vector<duration>{};
  for (auto t = duration{0}; t < 1h; t += 1s) {
    l.memory.last_heard = l.now + t;
    if (const auto r = watch.ask(l.memory, l.now + t)) {
      CHECK(r->missing == std::vector<message_run>{{"a", 1, 1}});
      asked.push_back(t);
    }
  }
  CHECK(std::vector(asked.begin(), asked.begin() + 4) ==
        std::vector<duration>{10s, 30s, 70s, 150s});
  CHECK(asked.size() < 12);
  l.hears(lost);
  CHECK_FALSE(watch.ask(l.memory, l.now + 3h));
}

TEST_CASE("while history is coming and closing gaps by itself nothing is asked") {
  auto house = house_on_paper{"a", start};
  auto l = listener{};
  auto watch = gap_watch{};
  l.hears(house.is_born());
  auto history = std::vector<envelope>{};
  for (auto i = 0; i < 500; ++i) history.push_back(house.event_of("old"));
  l.hears(house.event_of("new"));
  l.hears(house.tells_backlog(500));
  for (const auto& old : history) {
    l.now += 20s;
    l.hears(old);
    CHECK_FALSE(watch.ask(l.memory, l.now));
  }
  CHECK(l.memory.boots.missing() == 0);
}

TEST_CASE("a gap that history passes by is asked for although more waits; an absent house is not") {
  auto house = house_on_paper{"a", start};
  auto l = listener{};
  auto watch = gap_watch{};
  l.hears(house.is_born());
  house.event_of("lost");
  l.hears(house.tells_backlog(1000));
  auto asked = 0;
  for (auto i = 0; i < 30; ++i) {
    l.now += 5s;
    l.hears(house.event_of("more"));
    if (watch.ask(l.memory, l.now)) ++asked;
  }
  CHECK(asked == 1);
  l.hears(house.says(birth{false, "hash", "0.1"}));
  CHECK_FALSE(watch.ask(l.memory, l.now + 1h));
}

TEST_CASE("no question has more runs than a message may hold") {
  auto l = listener{};
  auto watch = gap_watch{};
  auto born = house_on_paper{"b", start};
  l.hears(born.is_born());
  for (auto i = 0; i < 3; ++i) {
    auto house = house_on_paper{"a" + std::to_string(i), start};
    for (auto n = 0; n < 200; ++n) {
      house.event_of("lost");
      l.hears(house.event_of("heard"));
    }
  }
  CHECK_FALSE(watch.ask(l.memory, l.now));
  l.memory.last_heard = l.now + 60s;
  const auto first = watch.ask(l.memory, l.now + 60s);
  const auto second = watch.ask(l.memory, l.now + 60s);
  const auto third = watch.ask(l.memory, l.now + 60s);
  REQUIRE(first);
  CHECK(first->missing.size() == limits::resend_runs);
  REQUIRE(second);
  CHECK_FALSE(third);
}
