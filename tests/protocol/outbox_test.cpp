#include "protocol/outbox.hpp"

#include "protocol/limits.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

constexpr time_point noon = std::chrono::sys_days{std::chrono::year{2020} / 1 / 15} + 12h;

journal_item item(std::uint64_t number) {
  return {number, "b-" + std::to_string(number), "event", "x"};
}
std::vector<journal_item> items(std::uint64_t first, std::uint64_t last) {
  auto out = std::vector<journal_item>{};
  for (auto n = first; n <= last; ++n) out.push_back(item(n));
  return out;
}
std::vector<std::string> ids(const std::vector<const journal_item*>& due) {
  auto out = std::vector<std::string>{};
  for (const auto* each : due) out.push_back(each->message_id);
  return out;
}
using names = std::vector<std::string>;

}  // namespace

TEST_CASE("history is asked for page by page, one page at a time, until there is no more") {
  auto box = outbox{3};
  CHECK_FALSE(box.wanted());  // nobody listens
  box.open();
  auto page = box.wanted();
  REQUIRE(page);
  CHECK(page->after == 0);
  CHECK(page->most == 6);
  CHECK_FALSE(box.wanted());
  box.add_history(1, items(4, 9), true);
  CHECK_FALSE(box.wanted());  // enough at hand
  CHECK(ids(box.take_due(noon, 5s)) == names{"b-4", "b-5"});
  for (const auto* id : {"b-4", "b-5", "b-6", "b-7"}) CHECK(box.settle(id));
  page = box.wanted();
  REQUIRE(page);
  CHECK(page->after == 9);
  box.add_history(1, {}, false);
  for (const auto* id : {"b-8", "b-9"}) CHECK(box.settle(id));
  CHECK_FALSE(box.wanted());
  CHECK(box.at_hand() == 0);
}

TEST_CASE("what was acked while its page was being read is not sent again") {
  auto box = outbox{3};
  box.open();
  REQUIRE(box.wanted());
  box.add_fresh(item(7));
  CHECK(ids(box.take_due(noon, 5s)) == names{"b-7"});
  CHECK(box.settle("b-7"));
  box.add_history(1, {item(6), item(7)}, false);
  CHECK(ids(box.take_due(noon, 5s)) == names{"b-6"});
}

TEST_CASE("a fresh message stands in a page too and is sent once") {
  auto box = outbox{3};
  box.open();
  REQUIRE(box.wanted());
  box.add_fresh(item(7));
  box.add_history(1, items(6, 7), false);
  CHECK(ids(box.take_due(noon, 5s)) == names{"b-7", "b-6"});
}

TEST_CASE("a page for a connection that is gone is not taken for one of the next") {
  auto box = outbox{3};
  box.open();
  REQUIRE(box.wanted());
  box.close();
  box.open();
  const auto page = box.wanted();
  REQUIRE(page);
  CHECK(page->after == 0);
  box.add_history(1, items(5, 6), false);
  CHECK(box.at_hand() == 0);
  box.add_history(page->session, items(1, 2), true);
  CHECK(box.at_hand() == 2);
}

TEST_CASE("fresh messages beyond their bound are found in the history") {
  auto box = outbox{3};
  box.open();
  REQUIRE(box.wanted());
  box.add_history(1, {}, false);
  const auto bound = limits::fresh_messages;
  for (std::uint64_t n = 1; n <= bound + 1; ++n) box.add_fresh(item(n));
  CHECK(box.at_hand() == bound);
  REQUIRE(box.wanted());
  box.add_history(1, items(1, bound + 1), false);
  CHECK(box.at_hand() == bound + 1);
}

TEST_CASE("what had no ack in time is sent again and takes no second place in the window") {
  auto box = outbox{2};
  box.open();
  for (std::uint64_t n = 1; n <= 3; ++n) box.add_fresh(item(n));
  CHECK(ids(box.take_due(noon, 5s)) == names{"b-1", "b-2"});
  CHECK(box.take_due(noon + 4s, 5s).empty());
  CHECK(ids(box.take_due(noon + 5s, 5s)) == names{"b-1", "b-2"});
  CHECK(box.under_way() == 2);
  CHECK(box.settle("b-2"));
  CHECK(ids(box.take_due(noon + 6s, 5s)) == names{"b-3"});
}

TEST_CASE("the window grows with each ack up to its most and halves when acks are late") {
  auto box = outbox{16};
  box.open();
  CHECK(box.window() == limits::send_window_first);
  for (std::uint64_t n = 1; n <= 60; ++n) box.add_fresh(item(n));
  CHECK(box.take_due(noon, 5s).size() == 5);
  for (std::uint64_t n = 1; n <= 30; ++n) {
    REQUIRE(box.settle("b-" + std::to_string(n)));
    box.take_due(noon + 1s, 5s);
  }
  CHECK(box.window() == 16);
  CHECK(box.under_way() == 16);
  // All sixteen are late: the older half goes again, the rest waits for its turn.
  CHECK(ids(box.take_due(noon + 6s, 5s)) ==
        names{"b-31", "b-32", "b-33", "b-34", "b-35", "b-36", "b-37", "b-38"});
  CHECK(box.take_due(noon + 11s, 5s).size() == limits::send_window_first);
  CHECK(box.take_due(noon + 16s, 5s).size() == limits::send_window_first);
  // An ack that comes late is an ack, and its message is not sent once more.
  CHECK(box.settle("b-45"));
  CHECK(box.at_hand() == 29);
  box.close();
  box.open();
  CHECK(box.window() == limits::send_window_first);
}

TEST_CASE("messages a node never answers are taken out even when they fill the window") {
  auto box = outbox{5};
  box.open();
  REQUIRE(box.wanted());
  box.add_history(1, items(1, 10), false);
  auto now = noon;
  CHECK(ids(box.take_due(now, 5s)) == names{"b-1", "b-2", "b-3", "b-4"});
  for (std::uint64_t n = 101; n <= 100 + limits::overtaken_by; ++n) {
    box.add_fresh(item(n));
    box.take_due(now += 1s, 5s);
    CHECK(box.take_unanswered(now, 5s).empty());
    REQUIRE(box.settle("b-" + std::to_string(n)));
  }
  CHECK(box.take_unanswered(now += 5s, 5s) == names{"b-1", "b-2", "b-3", "b-4"});
  CHECK(ids(box.take_due(now, 5s)) == names{"b-5", "b-6", "b-7", "b-8"});
}

TEST_CASE("a message that a busy node dropped once is not taken for one it never answers") {
  auto box = outbox{64};
  box.open();
  for (std::uint64_t n = 1; n <= 200; ++n) box.add_fresh(item(n));
  box.take_due(noon, 5s);
  for (std::uint64_t n = 2; n <= 200; ++n) {
    REQUIRE(box.settle("b-" + std::to_string(n)));
    box.take_due(noon, 5s);
  }
  CHECK(box.take_unanswered(noon, 5s).empty());
  CHECK(ids(box.take_due(noon + 5s, 5s)) == names{"b-1"});
}
