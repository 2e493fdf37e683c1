#pragma once

#include "actors/record/recorded.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// The first bytes of every decision log, by which a file is known to be one.
inline constexpr std::string_view decision_log_begins = R"({"hearth":"decision log",)";

/// Writes a decision log: a head that says which house this is, then a line for each input of its
/// dispatcher with what was decided upon it. Numbers are written so that they are read to the last
/// bit. Readings that have not changed since the line before are not said again, nor is a command
/// that only renews itself. Pure.
class log_writer {
 public:
  log_writer(std::shared_ptr<const layout> house, std::string boot_id)
      : house_{std::move(house)}, boot_id_{std::move(boot_id)} {}

  /// The line a log begins with. After it everything is said anew.
  std::string head(time_point now);
  /// The line of one input, and before it that of a gap, if inputs were lost.
  std::string lines(const recorded& item);
  /// The last line of a run that ended in good order, or of a log that is as long as allowed.
  static std::string end(time_point now);
  static std::string full(time_point now);

 private:
  void forget();

  std::shared_ptr<const layout> house_;
  std::string boot_id_;
  std::optional<std::vector<point>> points_;  ///< as last said; absent: say all
  std::map<channel_id, std::string> orders_;  ///< the words of each target's last command
};

}  // namespace hearth
