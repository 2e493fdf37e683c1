#pragma once

#include "protocol/limits.hpp"
#include "protocol/time.hpp"

#include <deque>
#include <optional>

namespace hearth {

/// When to restart one supervised actor, after how many failures. Pure.
///
///   up --dies--> waiting --delay--> up      delay: 0.5 s, doubling to 60 s, ± 20 % jitter
///   more than 5 deaths in 60 s: reported failed, then retried every 60 s
///   up for 60 s without a death: the count starts again
class restarts {
 public:
  struct plan {
    duration delay{};
    bool failed = false;        ///< it is now retried slowly
    bool newly_failed = false;  ///< and was not before: say so
  };

  /// It died at `now`. `jitter` is from −1 to 1.
  plan died(time_point now, double jitter);

  [[nodiscard]] int count() const { return count_; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::deque<time_point> recent_;  ///< deaths within the window; bounded by `restarts_allowed` + 1
  std::optional<time_point> up_since_;  ///< when the restart after the latest death was due
  duration next_ = limits::restart_first;
  int count_ = 0;
  bool failed_ = false;
};

}  // namespace hearth
