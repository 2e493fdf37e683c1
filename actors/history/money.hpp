#pragma once

#include "actors/history/history_words.hpp"
#include "actors/local_calendar.hpp"
#include "protocol/fault.hpp"

#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// What electricity cost by day, month or any interval, and what a thermostat would have made of
/// it; the method is docs/operating/money.md. Two questions to the feeds, then arithmetic. Pure.
class money_count {
 public:
  /// `heat_pump`: the channel of its meter; `now` in UTC, for what is still to come is not unknown.
  /// A fault: the question is none, or its answer has more rows than `most_rows`.
  static result<money_count> of(const money_query& asked, const local_calendar& days,
                                std::string heat_pump, time_point now);

  /// What to ask the feeds, in this order.
  [[nodiscard]] history_query sums() const;
  [[nodiscard]] history_query worth() const;
  [[nodiscard]] duration slot() const { return step_; }
  /// The feeds keep nothing finer of this time than slots of this length: they are asked for, and
  /// rows by the interval become as long.
  void widen(duration slot);
  /// Of their answers.
  [[nodiscard]] money_answer count(const history_answer& sums, const history_answer& worth) const;

  static constexpr std::size_t most_rows = 5000;

 private:
  money_count(std::string heat_pump, time_point now)
      : now_{now}, heat_pump_{std::move(heat_pump)} {}

  std::vector<std::pair<time_point, time_point>> rows_;  ///< start and end, ascending
  duration step_{};                                      ///< a slot: in it the feeds are asked
  bool even_ = false;                                    ///< rows by the interval
  time_point now_;
  std::string heat_pump_;
};

}  // namespace hearth
