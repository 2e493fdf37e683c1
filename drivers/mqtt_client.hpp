#pragma once

#include "protocol/fault.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// One connection to one MQTT 5 broker, seen from the side of whoever decides: calls return at
/// once, what happens arrives as events. The Paho implementation is `ports/paho_client.*`;
/// tests put a broker in memory behind the same interface.
namespace hearth {

struct mqtt_connected {};
struct mqtt_connect_failed {
  fault why;
};
/// The broker confirmed one call of `subscribe`.
struct mqtt_subscribed {};
struct mqtt_message {
  std::string topic;
  std::string payload;
};
struct mqtt_disconnected {
  fault why;
};
using mqtt_event = std::variant<mqtt_connected, mqtt_connect_failed, mqtt_subscribed, mqtt_message,
                                mqtt_disconnected>;

/// Called from any thread, one event at a time, in order; must only enqueue.
using mqtt_listener = std::function<void(mqtt_event)>;

struct mqtt_will {
  std::string topic;
  std::string payload;  ///< sent retained by the broker when this client vanishes
};

struct mqtt_options {
  std::string uri;  ///< "mqtt://127.0.0.1:1883" or "mqtts://broker.example.net:8883"
  std::string client_id;
  std::string ca, cert, key;  ///< paths of PEM files; empty for plain
  std::optional<mqtt_will> will;
  /// Topics that are published with QoS 0; null: none.
  bool (*unconfirmed)(std::string_view topic) = nullptr;
  /// The broker keeps for an hour what it could not deliver. Without, what was said meanwhile is
  /// lost: for whoever takes each message for the state of now.
  bool keep_session = true;
};

class mqtt_client {
 public:
  virtual ~mqtt_client() = default;
  /// Starts one attempt; exactly one `mqtt_connected` or `mqtt_connect_failed` follows. It never
  /// reconnects by itself: when to try again is the link machine's decision.
  virtual void connect() = 0;
  /// QoS 1. One `mqtt_subscribed` follows, or `mqtt_disconnected`.
  virtual void subscribe(std::vector<std::string> topics) = 0;
  /// QoS 1, or 0 where the options say so. False if not connected or too many are in flight: the
  /// message was not taken.
  virtual bool publish(std::string_view topic, std::string_view payload, bool retained) = 0;
  /// The same for what a newer message will soon replace: it gives up while there is still room for
  /// what must arrive.
  virtual bool publish_live(std::string_view topic, std::string_view payload) {
    return publish(topic, payload, false);
  }
  /// Ends the connection in an orderly way within one second, so that the will is not sent.
  virtual void disconnect() = 0;
};

using mqtt_client_maker = std::function<std::unique_ptr<mqtt_client>(mqtt_options, mqtt_listener)>;

}  // namespace hearth
