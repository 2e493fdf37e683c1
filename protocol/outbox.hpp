#pragma once

#include "protocol/time.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// The journaled messages the node has not acknowledged, oldest first, and which of them are
/// under way. Bounded: where one too many is pushed, the oldest go. It holds bytes, not values,
/// so that what is sent again is what was sent before, whichever boot wrote it.
class outbox {
 public:
  struct item {
    std::string message_id;
    std::string topic;
    std::string payload;
    std::optional<time_point> sent;  ///< under way since; nothing: waits for its turn
    int overtaken = 0;               ///< later messages acked since it was first sent
  };

  /// Appends; gives back how many of the oldest had to go.
  std::size_t push(std::string message_id, std::string topic, std::string payload);

  /// Forgets a message the node has. False if it was not here (acked twice, or dropped).
  bool acknowledge(std::string_view message_id);

  /// Takes out a message the node will never take. False if it was not here.
  bool set_aside(std::string_view message_id);

  /// Takes out the messages that `limits::overtaken_by` later ones have overtaken; their ids.
  std::vector<std::string> take_overtaken();

  /// Nothing is under way any more: the connection they went out on is gone.
  void forget_sent();

  /// What to send now, oldest first, marked as under way: what had no ack for `answer_within`,
  /// and new ones as far as `limits::send_window` allows. The pointers hold until the next call
  /// that is not const.
  std::vector<const item*> take_due(time_point now, duration answer_within);

  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] std::size_t under_way() const;

 private:
  std::deque<item>::iterator find(std::string_view message_id);
  void erase(std::deque<item>::iterator at);

  std::deque<item> items_;
  std::size_t bytes_ = 0;
};

}  // namespace hearth
