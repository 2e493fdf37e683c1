#pragma once

#include "actors/household.hpp"
#include "protocol/dating.hpp"
#include "protocol/fault.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// What the people of the house want, as it stands now and as it outlives the program. Wishes live
/// in house time; kept, their times are UTC. While nobody knows the date, those of a former run
/// wait: nobody could say whether they are over. Pure.
class household_book {
 public:
  explicit household_book(std::shared_ptr<const layout> house) : house_{std::move(house)} {}

  /// What a former run kept; a fault if it is no such text, and then nothing is taken.
  std::optional<fault> take_up(const std::string& kept, time_point now);
  /// What the date is from now on.
  void redate(const dating& dates, time_point now);

  /// Why not, in one sentence; nothing: it stands. A newer wish of one kind for one zone takes the
  /// place of the older.
  std::optional<std::string> wish(household_wish made, time_point now);
  /// False: there is no such wish.
  bool end(const std::string& id);
  /// Why not; an empty list leaves the zone to the layout.
  std::optional<std::string> schedule(const std::string& zone, std::vector<schedule_entry> entries);
  /// Forgets wishes that are over.
  void pass(time_point now);

  [[nodiscard]] const household& wanted() const { return wanted_; }
  [[nodiscard]] const household_wish* find(const std::string& id) const;
  /// Whether the dispatcher has to be told.
  bool take_changed() { return std::exchange(changed_, false); }
  /// What is to be kept from now on, if that differs from what was kept last.
  std::optional<std::string> take_kept();
  /// What was taken last could not be kept; it is worth another try.
  void was_not_kept() {
    kept_.clear();
    unkept_ = true;
  }

 private:
  void settle_waiting(time_point now);

  std::shared_ptr<const layout> house_;
  dating dates_ = {};
  household wanted_;
  std::vector<household_wish> waiting_;  ///< of a former run, in UTC
  std::string kept_;
  bool changed_ = true;
  bool unkept_ = false;
};

}  // namespace hearth
