#pragma once

#include "drivers/clock_source.hpp"
#include "protocol/dating.hpp"
#include "protocol/limits.hpp"
#include "protocol/messages.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// Finds out what the date is, for a machine that may boot in 1970. Pure. Whom it believes, from
/// the first to the last:
///
///   two of three   a good date that the node confirms stands against a synchronised clock
///   network time   the system clock, once the kernel calls it synchronised
///   the node       its clock, where it differs by more than contracts tolerate or nobody knew
///   system clock   if it is possible; its jumps change nothing, for house time counts on
///   nobody         the date is unknown
///
/// Within `limits::clock_skew` corrections are silent: leap seconds, slewing, a crystal's drift.
class timekeeper {
 public:
  /// `earliest`: no clock that shows less is right.
  explicit timekeeper(time_point earliest = limits::earliest_date) : earliest_{earliest} {}

  /// The system clock said this at `now`; to be called once a second.
  std::vector<event> look(const clock_sample& said, time_point now);

  /// The node answered.
  std::vector<event> hear(const node_time& said);

  [[nodiscard]] const dating& dates() const { return dates_; }

 private:
  struct heard {
    duration offset;
    time_point at;
  };
  struct claim {
    duration offset;
    int times = 0;
  };

  [[nodiscard]] bool possible(time_point utc) const;
  [[nodiscard]] bool node_confirms(time_point now) const;
  void follow(duration offset, time_point now, std::vector<event>& out);
  void note_jump(duration from, duration to, time_point now, std::vector<event>& out);
  void note_dispute(duration system, duration node, time_point now, std::vector<event>& out);
  void set(const dating& to, time_point now, std::vector<event>& out);

  time_point earliest_;
  dating dates_;
  bool synchronised_ = false;      ///< the system clock is what the dates follow now
  std::optional<duration> shown_;  ///< the system clock's offset when it was last looked at
  std::optional<claim> claimed_;   ///< by a synchronised clock that says something new
  std::optional<heard> node_;
  std::optional<time_point> jump_told_;
  bool dispute_told_ = false;
};

}  // namespace hearth
