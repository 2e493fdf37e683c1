#include "tests/link/scripted_node.hpp"

#include "drivers/ports/paho_client.hpp"
#include "protocol/codec.hpp"
#include "protocol/topics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

namespace hearth::testing {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 30s;
/// How often delayed acks are looked at.
constexpr auto glance = 5ms;

}  // namespace

std::size_t node_notes::pings() const {
  return static_cast<std::size_t>(std::ranges::count_if(heard, [](const envelope& e) {
    return std::holds_alternative<heartbeat>(e.body) && e.in_reply_to.empty();
  }));
}

scripted_node::scripted_node(mqtt_options options, std::string site, house_clock clock)
    : options_{std::move(options)},
      site_{std::move(site)},
      house_time_{std::move(clock)},
      thread_{[this] { run(); }} {}

scripted_node::~scripted_node() {
  {
    const auto held = std::lock_guard{queue_lock_};
    ending_ = true;
  }
  queued_.notify_all();
  thread_.join();
}

void scripted_node::arrive() {
  leave();
  auto options = options_;
  auto life = 0;
  {
    const auto held = std::lock_guard{lock_};
    life = ++life_;
  }
  options.client_id = options_.client_id + "-" + std::to_string(life);
  auto fresh = make_paho_client(options, [this, life](mqtt_event e) {
    const auto held = std::lock_guard{queue_lock_};
    queue_.push_back({life, std::move(e)});
    queued_.notify_all();
  });
  auto held = std::unique_lock{lock_};
  client_ = std::move(fresh);
  client_->connect();
  changed_.wait_for(held, patience, [this] { return connected_ || refused_; });
  if (!connected_) throw std::runtime_error{"the node cannot connect"};
  client_->subscribe({birth_topic(site_), up_topic(site_, "#")});
  changed_.wait_for(held, patience, [this] { return listening_; });
  if (!listening_) throw std::runtime_error{"the node cannot listen"};
}

void scripted_node::leave() {
  auto former = std::unique_ptr<mqtt_client>{};
  const auto held = std::lock_guard{lock_};
  former = std::move(client_);
  ++life_;
  connected_ = listening_ = refused_ = false;
  late_.clear();
}

void scripted_node::answers(std::function<reply(const envelope&)> how) {
  const auto held = std::lock_guard{lock_};
  how_ = std::move(how);
}

void scripted_node::delay_acks(std::chrono::milliseconds by) {
  const auto held = std::lock_guard{lock_};
  delay_ = by;
}

void scripted_node::speaks(bool does) {
  const auto held = std::lock_guard{lock_};
  speaks_ = does;
}

void scripted_node::release_acks(std::size_t most) {
  const auto held = std::lock_guard{lock_};
  for (; most > 0 && !notes_.kept.empty(); --most) {
    const auto id = notes_.kept.front();
    notes_.kept.pop_front();
    settle(id, ack{id});
  }
}

std::string scripted_node::say(body what, const std::string& in_reply_to) {
  const auto held = std::lock_guard{lock_};
  return send(std::move(what), in_reply_to);
}

void scripted_node::say_bytes(const std::string& kind, const std::string& payload) {
  const auto held = std::lock_guard{lock_};
  if (client_) client_->publish(down_topic(site_, kind), payload, false);
}

node_notes scripted_node::notes() const {
  const auto held = std::lock_guard{lock_};
  return notes_;
}

bool scripted_node::waits_until(const std::function<bool(const node_notes&)>& true_of,
                                std::chrono::milliseconds patience) {
  auto held = std::unique_lock{lock_};
  return changed_.wait_for(held, patience, [&] { return true_of(notes_); });
}

// ---- on its own thread

void scripted_node::run() {
  while (true) {
    auto next = std::deque<heard_event>{};
    {
      auto held = std::unique_lock{queue_lock_};
      queued_.wait_for(held, glance, [this] { return ending_ || !queue_.empty(); });
      if (ending_) return;
      next.swap(queue_);
    }
    const auto held = std::lock_guard{lock_};
    for (const auto& each : next)
      if (each.life == life_) take(each.event);
    for (; !late_.empty() && late_.front().first <= clock::now(); late_.pop_front())
      settle(late_.front().second, ack{late_.front().second});
    if (!next.empty()) changed_.notify_all();
  }
}

void scripted_node::take(const mqtt_event& e) {
  if (std::holds_alternative<mqtt_connected>(e)) connected_ = true;
  if (std::holds_alternative<mqtt_subscribed>(e)) listening_ = true;
  if (std::holds_alternative<mqtt_connect_failed>(e)) refused_ = true;
  if (std::holds_alternative<mqtt_disconnected>(e)) connected_ = listening_ = false;
  if (const auto* m = std::get_if<mqtt_message>(&e)) take(*m);
}

void scripted_node::take(const mqtt_message& m) {
  const auto message = decode(m.payload);
  if (!message) {
    notes_.unreadable.push_back(m.payload);
    const auto id = message_id_in(m.payload).value_or("");
    send(nack{id, nack_reason::undecodable, message.error().detail}, {});
    return;
  }
  notes_.heard.push_back(*message);
  if (is_journaled(message->body)) return answer(*message);
  const auto* b = std::get_if<birth>(&message->body);
  const auto asks =
      std::holds_alternative<heartbeat>(message->body) && message->in_reply_to.empty();
  if (speaks_ && ((b && b->online) || asks)) send(heartbeat{}, message->message_id);
}

void scripted_node::answer(const envelope& journaled) {
  const auto& id = journaled.message_id;
  if (++notes_.times[id] == 1) notes_.journaled.push_back(id);
  notes_.unanswered.insert(id);
  notes_.most_unanswered = std::max(notes_.most_unanswered, notes_.unanswered.size());
  switch (how_(journaled)) {
  case reply::ack:
    if (delay_ == 0ms)
      settle(id, ack{id});
    else
      late_.emplace_back(clock::now() + delay_, id);
    break;
  case reply::keep:
    if (std::ranges::find(notes_.kept, id) == notes_.kept.end()) notes_.kept.push_back(id);
    break;
  case reply::nack: settle(id, nack{id, nack_reason::invalid, "the node cannot take it"}); break;
  case reply::nothing: break;
  }
}

void scripted_node::settle(const std::string& id, body with) {
  notes_.unanswered.erase(id);
  send(std::move(with), {});
}

std::string scripted_node::send(body what, const std::string& in_reply_to) {
  const auto boot = "node" + std::to_string(life_);
  const auto id = boot + "-" + std::to_string(++said_);
  const auto kind = std::string{kind_of(what)};
  const auto message =
      envelope{site_, boot, said_, id, house_time_.now(), in_reply_to, std::move(what)};
  if (client_) client_->publish(down_topic(site_, kind), encode(message), false);
  return id;
}

}  // namespace hearth::testing
