#pragma once

#include "actors/dispatcher.hpp"

#include <string>
#include <vector>

namespace hearth {

/// One command or statement, as a log has it and as people read it. What today's code decides is
/// put into the same words as what a log says, so that the two can be compared to the last bit.
struct decision {
  std::string kind;  ///< "command", or of a statement "event", "state", "outcome", "contract" …
  std::string subject;  ///< the channel; what the statement is about
  std::string what;     ///< "on", "active", "accepted" …
  std::string by;       ///< whose rank decided, of commands and states; of events how serious
  std::string cause;    ///< one sentence
  std::string words;    ///< all of it: equal exactly if two decisions are
  std::string content;  ///< of a command: the same but for the moment it is given at
  time_point expires;   ///< of a command

  [[nodiscard]] bool is_command() const { return kind == "command"; }
  /// Said again and again while all goes well.
  [[nodiscard]] bool is_heartbeat() const { return kind == "heartbeat"; }
};

/// What was decided upon an input of this moment.
std::vector<decision> in_words(const dispatcher::decisions& decided, const layout& house,
                               time_point input);

}  // namespace hearth
