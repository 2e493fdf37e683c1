#include "actors/grid_leases.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace hearth {
namespace {

outcome refused(const std::string& id, std::string reason) {
  return {id, false, std::move(reason)};
}

bool is_a_power(power p) { return std::isfinite(p.si()) && p >= 0 * watt; }

}  // namespace

const duration grid_leases::lease::silence = limits::limit_silence;

/// Gives it its length, and its start if that is ahead; or says why not.
std::optional<std::string> grid_leases::plan(lease& made, const request& wish,
                                             time_point now) const {
  const auto is_outage = std::holds_alternative<outage>(wish.wish);
  const auto emergency = made.severity == grid_severity::emergency;
  const auto longest = is_outage   ? limits::outage_longest
                       : emergency ? limits::emergency_longest
                                   : limits::admin_lease_longest;
  made.length = wish.lease == duration{0} ? limits::admin_lease_default : wish.lease;
  if (made.length < duration{0} || made.length > longest)
    return (emergency ? "an emergency lasts at most " : "a lease lasts at most ") +
           to_text(longest);
  made.from = now;
  made.until = now + made.length;
  if (!wish.start) return {};
  if (!dates_.known()) return "this house does not know the date yet";
  const auto date = dates_.utc(now);
  if (*wish.start > date + limits::grid_horizon + limits::clock_skew)
    return "it starts more than " + to_text(limits::grid_horizon) + " ahead";
  // Compared before it is added to, so that no start of a peer can leave the clock.
  if (*wish.start <= date - made.length) return "it lies in the past";
  if (*wish.start <= date) {
    made.from = dates_.house(*wish.start);
    made.until = made.from + made.length;
    return {};
  }
  made.planned = wish.start;
  made.until = now + limits::grid_horizon + limits::clock_skew;
  return {};
}

outcome grid_leases::ask(const request& wish, const std::string& id, time_point now) {
  heard(now);
  if (std::holds_alternative<release>(wish.wish)) {
    for (auto* each : all()) *each = {};
    return {id, true, "released"};
  }
  if (std::holds_alternative<keep_alive>(wish.wish)) return renew(id, now);
  auto made = lease{};
  made.reason = wish.reason;
  made.heard = now;
  auto* where = &shed_;
  if (const auto* s = std::get_if<shed>(&wish.wish)) {
    made.kind = "shed";
    made.severity = s->severity;
  } else if (const auto* r = std::get_if<raise_load>(&wish.wish)) {
    made.kind = "raise";
    made.severity = r->severity;
    where = &raise_;
  } else if (const auto* l = std::get_if<power_limit>(&wish.wish)) {
    if (!is_a_power(l->most) || (l->failsafe && !is_a_power(*l->failsafe)))
      return refused(id, "a limit is a power, and not negative");
    made.failsafe_for = l->failsafe_for == duration{0} ? limits::failsafe_default : l->failsafe_for;
    if (made.failsafe_for < duration{0} || made.failsafe_for > limits::failsafe_longest)
      return refused(id, "a failsafe limit holds at most " + to_text(limits::failsafe_longest));
    made.kind = "limit";
    made.most = l->most;
    made.failsafe = l->failsafe.value_or(l->most);
    where = &limit_;
  } else if (std::holds_alternative<outage>(wish.wish)) {
    made.kind = "outage";
    where = &outage_;
  } else {
    return refused(id, "the grid may ask to shed or to raise, not to hold an actuator");
  }
  if (const auto reason = plan(made, wish, now)) return refused(id, *reason);
  const auto when = made.planned ? "planned for " + to_iso8601(*made.planned) + ", for "
                                 : std::string{"in force for "};
  auto answer = outcome{
      id, true, made.kind + " " + when + to_text(made.planned ? made.length : made.until - now)};
  (made.planned ? where->next : where->on) = std::move(made);
  return answer;
}

outcome grid_leases::renew(const std::string& id, time_point now) {
  auto renewed = std::string{};
  for (auto* each : all()) {
    auto& held = each->on;
    if (!held || !held->runs(now) || (each == &limit_ && !limit(now))) continue;
    held->until = std::max(held->until, now + held->length);
    renewed += (renewed.empty() ? "" : ", ") + held->kind;
  }
  if (renewed.empty()) return refused(id, "there is no lease to keep alive");
  return {id, true, "kept alive: " + renewed};
}

void grid_leases::heard(time_point now) {
  // Too late for one that has ended, though nobody has looked since.
  if (limit(now)) limit_.on->heard = now;
}

void grid_leases::begin(lease& due, time_point now, std::vector<event>& out) const {
  due.from = dates_.house(*due.planned);
  due.until = due.from + due.length;
  due.planned.reset();
  due.heard = now;
  if (due.until > now)
    out.push_back({severity::info, "lease-begun", due.kind,
                   "the grid's " + due.kind + " begins: " + due.reason, now});
}

void grid_leases::watch_silence(time_point now, std::vector<event>& out) {
  auto& held = limit_.on;
  if (!held || !held->runs(now)) return;
  const auto silent = now >= held->silent();
  if (silent && !held->failsafe_told)
    out.push_back({severity::warning, "limit-failsafe", "limit",
                   "the node that limits this house is silent: its failsafe limit holds for " +
                       to_text(held->failsafe_for),
                   now});
  if (!silent && held->failsafe_told)
    out.push_back({severity::info, "limit-resumed", "limit",
                   "the node that limits this house is heard again: its limit holds", now});
  held->failsafe_told = silent;
}

std::vector<event> grid_leases::advance(time_point now) {
  auto out = std::vector<event>{};
  const auto ended = [&](const lease& it, severity how, std::string_view why) {
    out.push_back({how, "lease-ended", it.kind,
                   "grid's lease on " + it.kind + " has ended" + std::string{why}, now});
  };
  for (auto* each : all()) {
    auto& next = each->next;
    if (next && dates_.known() && *next->planned <= dates_.utc(now)) {
      begin(*next, now, out);
      each->on = std::exchange(next, {});
    } else if (next && now >= next->until) {
      ended(*next, severity::info, " before it began");
      next.reset();
    }
  }
  watch_silence(now, out);
  for (auto* each : all()) {
    auto& held = each->on;
    if (!held) continue;
    const auto lost = each == &limit_ && held->runs(now) && !limit(now);
    if (held->runs(now) && !lost) continue;
    if (lost)
      ended(*held, severity::warning, ": its node was silent for the failsafe's time");
    else
      ended(*held, severity::info, "");
    held.reset();
  }
  return out;
}

std::optional<grid_leases::pressing> grid_leases::in_force(const place& asked, time_point now) {
  if (!asked.on || !asked.on->runs(now)) return {};
  return pressing{asked.on->severity, asked.on->reason, asked.on->until};
}

std::optional<grid_leases::pressing> grid_leases::shedding(time_point now) const {
  return in_force(shed_, now);
}

std::optional<grid_leases::pressing> grid_leases::raising(time_point now) const {
  return in_force(raise_, now);
}

std::optional<power> grid_leases::limit(time_point now) const {
  const auto& held = limit_.on;
  if (!held || !held->runs(now)) return {};
  if (now < held->silent()) return held->most;
  if (now < held->silent() + held->failsafe_for) return held->failsafe;
  return {};
}

std::optional<grid_leases::announced> grid_leases::announced_outage(time_point now) const {
  if (const auto& on = outage_.on; on && on->runs(now))
    return announced{on->from, on->until, on->reason};
  if (!outage_.next || !dates_.known() || now >= outage_.next->until) return {};
  const auto from = dates_.house(*outage_.next->planned);
  if (from + outage_.next->length <= now) return {};
  return announced{from, from + outage_.next->length, outage_.next->reason};
}

}  // namespace hearth
