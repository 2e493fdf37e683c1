#include "tools/simulate/virtual_node.hpp"

#include "protocol/codec.hpp"

#include <algorithm>
#include <cmath>
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
    // The broker speaks for it, on no link that could lose it.
    if (connected_ && options_.will)
      to_.hear({false, options_.will->topic, options_.will->payload});
    if (to_.client_ == this) to_.client_ = nullptr;
  }
  void connect() override {
    if (to_.link_.down(to_.clock_()))
      return listener_(mqtt_connect_failed{{fault_code::disconnected, "nobody listens there"}});
    connected_ = true;
    listener_(mqtt_connected{});
  }
  void subscribe(std::vector<std::string>) override {
    if (connected_) listener_(mqtt_subscribed{});
  }
  bool publish(std::string_view topic, std::string_view payload, bool) override {
    if (connected_) to_.carry({false, std::string{topic}, std::string{payload}});
    return connected_;
  }
  void disconnect() override { connected_ = false; }

  [[nodiscard]] bool connected() const { return connected_; }
  void deliver(const parcel& p) {
    if (connected_) listener_(mqtt_message{p.topic, p.payload});
  }
  void drop() {
    if (!connected_) return;
    connected_ = false;
    if (options_.will) to_.hear({false, options_.will->topic, options_.will->payload});
    listener_(mqtt_disconnected{{fault_code::disconnected, "the connection broke"}});
  }

 private:
  virtual_node& to_;
  mqtt_options options_;
  mqtt_listener listener_;
  bool connected_ = false;
};

virtual_node::virtual_node(node_options options, outlook world, std::function<time_point()> clock,
                           node_troubles troubles)
    : options_{std::move(options)},
      world_{std::move(world)},
      node_{std::make_unique<hearth::node>(options_, world_, std::map<std::string, site_memory>{})},
      clock_{std::move(clock)},
      troubles_{std::move(troubles)},
      link_{troubles_.spells, troubles_.seed},
      mad_{troubles_.house, troubles_.seed} {}

virtual_node::~virtual_node() = default;

mqtt_client_maker virtual_node::maker() {
  return [this](mqtt_options options, mqtt_listener listener) {
    return std::make_unique<client>(*this, std::move(options), std::move(listener));
  };
}

bool virtual_node::connected() const { return client_ != nullptr && client_->connected(); }

bool virtual_node::holds(fault_kind kind, time_point now) const {
  return std::ranges::any_of(
      troubles_.spells, [&](const fault_spell& s) { return s.kind == kind && s.holds_at(now); });
}

/// It comes back with what a store keeps.
void virtual_node::restart() {
  auto remembered = node_->sites();
  for (auto& [site, memory] : remembered) {
    memory.picture = {};
    memory.said = {};
  }
  auto again = options_;
  again.boot_id += "-" + std::to_string(++restarts_);
  node_ = std::make_unique<hearth::node>(std::move(again), world_, std::move(remembered));
  hear_again();
}

void virtual_node::rave(time_point now) {
  for (const auto& s : troubles_.spells) {
    if (s.kind != fault_kind::node_mad || !s.holds_at(now)) continue;
    const auto minutes =
        std::chrono::duration<double, std::ratio<60>>(now - ticked_.value_or(now)).count();
    for (auto n = std::ceil(s.amount * minutes); n > 0; --n) {
      const auto said = mad_.speak(now);
      const auto& site = options_.sites.front();
      if (const auto* words = std::get_if<body>(&said))
        say({node_->compose(site, *words, now)});
      else if (const auto* bytes = std::get_if<nonsense>(&said))
        carry({true, down_topic(site, bytes->kind), bytes->bytes});
    }
  }
}

void virtual_node::tick() {
  const auto now = clock_();
  if (link_.down(now)) {
    link_.cut();
    if (client_ != nullptr) client_->drop();
  }
  const auto due = [&](const fault_spell& s) {
    return s.kind == fault_kind::node_restarts && s.when.from <= now;
  };
  while (restarts_ < static_cast<std::size_t>(std::ranges::count_if(troubles_.spells, due)))
    restart();
  for (const auto& p : link_.arrived(now)) arrive(p);
  rave(now);
  ticked_ = now;
  const auto silent = holds(fault_kind::node_silent, now);
  if (std::exchange(was_silent_, silent) && !silent) hear_again();
  if (silent) return;
  const auto plan = node_->tick(now);
  node_->saved();
  say(plan);
}

void virtual_node::carry(parcel p) {
  ++messages_;
  if (link_.arrives(p, clock_())) arrive(p);
}

void virtual_node::arrive(const parcel& p) {
  if (!p.to_house) return hear(p);
  if (client_ == nullptr) return;
  if (troubles_.told_house && client_->connected())
    if (const auto said = decode(p.payload)) troubles_.told_house(*said);
  client_->deliver(p);
}

/// Whoever subscribes anew is told by the broker what it keeps.
void virtual_node::hear_again() {
  if (const auto kept = retained_) hear(*kept);
}

void virtual_node::hear(const parcel& p) {
  const auto now = clock_();
  if (p.topic.ends_with("/birth")) retained_ = p;
  if (holds(fault_kind::node_silent, now)) return;
  const auto turn = node_->take({p.topic, p.payload}, now);
  const auto acks = node_->acknowledge(now);
  node_->saved();
  if (troubles_.told_node && turn.fresh && turn.heard) troubles_.told_node(*turn.heard);
  say(turn.send);
  say(acks);
}

void virtual_node::say(const std::vector<outgoing>& all) {
  for (const auto& each : all)
    if (client_ != nullptr) carry({true, each.topic, each.payload});
}

}  // namespace hearth::simulate
