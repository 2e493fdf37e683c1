#pragma once

#include "actors/history/alarm_kinds.hpp"
#include "actors/household.hpp"
#include "actors/planner/plan_news.hpp"
#include "actors/snapshot.hpp"
#include "actors/standing_wishes.hpp"
#include "actors/tariff.hpp"
#include "drivers/accounts.hpp"
#include "protocol/messages.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// The house as its page knows it: the newest of everything that was said. What lives in house time
/// is kept in it; alarms are kept in UTC, as the chronicle keeps them. Pure.
class house_view {
 public:
  explicit house_view(std::shared_ptr<const layout> house);

  void see(snapshot image) { image_ = std::move(image); }
  void hear(const body& said);
  void learn(plan_news news);
  void redate(const dating& dates);
  /// What stands besides local control; true if that differs from before.
  bool stands(standing_wishes all);
  /// What was open before the page was there, oldest first, in UTC; nothing of it counts once the
  /// page has heard the house begin.
  void remember(const std::vector<event>& before);
  void acknowledge(const alarm_acknowledgement& what) { acknowledged_[what.alarm] = what; }
  /// Ends alarms that end by themselves.
  void pass(time_point now);

  [[nodiscard]] const layout& house() const { return *house_; }
  [[nodiscard]] const dating& dates() const { return dates_; }
  [[nodiscard]] const tariff& prices() const { return prices_; }
  [[nodiscard]] const std::optional<snapshot>& image() const { return image_; }
  [[nodiscard]] const std::optional<state_report>& state() const { return state_; }
  [[nodiscard]] const std::optional<plan_news>& plan() const { return plan_; }
  [[nodiscard]] const standing_wishes& standing() const { return standing_; }
  [[nodiscard]] const std::optional<backlog>& waiting() const { return waiting_; }
  /// To the node's broker; absent: nobody has said.
  [[nodiscard]] std::optional<bool> connected() const { return connected_; }
  [[nodiscard]] const std::vector<open_alarm>& alarms() const { return alarms_.open(); }
  /// Newest first.
  [[nodiscard]] const std::deque<ended_alarm>& ended() const { return ended_; }
  [[nodiscard]] const alarm_acknowledgement* acknowledgement(const std::string& alarm) const;
  [[nodiscard]] std::size_t unacknowledged() const;

  /// How an actor fares, as the supervisor said since the page began.
  struct actor_fate {
    bool up = true;
    int restarts = 0;
  };
  [[nodiscard]] const std::map<std::string, actor_fate>& actors() const { return actors_; }

  /// Whether something has happened since the last call that people should see at once: who is in
  /// charge, a plan, an alarm.
  bool take_news() { return std::exchange(news_, false); }

  /// Alarms that are over and still shown. Beyond: the oldest is in the chronicle alone.
  static constexpr std::size_t ended_kept = 200;

 private:
  void take(const event& said);
  void put_away(std::vector<ended_alarm> over);

  std::shared_ptr<const layout> house_;
  dating dates_ = {};
  tariff prices_;
  std::optional<snapshot> image_;
  std::optional<state_report> state_;
  std::optional<plan_news> plan_;
  standing_wishes standing_;
  std::optional<backlog> waiting_;
  std::optional<bool> connected_;
  open_alarms alarms_;
  std::deque<ended_alarm> ended_;
  std::map<std::string, alarm_acknowledgement> acknowledged_;
  std::map<std::string, actor_fate> actors_;
  bool began_ = false;
  bool news_ = false;
};

}  // namespace hearth
