#pragma once

#include "actors/house_clock.hpp"
#include "drivers/mqtt_client.hpp"
#include "protocol/messages.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace hearth::testing {

/// What a node makes of a journaled message: `keep` answers when the test says so.
enum class reply : unsigned char { ack, keep, nothing, nack };

/// What a node has heard, repeats included.
struct node_notes {
  std::vector<envelope> heard;          ///< in the order of their arrival
  std::vector<std::string> unreadable;  ///< payloads that could not be decoded
  std::vector<std::string> journaled;   ///< message ids, each when it came first
  std::map<std::string, int> times;     ///< how often each of them came
  std::set<std::string> unanswered;     ///< those of them without ack or nack
  std::size_t most_unanswered = 0;      ///< of them at one time
  std::deque<std::string> kept;         ///< acks that wait for the test

  template <class Body>
  [[nodiscard]] std::vector<Body> all() const {
    auto found = std::vector<Body>{};
    for (const auto& e : heard)
      if (const auto* b = std::get_if<Body>(&e.body)) found.push_back(*b);
    return found;
  }
  [[nodiscard]] bool heard_ack_of(const std::string& id) const {
    for (const auto& e : heard)
      if (const auto* a = std::get_if<ack>(&e.body); a && a->message_id == id) return true;
    return false;
  }
  [[nodiscard]] bool heard_answer_to(const std::string& id) const {
    for (const auto& e : heard)
      if (e.in_reply_to == id) return true;
    return false;
  }
  /// Heartbeats with which the house asked whether the node is there.
  [[nodiscard]] std::size_t pings() const;
};

/// A node that does what the test wants, on a real connection. Left alone it acks what is journaled
/// and answers births and heartbeats, like any node.
class scripted_node {
 public:
  scripted_node(mqtt_options options, std::string site, house_clock clock);
  scripted_node(const scripted_node&) = delete;
  scripted_node& operator=(const scripted_node&) = delete;
  ~scripted_node();

  /// Connects with a new boot id and without a memory at the broker, and listens.
  void arrive();
  void leave();

  /// How journaled messages are answered from now on.
  void answers(std::function<reply(const envelope&)> how);
  void answers(reply always) {
    answers([always](const envelope&) { return always; });
  }
  /// Sends the oldest of the acks it kept, at most so many.
  void release_acks(std::size_t most = SIZE_MAX);
  /// From now on acks go out so much later.
  void delay_acks(std::chrono::milliseconds by);
  /// A node that does not speak answers no birth and no heartbeat.
  void speaks(bool does);

  /// Says something to the house; gives back the message's id.
  std::string say(body what, const std::string& in_reply_to = {});
  void say_bytes(const std::string& kind, const std::string& payload);

  [[nodiscard]] node_notes notes() const;
  /// Waits until `true_of` holds; false if it never does.
  bool waits_until(const std::function<bool(const node_notes&)>& true_of,
                   std::chrono::milliseconds patience = std::chrono::seconds{30});

 private:
  using clock = std::chrono::steady_clock;
  struct heard_event {
    int life;
    mqtt_event event;
  };

  void run();
  void take(const mqtt_event& e);
  void take(const mqtt_message& m);
  void answer(const envelope& journaled);
  std::string send(body what, const std::string& in_reply_to);
  void settle(const std::string& id, body with);

  const mqtt_options options_;
  const std::string site_;
  const house_clock house_time_;

  std::mutex queue_lock_;
  std::condition_variable queued_;
  std::deque<heard_event> queue_;
  bool ending_ = false;

  mutable std::mutex lock_;  ///< of everything below
  std::condition_variable changed_;
  node_notes notes_;
  std::unique_ptr<mqtt_client> client_;
  int life_ = 0;
  bool connected_ = false, listening_ = false, refused_ = false;
  std::function<reply(const envelope&)> how_ = [](const envelope&) { return reply::ack; };
  std::chrono::milliseconds delay_{0};
  std::deque<std::pair<clock::time_point, std::string>> late_;
  bool speaks_ = true;
  std::uint64_t said_ = 0;

  std::thread thread_;
};

}  // namespace hearth::testing
