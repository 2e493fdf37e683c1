#include "protocol/inbox.hpp"

#include "protocol/codec.hpp"
#include "protocol/limits.hpp"
#include "protocol/topics.hpp"

#include <functional>

namespace hearth {
namespace {

/// Equal for equal bodies, whatever the envelope: a repeat may bear a new time.
std::size_t hash_of(const body& content) {
  return std::hash<std::string>{}(encode({"", "", 0, "", {}, "", content}));
}

std::optional<nack> out_of_date(const envelope& m, time_point now) {
  if (now - m.sent > limits::downstream_max_age + limits::clock_skew)
    return nack{m.message_id, nack_reason::stale, "sent " + to_text(now - m.sent) + " ago"};
  if (m.sent - now > limits::clock_skew)
    return nack{m.message_id, nack_reason::stale,
                "sent " + to_text(m.sent - now) + " in the future"};
  return {};
}

}  // namespace

std::optional<nack> inbox::misplaced(std::string_view topic_text, const envelope& m) const {
  const auto where = parse_topic(topic_text);
  if (!where) return nack{m.message_id, nack_reason::unexpected, "this is no topic of hearth/v1"};
  if (where->site != site_ || m.site != site_)
    return nack{m.message_id, nack_reason::wrong_site, "this is " + site_ + ", not " + m.site};
  if (where->direction != direction::down || !is_downstream(m.body) ||
      where->kind != kind_of(m.body))
    return nack{m.message_id, nack_reason::unexpected,
                std::string{kind_of(m.body)} + " does not belong on " + std::string{topic_text}};
  return {};
}

verdict inbox::judge(std::string_view topic_text, std::string_view payload, const dating& dates,
                     time_point now) {
  auto message = decode(payload);
  if (!message) {
    const auto where = parse_topic(topic_text);
    return message_refused{nack{message_id_in(payload).value_or(""), reason_for(message.error()),
                                message.error().detail},
                           !where || where->kind != "nack"};
  }
  if (auto refusal = misplaced(topic_text, *message))
    return message_refused{std::move(*refusal), !std::holds_alternative<nack>(message->body)};
  if (!wants_ack(message->body)) return message_taken{std::move(*message)};

  const auto content = hash_of(message->body);
  if (const auto known = remembered_.find(message->message_id); known != remembered_.end()) {
    // A repeat is welcome however late: its ack was lost.
    if (known->second == content) return message_repeated{std::move(*message)};
    return message_refused{nack{message->message_id, nack_reason::replayed,
                                "this message id was used for something else"}};
  }
  if (dates.known())
    if (auto refusal = out_of_date(*message, dates.utc(now)))
      return message_refused{std::move(*refusal)};
  if (order_.size() == limits::remembered_messages) {
    remembered_.erase(order_.front());
    order_.pop_front();
  }
  order_.push_back(message->message_id);
  remembered_.emplace(message->message_id, content);
  return message_taken{std::move(*message)};
}

}  // namespace hearth
