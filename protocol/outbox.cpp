#include "protocol/outbox.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <array>

namespace hearth {

void outbox::open() {
  close();
  open_ = true;
  ++session_;
}

void outbox::close() {
  open_ = asked_ = false;
  more_ = true;
  cursor_ = 0;
  fresh_.clear();
  history_.clear();
  settled_.clear();
}

void outbox::add_fresh(journal_item item) {
  if (!open_) return;
  if (fresh_.size() < limits::fresh_messages)
    fresh_.push_back({std::move(item), {}, 0});
  else
    more_ = true;
}

void outbox::add_history(std::uint64_t session, std::vector<journal_item> page, bool more) {
  if (!open_ || !asked_ || session != session_) return;
  asked_ = false;
  more_ = more;
  for (auto& item : page) {
    cursor_ = std::max(cursor_, item.number);
    if (!holds(item.number) && !settled_.contains(item.message_id))
      history_.push_back({std::move(item), {}, 0});
  }
}

bool outbox::holds(std::uint64_t number) const {
  return std::ranges::any_of(fresh_, [&](const item& i) { return i.what.number == number; });
}

std::optional<outbox::page_wanted> outbox::wanted() {
  if (!open_ || asked_ || !more_ || history_.size() >= window_) return {};
  asked_ = true;
  settled_.clear();
  return page_wanted{session_, cursor_, 2 * window_};
}

bool outbox::settle(std::string_view message_id) {
  if (asked_) settled_.emplace(message_id);
  for (auto* l : {&fresh_, &history_}) {
    const auto at =
        std::ranges::find_if(*l, [&](const item& i) { return i.what.message_id == message_id; });
    if (at == l->end()) continue;
    for (auto earlier = l->begin(); earlier != at; ++earlier)
      if (earlier->sent) ++earlier->overtaken;
    l->erase(at);
    return true;
  }
  return false;
}

std::vector<std::string> outbox::take_overtaken() {
  auto ids = std::vector<std::string>{};
  for (const auto* l : {&fresh_, &history_})
    for (const auto& each : *l)
      if (each.overtaken >= limits::overtaken_by) ids.push_back(each.what.message_id);
  for (const auto& id : ids) settle(id);
  return ids;
}

std::vector<const journal_item*> outbox::take_due(time_point now, duration answer_within) {
  auto due = std::vector<const journal_item*>{};
  auto take = [&](lane& l, std::size_t room) {
    for (auto& each : l) {
      if (each.sent ? now - *each.sent < answer_within : room == 0) continue;
      if (!each.sent) --room;
      each.sent = now;
      due.push_back(&each.what);
    }
  };
  take(fresh_, window_ - under_way());
  const auto reserved = std::size_t{window_ > 1 ? 1U : 0U};
  const auto taken = under_way(history_) + std::max(under_way(fresh_), reserved);
  take(history_, window_ > taken ? window_ - taken : 0);
  return due;
}

std::size_t outbox::under_way(const lane& l) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(l, [](const item& i) { return i.sent.has_value(); }));
}

std::size_t outbox::under_way() const { return under_way(fresh_) + under_way(history_); }

}  // namespace hearth
