#pragma once

#include "protocol/dating.hpp"

#include <optional>

namespace hearth {

/// From when on a date is good enough to write by. What a synchronised clock or the node says is
/// believed at once; what a clock that nobody confirms says, after a while: a Raspberry Pi starts
/// with the time at which it went down, and hears the right one within a minute. Pure.
class date_belief {
 public:
  /// House time is UTC where `exact`.
  explicit date_belief(bool exact) : dates_{exact ? exact_dates : dating{}} {}

  void redate(const dating& dates, time_point now) {
    // Who was believed before goes on to be.
    was_believed_ = believed(now);
    if (dates.trust != date_trust::assumed)
      assumed_since_.reset();
    else if (!assumed_since_)
      assumed_since_ = now;
    dates_ = dates;
  }

  [[nodiscard]] bool believed(time_point now) const {
    if (dates_.trust != date_trust::assumed) return dates_.known();
    return was_believed_ || (assumed_since_ && now - *assumed_since_ >= assumed_for);
  }
  [[nodiscard]] const dating& dates() const { return dates_; }
  [[nodiscard]] time_point utc(time_point house) const { return dates_.utc(house); }

  static constexpr duration assumed_for = std::chrono::minutes{2};

 private:
  dating dates_;
  std::optional<time_point> assumed_since_;
  bool was_believed_ = false;
};

}  // namespace hearth
