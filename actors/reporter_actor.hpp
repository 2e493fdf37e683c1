#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "actors/onlooker.hpp"
#include "actors/report_builder.hpp"
#include "protocol/dating.hpp"
#include "protocol/limits.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace hearth {

/// Where events go besides upstream: the program's log.
using event_log = std::function<void(const event&)>;

struct reporter_state {
  reporter_state() = default;
  static inline const char* name = "reporter";

  /// What is not yet in a report goes to the journal, in case of a power cut.
  void draft(reporter_actor::pointer self);

  std::optional<report_builder> builder;
  time_point drafted;
  std::optional<state_report> last_state;
  dating dates = exact_dates;  ///< for the log
  std::optional<roads> peers;
  /// Said before the first roads. Beyond: it is in the log alone; a family says a few words till
  /// then.
  static constexpr std::size_t most_untold = 64;
  std::vector<body> untold;
  static constexpr auto most_untaken = limits::words_untaken_most;
  onlooker history{most_untaken}, portal{most_untaken}, home_assistant{most_untaken},
      observer{most_untaken};
};

reporter_actor::behavior_type reporter_of(reporter_actor::stateful_pointer<reporter_state> self,
                                          house_context context, event_log log);

}  // namespace hearth
