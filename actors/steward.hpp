#pragma once

#include "actors/household.hpp"
#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"
#include "protocol/dating.hpp"
#include "protocol/messages.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// Keeps for the dispatcher what the household wants: which wishes have begun and ended, what each
/// zone should be, and what a critical one is owed by whoever commands the heat pump. Pure.
class steward {
 public:
  explicit steward(std::shared_ptr<const layout> house) : house_{std::move(house)} {}

  /// What was wanted before is forgotten; told the same again, nothing happens. Of more wishes than
  /// `limits::household_wishes` the last ones count.
  void live_by(household wanted);
  /// What the date is from now on.
  void redate(const dating& dates) { dates_ = dates; }

  /// Which wishes have begun and ended since the last call; an event for each. One that began more
  /// than a minute ago was told by a predecessor.
  std::vector<event> advance(time_point now);
  /// What every zone should be now, in the order of the plant.
  const std::vector<zone_setpoint>& look(const snapshot& now);

  /// As `look` found it last.
  [[nodiscard]] const std::vector<zone_setpoint>& setpoints() const { return setpoints_; }
  /// What this zone must not be colder than, by some margin, for the sake of a contract. It is
  /// lowered with the setpoint at once; when the household raises that, it follows once the room
  /// has been nearly as warm, or after `limits::warming_longest`: who asks for a warmer room has
  /// no cold one.
  [[nodiscard]] std::optional<temperature> owed(std::size_t zone) const;

  /// The wish for hands off that holds; null: there is none.
  [[nodiscard]] const household_wish* hands_off(time_point now) const {
    return hearth::hands_off(wanted_, now);
  }
  [[nodiscard]] std::string words_of(const household_wish& w) const {
    return in_words(w, *house_, dates_);
  }
  [[nodiscard]] const household& wanted() const { return wanted_; }

 private:
  struct debt {
    std::optional<temperature> owed;
    std::optional<time_point> raised;  ///< while the room is being warmed
  };
  void follow(debt& of, const zone_setpoint& is, std::optional<temperature> room,
              time_point now) const;
  [[nodiscard]] event say(const char* kind, const household_wish& w, const char* what,
                          time_point now) const;

  std::shared_ptr<const layout> house_;
  dating dates_ = exact_dates;
  household wanted_;
  bool lived_in_ = false;  ///< somebody has wanted something
  std::map<std::string, household_wish> on_;
  std::vector<zone_setpoint> setpoints_;
  std::vector<debt> debts_;  ///< by zone
};

}  // namespace hearth
