#include "actors/portal/household_book.hpp"

#include "actors/portal/household_text.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {

std::optional<fault> household_book::take_up(const std::string& kept, time_point now) {
  auto former = household_from_text(kept);
  if (!former) return former.error();
  kept_ = kept;
  // The layout may be another one since: what it cannot grant any more is left out.
  for (auto& [zone, entries] : former->schedules)
    if (!objection_to(schedules_by_zone{{zone, entries}}, *house_))
      wanted_.schedules.try_emplace(zone, std::move(entries));
  waiting_ = std::move(former->wishes);
  changed_ = true;
  if (dates_.known()) settle_waiting(now);
  return {};
}

void household_book::redate(const dating& dates, time_point now) {
  const auto first = dates.known() && !dates_.known();
  if (dates.known() && dates != dates_) unkept_ = true;
  dates_ = dates;
  if (first) settle_waiting(now);
}

/// The date is known now: those that are not over stand again, beside what was said since.
void household_book::settle_waiting(time_point now) {
  for (auto& w : std::exchange(waiting_, {})) {
    w.since = dates_.house(w.since);
    w.until = dates_.house(w.until);
    const auto newer = std::ranges::any_of(wanted_.wishes, [&](const household_wish& other) {
      return other.kind == w.kind && other.zone == w.zone;
    });
    unkept_ = true;
    if (newer || w.until <= now || objection_to(w, *house_)) continue;
    wanted_.wishes.push_back(std::move(w));
    changed_ = true;
  }
}

std::optional<std::string> household_book::wish(household_wish made, time_point now) {
  pass(now);
  if (auto why = objection_to(made, *house_)) return why;
  const auto older = [&](const household_wish& w) {
    return w.kind == made.kind && w.zone == made.zone;
  };
  const auto replaces = std::ranges::any_of(wanted_.wishes, older);
  if (!replaces && wanted_.wishes.size() + waiting_.size() >= limits::household_wishes)
    return "there are too many wishes already; end one first";
  std::erase_if(wanted_.wishes, older);
  wanted_.wishes.push_back(std::move(made));
  changed_ = unkept_ = true;
  return {};
}

bool household_book::end(const std::string& id) {
  if (std::erase_if(wanted_.wishes, [&](const auto& w) { return w.id == id; }) == 0) return false;
  changed_ = unkept_ = true;
  return true;
}

std::optional<std::string> household_book::schedule(const std::string& zone,
                                                    std::vector<schedule_entry> entries) {
  auto after = wanted_.schedules;
  after[zone] = entries;
  if (auto why = objection_to(schedules_by_zone{{zone, entries}}, *house_)) return why;
  if (entries.empty()) after.erase(zone);
  if (after == wanted_.schedules) return {};
  wanted_.schedules = std::move(after);
  changed_ = unkept_ = true;
  return {};
}

void household_book::pass(time_point now) {
  if (std::erase_if(wanted_.wishes, [&](const auto& w) { return w.until <= now; }) == 0) return;
  changed_ = unkept_ = true;
}

const household_wish* household_book::find(const std::string& id) const {
  const auto found = std::ranges::find(wanted_.wishes, id, &household_wish::id);
  return found == wanted_.wishes.end() ? nullptr : &*found;
}

std::optional<std::string> household_book::take_kept() {
  if (!std::exchange(unkept_, false)) return {};
  auto all = household{wanted_.schedules, waiting_};
  // Of a wish without a date nobody could say after a restart whether it is over.
  if (dates_.known())
    for (auto w : wanted_.wishes) {
      w.since = dates_.utc(w.since);
      w.until = dates_.utc(w.until);
      all.wishes.push_back(std::move(w));
    }
  auto text = household_to_text(all);
  if (text == kept_) return {};
  kept_ = text;
  return text;
}

}  // namespace hearth
