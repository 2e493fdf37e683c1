#include "actors/view/observations.hpp"

#include "protocol/codec.hpp"

namespace hearth {
namespace {

class overheard_client : public mqtt_client {
 public:
  overheard_client(std::unique_ptr<mqtt_client> inner, std::shared_ptr<observations> watcher)
      : inner_{std::move(inner)}, watcher_{std::move(watcher)} {}

  void connect() override { inner_->connect(); }
  void subscribe(std::vector<std::string> topics) override { inner_->subscribe(std::move(topics)); }
  bool publish(std::string_view topic, std::string_view payload, bool retained) override {
    // Before, because the answer may come before the call returns.
    watcher_->published(payload);
    return inner_->publish(topic, payload, retained);
  }
  bool publish_live(std::string_view topic, std::string_view payload) override {
    watcher_->published(payload);
    return inner_->publish_live(topic, payload);
  }
  void disconnect() override { inner_->disconnect(); }

 private:
  std::unique_ptr<mqtt_client> inner_;
  std::shared_ptr<observations> watcher_;
};

}  // namespace

void observations::saw(const snapshot& image) {
  if (at_snapshot_) at_snapshot_();
  const auto lock = std::lock_guard{guard_};
  fresh_.image = image;
}

void observations::said(const body& statement) {
  const auto lock = std::lock_guard{guard_};
  if (is_journaled(statement)) ++journaled_said_;
  keep(fresh_.by_house, statement);
}

void observations::published(std::string_view payload) {
  const auto message = decode(payload);
  const auto lock = std::lock_guard{guard_};
  ++fresh_.traffic.up;
  if (!message || !is_journaled(message->body)) return;
  if (message->boot_id != boot_id_) begin_boot(message->boot_id);
  // Journaled messages go out in order, so an old number is a message sent again.
  if (message->sequence <= journaled_sequence_) {
    ++fresh_.traffic.repeated;
    return;
  }
  journaled_sequence_ = message->sequence;
  ++journaled_published_;
  in_flight_.insert(message->message_id);
}

void observations::happened(const mqtt_event& e) {
  const auto* heard = std::get_if<mqtt_message>(&e);
  const auto message = heard ? decode(heard->payload) : failed(fault_code::not_ready);
  const auto lock = std::lock_guard{guard_};
  auto& t = fresh_.traffic;
  if (std::holds_alternative<mqtt_connected>(e)) t.connected = true;
  if (std::holds_alternative<mqtt_disconnected>(e)) t.connected = t.node_heard = false;
  if (heard) ++t.down;
  if (!message) return;
  t.node_heard = true;
  if (const auto* a = std::get_if<ack>(&message->body); a && in_flight_.erase(a->message_id) != 0)
    ++t.acknowledged;
  if (const auto* n = std::get_if<nack>(&message->body)) in_flight_.erase(n->message_id);
  keep(fresh_.by_node, message->body);
}

observations::batch observations::take() {
  const auto lock = std::lock_guard{guard_};
  fresh_.traffic.in_flight = in_flight_.size();
  fresh_.traffic.waiting = journaled_said_ > journaled_published_
                               ? static_cast<std::size_t>(journaled_said_ - journaled_published_)
                               : 0;
  auto out = batch{};
  out.traffic = fresh_.traffic;
  out.missed = fresh_.missed;
  std::swap(out, fresh_);
  return out;
}

void observations::keep(std::vector<body>& words, const body& b) {
  if (words.size() >= words_kept) {
    words.erase(words.begin());
    ++fresh_.missed;
  }
  words.push_back(b);
}

void observations::begin_boot(const std::string& id) {
  // What an earlier incarnation kept has gone with it; this message is the first of the new one.
  if (!boot_id_.empty()) journaled_said_ = 1;
  boot_id_ = id;
  journaled_sequence_ = 0;
  journaled_published_ = 0;
  in_flight_.clear();
}

mqtt_client_maker overheard(mqtt_client_maker make, std::shared_ptr<observations> watcher) {
  return [make = std::move(make), watcher = std::move(watcher)](mqtt_options options,
                                                                mqtt_listener listener) {
    const auto both = [watcher, listener = std::move(listener)](mqtt_event e) {
      watcher->happened(e);
      listener(std::move(e));
    };
    return std::make_unique<overheard_client>(make(std::move(options), both), watcher);
  };
}

}  // namespace hearth
