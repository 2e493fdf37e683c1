#pragma once

#include "drivers/mqtt_client.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>

namespace hearth::testing {

/// Collects what an MQTT client tells, for a test that waits for it.
class heard_events {
 public:
  mqtt_listener listener() {
    return [shared = shared_](mqtt_event event) {
      const auto held = std::lock_guard{shared->lock};
      shared->events.push_back(std::move(event));
      shared->changed.notify_all();
    };
  }

  /// The next event if it is an `Event`, waited for; nothing if it is another or none came.
  template <class Event>
  std::optional<Event> next(std::chrono::milliseconds patience = std::chrono::seconds{10}) {
    auto held = std::unique_lock{shared_->lock};
    if (!shared_->changed.wait_for(held, patience, [&] { return !shared_->events.empty(); }))
      return {};
    auto event = std::move(shared_->events.front());
    shared_->events.pop_front();
    if (auto* wanted = std::get_if<Event>(&event)) return std::move(*wanted);
    return {};
  }

  [[nodiscard]] std::size_t waiting() const {
    const auto held = std::lock_guard{shared_->lock};
    return shared_->events.size();
  }

 private:
  struct shared {
    std::mutex lock;
    std::condition_variable changed;
    std::deque<mqtt_event> events;
  };
  std::shared_ptr<shared> shared_ = std::make_shared<shared>();
};

}  // namespace hearth::testing
