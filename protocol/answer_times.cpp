#include "protocol/answer_times.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {

void answer_times::sent(const std::string& message_id, time_point now) {
  if (sent_at(message_id)) return;
  latest_.emplace_back(message_id, now);
  if (latest_.size() > limits::answers_timed) latest_.pop_front();
}

std::optional<time_point> answer_times::sent_at(const std::string& message_id) const {
  const auto found = std::find_if(latest_.begin(), latest_.end(),
                                  [&](const auto& one) { return one.first == message_id; });
  if (found == latest_.end()) return {};
  return found->second;
}

std::optional<node_time> answer_times::heard(const envelope& message, time_point now) const {
  auto asked = std::optional<time_point>{};
  // The latest that it answers says most.
  const auto answers = [&](const std::string& id) {
    if (const auto at = sent_at(id); at && (!asked || *at > *asked)) asked = at;
  };
  if (!message.in_reply_to.empty()) answers(message.in_reply_to);
  if (const auto* a = std::get_if<ack>(&message.body)) {
    answers(a->message_id);
    for (const auto& id : a->more) answers(id);
  }
  if (!asked) return {};
  return node_time{*asked, message.sent, now};
}

}  // namespace hearth
