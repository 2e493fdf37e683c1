#include "actors/portal/household_book.hpp"

#include "actors/portal/household_text.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

using wishes = std::vector<household_wish>;

bool has(const wishes& all, const std::string& id) {
  return std::ranges::find(all, id, &household_wish::id) != all.end();
}

/// Of two such the newer one counts.
bool are_alike(const household_wish& a, const household_wish& b) {
  return a.kind == b.kind && a.zone == b.zone;
}

bool has_alike(const wishes& all, const household_wish& w) {
  return std::ranges::any_of(all, [&](const household_wish& each) { return are_alike(each, w); });
}

bool is_worth_keeping(const std::string& zone, const std::vector<schedule_entry>& entries) {
  return zone.size() <= household_book::stranger_name_bytes &&
         entries.size() <= limits::schedule_entries;
}

}  // namespace

std::string household_book::nothing_kept() { return household_to_text({}); }

std::optional<fault> household_book::take_up(const std::string& kept, time_point now) {
  auto former = household_from_text(kept);
  if (!former) return former.error();
  kept_ = kept;
  taken_up_ = true;
  taken_up_at_ = now;
  // The layout may be another one since, and become the old one again.
  for (auto& [zone, entries] : former->schedules)
    if (!objection_to(schedules_by_zone{{zone, entries}}, *house_))
      wanted_.schedules.try_emplace(zone, std::move(entries));
    else if (is_worth_keeping(zone, entries) && strangers_.size() < strangers_most)
      strangers_.try_emplace(zone, std::move(entries));
  former_ = std::move(former->wishes);
  if (former_.size() > limits::household_wishes)
    former_.erase(former_.begin(), former_.end() - limits::household_wishes);
  changed_ = unkept_ = true;
  place(now);
  return {};
}

void household_book::take_over(const household& lived_by, time_point now) {
  if (std::exchange(taken_over_, true)) return;
  auto going_on = wishes{};
  for (const auto& w : lived_by.wishes) {
    // While the date is unknown, what is kept of a wish cannot be placed; the dispatcher's word
    // can.
    const auto is_known = has(wanted_.wishes, w.id) || has_alike(wanted_.wishes, w) ||
                          (dates().known() && has(former_, w.id));
    if (is_known || ended_.contains(w.id) || w.until <= now || objection_to(w, *house_)) continue;
    going_on.push_back(w);
  }
  unkept_ |= !going_on.empty();
  own_.insert(own_.begin(), going_on.begin(), going_on.end());
  ended_.clear();
  if (!taken_up_)
    for (const auto& [zone, entries] : lived_by.schedules)
      if (!objection_to(schedules_by_zone{{zone, entries}}, *house_))
        unkept_ |= wanted_.schedules.try_emplace(zone, entries).second;
  place(now);
}

void household_book::redate(const dating& dates, time_point now) {
  if (dates.known() && dates != belief_.dates()) unkept_ = true;
  belief_.redate(dates, now);
  place(now);
}

/// It began before it was taken up: a clock that says otherwise is behind by as much at least, and
/// would let it last that much too long.
household_wish household_book::placed(household_wish kept) const {
  const auto length = kept.until - kept.since;
  kept.since = std::min(dates().house(kept.since), taken_up_at_);
  kept.until = std::min(dates().house(kept.until), taken_up_at_ + length);
  return kept;
}

/// Finds anew what stands, and settles what has waited for a good date. What is over by a date that
/// nobody confirms is over, too: a Pi's clock may be behind after a power cut, and what has run out
/// would stand again.
void household_book::place(time_point now) {
  auto all = wishes{};
  if (dates().known()) {
    std::erase_if(own_, [&](const household_wish& w) { return has(former_, w.id); });
    std::erase_if(former_, [&](const household_wish& w) {
      return has_alike(own_, w) || placed(w).until <= now;
    });
    // What only another layout can grant waits for that one.
    for (const auto& w : former_)
      if (auto p = placed(w); !objection_to(p, *house_)) all.push_back(std::move(p));
  }
  if (dates().trust == date_trust::good) {
    std::erase_if(former_, [&](const household_wish& w) { return has(all, w.id); });
    own_.insert(own_.begin(), all.begin(), all.end());
    all.clear();
  }
  all.insert(all.end(), own_.begin(), own_.end());
  if (all == wanted_.wishes) return;
  wanted_.wishes = std::move(all);
  changed_ = unkept_ = true;
}

std::optional<std::string> household_book::wish(household_wish made, time_point now) {
  pass(now);
  if (auto why = objection_to(made, *house_)) return why;
  const auto waiting = dates().known() ? std::size_t{0} : former_.size();
  if (!has_alike(wanted_.wishes, made) &&
      wanted_.wishes.size() + waiting >= limits::household_wishes)
    return "there are too many wishes already; end one first";
  const auto older = [&](const household_wish& w) { return are_alike(w, made); };
  std::erase_if(own_, older);
  std::erase_if(former_, older);
  own_.push_back(std::move(made));
  place(now);
  return {};
}

bool household_book::end(const std::string& id) {
  const auto it = [&](const household_wish& w) { return w.id == id; };
  if (std::erase_if(wanted_.wishes, it) == 0) return false;
  std::erase_if(own_, it);
  std::erase_if(former_, it);
  if (!taken_over_) ended_.insert(id);
  changed_ = unkept_ = true;
  return true;
}

std::optional<std::string> household_book::schedule(const std::string& zone,
                                                    std::vector<schedule_entry> entries) {
  auto after = wanted_.schedules;
  after[zone] = entries;
  if (auto why = objection_to(schedules_by_zone{{zone, entries}}, *house_)) return why;
  unkept_ |= strangers_.erase(zone) > 0;
  if (entries.empty()) after.erase(zone);
  if (after == wanted_.schedules) return {};
  wanted_.schedules = std::move(after);
  changed_ = unkept_ = true;
  return {};
}

void household_book::pass(time_point now) {
  const auto is_over = [&](const household_wish& w) { return w.until <= now; };
  if (std::ranges::none_of(wanted_.wishes, is_over)) return;
  std::erase_if(own_, is_over);
  place(now);
}

const household_wish* household_book::find(const std::string& id) const {
  const auto found = std::ranges::find(wanted_.wishes, id, &household_wish::id);
  return found == wanted_.wishes.end() ? nullptr : &*found;
}

std::optional<std::string> household_book::take_kept(time_point now) {
  const auto dated = keeps_wishes(now);
  if (!std::exchange(unkept_, false) && !(dated && undated_)) return {};
  undated_ = !dated && !own_.empty();
  auto all = household{wanted_.schedules, former_};
  all.schedules.insert(strangers_.begin(), strangers_.end());
  if (dated)
    for (auto w : own_) {
      w.since = dates().utc(w.since);
      w.until = dates().utc(w.until);
      all.wishes.push_back(std::move(w));
    }
  auto text = household_to_text(all);
  if (text == kept_) return {};
  kept_ = text;
  return text;
}

}  // namespace hearth
