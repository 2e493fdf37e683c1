#include "protocol/link_state.hpp"

#include "tests/protocol/link_fixture.hpp"

#include <doctest/doctest.h>

#include <array>
#include <optional>

using namespace hearth;
using namespace hearth::testing;
using enum link_state;

namespace {

constexpr auto states =
    std::array{not_started, connecting, awaiting_setup_and_peer, awaiting_setup, awaiting_peer,
               active,      stopped};
constexpr auto signals = std::array{link_signal::start,
                                    link_signal::connected,
                                    link_signal::connect_failed,
                                    link_signal::suback_some_left,
                                    link_signal::suback_none_left,
                                    link_signal::message,
                                    link_signal::response_timeout,
                                    link_signal::disconnected,
                                    link_signal::stop};

constexpr std::optional<link_state> none{};

// clang-format off
/// Rows are states, columns are signals, in the order above; `none` is a misuse.
constexpr std::array<std::array<std::optional<link_state>, 9>, 7> table{{
    // start      connected                connect_failed some_left                none_left      message         timeout        disconnected stop
    {{connecting, none,                    none,          none,                    none,          none,           none,          none,        stopped}},  // not_started
    {{none,       awaiting_setup_and_peer, connecting,    none,                    none,          none,           none,          none,        stopped}},  // connecting
    {{none,       none,                    none,          awaiting_setup_and_peer, awaiting_peer, awaiting_setup, none,          connecting,  stopped}},  // awaiting_setup_and_peer
    {{none,       none,                    none,          awaiting_setup,          active,        awaiting_setup, none,          connecting,  stopped}},  // awaiting_setup
    {{none,       none,                    none,          none,                    none,          active,         awaiting_peer, connecting,  stopped}},  // awaiting_peer
    {{none,       none,                    none,          none,                    none,          active,         awaiting_peer, connecting,  stopped}},  // active
    {{none,       none,                    none,          none,                    none,          none,           none,          none,        stopped}},  // stopped
}};
// clang-format on

}  // namespace

TEST_CASE("every state takes every signal as the table says, and names what it cannot take") {
  for (std::size_t row = 0; row < states.size(); ++row) {
    for (std::size_t column = 0; column < signals.size(); ++column) {
      CAPTURE(to_text(states[row]));
      CAPTURE(to_text(signals[column]));
      const auto next = next_state(states[row], signals[column]);
      if (const auto wanted = table[row][column]) {
        REQUIRE(next);
        CHECK(*next == *wanted);
      } else {
        REQUIRE_FALSE(next);
        CHECK(next.error().detail == std::string{to_text(signals[column])} +
                                         " means nothing while " +
                                         std::string{to_text(states[row])});
      }
    }
  }
}

TEST_CASE("the machine follows the table in every state, and a misuse changes nothing") {
  struct row {
    link_signal signal;
    link_input input;
  };
  const auto inputs = [](link_fixture& f) {
    const auto life = f.from_node(heartbeat{}, "ping");
    return std::vector<row>{
        {link_signal::start, link_start{}},
        {link_signal::connected, link_connected{}},
        {link_signal::connect_failed, link_connect_failed{{fault_code::timeout, ""}}},
        {link_signal::suback_none_left, link_subscribed{}},
        {link_signal::message, link_message{down_topic("maple", "heartbeat"), encode(life)}},
        {link_signal::disconnected, link_disconnected{{fault_code::disconnected, ""}}},
        {link_signal::stop, link_stop{}},
    };
  };
  auto unused = link_fixture{};
  const auto count = inputs(unused).size();
  for (auto state : states) {
    for (std::size_t i = 0; i < count; ++i) {
      auto f = link_fixture{};
      f.go_to(state);
      REQUIRE(f.link.state() == state);
      const auto [signal, input] = inputs(f)[i];
      CAPTURE(to_text(state));
      CAPTURE(to_text(signal));
      const auto told = f.feed(input);
      const auto next = next_state(state, signal);
      CHECK(f.link.state() == next.value_or(state));
      CHECK(contains(told, "misuse") == !next.has_value());
      if (!next) CHECK(told == lines{"misuse"});
      // Whatever happened, time may pass without harm.
      f.pass(2min);
    }
  }
}

TEST_CASE("subscriptions confirmed one by one are waited for, before and after the node speaks") {
  const auto two = link_options{
      "maple", "h", "h", "", "", 1, {"hearth/v1/maple/down/ack", "hearth/v1/maple/down/#"}};
  auto f = link_fixture{.link = link_machine{two}};
  f.go_to(awaiting_setup_and_peer);
  f.feed(link_subscribed{});
  CHECK(f.link.state() == awaiting_setup_and_peer);
  f.feed(link_subscribed{});
  CHECK(f.link.state() == awaiting_peer);

  auto g = link_fixture{.link = link_machine{two}};
  g.go_to(awaiting_setup);
  g.feed(link_subscribed{});
  CHECK(g.link.state() == awaiting_setup);
  CHECK(contains(g.feed(link_subscribed{}), "peer arrived"));
  CHECK(g.link.state() == active);
}
