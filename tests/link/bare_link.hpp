#pragma once

#include "actors/house_clock.hpp"
#include "protocol/link.hpp"
#include "protocol/topics.hpp"
#include "tests/link/gate.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace hearth::testing {

/// A link machine on a real connection and on the test's thread, which can see its state. It has
/// two topics to subscribe to; what it wants of a journal is not heard.
class bare_link {
 public:
  bare_link(const std::string& site, gate& door, const mqtt_options& options, house_clock clock)
      : clock_{std::move(clock)},
        machine_{options_for(site)},
        client_{door.maker()(options, [this](mqtt_event e) {
          const auto held = std::lock_guard{lock_};
          events_.push_back(std::move(e));
        })} {
    feed(link_start{});
  }

  [[nodiscard]] link_state state() const { return machine_.state(); }
  [[nodiscard]] std::size_t confirmed() const { return confirmed_; }

  /// Takes what the connection says until `so`; false after ten seconds.
  bool runs_until(const std::function<bool()>& so) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!so()) {
      if (std::chrono::steady_clock::now() > end) return false;
      auto next = std::deque<mqtt_event>{};
      {
        const auto held = std::lock_guard{lock_};
        next.swap(events_);
      }
      for (auto& each : next) take(each);
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
  }

 private:
  static link_options options_for(const std::string& site) {
    auto options = link_options{};
    options.site = site;
    options.boot_id = options.speaker = "bare";
    options.topics = {down_topic(site, "ack"), down_topic(site, "heartbeat")};
    return options;
  }

  void take(const mqtt_event& e) {
    if (std::holds_alternative<mqtt_connected>(e)) feed(link_connected{});
    if (const auto* m = std::get_if<mqtt_message>(&e)) feed(link_message{m->topic, m->payload});
    if (!std::holds_alternative<mqtt_subscribed>(e)) return;
    ++confirmed_;
    feed(link_subscribed{});
  }
  void feed(const link_input& input) {
    for (const auto& output : machine_.advance(input, clock_.now())) {
      if (std::holds_alternative<link_connect>(output)) client_->connect();
      if (const auto* s = std::get_if<link_subscribe>(&output)) client_->subscribe(s->topics);
      if (const auto* p = std::get_if<link_publish>(&output))
        client_->publish(p->topic, p->payload, p->retained);
    }
  }

  house_clock clock_;
  link_machine machine_;
  std::mutex lock_;
  std::deque<mqtt_event> events_;
  std::size_t confirmed_ = 0;
  std::unique_ptr<mqtt_client> client_;
};

}  // namespace hearth::testing
