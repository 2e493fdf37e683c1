#pragma once

#include "actors/contract_book.hpp"
#include "actors/grid_response.hpp"
#include "actors/household.hpp"
#include "actors/interlock.hpp"
#include "actors/leases.hpp"
#include "actors/local_control.hpp"
#include "actors/snapshot.hpp"
#include "actors/standing_wishes.hpp"
#include "actors/steward.hpp"
#include "actors/tariff.hpp"
#include "layouts/layout.hpp"
#include "protocol/messages.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// Decides what the house does: ranks who asks (admin, grid, contract, local), turns the winner's
/// wish into commands, passes each through the interlock, and says what it did and why. Pure:
/// state and one frozen snapshot in, commands and statements out.
class dispatcher {
 public:
  dispatcher(std::shared_ptr<const layout> house, time_point now);

  struct decisions {
    std::vector<command> commands;         ///< new ones and those due for renewal
    std::vector<body> statements;          ///< for the node and the log
    std::optional<std::string> kept = {};  ///< of the contracts, for whoever keeps it
    std::optional<outcome> answer = {};    ///< to a wish on site
  };

  /// One control tick.
  decisions decide(const snapshot& frozen);

  /// What the date is from now on. Leases, minimum times and commands live in house time and do not
  /// notice.
  void redate(const dating& dates);

  /// A directive of the node: answered, then decided upon at once, on the last snapshot; if that is
  /// older than two ticks, whoever makes them is dead, and it waits. Its times are in UTC, as the
  /// node said them.
  decisions take(const envelope& directive, time_point now);

  /// A wish of somebody who stands in the house, with the rank of admin. Its node did not ask and
  /// gets no outcome but an event; a renewal that is granted is worth none.
  decisions take_on_site(const request& wish, const std::string& id, time_point now);

  /// What the people of the house want of it, from the next tick on; all else they said is
  /// forgotten.
  void live_by(household wanted) { steward_.live_by(std::move(wanted)); }

  /// What stands besides local control.
  [[nodiscard]] standing_wishes standing(time_point now) const;

  /// What a former program kept of its contracts goes on. Only the first word counts, and only soon
  /// after this one began: whoever keeps it may be slow, or new himself.
  void take_up(const std::string& kept, time_point now);

  /// What is left to a successor, when the house gets another layout.
  struct heritage {
    std::vector<leases::standing_hold> holds;
    std::string contracts;  ///< as for `take_up`; empty: there are none
    std::optional<heat_plan> plan;
    household wanted;
  };
  [[nodiscard]] heritage farewell(time_point now) const;

  /// The newest plan, for local control; from the next tick on.
  void follow(heat_plan plan) { plan_ = std::move(plan); }

  /// The device was (re)started and knows nothing: its commands are said again at the next tick.
  void forget_sent(device_id device);

  /// Whoever passes statements on was (re)started and knows nothing: at the next tick it is told
  /// again who is in charge.
  void forget_told() { tell_again_ = true; }

  [[nodiscard]] const tariff& known_tariff() const { return tariff_; }

 private:
  struct wanted {
    measured value;
    authority source = authority::local;
    std::string cause;
  };
  struct intervention {
    interlock_rule rule = interlock_rule::none;
    time_point since;
    bool told = false;
  };
  struct sent {
    measured value;
    time_point at;
  };

  decisions decide_on(snapshot now);
  void decide_at_once(time_point now, decisions& out);
  [[nodiscard]] std::optional<contract_book::expected_run> run_after_contract(time_point now) const;
  [[nodiscard]] contract_report answer(const contract& offered, time_point now);
  [[nodiscard]] std::optional<std::string> trouble(time_point now) const;
  [[nodiscard]] local_wish local_wish_at(const snapshot& now);
  void watch_comfort(const snapshot& now);
  void watch_store(const snapshot& now);
  wanted heat_pump_wish(const local_wish& local, const snapshot& now) const;
  wanted call_wish(std::size_t zone, const local_wish& local, time_point now) const;
  command order(channel_id target, const wanted& what, time_point now) const;
  std::map<channel_id, wanted> wishes(const local_wish& local, const snapshot& now) const;
  void pass(const std::map<channel_id, wanted>& all, const snapshot& now, decisions& out);
  void note_intervention(channel_id target, const interlock::verdict& v, time_point now,
                         decisions& out);
  void tell_state(const local_wish& local, const wanted& heat_pump, time_point now, decisions& out);
  void keep_contract_alive(time_point now, decisions& out);
  void keep_contracts(time_point now, decisions& out);

  std::shared_ptr<const layout> house_;
  dating dates_ = exact_dates;
  tariff tariff_;
  leases leases_;
  grid_response grid_;
  contract_book contracts_;
  local_control local_;
  interlock interlock_;
  time_point born_;
  bool taken_up_ = false;
  std::optional<kept_contracts> kept_;  ///< as it was said last
  time_point kept_at_;                  ///< when, in house time
  bool keep_due_ = false;               ///< at the next tick
  steward steward_;
  std::optional<heat_plan> plan_;
  std::optional<snapshot> last_;
  time_point seen_;  ///< when `last_` was frozen
  std::optional<std::string>
      cold_zone_;  ///< a critical zone that is too cold, until it has recovered
  std::optional<time_point> store_blind_since_;
  std::map<channel_id, sent> sent_;
  std::map<channel_id, intervention> intervening_;
  std::optional<state_report> told_;
  bool tell_again_ = false;
  measured told_heat_pump_;
  std::optional<time_point> heartbeat_sent_;
  std::optional<time_point> heartbeat_heard_;
  bool node_silent_told_ = false;
};

}  // namespace hearth
