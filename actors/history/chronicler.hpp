#pragma once

#include "actors/history/date_belief.hpp"
#include "actors/local_calendar.hpp"
#include "actors/planner/plan_news.hpp"
#include "drivers/chronicle.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// Puts what the house says and plans into words of the chronicle, dated in UTC as soon as the date
/// is believed. Pure.
class chronicler {
 public:
  chronicler(const std::string& timezone, bool exact_dates);

  void hear(const body& said, time_point now);
  void plan(const plan_news& news);
  void redate(const dating& dates, time_point now) { belief_.redate(dates, now); }
  /// The first plan of this local day is already in the chronicle.
  void knows_a_plan_of(time_point utc) { planned_day_ = calendar_.day_of(utc); }

  /// What can be dated, in the order it was said; it is then the caller's to keep.
  std::vector<chronicle_item> take(time_point now);
  /// Something among what waits should be on disk at once.
  [[nodiscard]] bool urgent(time_point now) const { return urgent_ && belief_.believed(now); }
  /// Items that waited for a date and had to go, since it was asked for last.
  std::uint64_t take_lost() { return std::exchange(lost_, 0); }

  /// Items that wait for a date. Beyond: the oldest go.
  static constexpr std::size_t undated = 1000;

 private:
  /// Its times are house time until it is dated; so its data are made then.
  struct waiting {
    body said;
    std::optional<plan_news> planned;
    bool made_anew = false;  ///< the plan, not only confirmed
    time_point at;
  };
  void add(waiting item);
  [[nodiscard]] std::optional<chronicle_item> words_of(const waiting& item);

  local_calendar calendar_;
  date_belief belief_;
  std::deque<waiting> waiting_;
  std::optional<state_report> state_;  ///< as it was said last
  std::optional<heat_plan> plan_;
  std::optional<time_point> planned_day_;
  bool urgent_ = false;
  std::uint64_t lost_ = 0;
};

/// What was said, of an item that tells an event: its subject is "kind subject".
event event_of(const chronicle_item& item);

/// The data of a plan: what holds in the slot of `now`; with `whole` also every slot. JSON.
std::string plan_data(const plan_news& news, const dating& dates, bool whole);

}  // namespace hearth
