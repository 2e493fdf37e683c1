#include "protocol/inbox.hpp"

#include "protocol/codec.hpp"
#include "protocol/limits.hpp"
#include "protocol/topics.hpp"
#include "tests/protocol/examples.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

struct house_door {
  inbox door{"maple-12"};
  time_point now = january + 1s;

  verdict judge(const envelope& m) {
    return door.judge(down_topic("maple-12", kind_of(m.body)), encode(m), exact_dates, now);
  }
  static std::string told(const verdict& v) {
    if (std::holds_alternative<message_taken>(v)) return "taken";
    if (std::holds_alternative<message_repeated>(v)) return "repeated";
    const auto& answer = std::get<message_refused>(v).answer;
    return std::string{to_text(answer.reason)} + " " + answer.message_id + ": " + answer.text;
  }
  std::string judged(const envelope& m) { return told(judge(m)); }
};

}  // namespace

TEST_CASE_FIXTURE(house_door,
                  "whatever a node may say is taken, and what only a house says is not") {
  auto sequence = std::uint64_t{0};
  for (const auto& [name, content] : examples()) {
    CAPTURE(name);
    const auto message = wrap(content, ++sequence);
    if (is_downstream(content))
      CHECK(judged(message) == "taken");
    else
      CHECK(judged(message).starts_with("unexpected b5-"));
  }
}

TEST_CASE_FIXTURE(house_door, "a message for another house is refused, by topic and by envelope") {
  auto message = wrap(query{});
  CHECK(told(door.judge("hearth/v1/oak-3/down/query", encode(message), exact_dates, now)) ==
        "wrong-site b5-7: this is maple-12, not maple-12");
  message.site = "oak-3";
  CHECK(judged(message) == "wrong-site b5-7: this is maple-12, not oak-3");
}

TEST_CASE_FIXTURE(house_door, "the topic must say what the message is") {
  const auto bytes = encode(wrap(query{}));
  CHECK(told(door.judge("hearth/v1/maple-12/down/prices", bytes, exact_dates, now)) ==
        "unexpected b5-7: query does not belong on hearth/v1/maple-12/down/prices");
  CHECK(told(door.judge("hearth/v1/maple-12/up/query", bytes, exact_dates, now)) ==
        "unexpected b5-7: query does not belong on hearth/v1/maple-12/up/query");
  CHECK(told(door.judge("weather/today", bytes, exact_dates, now)) ==
        "unexpected b5-7: this is no topic of hearth/v1");
}

TEST_CASE_FIXTURE(house_door, "a message id used for something else is no repeat") {
  CHECK(judged(wrap(withdrawal{"c-1", ""})) == "taken");
  CHECK(judged(wrap(withdrawal{"c-1", ""})) == "repeated");
  CHECK(judged(wrap(withdrawal{"c-2", ""})) ==
        "replayed b5-7: this message id was used for something else");
}

TEST_CASE_FIXTURE(house_door, "a repeat with a new time is still a repeat") {
  auto message = wrap(withdrawal{"c-1", ""});
  CHECK(judged(message) == "taken");
  message.sent += 5s;
  now += 1h;
  CHECK(judged(message) == "repeated");
}

TEST_CASE_FIXTURE(house_door, "an old message is stale, but never an ack, a nack or a heartbeat") {
  now = january + 250ms + limits::downstream_max_age + limits::clock_skew;
  CHECK(judged(wrap(query{}, 1)) == "taken");
  now += 1min;
  CHECK(judged(wrap(query{}, 2)) == "stale b5-2: sent 6 min 30 s ago");
  CHECK(judged(wrap(ack{"b5-1"}, 3)) == "taken");
  CHECK(judged(wrap(nack{"b5-1", nack_reason::invalid, ""}, 4)) == "taken");
  CHECK(judged(wrap(heartbeat{}, 5)) == "taken");
}

TEST_CASE_FIXTURE(house_door,
                  "memory for repeats is bounded, and what fell out of it is stale by then") {
  for (std::uint64_t i = 1; i <= limits::remembered_messages + 1; ++i)
    CHECK(judged(wrap(query{}, i)) == "taken");
  CHECK(judged(wrap(query{}, limits::remembered_messages + 1)) == "repeated");
  now += limits::downstream_max_age + limits::clock_skew;
  CHECK(judged(wrap(query{}, 1)).starts_with("stale"));
}

TEST_CASE_FIXTURE(house_door, "an oversized message is refused by name") {
  auto bytes = encode(wrap(query{}));
  bytes += std::string(limits::message_bytes, '\0');
  CHECK(told(door.judge(down_topic("maple-12", "query"), bytes, exact_dates, now))
            .starts_with("oversized b5-7: "));
}
