#pragma once

#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <optional>

namespace hearth {

/// Energy from a power meter: each reading holds until the next. Time without a good reading is
/// counted as unmeasured, never guessed.
class energy_counter {
 public:
  void advance(std::optional<power> measured, time_point now) {
    if (last_ && now > *last_) {
      if (holding_)
        metered_ += *holding_ * (now - *last_);
      else
        unmeasured_ += now - *last_;
    }
    if (!last_ || now > *last_) last_ = now;
    holding_ = measured;
  }
  [[nodiscard]] energy metered() const { return metered_; }
  [[nodiscard]] duration unmeasured() const { return unmeasured_; }

 private:
  std::optional<time_point> last_;
  std::optional<power> holding_;
  energy metered_;
  duration unmeasured_{};
};

}  // namespace hearth
