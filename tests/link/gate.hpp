#pragma once

#include "drivers/ports/paho_client.hpp"

#include <array>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace hearth::testing {

/// Stands between a house and its real MQTT client: counts what passes, and can keep back what the
/// broker said, a kind of event at a time, to let it go one by one. What is kept back ends with its
/// connection.
class gate {
 public:
  /// Hand this to the house as its way to connect. The gate outlives what it makes.
  mqtt_client_maker maker() {
    return [this](mqtt_options options, mqtt_listener listener) {
      {
        const auto held = std::lock_guard{lock_};
        listener_ = std::move(listener);
      }
      return std::make_unique<client>(
          *this,
          make_paho_client(std::move(options), [this](mqtt_event e) { hear(std::move(e)); }));
    };
  }

  template <class Event>
  void hold() {
    const auto held = std::lock_guard{lock_};
    holds_[mqtt_event{Event{}}.index()] = true;
  }
  /// Lets the oldest of those kept back go; false if there is none.
  bool release_one() {
    const auto held = std::lock_guard{lock_};
    if (kept_.empty()) return false;
    listener_(std::move(kept_.front()));
    kept_.pop_front();
    return true;
  }
  /// Keeps nothing back any more.
  void open() {
    while (release_one()) {
    }
    const auto held = std::lock_guard{lock_};
    holds_ = {};
  }

  [[nodiscard]] std::size_t kept() const {
    const auto held = std::lock_guard{lock_};
    return kept_.size();
  }
  template <class Event>
  [[nodiscard]] std::size_t heard() const {
    const auto held = std::lock_guard{lock_};
    return heard_[mqtt_event{Event{}}.index()];
  }
  /// Messages that the house gave to its client on topics that end so.
  [[nodiscard]] std::size_t published(const std::string& ending) const {
    const auto held = std::lock_guard{lock_};
    auto count = std::size_t{0};
    for (const auto& topic : published_)
      if (topic.ends_with(ending)) ++count;
    return count;
  }

 private:
  struct client : mqtt_client {
    client(gate& g, std::unique_ptr<mqtt_client> i) : through{g}, inner{std::move(i)} {}
    ~client() override {
      inner.reset();
      through.close();
    }
    void connect() override { inner->connect(); }
    void subscribe(std::vector<std::string> topics) override {
      inner->subscribe(std::move(topics));
    }
    bool publish(std::string_view topic, std::string_view payload, bool retained) override {
      return through.note(topic) && inner->publish(topic, payload, retained);
    }
    bool publish_live(std::string_view topic, std::string_view payload) override {
      return through.note(topic) && inner->publish_live(topic, payload);
    }
    void disconnect() override {
      inner->disconnect();
      through.forget();
    }
    gate& through;
    std::unique_ptr<mqtt_client> inner;
  };

  bool note(std::string_view topic) {
    const auto held = std::lock_guard{lock_};
    published_.emplace_back(topic);
    return true;
  }
  void forget() {
    const auto held = std::lock_guard{lock_};
    kept_.clear();
  }
  void close() {
    forget();
    const auto held = std::lock_guard{lock_};
    listener_ = nullptr;
  }
  void hear(mqtt_event e) {
    const auto held = std::lock_guard{lock_};
    ++heard_[e.index()];
    if (std::holds_alternative<mqtt_disconnected>(e)) kept_.clear();
    if (holds_[e.index()])
      kept_.push_back(std::move(e));
    else
      listener_(std::move(e));
  }

  mutable std::mutex lock_;
  mqtt_listener listener_;
  std::array<bool, std::variant_size_v<mqtt_event>> holds_{};
  std::array<std::size_t, std::variant_size_v<mqtt_event>> heard_{};
  std::deque<mqtt_event> kept_;
  std::vector<std::string> published_;
};

}  // namespace hearth::testing
