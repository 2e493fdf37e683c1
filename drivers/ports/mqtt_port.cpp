#include "drivers/ports/mqtt_port.hpp"

#include "drivers/mqtt_bus.hpp"
#include "drivers/ports/paho_client.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 2s;
constexpr duration retry_first = 1s;
constexpr duration retry_longest = 60s;

struct listening {
  std::vector<std::string> topics;
  std::function<void(bus_message)> heard;
};

class mqtt_port final : public port {
 public:
  mqtt_port(mqtt_options options, const mqtt_client_maker& make_client)
      : client_{make_client(std::move(options), [this](mqtt_event e) { happened(std::move(e)); })} {
  }

  result<bus_answer> transact(const bus_request& request, time_point now) override {
    const auto* const publish = std::get_if<mqtt_publish>(&request);
    if (!publish && !std::holds_alternative<bus_presence>(request))
      return failed(fault_code::unsupported, "an MQTT bus only publishes and listens");
    if (const auto there = connected(now); !there) return tl::make_unexpected(there.error());
    if (publish && !client_->publish(publish->topic, publish->payload, publish->retained))
      return failed(fault_code::disconnected, "the broker takes no more messages");
    return done{};
  }

  void listen(std::vector<std::string> topics, std::function<void(bus_message)> heard) override {
    {
      const auto held = std::lock_guard{lock_};
      listeners_.push_back({topics, std::move(heard)});
      if (!subscribed_) return;  // the next connection subscribes to all
    }
    client_->subscribe(std::move(topics));
  }

 private:
  enum class link : unsigned char { down, connecting, up };

  /// Connects if it is time to, and subscribes as soon as there is a connection: here, because
  /// events come on the client's thread, which must only take note.
  result<void> connected(time_point now) {
    if (begin(now)) client_->connect();
    auto held = std::unique_lock{lock_};
    changed_.wait_for(held, patience, [this] { return link_ != link::connecting; });
    if (link_ == link::connecting)
      return failed(fault_code::disconnected, "still connecting to the house's broker");
    if (link_ == link::down) {
      if (!retry_at_) {
        retry_at_ = now + retry_after_;
        retry_after_ = std::min(2 * retry_after_, retry_longest);
      }
      return tl::make_unexpected(why_down_);
    }
    retry_after_ = retry_first;
    if (subscribed_) return {};
    subscribed_ = true;
    auto topics = std::vector<std::string>{};
    for (const auto& listener : listeners_)
      topics.insert(topics.end(), listener.topics.begin(), listener.topics.end());
    held.unlock();
    client_->subscribe(std::move(topics));
    return {};
  }

  /// True if it is time for a new attempt.
  bool begin(time_point now) {
    const auto held = std::lock_guard{lock_};
    if (link_ != link::down || (retry_at_ && now < *retry_at_)) return false;
    link_ = link::connecting;
    retry_at_.reset();
    return true;
  }

  void happened(mqtt_event event) {
    const auto held = std::lock_guard{lock_};
    if (auto* const message = std::get_if<mqtt_message>(&event)) return pass_on(*message);
    if (std::get_if<mqtt_connected>(&event)) link_ = link::up;
    if (auto* const refused = std::get_if<mqtt_connect_failed>(&event)) go_down(refused->why);
    if (auto* const lost = std::get_if<mqtt_disconnected>(&event)) go_down(lost->why);
    changed_.notify_all();
  }

  void go_down(fault why) {
    link_ = link::down;
    subscribed_ = false;
    why_down_ = std::move(why);
  }

  void pass_on(const mqtt_message& message) const {
    for (const auto& listener : listeners_)
      if (std::find(listener.topics.begin(), listener.topics.end(), message.topic) !=
          listener.topics.end())
        // What is too long stays recognisable as that.
        listener.heard({message.topic, message.payload.substr(0, longest_device_message + 1)});
  }

  std::mutex lock_;
  std::condition_variable changed_;
  link link_ = link::down;
  bool subscribed_ = false;
  fault why_down_{fault_code::disconnected, "not yet connected to the house's broker"};
  std::optional<time_point> retry_at_;
  duration retry_after_ = retry_first;
  std::vector<listening> listeners_;
  std::unique_ptr<mqtt_client> client_;  // last: it tells nothing once it is destroyed
};

}  // namespace

result<std::unique_ptr<port>> make_mqtt_port(const layout& house, bus_id bus) {
  auto options = mqtt_options{};
  options.uri = text_option(house[bus].options, "broker");
  options.client_id = "hearth-" + house.site + "-" + house[bus].name;
  options.keep_session = false;
  return make_mqtt_port(std::move(options), make_paho_client);
}

std::unique_ptr<port> make_mqtt_port(mqtt_options options, const mqtt_client_maker& make_client) {
  return std::make_unique<mqtt_port>(std::move(options), make_client);
}

}  // namespace hearth
