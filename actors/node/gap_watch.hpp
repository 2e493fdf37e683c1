#pragma once

#include "actors/node/site_memory.hpp"

#include <map>
#include <optional>
#include <string>

namespace hearth {

/// Decides when one house is asked again for what never came. History closes gaps by itself,
/// oldest first; so a boot is asked about only once the beginning of its first gap has not moved
/// for a while: a short one if the house says that nothing waits any more. Each further question
/// about the same gap waits twice as long. Filled or told lost, a gap is no gap.
class gap_watch {
 public:
  /// What to ask now, at most `limits::resend_runs` runs; nothing while the house is not there.
  std::optional<resend> ask(const site_memory& house, time_point now);

 private:
  struct watched {
    std::uint64_t begins = 0;  ///< of its first gap
    time_point since;
    std::optional<duration> patience = {};  ///< grown by asking; absent: not asked yet
  };
  std::map<std::string, watched> boots_;  ///< those with gaps
};

}  // namespace hearth
