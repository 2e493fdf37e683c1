#pragma once

#include "actors/history/date_belief.hpp"
#include "actors/local_calendar.hpp"
#include "actors/planner/plan_news.hpp"
#include "actors/snapshot.hpp"
#include "actors/tariff.hpp"
#include "layouts/layout.hpp"
#include "protocol/messages.hpp"

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// One feed: a channel of the house, or one that is reckoned from others.
struct kept_channel {
  std::string name;
  std::string unit;
};
/// Of one channel, in the slot that begins at `at`, in UTC.
struct kept_value {
  std::size_t channel = 0;  ///< its place in `history_keeper::channels`
  time_point at;
  float value = 0;
};

/// Turns what the house sees, plans and pays into values of slots of one length, aligned in UTC. Of
/// what was good in a slot's pictures the mean is kept; of switches and of what only counts, the
/// last; of what was stale or faulty, nothing. Until the date is believed, slots wait in house time
/// and get their place then. Pure.
class history_keeper {
 public:
  /// `exact_dates`: house time is UTC.
  history_keeper(std::shared_ptr<const layout> house, duration interval, bool exact_dates);

  /// Those of the house in its layout's order, then the derived ones, then each zone's setpoint.
  [[nodiscard]] const std::vector<kept_channel>& channels() const { return channels_; }
  /// In "USD/kWh", "W" and so on: what of the derived ones this house has.
  enum class derived : unsigned char {
    price,             ///< of all that electricity costs
    cost,              ///< of the heat pump's power
    thermostat_power,  ///< of what a thermostat would have done
    thermostat_cost,
    store_worth,  ///< of the heat in the store beyond what a thermostat would have left in it
    plan_power,   ///< what the first plan of a local day said of that day
    plan_store,
    store,      ///< mean of all its water
    in_charge,  ///< as `authority`
  };
  static constexpr std::size_t derived_channels = 9;
  [[nodiscard]] std::size_t place_of(derived d) const {
    return house_->channels.size() + static_cast<std::size_t>(d);
  }

  [[nodiscard]] std::size_t place_of_setpoint(std::size_t zone) const {
    return house_->channels.size() + derived_channels + zone;
  }

  void see(const snapshot& now);
  /// What each zone of the plant should be from now on; empty: nobody knows.
  void should_be(std::vector<std::optional<temperature>> setpoints) {
    setpoints_ = std::move(setpoints);
  }
  /// The node's prices and who is in charge; all else says nothing here.
  void hear(const body& said);
  void plan(const plan_news& news);
  void redate(const dating& dates, time_point now);
  [[nodiscard]] const date_belief& dates() const { return belief_; }

  /// Whether the plan made at this time (UTC) is the first of its local day that is kept; from then
  /// on it is known. `plan` asks it; who finds an older plan of today on disk tells it.
  bool begins_a_day(time_point utc);

  /// Values of finished slots since it was asked for last, with `everything` of the slot in
  /// progress, too.
  std::vector<kept_value> take(bool everything = false);
  /// Slots that waited for a date and had to go, since it was asked for last.
  std::uint64_t take_lost() { return std::exchange(lost_, 0); }

  /// Values that wait for a date. Beyond: the oldest slots go.
  static constexpr std::size_t undated_values = 65'536;
  /// A thermostat's slots that wait for a date: two days. Beyond: the oldest go.
  static constexpr std::size_t undated_slots = 192;

 private:
  struct in_progress {
    double sum = 0;
    double last = 0;
    std::uint32_t count = 0;
  };
  /// One that is over, in house time.
  struct finished_slot {
    time_point start;
    std::vector<std::pair<std::size_t, float>> values;
  };

  void add(std::size_t channel, double amount);
  void close();
  void place_waiting(time_point now);
  void place(const finished_slot& slot);
  void place_thermostat(const thermostat_slot& slot);
  /// The same value in each slot that begins within.
  void spread(derived d, time_point from, time_point to, double value);
  [[nodiscard]] time_point slot_of(time_point house) const;

  std::shared_ptr<const layout> house_;
  duration interval_;
  date_belief belief_;
  tariff tariff_;
  local_calendar calendar_;
  std::vector<kept_channel> channels_;
  std::vector<bool> keeps_last_;
  std::vector<in_progress> now_;
  std::optional<time_point> slot_;  ///< in progress, house time
  bool placed_ = false;             ///< the date is believed
  std::deque<finished_slot> waiting_;
  std::size_t waiting_values_ = 0;
  std::deque<thermostat_slot> thermostat_waiting_;
  std::optional<authority> in_charge_;
  std::vector<std::optional<temperature>> setpoints_;  ///< by zone of the plant; empty: not known
  std::optional<time_point> planned_day_;
  std::vector<kept_value> out_;
  std::uint64_t lost_ = 0;
};

}  // namespace hearth
