#pragma once

#include "actors/planner/heat_plan.hpp"
#include "actors/planner/house_learner.hpp"
#include "actors/planner/outdoor_persistence.hpp"
#include "actors/planner/price_outlook.hpp"
#include "actors/planner/room_learner.hpp"
#include "actors/planner/thermostat_shadow.hpp"
#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"
#include "protocol/dating.hpp"
#include "protocol/messages.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// Looks at the house, hears prices and weather, learns from both, and says every quarter of an
/// hour when the heat pump should run for the next two days. A plan that came true so far is
/// confirmed; it is made anew every hour, upon news, and when the house is not as it was planned.
/// Pure.
class heat_planner {
 public:
  explicit heat_planner(std::shared_ptr<const layout> house);

  /// What the date is from now on.
  void redate(const dating& dates);
  /// Prices and weather, as the node says them; all else says nothing here.
  void hear(const body& said, time_point now);
  /// The household has let go of the house, or has it in hand again: while hands are off the
  /// equipment's own thermostats heat, whatever the relays say.
  void let_go(bool hands_off) { hands_off_ = hands_off; }
  /// Once per snapshot; the answer is a new plan, if it is time for one and there can be one.
  std::optional<heat_plan> look(const snapshot& now);

  /// The plan that `look` has just made, with what it was made of, what was learned of the rooms,
  /// and what a thermostat would have done since this was asked for last.
  plan_news news(const heat_plan& made, time_point now);

  /// What a node needs to plan for this house; nothing while not even the house itself can, or
  /// while it has not seen its heat pump run.
  [[nodiscard]] std::optional<standing> standing_to_sell_by(time_point now) const;

  /// What people should know, since it was asked for last: each day what was learned; that the
  /// house is not understood, and that it is again.
  std::vector<event> take_events() { return std::exchange(events_, {}); }

  /// Why there is no plan, in one sentence; nothing if there is one.
  [[nodiscard]] const std::optional<std::string>& obstacle() const { return obstacle_; }

 private:
  [[nodiscard]] std::optional<standing> stands(time_point now) const;
  void feel_the_air(const snapshot& now);
  [[nodiscard]] temperature outdoor_in(time_point now, std::size_t hours) const;
  [[nodiscard]] std::optional<temperature> forecast(time_point t) const;
  [[nodiscard]] std::optional<std::string> obstacle_to_a_plan(time_point now) const;
  void look_at_rooms(const snapshot& now, std::size_t hour);
  void keep_diary(time_point now);
  void shadow(time_point now);
  [[nodiscard]] std::optional<heat_plan> confirmed(time_point slot) const;
  [[nodiscard]] heat_problem problem(time_point now, const standing& is) const;

  std::shared_ptr<const layout> house_;
  dating dates_ = exact_dates;
  price_outlook prices_;
  tariff charged_;  ///< what was published for an hour is its price when it is there
  std::optional<weather> weather_;
  outdoor_persistence air_;
  std::optional<time_point> air_hour_;  ///< the latest that was learned, UTC
  std::optional<temperature> outdoor_;  ///< as seen last
  std::optional<house_learner> learner_;
  std::vector<room_learner> rooms_;  ///< by zone of the plant
  bool hands_off_ = false;
  std::optional<store_estimate> store_;
  std::optional<bool> running_;
  std::optional<time_point> changed_;
  std::optional<heat_plan> plan_;  ///< the latest
  heat_problem made_of_;           ///< it, or the one that it confirms
  thermostat_shadow thermostat_;
  std::optional<time_point> shadow_slot_;  ///< in progress
  double felt_k_ = 0;                      ///< sum of °C outdoors in it
  std::size_t felt_ = 0;                   ///< so many
  std::optional<time_point> planned_;      ///< its slot
  std::optional<time_point> thought_;      ///< when one was made anew
  bool news_ = false;
  std::optional<std::string> obstacle_;
  bool misunderstood_ = false;
  std::optional<time_point> told_day_;  ///< of which what was learned was told, UTC
  std::vector<event> events_;
};

}  // namespace hearth
