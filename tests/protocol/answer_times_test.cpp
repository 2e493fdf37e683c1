#include "protocol/answer_times.hpp"

#include "protocol/limits.hpp"
#include "tests/protocol/examples.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr time_point noon = january + 12h;

/// Said by the node, whose clock shows january.
envelope said(body content, const std::string& in_reply_to = {}) {
  auto message = wrap(std::move(content));
  message.sent = january;
  message.in_reply_to = in_reply_to;
  return message;
}

}  // namespace

TEST_CASE("an answer says what the node's clock showed between two moments of the house") {
  auto times = answer_times{};
  times.sent("b-1", noon);
  CHECK(times.heard(said(heartbeat{}, "b-1"), noon + 200ms) ==
        node_time{noon, january, noon + 200ms});
  CHECK(times.heard(said(ack{"b-1"}), noon + 300ms) == node_time{noon, january, noon + 300ms});
}

TEST_CASE("what answers nothing that was sent says nothing of the node's clock") {
  auto times = answer_times{};
  times.sent("b-1", noon);
  CHECK_FALSE(times.heard(said(heartbeat{}), noon));
  CHECK_FALSE(times.heard(said(ack{"a-9"}), noon));
  CHECK_FALSE(times.heard(said(contract{"c", january, 1h, 1000 * watt}), noon));
}

TEST_CASE(
    "of many that one ack answers the latest counts; what is sent again counts from its first") {
  auto times = answer_times{};
  times.sent("b-1", noon);
  times.sent("b-2", noon + 1s);
  times.sent("b-3", noon + 2s);
  times.sent("b-2", noon + 3s);
  CHECK(times.heard(said(ack{"b-1", {"b-2"}}), noon + 4s)->asked == noon + 1s);
}

TEST_CASE("only the latest messages are timed") {
  auto times = answer_times{};
  for (std::size_t i = 0; i <= limits::answers_timed; ++i) times.sent(std::to_string(i), noon);
  CHECK_FALSE(times.heard(said(ack{"0"}), noon));
  CHECK(times.heard(said(ack{"1"}), noon));
}
