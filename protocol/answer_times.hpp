#pragma once

#include "protocol/dating.hpp"
#include "protocol/messages.hpp"

#include <deque>
#include <optional>
#include <string>
#include <utility>

namespace hearth {

/// Reads the node's clock off its answers: what answers a message was said after that message was
/// sent. Pure; belongs to one connection, because a broker may keep what was said on another.
class answer_times {
 public:
  /// This was sent just now. Sent again it counts from the first time.
  void sent(const std::string& message_id, time_point now);

  /// The node's time by this message, if it answers one of the latest that were sent.
  [[nodiscard]] std::optional<node_time> heard(const envelope& message, time_point now) const;

 private:
  [[nodiscard]] std::optional<time_point> sent_at(const std::string& message_id) const;

  std::deque<std::pair<std::string, time_point>> latest_;  ///< oldest first
};

}  // namespace hearth
