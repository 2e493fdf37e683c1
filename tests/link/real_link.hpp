#pragma once

#include "tests/link/metronome.hpp"
#include "tests/link/real_house.hpp"
#include "tests/link/scripted_node.hpp"
#include "tests/link/wire.hpp"
#include "tests/support/tls_mosquitto.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <thread>

namespace hearth::testing {

/// The two ways to a broker that every test of this room goes.
struct plain {
  mosquitto broker{mosquitto::security::plain, "set_tcp_nodelay true\n"};
  [[nodiscard]] link_layout link(std::uint16_t port) const {
    auto made = link_layout{};
    made.broker = "mqtt://127.0.0.1:" + std::to_string(port);
    return made;
  }
  [[nodiscard]] mqtt_options house(std::uint16_t port, std::string client_id) const {
    auto options = mqtt_options{};
    options.uri = link(port).broker;
    options.client_id = std::move(client_id);
    return options;
  }
  [[nodiscard]] mqtt_options node(std::uint16_t port) const { return house(port, "atn"); }
};

struct with_tls {
  tls_mosquitto broker{{"maple-12"}};
  [[nodiscard]] link_layout link(std::uint16_t port) const {
    const auto keys = broker.key_folder();
    auto made = link_layout{};
    made.broker = "mqtts://127.0.0.1:" + std::to_string(port);
    made.ca = keys / "ca.crt";
    made.cert = keys / "maple-12.crt";
    made.key = keys / "maple-12.key";
    return made;
  }
  [[nodiscard]] mqtt_options house(std::uint16_t port, std::string client_id) const {
    return at(port, broker.options("maple-12", std::move(client_id)));
  }
  [[nodiscard]] mqtt_options node(std::uint16_t port) const {
    return at(port, broker.options("atn"));
  }

 private:
  [[nodiscard]] mqtt_options at(std::uint16_t port, mqtt_options options) const {
    options.uri = link(port).broker;
    return options;
  }
};

/// A house, its node, the broker between them and a wire to it from either side.
template <class Security>
struct real_link {
  explicit real_link(double speed = 20)
      : house{security.link(house_wire.port()), speed},
        node{security.node(node_wire.port()), house.site(), house.clock()} {
    metronome::start();
  }

  /// Both there, and the house knows it.
  void come_up() {
    node.arrive();
    house.start();
    REQUIRE(node.waits_until([](const node_notes& n) { return !n.all<layout_report>().empty(); }));
  }

  /// Everything the house has said and everything it will say to what it has heard has arrived at
  /// the node when this returns. Asks nothing: a node that plays dead may use it.
  void let_house_speak() {
    const auto word = "mark " + std::to_string(++marks);
    house.mark(word);
    REQUIRE(node.waits_until([&](const node_notes& n) {
      return std::ranges::any_of(n.all<state_report>(),
                                 [&](const state_report& s) { return s.cause == word; });
    }));
  }
  /// The same after the house has heard everything the node has said.
  void let_both_speak() {
    const auto question = node.say(heartbeat{});
    REQUIRE(node.waits_until([&](const node_notes& n) { return n.heard_answer_to(question); }));
    let_house_speak();
  }

  /// Waits until nothing waits in the journal and the last message it made is number `last`.
  bool drained(std::uint64_t last) {
    return told([&](const backlog& b) { return b.waiting == 0 && b.last_sequence == last; });
  }
  bool waiting(std::uint64_t count) {
    return told([&](const backlog& b) { return b.waiting == count; });
  }
  /// Asks until the house says something of its journal that `wanted` likes.
  bool told(const std::function<bool(const backlog&)>& wanted) {
    auto last = backlog{};
    const auto done = eventually([&] {
      const auto before = node.notes().template all<backlog>().size();
      house.tell_backlog();
      // The word is lost where there is no connection.
      node.waits_until([&](const node_notes& n) { return n.all<backlog>().size() > before; },
                       std::chrono::milliseconds{200});
      const auto said = node.notes().template all<backlog>();
      if (!said.empty()) last = said.back();
      return !said.empty() && wanted(last);
    });
    if (!done) MESSAGE(last.waiting << " of " << last.last_sequence << " wait");
    return done;
  }

  /// Asks until it is so; false after ten seconds.
  static bool eventually(const std::function<bool()>& so) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!so()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
  }

  /// Events of this kind that the node has heard, repeats not counted.
  [[nodiscard]] std::size_t count_events(const std::string& kind) const {
    auto ids = std::set<std::string>{};
    for (const auto& e : node.notes().heard)
      if (const auto* said = std::get_if<event>(&e.body); said && said->kind == kind)
        ids.insert(e.message_id);
    return ids.size();
  }
  /// Each of these has come, and nothing else that is journaled, whatever was repeated.
  void node_has_exactly(std::vector<std::string> ids) {
    auto heard = node.notes().journaled;
    std::ranges::sort(heard);
    std::ranges::sort(ids);
    auto missing = std::string{}, beyond = std::string{};
    for (const auto& id : ids)
      if (!std::ranges::binary_search(heard, id)) missing += id + " ";
    for (const auto& id : heard)
      if (!std::ranges::binary_search(ids, id)) beyond += id + " ";
    INFO("missing: ", missing, " beyond: ", beyond);
    CHECK(heard == ids);
  }

  Security security;
  wire house_wire{security.broker.port()};
  wire node_wire{security.broker.port()};
  real_house house;
  scripted_node node;
  int marks = 0;
};

}  // namespace hearth::testing

TYPE_TO_STRING_AS("plain", hearth::testing::plain);
TYPE_TO_STRING_AS("TLS", hearth::testing::with_tls);
