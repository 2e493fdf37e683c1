#include "protocol/outbox.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {

std::deque<outbox::item>::iterator outbox::find(std::string_view message_id) {
  return std::ranges::find(items_, message_id, &item::message_id);
}

void outbox::erase(std::deque<item>::iterator at) {
  bytes_ -= at->payload.size();
  items_.erase(at);
}

std::size_t outbox::push(std::string message_id, std::string topic, std::string payload) {
  bytes_ += payload.size();
  items_.push_back({std::move(message_id), std::move(topic), std::move(payload), {}, 0});
  auto dropped = std::size_t{0};
  while (items_.size() > limits::unacknowledged_messages || bytes_ > limits::unacknowledged_bytes) {
    erase(items_.begin());
    ++dropped;
  }
  return dropped;
}

bool outbox::acknowledge(std::string_view message_id) {
  const auto at = find(message_id);
  if (at == items_.end()) return false;
  for (auto earlier = items_.begin(); earlier != at; ++earlier)
    if (earlier->sent) ++earlier->overtaken;
  erase(at);
  return true;
}

bool outbox::set_aside(std::string_view message_id) {
  const auto at = find(message_id);
  if (at == items_.end()) return false;
  erase(at);
  return true;
}

std::vector<std::string> outbox::take_overtaken() {
  auto ids = std::vector<std::string>{};
  for (const auto& item : items_)
    if (item.overtaken >= limits::overtaken_by) ids.push_back(item.message_id);
  for (const auto& id : ids) set_aside(id);
  return ids;
}

void outbox::forget_sent() {
  for (auto& item : items_) item.sent.reset();
}

std::vector<const outbox::item*> outbox::take_due(time_point now, duration answer_within) {
  auto due = std::vector<const item*>{};
  auto room = limits::send_window - under_way();
  for (auto& item : items_) {
    if (item.sent ? now - *item.sent < answer_within : room == 0) continue;
    if (!item.sent) --room;
    item.sent = now;
    due.push_back(&item);
  }
  return due;
}

std::size_t outbox::under_way() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(items_, [](const item& i) { return i.sent.has_value(); }));
}

}  // namespace hearth
