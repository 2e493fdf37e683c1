#include "actors/steward.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <utility>

namespace hearth {
namespace {

/// A wish that is older has been told of by the program or the dispatcher before this one.
constexpr duration told_within = std::chrono::minutes{1};

}  // namespace

void steward::live_by(household wanted) {
  auto& wishes = wanted.wishes;
  if (wishes.size() > limits::household_wishes)
    wishes.erase(wishes.begin(), wishes.end() - limits::household_wishes);
  wanted_ = std::move(wanted);
  lived_in_ = lived_in_ || wanted_ != household{};
}

std::vector<event> steward::advance(time_point now) {
  auto events = std::vector<event>{};
  for (auto told = on_.begin(); told != on_.end();) {
    const auto still = std::ranges::find(wanted_.wishes, told->first, &household_wish::id);
    const auto taken_back = still == wanted_.wishes.end();
    if (!taken_back) told->second = *still;
    if (!taken_back && told->second.holds(now)) {
      ++told;
      continue;
    }
    events.push_back(
        say("lease-ended", told->second, taken_back ? " was taken back" : " has ended", now));
    told = on_.erase(told);
  }
  for (const auto& w : wanted_.wishes) {
    if (!w.holds(now) || !on_.emplace(w.id, w).second || now - w.since > told_within) continue;
    events.push_back(say("lease-begun", w, " has begun", now));
  }
  return events;
}

event steward::say(const char* kind, const household_wish& w, const char* what,
                   time_point now) const {
  return {severity::info, kind, w.zone.empty() ? house_->site : w.zone, words_of(w) + what, now};
}

const std::vector<zone_setpoint>& steward::look(const snapshot& now) {
  setpoints_ = setpoints_for(*house_, wanted_, dates_, now);
  debts_.resize(setpoints_.size());
  for (std::size_t i = 0; i < setpoints_.size(); ++i)
    follow(debts_[i], setpoints_[i],
           now.good<temperature>(house_->plant->zones[i].temperature_channel), now.at);
  return setpoints_;
}

std::optional<temperature> steward::owed(std::size_t zone) const {
  return zone < debts_.size() ? debts_[zone].owed : std::nullopt;
}

void steward::follow(debt& of, const zone_setpoint& is, std::optional<temperature> room,
                     time_point now) const {
  const auto raised = lived_in_ && of.owed && is.owed && *is.owed > *of.owed;
  if (raised && !of.raised) of.raised = now;
  // Half the margin, so that noise at the limit does not end a contract as soon as it counts.
  const auto warm = raised && room && *room >= *is.owed - 0.5 * limits::contract_comfort_margin;
  if (raised && !warm && now - *of.raised < limits::warming_longest) return;
  of = {is.owed, {}};
}

}  // namespace hearth
