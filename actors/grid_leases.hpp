#pragma once

#include "protocol/dating.hpp"
#include "protocol/messages.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// What the grid has asked of this house: of each kind (shed, raise, limit, outage) one that runs
/// and one that is planned; a newer one takes the place of the older.
///
///   (none) --accepted, start ahead--> planned
///   (none) --accepted--> running --its end | release--> (none)
///   planned --its start, by the date--> running, for the one that ran
///   planned --release | its whole time has gone by--> (none)
///   of a limit:
///   running --no word of the node for limit_silence--> failsafe --a word--> running
///   failsafe --its own time is over | the limit's end | release--> (none)
///
/// `now` is house time; a start is in UTC. What runs has a length like any lease, so a jump of the
/// date neither ends it early nor draws it out. Pure.
class grid_leases {
 public:
  struct pressing {
    grid_severity severity = grid_severity::firm;
    std::string reason;
    time_point until;
  };
  struct announced {
    time_point from, until;  ///< house time; `from` is past once it has begun
    std::string reason;
  };

  /// What the date is from now on.
  void redate(const dating& dates) { dates_ = dates; }

  /// One of shed, raise, limit and outage, or a release, or keep-alive; of another kind: refused.
  outcome ask(const request& wish, const std::string& id, time_point now);

  /// The node has said something: a limit that had lost it holds again.
  void heard(time_point now);

  /// Begins what is due, drops what has ended; an event for each.
  std::vector<event> advance(time_point now);

  [[nodiscard]] std::optional<pressing> shedding(time_point now) const;
  [[nodiscard]] std::optional<pressing> raising(time_point now) const;
  /// What the house may draw at most: the limit's power or, in the node's silence, the failsafe's.
  [[nodiscard]] std::optional<power> limit(time_point now) const;
  /// The outage that is ahead or on.
  [[nodiscard]] std::optional<announced> announced_outage(time_point now) const;

 private:
  struct lease {
    std::string kind;  ///< as people and events call it
    std::string reason;
    duration length{};
    std::optional<time_point> planned;  ///< its start in UTC, until it has begun
    time_point from;                    ///< house time, once it has begun
    time_point until;  ///< house time; of what is planned: it has begun by then or is gone
    grid_severity severity = grid_severity::firm;
    power most, failsafe;
    duration failsafe_for{};
    time_point heard;            ///< of a limit: the node, the last time
    bool failsafe_told = false;  ///< of a limit: its failsafe has been told

    [[nodiscard]] bool runs(time_point now) const { return now < until; }
    [[nodiscard]] time_point silent() const { return heard + silence; }
    static const duration silence;
  };
  /// Of one kind.
  struct place {
    std::optional<lease> on, next;
  };

  std::optional<std::string> plan(lease& made, const request& wish, time_point now) const;
  outcome renew(const std::string& id, time_point now);
  void begin(lease& due, time_point now, std::vector<event>& out) const;
  void watch_silence(time_point now, std::vector<event>& out);
  [[nodiscard]] static std::optional<pressing> in_force(const place& asked, time_point now);
  [[nodiscard]] std::array<place*, 4> all() { return {&shed_, &raise_, &limit_, &outage_}; }

  dating dates_ = exact_dates;
  place shed_, raise_, limit_, outage_;
};

}  // namespace hearth
