#pragma once

#include "actors/view/keys.hpp"
#include "tools/scada/terminal.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>

namespace hearth::tools {

/// Whoever answers the questions of a commissioning: somebody at a terminal, a pipe, or a file
/// with an answer on each line.
class installer {
 public:
  /// Nobody but `answers`, if there are any.
  explicit installer(std::optional<std::deque<std::string>> answers);
  ~installer();
  installer(const installer&) = delete;
  installer& operator=(const installer&) = delete;

  /// A line that stays.
  void say(const std::string& line);
  /// Another question: what was typed before does not answer it.
  void ask(const std::string& question);
  /// The last line of a terminal: what it is about, and what has been typed.
  void show(const std::string& status);
  /// Waits at most so long; nothing if there is no answer yet.
  std::optional<std::string> answer(std::chrono::milliseconds patience);
  /// No answer will come any more.
  [[nodiscard]] bool gone() const { return gone_; }

 private:
  std::optional<std::string> from_keys(std::chrono::milliseconds patience);
  std::optional<std::string> from_pipe(std::chrono::milliseconds patience);

  std::optional<std::deque<std::string>> answers_;
  std::optional<key_source> keys_;  ///< at a terminal
  key_reader reader_;
  std::string typed_;
  bool gone_ = false;
};

}  // namespace hearth::tools
