#include "protocol/outbox.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <array>

namespace hearth {

outbox::outbox(std::size_t window_most)
    : window_least_{std::min(limits::send_window_first, window_most)},
      window_most_{window_most},
      window_{window_least_} {}

void outbox::open() {
  close();
  window_ = window_least_;
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
    fresh_.push_back({std::move(item)});
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
      history_.push_back({std::move(item)});
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
    for (auto* lane : {&fresh_, &history_})
      for (auto& other : *lane)
        if (other.tries > 0 && other.first_turn < at->last_turn) ++other.overtaken;
    if (at->sent) window_ = std::min(window_ + 1, window_most_);
    l->erase(at);
    return true;
  }
  return false;
}

std::vector<std::string> outbox::take_unanswered(time_point now, duration answer_within) {
  give_up_waiting(now, answer_within);
  auto ids = std::vector<std::string>{};
  for (auto* l : {&fresh_, &history_})
    std::erase_if(*l, [&](const item& i) {
      const auto hopeless =
          !i.sent && i.tries >= limits::unanswered_tries && i.overtaken >= limits::overtaken_by;
      if (hopeless) ids.push_back(i.what.message_id);
      return hopeless;
    });
  if (asked_) settled_.insert(ids.begin(), ids.end());
  return ids;
}

std::vector<const journal_item*> outbox::take_due(time_point now, duration answer_within) {
  auto due = std::vector<const journal_item*>{};
  auto take = [&](lane& l, std::size_t taken) {
    for (auto& each : l) {
      if (taken >= window_) return;
      if (each.sent) continue;
      ++taken;
      each.sent = now;
      each.last_turn = ++turns_;
      if (each.tries++ == 0) each.first_turn = turns_;
      due.push_back(&each.what);
    }
  };
  give_up_waiting(now, answer_within);
  take(fresh_, under_way());
  const auto reserved = std::size_t{window_ > 1 ? 1U : 0U};
  take(history_, under_way(history_) + std::max(under_way(fresh_), reserved));
  return due;
}

void outbox::give_up_waiting(time_point now, duration answer_within) {
  auto late = false;
  for (auto* l : {&fresh_, &history_})
    for (auto& each : *l)
      if (each.sent && now - *each.sent >= answer_within) {
        each.sent.reset();
        late = true;
      }
  if (late) window_ = std::max(window_ / 2, window_least_);
}

std::size_t outbox::under_way(const lane& l) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(l, [](const item& i) { return i.sent.has_value(); }));
}

std::size_t outbox::under_way() const { return under_way(fresh_) + under_way(history_); }

}  // namespace hearth
