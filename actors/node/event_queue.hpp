#pragma once

#include "actors/node/limits.hpp"
#include "drivers/mqtt_client.hpp"

#include <cstddef>
#include <cstdint>
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
    const auto* m = std::get_if<mqtt_message>(&e);
    const auto size = m != nullptr ? m->topic.size() + m->payload.size() : 0;
    if (m != nullptr && (events_.size() >= most_events_ || bytes_ + size > most_bytes_)) {
      ++dropped_;
      return false;
    }
    bytes_ += size;
    events_.push_back(std::move(e));
    return true;
  }

  std::vector<mqtt_event> take_all() {
    bytes_ = 0;
    return std::exchange(events_, {});
  }

  [[nodiscard]] bool empty() const { return events_.empty(); }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

 private:
  std::size_t most_events_, most_bytes_;
  std::vector<mqtt_event> events_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace hearth
