#pragma once

#include "actors/node/limits.hpp"
#include "drivers/mqtt_client.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace hearth {

/// What the broker said and nobody handled yet, in order and bounded. When it is full the newest
/// message is dropped and counted: a live one is followed by a newer, and a journaled one is sent
/// again by its house until it is acknowledged. What is said of the connection is never dropped.
class event_queue {
 public:
  explicit event_queue(std::size_t events = node_limits::queue_events,
                       std::size_t bytes = node_limits::queue_bytes)
      : most_events_{events}, most_bytes_{bytes} {}

  /// False if it was dropped.
  bool push(mqtt_event e) {
    const auto size = size_of(e);
    if (std::holds_alternative<mqtt_message>(e) &&
        (events_.size() >= most_events_ || bytes_ + size > most_bytes_)) {
      ++dropped_;
      return false;
    }
    bytes_ += size;
    events_.push_back(std::move(e));
    return true;
  }

  /// The oldest, at most `most` of them and about `most_bytes`; at least one if there is any.
  std::vector<mqtt_event> take(std::size_t most, std::size_t most_bytes) {
    auto out = std::vector<mqtt_event>{};
    for (auto taken = std::size_t{0};
         !events_.empty() && out.size() < most && (out.empty() || taken < most_bytes);) {
      const auto size = size_of(events_.front());
      taken += size;
      bytes_ -= size;
      out.push_back(std::move(events_.front()));
      events_.pop_front();
    }
    return out;
  }

  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  static std::size_t size_of(const mqtt_event& e) {
    const auto* m = std::get_if<mqtt_message>(&e);
    return m != nullptr ? m->topic.size() + m->payload.size() : 0;
  }

  std::size_t most_events_, most_bytes_;
  std::deque<mqtt_event> events_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace hearth
