#pragma once

#include "protocol/codec.hpp"
#include "protocol/limits.hpp"
#include "protocol/link.hpp"
#include "protocol/topics.hpp"
#include "tests/protocol/paper_journal.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

/// A link machine driven by hand. What it does is told as short readable lines, which is what
/// tests compare:
///
///   connect                 subscribe hearth/v1/maple/down/#     disconnect
///   up/event h-3            deliver contract n-1                 peer arrived
///   active -> connecting    event bad-message stale              misuse
///   set aside h-3
///
/// Journaled messages are named h-1, h-2 …, live ones h~1, h~2 …. Reading the journal is done
/// behind the scenes.
namespace hearth::testing {

using namespace std::chrono_literals;
using lines = std::vector<std::string>;

inline std::string to_line(const link_output& output) {
  struct teller {
    std::string operator()(const link_connect&) const { return "connect"; }
    std::string operator()(const link_subscribe& s) const { return "subscribe " + s.topics.at(0); }
    std::string operator()(const link_publish& p) const {
      const auto message = decode(p.payload).value();
      auto line = p.topic.substr(p.topic.find('/', std::string{"hearth/v1/"}.size()) + 1);
      if (const auto* b = std::get_if<birth>(&message.body))
        line += b->online ? " online" : " offline";
      if (const auto* a = std::get_if<ack>(&message.body)) return line + " of " + a->message_id;
      if (const auto* n = std::get_if<nack>(&message.body))
        return line + " of " + n->message_id + ": " + std::string{to_text(n->reason)};
      return line + " " + message.message_id + (p.retained ? " retained" : "");
    }
    std::string operator()(const link_disconnect&) const { return "disconnect"; }
    std::string operator()(const link_fetch& f) const {
      return "fetch " + std::to_string(f.most) + " after " + std::to_string(f.after);
    }
    std::string operator()(const link_forget& f) const {
      auto line = std::string{"forget"};
      for (const auto& id : f.message_ids) line += " " + id;
      return line;
    }
    std::string operator()(const link_set_aside& s) const { return "set aside " + s.message_id; }
    std::string operator()(const link_deliver& d) const {
      return "deliver " + std::string{kind_of(d.message.body)} + " " + d.message.message_id;
    }
    std::string operator()(const link_peer_arrived&) const { return "peer arrived"; }
    std::string operator()(const link_node_time&) const { return "node time"; }
    std::string operator()(const link_state_changed& c) const {
      return std::string{to_text(c.from)} + " -> " + std::string{to_text(c.to)};
    }
    std::string operator()(const link_event& e) const {
      return "event " + e.event.kind + " " + e.event.subject;
    }
    std::string operator()(const link_misuse&) const { return "misuse"; }
  };
  return std::visit(teller{}, output);
}

inline event happened(std::string text, time_point at) {
  return {severity::info, "test", "", std::move(text), at};
}

struct link_fixture {
  time_point now = std::chrono::sys_days{std::chrono::year{2020} / 1 / 15};
  /// Its window does not grow, so that a test can name what is sent.
  link_machine link{{.site = "maple",
                     .boot_id = "h",
                     .speaker = "h",
                     .layout_hash = "hash",
                     .version = "0.1.0",
                     .window = limits::send_window_first}};
  paper_journal journal{"h"};
  std::string node_boot = "n";
  std::uint64_t node_sequence = 0;

  lines feed(const link_input& input) {
    auto told = lines{};
    for (const auto& output : link.advance(input, now)) {
      if (const auto* wanted = std::get_if<link_fetch>(&output)) {
        for (auto& line : feed(journal.read(*wanted))) told.push_back(std::move(line));
      } else if (const auto* taken = std::get_if<link_forget>(&output)) {
        for (const auto& id : taken->message_ids) journal.forget(id);
      } else {
        if (const auto* aside = std::get_if<link_set_aside>(&output))
          journal.forget(aside->message_id);
        told.push_back(to_line(output));
      }
    }
    return told;
  }
  /// Lets time pass, second by second.
  lines pass(duration length) {
    auto told = lines{};
    for (const auto end = now + length; now < end;) {
      now += 1s;
      for (auto& line : feed(link_tick{})) told.push_back(std::move(line));
    }
    return told;
  }
  lines submit(body content) {
    if (!is_journaled(content)) return feed(link_submit{std::move(content)});
    return feed(link_journaled{{journal.keep(std::move(content), now)}});
  }
  lines submit_event() { return submit(happened("x", now)); }

  envelope from_node(body content, std::string in_reply_to = {}) {
    ++node_sequence;
    return {"maple",
            node_boot,
            node_sequence,
            node_boot + "-" + std::to_string(node_sequence),
            now,
            std::move(in_reply_to),
            std::move(content)};
  }
  lines hear(const envelope& message) {
    return feed(link_message{down_topic("maple", kind_of(message.body)), encode(message)});
  }
  lines hear_ack(std::string id) { return hear(from_node(ack{std::move(id)})); }
  /// A sign of life that asks for no answer.
  lines hear_life() { return hear(from_node(heartbeat{}, "some ping")); }

  /// Brings a fresh link into `wanted` by the shortest way.
  void go_to(link_state wanted) {
    using enum link_state;
    if (wanted == not_started) return;
    if (wanted == stopped) {
      feed(link_stop{});
      return;
    }
    feed(link_start{});
    if (wanted == connecting) return;
    feed(link_connected{});
    if (wanted == awaiting_setup || wanted == active) hear_life();
    if (wanted == awaiting_peer || wanted == active) feed(link_subscribed{});
  }
};

inline bool contains(const lines& told, const std::string& line) {
  return std::ranges::find(told, line) != told.end();
}

}  // namespace hearth::testing
