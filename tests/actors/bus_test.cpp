#include "actors/bus.hpp"

#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <deque>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Answers from a list, and remembers what it was asked and when.
struct scripted_port : port {
  std::deque<result<bus_answer>> answers;
  std::vector<time_point> asked;
  result<bus_answer> transact(const bus_request&, time_point now) override {
    asked.push_back(now);
    auto next = answers.front();
    answers.pop_front();
    return next;
  }
};

std::vector<bus_request> reads(std::size_t count) {
  return std::vector<bus_request>(count, gpio_read{1, false});
}

}  // namespace

TEST_CASE("a batch is carried out in order and the time is asked anew for each request") {
  auto io = scripted_port{};
  io.answers = {bus_answer{true}, bus_answer{false}, bus_answer{1.5}};
  auto now = noon;
  const auto answers = carry_out(io, reads(3), [&] { return now += 1s; });
  CHECK(answers ==
        std::vector<result<bus_answer>>{bus_answer{true}, bus_answer{false}, bus_answer{1.5}});
  CHECK(io.asked == std::vector<time_point>{noon + 1s, noon + 2s, noon + 3s});
}

TEST_CASE("a silent device costs its bus one timeout per batch") {
  auto io = scripted_port{};
  SUBCASE("timeout") { io.answers = {bus_answer{true}, failed(fault_code::timeout, "unit 2")}; }
  SUBCASE("disconnected") {
    io.answers = {bus_answer{true}, failed(fault_code::disconnected, "unplugged")};
  }
  const auto silence = io.answers.back().error();
  const auto answers = carry_out(io, reads(4), [] { return noon; });
  REQUIRE(answers.size() == 4);
  CHECK(io.asked.size() == 2);
  CHECK(answers[0]);
  for (std::size_t i = 1; i < 4; ++i) CHECK(answers[i].error() == silence);
}

TEST_CASE("a device that refuses one request is asked the rest") {
  auto io = scripted_port{};
  io.answers = {failed(fault_code::refused, "exception 2"), failed(fault_code::checksum),
                bus_answer{true}};
  const auto answers = carry_out(io, reads(3), [] { return noon; });
  CHECK(io.asked.size() == 3);
  CHECK_FALSE(answers[0]);
  CHECK_FALSE(answers[1]);
  CHECK(answers[2] == bus_answer{true});
}

TEST_CASE("an empty batch has no answers") {
  auto io = scripted_port{};
  CHECK(carry_out(io, {}, [] { return noon; }).empty());
}

TEST_CASE("a topic filter matches as MQTT says") {
  CHECK(topic_matches("a/b/c", "a/b/c"));
  CHECK_FALSE(topic_matches("a/b/c", "a/b"));
  CHECK_FALSE(topic_matches("a/b", "a/b/c"));
  CHECK(topic_matches("a/+/c", "a/b/c"));
  CHECK(topic_matches("a/+", "a/"));
  CHECK_FALSE(topic_matches("a/+", "a"));
  CHECK_FALSE(topic_matches("a/+", "a/b/c"));
  CHECK(topic_matches("+/+", "/b"));
  CHECK(topic_matches("a/#", "a/b/c"));
  CHECK(topic_matches("a/#", "a"));
  CHECK(topic_matches("#", "a/b"));
  CHECK_FALSE(topic_matches("a/#", "b/a"));
  CHECK_FALSE(topic_matches("A", "a"));
}

TEST_CASE("what a broker says about itself reaches only those who ask for it by name") {
  CHECK_FALSE(topic_matches("#", "$SYS/uptime"));
  CHECK_FALSE(topic_matches("+/uptime", "$SYS/uptime"));
  CHECK(topic_matches("$SYS/#", "$SYS/uptime"));
}
