#pragma once

#include "drivers/mqtt_client.hpp"
#include "protocol/codec.hpp"
#include "protocol/live_picture.hpp"
#include "protocol/messages.hpp"
#include "protocol/topics.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace hearth::testing {

/// A broker and a node in memory, on the thread of the test: takes what the house says, acks what
/// is journaled, sends what the test wants sent, and can be switched off.
class memory_broker {
 public:
  /// Hand this to the house as its way to connect.
  mqtt_client_maker maker() {
    return [this](mqtt_options options, mqtt_listener listener) {
      return std::make_unique<client>(*this, std::move(options), std::move(listener));
    };
  }

  void stop() {
    up_ = false;
    if (!client_) return;
    if (client_->connected) {
      if (client_->options.will) publish_will(*client_->options.will);
      client_->connected = false;
      client_->listener(mqtt_disconnected{{fault_code::disconnected, "the broker is down"}});
    }
  }
  void start() { up_ = true; }

  /// From the node to the house.
  std::string send(const std::string& site, body what, time_point now,
                   const std::string& in_reply_to = {}) {
    const auto id = "node-" + std::to_string(++sequence_);
    const auto kind = std::string{kind_of(what)};
    const auto message = envelope{site, "node", sequence_, id, now, in_reply_to, std::move(what)};
    deliver(down_topic(site, kind), encode(message));
    return id;
  }
  void deliver(const std::string& topic, const std::string& payload) {
    if (client_ && client_->connected) client_->listener(mqtt_message{topic, payload});
  }

  /// Everything the node has understood, oldest first; every snapshot made a full one.
  std::vector<envelope> heard;
  std::size_t undecodable = 0;
  bool acks = true;
  bool keeps = true;  ///< false: what is heard is not kept, for there is too much of it
  std::function<void(const envelope&)> on_journaled;
  bool speaks = true;
  /// What the node's clock shows; null: nobody can tell from its answers.
  std::function<time_point()> clock;

  template <class Body>
  [[nodiscard]] std::vector<Body> all() const {
    auto found = std::vector<Body>{};
    for (const auto& e : heard)
      if (const auto* b = std::get_if<Body>(&e.body)) found.push_back(*b);
    return found;
  }
  /// The latest of its kind; the test fails if there is none.
  template <class Body>
  [[nodiscard]] Body latest() const {
    const auto found = all<Body>();
    REQUIRE_FALSE(found.empty());
    return found.back();
  }
  [[nodiscard]] bool connected() const { return client_ && client_->connected; }

 private:
  struct client : mqtt_client {
    client(memory_broker& b, mqtt_options o, mqtt_listener l)
        : broker{b}, options{std::move(o)}, listener{std::move(l)} {
      broker.client_ = this;
    }
    ~client() override {
      if (connected && options.will) broker.publish_will(*options.will);
      if (broker.client_ == this) broker.client_ = nullptr;
    }
    void connect() override {
      connected = broker.up_;
      if (connected)
        listener(mqtt_connected{});
      else
        listener(mqtt_connect_failed{{fault_code::disconnected, "nobody listens there"}});
    }
    void subscribe(std::vector<std::string>) override {
      if (connected) listener(mqtt_subscribed{});
    }
    bool publish(std::string_view, std::string_view payload, bool) override {
      if (!connected) return false;
      broker.hear(payload);
      return true;
    }
    void disconnect() override { connected = false; }

    memory_broker& broker;
    mqtt_options options;
    mqtt_listener listener;
    bool connected = false;
  };

  void publish_will(const mqtt_will& will) { hear(will.payload); }

  void hear(std::string_view payload) {
    auto message = decode(payload);
    if (!message) {
      ++undecodable;
      return;
    }
    if (auto* s = std::get_if<snapshot_report>(&message->body)) *s = {s->at, picture_.take(*s)};
    if (keeps) heard.push_back(*message);
    if (on_journaled && is_journaled(message->body)) on_journaled(*message);
    if (speaks) answer(*message);
    if (acks && is_journaled(message->body))
      send(message->site, ack{message->message_id}, message->sent);
  }

  /// Like any node it shows that it is there, to a house that comes online or asks.
  void answer(const envelope& message) {
    const auto* b = std::get_if<birth>(&message.body);
    const auto asks =
        std::holds_alternative<heartbeat>(message.body) && message.in_reply_to.empty();
    if (!((b && b->online) || asks)) return;
    if (clock)
      send(message.site, heartbeat{}, clock(), message.message_id);
    else
      send(message.site, heartbeat{}, message.sent, "something else");
  }

  client* client_ = nullptr;
  live_picture picture_;
  std::uint64_t sequence_ = 0;
  bool up_ = true;
};

}  // namespace hearth::testing
