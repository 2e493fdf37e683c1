#pragma once

#include "actors/planner/heat_plan.hpp"
#include "actors/record/decision.hpp"
#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"

#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Why an actuator stood as it did at a moment of a recorded past: one sentence, then the chain of
/// causes behind it.
namespace hearth {

struct why_question {
  std::string channel;           ///< empty: the heat pump
  std::optional<time_point> at;  ///< UTC; absent: when the log ends
  /// Instead of the log's own layout; null: its own.
  std::shared_ptr<const layout> house;
};

/// A decision and when it was taken.
struct dated_decision {
  time_point at;  ///< house time
  decision what;
};

struct why_answer {
  std::shared_ptr<const layout> house;
  dating dates = exact_dates;  ///< as the house knew them
  std::string channel;
  time_point at;                           ///< that was asked for, house time
  std::optional<dated_decision> standing;  ///< the command that held; since it became what it is
  bool expired = false;                    ///< nobody had renewed it: the device was safe by itself
  std::optional<decision> in_charge;       ///< what the house said of that last
  std::optional<dated_decision> held_back;  ///< the interlock's last word on the channel
  std::optional<heat_plan> plan;            ///< the newest of then
  std::vector<dated_decision>
      before;                    ///< commands to the channel that were different, latest first
  std::optional<snapshot> seen;  ///< the picture that was decided upon
};

/// Reads a log up to the moment asked for. A sentence, where it cannot be read or does not say.
tl::expected<why_answer, std::string> why(std::istream& log, const why_question& question);

/// The sentence and its details, for people, in the time zone of the house.
std::string to_text(const why_answer& answer);
/// One JSON object.
std::string to_json(const why_answer& answer);

}  // namespace hearth
