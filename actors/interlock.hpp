#pragma once

#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"
#include "protocol/command.hpp"
#include "protocol/messages.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// The last word on every command, whoever gave it. Rules in order of precedence; the first that
/// objects decides:
///
///   not_an_actuator   no such actuator, or the value does not fit it      → dropped
///   expired           the command is dead on arrival                      → dropped
///   store_too_hot     hottest good layer ≥ max (until 3 K below)          → heat pump off
///   freezing          a zone or layer is below the freeze limit           → it and all calls on
///   blind             no store layer can be trusted                       → heat pump released
///   electrical_limit  house + heat pump's nameplate would be too much     → heat pump off
///   minimum_off       stopped less than min_off ago                       → stays off
///   minimum_on        started less than min_on ago                        → stays on
///
/// `minimum_off` protects the compressor even from `freezing`; `minimum_on` yields to everything
/// above it. One table, no exceptions for rank.
enum class interlock_rule : unsigned char {
  none,
  not_an_actuator,
  expired,
  store_too_hot,
  freezing,
  blind,
  electrical_limit,
  minimum_off,
  minimum_on
};
std::string_view to_text(interlock_rule r);

class interlock {
 public:
  interlock(std::shared_ptr<const layout> house, time_point now);

  struct verdict {
    std::optional<command> allowed;  ///< absent: dropped
    interlock_rule rule = interlock_rule::none;
    std::string reason;
  };

  /// Learns from the read-back when the heat pump last started and stopped. Once per snapshot.
  void observe(const snapshot& now);

  /// Remembers what is being sent to the heat pump: until the read-back shows it, minimum times
  /// count from the order, or two directives within one tick could start and stop a compressor.
  void commanded(const command& sent);

  /// What may be sent instead of `wanted`; the same if no rule objects.
  [[nodiscard]] verdict check(const command& wanted, const snapshot& now) const;

 private:
  /// What the heat pump does: as read back, or as ordered a moment ago and not yet seen.
  struct motion {
    bool running = false;
    time_point since;
  };
  struct order {
    bool on = false;
    time_point at;
  };

  [[nodiscard]] motion presumed(time_point now) const;
  [[nodiscard]] verdict check_heat_pump(const command& wanted, const snapshot& now) const;
  [[nodiscard]] bool freezing(const snapshot& now) const;
  [[nodiscard]] bool over_electrical_limit(const snapshot& now, bool running) const;

  std::shared_ptr<const layout> house_;
  std::optional<bool> running_;        ///< as read back; nothing until first seen
  std::optional<time_point> seen_at_;  ///< when that was read last
  time_point changed_;   ///< when it last started or stopped; start of the program until seen
  bool unseen_ = false;  ///< the last snapshot did not show whether it runs
  time_point in_sight_since_{};            ///< when it was read again after a while unread
  std::optional<time_point> told_to_run_;  ///< not answered by any reading yet
  std::optional<time_point> runs_until_;   ///< the end of the latest command to run
  std::optional<order> ordered_;           ///< the latest that differed from the one before
  bool too_hot_ = false;
  bool blind_ = false;
};

/// The actuators of the plant, which the dispatcher commands by itself.
std::vector<channel_id> plant_actuators(const plant_layout& plant);

}  // namespace hearth
