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

}  // namespace

/// What this house cannot do for anybody.
std::optional<std::string> leases::objection(const request& wish) const {
  if (std::holds_alternative<raise_load>(wish.wish) && !(house_->plant && house_->plant->store))
    return "this house has no store that could take more";
  if (std::holds_alternative<power_limit>(wish.wish) && !house_->plant)
    return "this house has no heat pump whose power could be limited";
  return {};
}

outcome leases::ask(const request& wish, const std::string& id, time_point now) {
  if (wish.rank == authority::admin) return ask_admin(wish, id, now);
  if (wish.rank != authority::grid) return refused(id, "a request has the rank of admin or grid");
  if (const auto reason = objection(wish)) return refused(id, *reason);
  return grid_.ask(wish, id, now);
}

outcome leases::ask_admin(const request& wish, const std::string& id, time_point now) {
  if (!(house_->link && house_->link->remote_admin))
    return refused(id,
                   "this house takes no admin requests from its node (link.remote_admin is false)");
  return grant_admin(wish, id, now);
}

outcome leases::ask_on_site(const request& wish, const std::string& id, time_point now) {
  if (wish.rank != authority::admin)
    return refused(id, "who is on site asks with the rank of admin");
  return grant_admin(wish, id, now);
}

outcome leases::grant_admin(const request& wish, const std::string& id, time_point now) {
  if (std::holds_alternative<release>(wish.wish)) {
    holds_.clear();
    return {id, true, "released"};
  }
  if (std::holds_alternative<keep_alive>(wish.wish)) return keep_holds(id, now);
  const auto* what = std::get_if<hold>(&wish.wish);
  if (!what) return refused(id, "only the grid asks for that; an admin holds an actuator");
  if (wish.start) return refused(id, "a hold begins at once");
  return ask_hold(wish, *what, id, now);
}

outcome leases::keep_holds(const std::string& id, time_point now) {
  auto kept = std::size_t{0};
  for (auto& [channel, held] : holds_) {
    if (held.until <= now) continue;
    held.until = now + held.length;
    ++kept;
  }
  if (kept == 0) return refused(id, "there is no lease to keep alive");
  return {id, true, "kept alive: " + std::to_string(kept) + (kept == 1 ? " hold" : " holds")};
}

outcome leases::ask_hold(const request& wish, const hold& what, const std::string& id,
                         time_point now) {
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
  const auto length = granted(wish.lease);
  if (!length) return refused(id, "a lease lasts at most " + to_text(limits::admin_lease_longest));
  holds_[*target] = lease{id, wish.reason, what.value, *length, now + *length};
  return {id, true, "held for " + to_text(*length)};
}

std::vector<event> leases::expire(time_point now) {
  auto events = std::vector<event>{};
  for (auto held = holds_.begin(); held != holds_.end();) {
    if (held->second.until > now) {
      ++held;
      continue;
    }
    const auto& name = (*house_)[held->first].name;
    events.push_back(
        {severity::info, "lease-ended", name, "admin's lease on " + name + " has ended", now});
    held = holds_.erase(held);
  }
  for (auto& e : grid_.advance(now)) events.push_back(std::move(e));
  return events;
}

std::vector<leases::standing_hold> leases::holds(time_point now) const {
  auto all = std::vector<standing_hold>{};
  for (const auto& [channel, held] : holds_)
    if (held.until > now)
      all.push_back({{.rank = authority::admin,
                      .wish = hold{(*house_)[channel].name, held.value},
                      .lease = held.until - now,
                      .reason = held.reason},
                     held.request_id});
  return all;
}

std::optional<leases::lease> leases::hold_on(channel_id actuator, time_point now) const {
  const auto held = holds_.find(actuator);
  if (held == holds_.end() || held->second.until <= now) return {};
  return held->second;
}

}  // namespace hearth
