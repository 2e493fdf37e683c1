#pragma once

#include "protocol/messages.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// Waits for what becomes of one message sent to a house by hand. An ack only says that the
/// message arrived; who asked for something waits until the house says what it did about it.
class correspondence {
 public:
  explicit correspondence(envelope sent) : sent_{std::move(sent)} {}

  struct answer {
    bool accepted = false;
    std::string reason;  ///< of a refusal, for a person
  };
  /// The answer, if this message of the house is it.
  std::optional<answer> hear(const envelope& e);

  /// Whether the message has arrived at least.
  [[nodiscard]] bool arrived() const { return arrived_; }
  /// Whether `e` was about this message; what is shown while waiting.
  [[nodiscard]] bool concerns(const envelope& e) const;

 private:
  [[nodiscard]] std::optional<answer> judge(const contract_report& r) const;

  envelope sent_;
  bool arrived_ = false;
};

}  // namespace hearth
