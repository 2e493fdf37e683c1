#include "actors/leases.hpp"

#include "protocol/limits.hpp"

#include <cmath>

namespace hearth {
namespace {

outcome refused(const std::string& id, std::string reason) {
  return {id, false, std::move(reason)};
}

/// The lease asked for, or the rank's default; nothing if it is longer than allowed or negative.
std::optional<duration> granted(duration asked) {
  if (asked == duration{0}) return limits::admin_lease_default;
  if (asked < duration{0} || asked > limits::admin_lease_longest) return {};
  return asked;
}

event lease_over(authority rank, const std::string& subject, time_point now) {
  return {severity::info, "lease-ended", subject,
          std::string{to_text(rank)} + "'s lease on " + subject + " has ended", now};
}

}  // namespace

outcome leases::ask(const request& wish, const std::string& id, time_point now) {
  if (wish.rank != authority::admin && wish.rank != authority::grid)
    return refused(id, "a request has the rank of admin or grid");
  if (wish.rank == authority::admin && !(house_->link && house_->link->remote_admin))
    return refused(id,
                   "this house takes no admin requests from its node (link.remote_admin is false)");
  if (std::holds_alternative<release>(wish.wish)) {
    if (wish.rank == authority::admin)
      holds_.clear();
    else
      shed_.reset();
    return {id, true, "released"};
  }
  const auto length = granted(wish.lease);
  if (!length) return refused(id, "a lease lasts at most " + to_text(limits::admin_lease_longest));
  if (const auto* what = std::get_if<hold>(&wish.wish)) return ask_hold(wish, *what, id, now);
  if (wish.rank != authority::grid)
    return refused(id, "only the grid asks to shed; an admin holds an actuator");
  shed_ = lease{id, wish.reason, {}, now + *length};
  return {id, true, "shedding for " + to_text(*length)};
}

outcome leases::ask_hold(const request& wish, const hold& what, const std::string& id,
                         time_point now) {
  if (wish.rank != authority::admin)
    return refused(id, "the grid may ask to shed, not to hold an actuator");
  const auto target = house_->find_channel(what.channel);
  if (!target) return refused(id, "there is no channel '" + what.channel + "' in this house");
  const auto& channel = (*house_)[*target];
  if (!channel.actuator)
    return refused(id, "channel '" + what.channel + "' can be read but not commanded");
  if (what.value.unit != channel.unit)
    return refused(
        id, "channel '" + what.channel + "' is counted in " + std::string{symbol(channel.unit)});
  if (!std::isfinite(what.value.amount)) return refused(id, "the value is not a number");
  if (channel.unit == unit::on_off && what.value.amount != 0 && what.value.amount != 1)
    return refused(id, "a switch is on (1) or off (0)");
  if (channel.unit == unit::fraction && (what.value.amount < 0 || what.value.amount > 1))
    return refused(id, "a fraction is from 0 to 1");
  const auto length = *granted(wish.lease);
  holds_[*target] = lease{id, wish.reason, what.value, now + length};
  return {id, true, "held for " + to_text(length)};
}

std::vector<event> leases::expire(time_point now) {
  auto events = std::vector<event>{};
  for (auto held = holds_.begin(); held != holds_.end();) {
    if (held->second.until > now) {
      ++held;
      continue;
    }
    events.push_back(lease_over(authority::admin, (*house_)[held->first].name, now));
    held = holds_.erase(held);
  }
  if (shed_ && shed_->until <= now) {
    events.push_back(lease_over(authority::grid, "shed", now));
    shed_.reset();
  }
  return events;
}

std::optional<leases::lease> leases::hold_on(channel_id actuator, time_point now) const {
  const auto held = holds_.find(actuator);
  if (held == holds_.end() || held->second.until <= now) return {};
  return held->second;
}

std::optional<leases::lease> leases::shedding(time_point now) const {
  if (!shed_ || shed_->until <= now) return {};
  return shed_;
}

}  // namespace hearth
