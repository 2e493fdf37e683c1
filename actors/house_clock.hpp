#pragma once

#include "protocol/time.hpp"

#include <chrono>
#include <functional>

namespace hearth {

/// The one source of `now` in a program. It reads the system clock once, at its anchor, and from
/// then on counts on the steady clock: whoever sets the system clock moves no lease and no minimum
/// run time. What the date is at such a time, `dating` says. A demo runs the same clock faster; a
/// test drives it by hand.
class house_clock {
 public:
  using ticks = std::chrono::steady_clock::time_point;

  /// The time of day as the system clock has it when the program starts, or
  /// `limits::earliest_date` where that is impossible; at its own pace.
  static house_clock real();
  /// House time was `start` when the system clock showed `anchor`, and runs `speed` times as fast.
  /// Two programs given the same three agree on house time.
  static house_clock warped(time_point start, time_point anchor, double speed);
  /// The same on another source of ticks, which shows the steady clock's time or a little less.
  static house_clock warped(time_point start, time_point anchor, double speed,
                            std::function<ticks()> source);
  /// House time is `start` now and follows `source` (virtual time).
  static house_clock driven(time_point start, std::function<ticks()> source);

  [[nodiscard]] time_point now() const;
  /// How long to wait outside for `d` to pass in the house; at least 1 ms for a positive `d`.
  [[nodiscard]] std::chrono::microseconds outside(duration d) const;
  /// How much passes in the house while `d` passes outside.
  [[nodiscard]] duration inside(duration d) const;
  [[nodiscard]] double speed() const { return speed_; }

 private:
  house_clock(time_point start, std::function<ticks()> source, double speed);

  time_point start_;
  std::function<ticks()> source_;
  ticks anchor_;
  double speed_ = 1;
};

}  // namespace hearth
