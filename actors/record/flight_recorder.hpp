#pragma once

#include "actors/record/log_writer.hpp"
#include "drivers/log_file.hpp"
#include "protocol/limits.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// Whether and where a house records what its dispatcher decides upon.
struct recording_plan {
  log_file_maker open;  ///< null: nothing is recorded
  std::uint64_t most_bytes = limits::log_bytes;
};

/// Writes the decision log of a run as far as the disk lets it. What cannot be written is counted,
/// and the gap stands in the log; nothing of it is ever the house's business. Pure but for the file
/// it was given.
class flight_recorder {
 public:
  flight_recorder(recording_plan plan, std::shared_ptr<const layout> house, std::string boot_id)
      : plan_{std::move(plan)}, writer_{std::move(house), std::move(boot_id)} {}

  void keep(const recorded& item, time_point now);
  /// The run has ended in good order.
  void end(time_point now);
  /// What a person should know of what happened since the last call.
  std::vector<event> take_events() { return std::exchange(events_, {}); }

 private:
  [[nodiscard]] bool opened(time_point now);
  /// False if it cannot be written.
  bool write(const std::string& lines, time_point now);
  void say(severity s, std::string kind, std::string text, time_point now);

  recording_plan plan_;
  log_writer writer_;
  std::unique_ptr<log_file> file_;
  std::optional<time_point> try_again_at_;
  std::uint64_t lost_ = 0;  ///< inputs that are not in the log, since the last that is
  bool closed_ = false;     ///< ended, or as long as allowed
  bool failing_ = false;    ///< told already
  std::vector<event> events_;
};

}  // namespace hearth
