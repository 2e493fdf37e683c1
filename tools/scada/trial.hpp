#pragma once

#include "protocol/fault.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <sys/types.h>

namespace hearth::tools {

/// A function at work in a process of its own, which answers with a text: whatever becomes of it,
/// we live to tell. It begins as a copy of us, so that nothing need be read again.
class trial {
 public:
  using work = std::function<std::string()>;

  /// Throws std::system_error if there is no process to be had. Only one thread may run then.
  trial(const work& what, std::chrono::milliseconds patience);
  /// Ends it.
  ~trial();
  trial(trial&& other) noexcept;
  trial& operator=(trial&&) = delete;

  /// Readable when there is something to look for.
  [[nodiscard]] int handle() const { return answer_; }
  /// What it said; a timeout if it took longer than our patience, `disconnected` with the reason if
  /// it died. Nothing as long as it works.
  std::optional<result<std::string>> look();
  /// Waits for that.
  result<std::string> wait();

 private:
  void read_on();
  int reap();

  std::chrono::steady_clock::time_point until_;
  pid_t pid_ = 0;    ///< 0: it is over
  int answer_ = -1;  ///< −1: closed
  std::string said_;
};

}  // namespace hearth::tools
