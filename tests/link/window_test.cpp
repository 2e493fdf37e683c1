// How much may be under way, and what goes first.
#include "tests/link/real_link.hpp"

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Places of the window that the backlog leaves to what is new.
constexpr auto for_news = std::size_t{1};
constexpr auto backlog_window = limits::send_window_first - for_news;
constexpr auto waits_before = 3 * limits::send_window + 7;

/// A house whose backlog a node has begun to hear, and keeps all acks.
template <class Security>
struct backlogged : real_link<Security> {
  backlogged() {
    this->house.start();
    this->house.say_events(waits_before);
    this->house.settle();
    this->node.answers(reply::keep);
    this->node.arrive();
    REQUIRE(this->node.waits_until(
        [](const node_notes& n) { return n.unanswered.size() >= backlog_window; }));
    this->let_both_speak();
  }
};

}  // namespace

TEST_CASE_TEMPLATE(
    "never more than the window is unacknowledged, which grows with each ack; oldest "
    "first",
    Security, plain, with_tls) {
  auto link = backlogged<Security>{};
  CHECK(link.node.notes().journaled == up_to("b1", backlog_window));
  for (auto acked = std::size_t{1}; acked <= 3; ++acked) {
    link.node.release_acks(1);
    link.let_both_speak();
    // One in place of the acked one, one for the place that the ack added.
    CHECK(link.node.notes().journaled == up_to("b1", backlog_window + 2 * acked));
  }
  link.node.answers(reply::ack);
  link.node.release_acks();
  REQUIRE(link.drained(waits_before));
  CHECK(link.node.notes().journaled == up_to("b1", waits_before));
  CHECK(link.node.notes().most_unanswered <= limits::send_window);
}

TEST_CASE_TEMPLATE("new events during re-upload go ahead of the backlog and are in effect first",
                   Security, plain, with_tls) {
  auto link = backlogged<Security>{};
  const auto first = nth("b1", waits_before + 1), second = nth("b1", waits_before + 2);
  link.node.answers(
      [=](const envelope& e) { return e.message_id == first ? reply::ack : reply::keep; });
  link.house.say_events(1);
  REQUIRE(link.told([](const backlog& b) {
    return b.last_sequence == waits_before + 1 && b.waiting == waits_before;
  }));
  CHECK(link.node.notes().journaled.at(backlog_window) == first);

  MESSAGE("the place for news is one place, and an ack added one to the backlog's");
  link.house.say_events(2);
  link.let_both_speak();
  CHECK(link.node.notes().journaled.back() == second);
  CHECK(link.node.notes().unanswered.size() == limits::send_window_first + 1);
  link.node.answers(reply::ack);
  link.node.release_acks();
  REQUIRE(link.drained(waits_before + 3));
  link.node_has_exactly(up_to("b1", waits_before + 3));
  CHECK(link.node.notes().most_unanswered <= limits::send_window);
}

TEST_CASE_TEMPLATE("live messages never wait behind a backlog that stands still", Security, plain,
                   with_tls) {
  auto link = backlogged<Security>{};
  link.house.say(power_update{"hp.power", 2300 * watt, link.house.clock().now()});
  REQUIRE(
      link.node.waits_until([](const node_notes& n) { return !n.all<power_update>().empty(); }));
  CHECK(link.node.notes().unanswered.size() == backlog_window);
}
