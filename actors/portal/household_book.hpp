#pragma once

#include "actors/history/date_belief.hpp"
#include "actors/household.hpp"
#include "protocol/dating.hpp"
#include "protocol/fault.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// What the people of the house want, as it stands now and as it outlives the program. Pure.
///
/// A wish of this run lives in house time: two hours are two hours, whatever becomes of the date.
/// One from disk has its times in UTC and goes back there with them. While nobody knows the date it
/// waits, for nobody could say whether it is over; an assumed date places it until a better one
/// does, a good one for good.
class household_book {
 public:
  explicit household_book(std::shared_ptr<const layout> house) : house_{std::move(house)} {}

  /// What was kept; a fault if it is no such text, and then nothing is taken. Of what is read the
  /// newest `limits::household_wishes` wishes count.
  std::optional<fault> take_up(const std::string& kept, time_point now);
  /// What the dispatcher lives by, as a page before this one told it: wishes that are not on disk
  /// go on, and where nothing could be taken up, so do schedules. Only the first word counts.
  void take_over(const household& lived_by, time_point now);
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
  /// Whether the dispatcher has said what it lives by. Before, it must not be told anything: it
  /// would drop what this page does not know.
  [[nodiscard]] bool has_taken_over() const { return taken_over_; }
  /// Whether the dispatcher has to be told.
  bool take_changed() { return taken_over_ && std::exchange(changed_, false); }
  /// The dispatcher is another one.
  void tell_again() { changed_ = true; }

  /// Whether the date is one to keep a wish by. One that nobody confirms counts after
  /// `date_belief::assumed_for`, as for the history, so that a house without a network keeps its
  /// wishes too: however wrong it is, after a restart no wish lasts longer than it was made for.
  [[nodiscard]] bool keeps_wishes(time_point now) const { return belief_.believed(now); }
  /// What is to be kept from now on, if that differs from what was kept last.
  std::optional<std::string> take_kept(time_point now);
  /// What was taken last could not be kept; it is worth another try.
  void was_not_kept() {
    kept_.clear();
    unkept_ = true;
  }

  /// Schedules of so many zones that this layout does not know, or cannot steer, are kept until one
  /// does again: who renames his zones has no more. Beyond: the last ones by name are dropped.
  static constexpr std::size_t strangers_most = 16;
  static constexpr std::size_t stranger_name_bytes = 128;

 private:
  [[nodiscard]] const dating& dates() const { return belief_.dates(); }
  [[nodiscard]] household_wish placed(household_wish kept) const;
  void place(time_point now);

  std::shared_ptr<const layout> house_;
  date_belief belief_{false};
  household wanted_;
  schedules_by_zone strangers_;         ///< of zones that this layout cannot steer
  std::vector<household_wish> own_;     ///< in house time, for good
  std::vector<household_wish> former_;  ///< from disk, in UTC
  time_point taken_up_at_;              ///< when the former ones had all begun
  std::set<std::string> ended_;         ///< before the dispatcher was heard
  std::string kept_ = nothing_kept();
  bool taken_up_ = false;
  bool taken_over_ = false;
  bool changed_ = true;
  bool unkept_ = false;
  bool undated_ = false;  ///< there are wishes that wait for a date to be kept by

  static std::string nothing_kept();
};

}  // namespace hearth
