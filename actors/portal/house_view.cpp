#include "actors/portal/house_view.hpp"

#include "actors/plan_text.hpp"

#include <algorithm>
#include <variant>

namespace hearth {
namespace {

bool same(const standing_wishes& a, const standing_wishes& b) {
  return a.contracts == b.contracts &&
         std::ranges::equal(a.leases, b.leases, [](const auto& x, const auto& y) {
           return x.id == y.id && x.channel == y.channel && x.value == y.value &&
                  x.what == y.what && x.until == y.until;
         });
}

}  // namespace

house_view::house_view(std::shared_ptr<const layout> house)
    : house_{std::move(house)}, prices_{house_->tariff, house_->timezone} {
  for (auto& name : actor_names(*house_)) actors_.try_emplace(std::move(name));
}

void house_view::hear(const body& said) {
  if (const auto* e = std::get_if<event>(&said)) {
    auto dated = *e;
    dated.at = dates_.utc(e->at);
    began_ |= e->kind == "started";
    take(dated);
    if (e->kind == "actor-died") actors_[e->subject].up = false;
    if (e->kind == "actor-restarted") {
      actors_[e->subject].up = true;
      ++actors_[e->subject].restarts;
    }
  } else if (const auto* s = std::get_if<state_report>(&said)) {
    news_ |= !state_ || state_->in_charge != s->in_charge || state_->mode != s->mode ||
             state_->contract_id != s->contract_id;
    state_ = *s;
  } else if (const auto* p = std::get_if<hearth::prices>(&said)) {
    prices_.learn(*p);
  } else if (const auto* b = std::get_if<backlog>(&said)) {
    waiting_ = *b;
  } else if (const auto* link = std::get_if<birth>(&said)) {
    connected_ = link->online;
  }
}

void house_view::learn(plan_news news) {
  plan_ = std::move(news);
  news_ = true;
}

void house_view::redate(const dating& dates) {
  dates_ = dates;
  prices_.redate(dates);
}

bool house_view::stands(standing_wishes all) {
  if (same(standing_, all)) return false;
  standing_ = std::move(all);
  news_ = true;
  return true;
}

void house_view::take(const event& said) {
  if (!concerns_alarms(said)) return;
  const auto before = alarms_.open().size();
  auto over = alarms_.take(said);
  news_ |= !over.empty() || alarms_.open().size() != before;
  put_away(std::move(over));
}

void house_view::put_away(std::vector<ended_alarm> over) {
  for (auto& each : over) ended_.push_front(std::move(each));
  while (ended_.size() > ended_kept) {
    acknowledged_.erase(ended_.back().alarm.id);
    ended_.pop_back();
  }
}

void house_view::remember(const std::vector<event>& before) {
  // A house that has only just begun has no past, though a chronicle without a date may still end
  // with the run before.
  if (began_) return;
  // What was said since the page began comes after what was said before.
  auto since = std::vector<event>{};
  for (const auto& open : alarms_.open()) since.push_back(open.raised);
  alarms_ = {};
  for (const auto& e : before) take(e);
  for (const auto& e : since) take(e);
}

void house_view::pass(time_point now) {
  auto over = alarms_.pass(dates_.utc(now));
  news_ |= !over.empty();
  put_away(std::move(over));
}

const alarm_acknowledgement* house_view::acknowledgement(const std::string& alarm) const {
  const auto found = acknowledged_.find(alarm);
  return found == acknowledged_.end() ? nullptr : &found->second;
}

std::size_t house_view::unacknowledged() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(alarms_.open(), [&](const auto& a) { return !acknowledgement(a.id); }));
}

}  // namespace hearth
