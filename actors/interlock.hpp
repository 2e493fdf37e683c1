#pragma once

#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"
#include "protocol/command.hpp"
#include "protocol/messages.hpp"

#include <deque>
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
///   pump_stopped      it runs, and its pump is seen off                   → heat pump off
///   freezing          a zone or layer is below the freeze limit           → it, its pump, calls on
///   blind             no store layer can be trusted                       → heat pump released
///   electrical_limit  house + heat pump's nameplate would be too much     → heat pump off
///   grid_limit        the same, for the power that the grid allows now    → heat pump off
///   minimum_off       stopped less than min_off ago                       → stays off
///   starts_per_hour   started starts_per_hour times within the hour       → stays off
///   pump_first        its pump has not been seen to run                   → stays off
///   minimum_on        started less than min_on ago                        → stays on
///
/// What keeps the compressor at rest (`minimum_off`, `starts_per_hour`, `pump_first`) protects it
/// even from `freezing`; `minimum_on` yields to everything above it. One table, no exceptions for
/// rank.
enum class interlock_rule : unsigned char {
  none,
  not_an_actuator,
  expired,
  store_too_hot,
  pump_stopped,
  freezing,
  blind,
  electrical_limit,
  grid_limit,
  minimum_off,
  starts_per_hour,
  pump_first,
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

  /// What the house may draw by the grid's word; nothing: no such bound.
  void bound(std::optional<power> by_grid) { by_grid_ = by_grid; }

  /// What may be sent instead of `wanted`; the same if no rule objects.
  [[nodiscard]] verdict check(const command& wanted, const snapshot& now) const;

  /// Whether the heat pump's pump has to run: it would be let run itself if only the pump did.
  [[nodiscard]] bool needs_pump(const command& heat_pump, const snapshot& now) const;

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
  enum class flow : unsigned char { seen, not_seen, stopped };

  [[nodiscard]] motion presumed(time_point now) const;
  void count_start(time_point now);
  [[nodiscard]] flow pump_flow(const snapshot& now) const;
  [[nodiscard]] verdict check_heat_pump(const command& wanted, const snapshot& now,
                                        flow pump) const;
  [[nodiscard]] std::optional<verdict> at_rest(const command& wanted, const motion& what,
                                               time_point now, flow pump) const;
  [[nodiscard]] bool freezing(const snapshot& now) const;
  [[nodiscard]] bool exceeds(std::optional<power> limit, const snapshot& now, bool running) const;
  [[nodiscard]] bool exceeds_grid_limit(const snapshot& now, bool running) const;

  std::shared_ptr<const layout> house_;
  std::optional<bool> running_;        ///< as read back; nothing until first seen
  std::optional<time_point> seen_at_;  ///< when that was read last
  time_point changed_;   ///< when it last started or stopped; start of the program until seen
  bool unseen_ = false;  ///< the last snapshot did not show whether it runs
  time_point in_sight_since_{};            ///< when it was read again after a while unread
  std::optional<time_point> told_to_run_;  ///< not answered by any reading yet
  std::optional<time_point> runs_until_;   ///< the end of the latest command to run
  std::optional<order> ordered_;           ///< the latest that differed from the one before
  std::optional<order> pump_ordered_;      ///< the same of the pump
  time_point pump_until_{};                ///< when the latest command to it ends
  std::deque<time_point> starts_;          ///< the latest, at most as many as an hour may have
  bool was_running_ = false;               ///< when starts were last counted
  std::optional<power> by_grid_;
  bool too_hot_ = false;
  bool blind_ = false;
};

/// The actuators of the plant, which the dispatcher commands by itself.
std::vector<channel_id> plant_actuators(const plant_layout& plant);

}  // namespace hearth
