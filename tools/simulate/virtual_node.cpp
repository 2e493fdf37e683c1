#include "tools/simulate/virtual_node.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hearth::simulate {

class virtual_node::client final : public mqtt_client {
 public:
  client(virtual_node& to, mqtt_options options, mqtt_listener listener)
      : to_{to}, options_{std::move(options)}, listener_{std::move(listener)} {
    to_.client_ = this;
  }
  ~client() override {
    if (connected_ && options_.will) to_.hear(options_.will->topic, options_.will->payload);
    if (to_.client_ == this) to_.client_ = nullptr;
  }
  void connect() override {
    connected_ = true;
    listener_(mqtt_connected{});
  }
  void subscribe(std::vector<std::string>) override { listener_(mqtt_subscribed{}); }
  bool publish(std::string_view topic, std::string_view payload, bool) override {
    if (connected_) to_.hear(topic, payload);
    return connected_;
  }
  void disconnect() override { connected_ = false; }

  void deliver(const outgoing& message) {
    if (connected_) listener_(mqtt_message{message.topic, message.payload});
  }

 private:
  virtual_node& to_;
  mqtt_options options_;
  mqtt_listener listener_;
  bool connected_ = false;
};

virtual_node::virtual_node(node_options options, outlook world, std::function<time_point()> clock)
    : node_{std::move(options), std::move(world), {}}, clock_{std::move(clock)} {}

virtual_node::~virtual_node() = default;

mqtt_client_maker virtual_node::maker() {
  return [this](mqtt_options options, mqtt_listener listener) {
    return std::make_unique<client>(*this, std::move(options), std::move(listener));
  };
}

void virtual_node::hear(std::string_view topic, std::string_view payload) {
  ++messages_;
  const auto now = clock_();
  say(node_.take({std::string{topic}, std::string{payload}}, now).send);
  const auto acks = node_.acknowledge(now);
  node_.saved();
  say(acks);
}

void virtual_node::tick() {
  const auto plan = node_.tick(clock_());
  node_.saved();
  say(plan);
}

void virtual_node::say(const std::vector<outgoing>& all) {
  for (const auto& each : all) {
    if (client_ == nullptr) return;
    ++messages_;
    client_->deliver(each);
  }
}

}  // namespace hearth::simulate
