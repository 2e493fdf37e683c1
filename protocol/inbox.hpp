#pragma once

#include "protocol/dating.hpp"
#include "protocol/messages.hpp"

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

namespace hearth {

/// New and good: act on it.
struct message_taken {
  envelope message;
};
/// Good, and acted on before: acknowledge it again, and no more.
struct message_repeated {
  envelope message;
};
/// Not to be acted on. `answer` names the reason.
struct message_refused {
  nack answer;
  bool answerable = true;  ///< false for a bad nack: two sides must not nack each other for ever
};
using verdict = std::variant<message_taken, message_repeated, message_refused>;

/// The door of a house: judges every message that arrives. It remembers the last
/// `limits::remembered_messages` it took, to know a repeat.
class inbox {
 public:
  explicit inbox(std::string site) : site_{std::move(site)} {}

  /// `now` is house time; a house that does not know the date finds nothing out of date.
  verdict judge(std::string_view topic_text, std::string_view payload, const dating& dates,
                time_point now);

 private:
  /// Nothing if the message is what its topic says and is for this house.
  [[nodiscard]] std::optional<nack> misplaced(std::string_view topic_text, const envelope& m) const;

  std::string site_;
  std::unordered_map<std::string, std::size_t> remembered_;  ///< message id → hash of the body
  std::deque<std::string> order_;                            ///< oldest first
};

}  // namespace hearth
