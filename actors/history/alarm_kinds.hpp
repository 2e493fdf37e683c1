#pragma once

#include "protocol/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// One kind of event that somebody should look at: what ends it, what it means, what to do.
struct alarm_kind {
  std::string_view kind;
  /// The kind of event about the same subject that ends it. Empty: nothing says that it is over,
  /// and it ends by itself after `alarm_lasts`. Kinds that the same word ends are one alarm: a
  /// newer one takes the older one's place.
  std::string_view ended_by;
  /// The member of the family that says it, and says it again if it begins anew while it is still
  /// so: then what it said before is over. Empty: nobody does. "device": a new one says by itself
  /// if it is over.
  std::string_view told_by;
  std::string_view meaning;  ///< one sentence
  std::string_view remedy;   ///< one sentence
};

/// All that is known; an event that is at least a warning and not among them is an alarm, too.
std::span<const alarm_kind> alarm_kinds();
/// Of this kind of event, or of one that nobody knows.
const alarm_kind& alarm_kind_of(std::string_view kind);
/// Whether this event opens, ends or renews an alarm.
bool concerns_alarms(const event& e);

/// An alarm that nothing ends is over so long after it was raised last.
inline constexpr duration alarm_lasts = std::chrono::hours{24};

/// One that was raised and is not yet over.
struct open_alarm {
  std::string id;          ///< the same after a restart: made of kind, subject and time
  event raised;            ///< as it was said first; its text as it was said last
  time_point last;         ///< when it was said last
  std::size_t times = 1;   ///< it was said
  const alarm_kind* kind;  ///< never null
};
struct ended_alarm {
  open_alarm alarm;
  time_point ended;
  std::string why;  ///< the text of the event that ended it, or empty
};

/// Which alarms are open, by what was said, in the order it was said. Pure; in the time of the
/// events it is given.
class open_alarms {
 public:
  /// What this event ended.
  std::vector<ended_alarm> take(const event& said);
  /// Ends those that end by themselves.
  std::vector<ended_alarm> pass(time_point now);
  /// Oldest first.
  [[nodiscard]] const std::vector<open_alarm>& open() const { return open_; }

  /// Open ones at a time. Beyond: the oldest is taken for over.
  static constexpr std::size_t most = 1000;

 private:
  std::vector<open_alarm> open_;
};

}  // namespace hearth
