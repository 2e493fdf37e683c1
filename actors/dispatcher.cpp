#include "actors/dispatcher.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <utility>

namespace hearth {
namespace {

/// Who is new takes up what a former program left this soon, or not at all.
constexpr duration taken_up_within = std::chrono::minutes{1};
/// What a contract has used so far is kept at this pace.
constexpr duration kept_every = std::chrono::minutes{1};

/// Heartbeats missed by the node before that is an event; the contract goes on.
constexpr auto node_silence = 3 * limits::ping_after_silence;

power nameplate_of(const layout& house) {
  return house.plant ? house.plant->heat_pump.max_power : power{};
}

constexpr auto wants_hands_off = "the household wants hands off";

severity severity_of(interlock_rule r) {
  switch (r) {
  case interlock_rule::freezing:
  case interlock_rule::blind: return severity::alarm;
  case interlock_rule::not_an_actuator:
  case interlock_rule::store_too_hot:
  case interlock_rule::electrical_limit:
  case interlock_rule::pump_stopped:
  case interlock_rule::pump_first: return severity::warning;
  case interlock_rule::none:
  case interlock_rule::expired:
  case interlock_rule::grid_limit:
  case interlock_rule::starts_per_hour:
  case interlock_rule::minimum_off:
  case interlock_rule::minimum_on: return severity::info;
  }
  return severity::info;
}

void add(dispatcher::decisions& to, const dispatcher::decisions& from) {
  to.commands.insert(to.commands.end(), from.commands.begin(), from.commands.end());
  to.statements.insert(to.statements.end(), from.statements.begin(), from.statements.end());
  if (from.kept) to.kept = from.kept;
}

}  // namespace

dispatcher::dispatcher(std::shared_ptr<const layout> house, time_point now)
    : house_{house},
      tariff_{house->tariff, house->timezone},
      leases_{house},
      grid_{house},
      contracts_{nameplate_of(*house)},
      local_{house},
      interlock_{house, now},
      born_{now},
      steward_{house} {}

dispatcher::decisions dispatcher::decide(const snapshot& frozen) {
  seen_ = frozen.at;
  return decide_on(frozen);
}

dispatcher::decisions dispatcher::decide_on(snapshot now) {
  auto out = decisions{};
  // A directive may have been decided upon after this was frozen. Time goes on, or a device would
  // take the newer decision for an older one and drop it.
  if (last_) now.at = std::max(now.at, last_->at);
  last_ = now;
  for (auto& e : leases_.expire(now.at)) out.statements.emplace_back(std::move(e));
  for (auto& e : steward_.advance(now.at)) out.statements.emplace_back(std::move(e));
  steward_.look(now);
  interlock_.bound(leases_.grid().limit(now.at));
  interlock_.observe(now);
  watch_comfort(now);
  watch_store(now);
  auto metered = std::optional<power>{};
  if (house_->plant && house_->plant->heat_pump.power_meter)
    metered = now.good<power>(*house_->plant->heat_pump.power_meter);
  auto moved = contracts_.advance(metered, trouble(now.at), now.at);
  // Of the one that runs from now on, so that its first wish is already the right one.
  contracts_.expect_after_it(run_after_contract(now.at));
  for (auto& r : moved.reports) out.statements.emplace_back(std::move(r));
  for (auto& e : moved.events) out.statements.emplace_back(std::move(e));
  const auto local = local_wish_at(now);
  grid_.watch(now, local);
  const auto all = wishes(local, now);
  pass(all, now, out);
  if (house_->plant) tell_state(local, all.at(house_->plant->heat_pump.enable), now.at, out);
  keep_contract_alive(now.at, out);
  keep_contracts(now.at, out);
  return out;
}

local_wish dispatcher::local_wish_at(const snapshot& now) {
  // A plan under which a critical zone gets cold has a heating curve or a model that is wrong.
  const auto* plan = plan_ && !cold_zone_ ? &*plan_ : nullptr;
  auto local = local_.decide(now, tariff_, plan, steward_.setpoints());
  const auto* hands_off = steward_.hands_off(now.at);
  if (!hands_off || !house_->plant) return local;
  return {local_mode::hardware_fallback, false, steward_.words_of(*hands_off),
          std::vector<bool>(local.calls.size())};
}

void dispatcher::redate(const dating& dates) {
  dates_ = dates;
  tariff_.redate(dates);
  contracts_.redate(dates);
  leases_.redate(dates);
  steward_.redate(dates);
}

dispatcher::decisions dispatcher::take(const envelope& directive, time_point now) {
  auto out = decisions{};
  leases_.heard(now);
  if (const auto* c = std::get_if<contract>(&directive.body)) {
    out.statements.emplace_back(answer(*c, now));
  } else if (const auto* w = std::get_if<withdrawal>(&directive.body)) {
    out.statements.emplace_back(contracts_.withdraw(w->contract_id, w->reason, now));
  } else if (const auto* r = std::get_if<request>(&directive.body)) {
    out.statements.emplace_back(leases_.ask(*r, directive.message_id, now));
  } else if (const auto* p = std::get_if<prices>(&directive.body)) {
    tariff_.learn(*p);
  } else {
    // Heartbeats show that the node is there; a weather forecast informs planning, and local
    // control plans nothing.
    heartbeat_heard_ = now;
    // The link answers one with the contract's name: that is ours for this minute.
    if (heartbeat_sent_ && std::holds_alternative<heartbeat>(directive.body)) heartbeat_sent_ = now;
    return out;
  }
  heartbeat_heard_ = now;
  decide_at_once(now, out);
  return out;
}

dispatcher::decisions dispatcher::take_on_site(const request& wish, const std::string& id,
                                               time_point now) {
  auto out = decisions{};
  const auto answer = leases_.ask_on_site(wish, id, now);
  if (!answer.accepted || !std::holds_alternative<keep_alive>(wish.wish)) {
    const auto* what = std::get_if<hold>(&wish.wish);
    out.statements.emplace_back(event{answer.accepted ? severity::info : severity::warning,
                                      answer.accepted ? "on-site" : "on-site-refused",
                                      what ? what->channel : house_->site,
                                      "by somebody in the house: " + answer.reason, now});
  }
  out.answer = answer;
  decide_at_once(now, out);
  return out;
}

standing_wishes dispatcher::standing(time_point now) const {
  auto out = standing_wishes{{}, contracts_.agreed(), steward_.setpoints(), steward_.wanted()};
  for (const auto& held : leases_.holds(now)) {
    const auto& what = std::get<hold>(held.wish.wish);
    out.leases.push_back({held.request_id, what.channel, what.value, "hold", held.wish.reason,
                          now + held.wish.lease});
  }
  const auto& grid = leases_.grid();
  const auto ask = [&](std::string what, const std::optional<grid_leases::pressing>& p) {
    if (p) out.leases.push_back({{}, {}, {}, std::move(what), p->reason, p->until});
  };
  ask("shed", grid.shedding(now));
  ask("raise", grid.raising(now));
  if (const auto outage = grid.announced_outage(now))
    out.leases.push_back({{}, {}, {}, "outage", outage->reason, outage->until});
  return out;
}

void dispatcher::decide_at_once(time_point now, decisions& out) {
  // On an old picture commands would be renewed that nobody has reason to give.
  if (!last_ || now - seen_ > 2 * house_->pace.control) return;
  auto present = *last_;
  present.at = std::max(present.at, now);
  add(out, decide_on(std::move(present)));
}

std::optional<contract_book::expected_run> dispatcher::run_after_contract(time_point now) const {
  const auto end = contracts_.ends();
  if (!end || !plan_ || cold_zone_ || now - plan_->start >= plan_fresh) return {};
  const auto* slot = plan_->at(*end);
  if (!slot || slot->part <= 0) return {};
  return contract_book::expected_run{slot->electricity / plan_->slot, plan_->start_takes,
                                     house_->plant->heat_pump.min_off};
}

contract_report dispatcher::answer(const contract& offered, time_point now) {
  const auto refused = [&](const char* why) {
    return contract_report{offered.id, contract_status::refused, why, {}, {}, now};
  };
  if (!house_->plant) return refused("this house has no heat pump to run");
  if (!house_->plant->heat_pump.power_meter)
    return refused("this heat pump has no power meter to settle on");
  const auto* hands_off = steward_.hands_off(now);
  if (hands_off && dates_.known() && offered.start < dates_.utc(hands_off->until))
    return refused(wants_hands_off);
  return contracts_.offer(offered, now);
}

void dispatcher::forget_sent(device_id device) {
  for (const auto channel : (*house_)[device].channels) sent_.erase(channel);
}

void dispatcher::watch_store(const snapshot& now) {
  if (!house_->plant || !house_->plant->store) return;
  auto seen = false;
  for (const auto layer : house_->plant->store->layers) seen = seen || now.good<temperature>(layer);
  if (seen)
    store_blind_since_.reset();
  else if (!store_blind_since_)
    store_blind_since_ = now.at;
}

void dispatcher::watch_comfort(const snapshot& now) {
  if (!house_->plant) return;
  const auto was_cold = std::exchange(cold_zone_, {});
  for (std::size_t i = 0; i < house_->plant->zones.size(); ++i) {
    const auto& zone = house_->plant->zones[i];
    const auto room = now.good<temperature>(zone.temperature_channel);
    const auto wanted = steward_.owed(i);
    if (!zone.critical || !room || !wanted) continue;
    // Half the margin to recover, so that noise at the limit does not change who is in charge.
    const auto margin = limits::contract_comfort_margin * (was_cold == zone.name ? 0.5 : 1.0);
    if (*room < *wanted - margin) {
      cold_zone_ = zone.name;
      return;
    }
  }
}

/// Why the house cannot go on doing what others want of its heat pump.
std::optional<std::string> dispatcher::trouble(time_point now) const {
  if (steward_.hands_off(now)) return wants_hands_off;
  if (cold_zone_) return "zone " + *cold_zone_ + " is too cold";
  if (store_blind_since_ && now - *store_blind_since_ >= limits::contract_blind_after)
    return "blind: no store temperature for " + to_text(limits::contract_blind_after);
  return {};
}

dispatcher::wanted dispatcher::heat_pump_wish(const local_wish& local, const snapshot& now) const {
  // By hand, as an admin does it: only a hold of this very relay stands above.
  if (house_->plant && steward_.hands_off(now.at))
    return {switched(false), authority::admin, local.heat_pump_cause};
  const auto under_contract = contracts_.in_force(now.at).has_value();
  if (const auto asked =
          grid_.decide(leases_.grid(), under_contract, trouble(now.at).has_value(), now.at))
    return {switched(asked->heat_pump_on), authority::grid, asked->cause};
  // A blind house does what its hardware does by itself; a contract cannot change that.
  if (local.mode == local_mode::hardware_fallback)
    return {switched(local.heat_pump_on), authority::local, local.heat_pump_cause};
  if (const auto c = contracts_.in_force(now.at))
    return {switched(c->heat_pump_on), authority::contract, c->cause};
  return {switched(local.heat_pump_on), authority::local, local.heat_pump_cause};
}

std::map<channel_id, dispatcher::wanted> dispatcher::wishes(const local_wish& local,
                                                            const snapshot& now) const {
  auto all = std::map<channel_id, wanted>{};
  for (std::size_t i = 0; i < house_->channels.size(); ++i) {
    const auto id = channel_id{static_cast<std::uint16_t>(i)};
    if (const auto held = leases_.hold_on(id, now.at)) {
      const auto until =
          dates_.known() ? " until " + to_iso8601(dates_.utc(held->until)) : std::string{};
      all[id] = {held->value, authority::admin, "held by hand" + until + ": " + held->reason};
    }
  }
  if (!house_->plant) return all;
  const auto& plant = *house_->plant;
  const auto& heat_pump =
      all.try_emplace(plant.heat_pump.enable, heat_pump_wish(local, now)).first->second;
  if (plant.heat_pump.pump) {
    // It follows what the interlock lets the heat pump do, or would if the pump ran already: water
    // that is moved through a resting one only mixes the store.
    const auto runs = interlock_.needs_pump(order(plant.heat_pump.enable, heat_pump, now.at), now);
    all.try_emplace(*plant.heat_pump.pump,
                    wanted{switched(runs), heat_pump.source, "runs with the heat pump"});
  }
  for (std::size_t i = 0; i < plant.zones.size(); ++i)
    if (plant.zones[i].call) all.try_emplace(*plant.zones[i].call, call_wish(i, local, now.at));
  return all;
}

dispatcher::wanted dispatcher::call_wish(std::size_t zone, const local_wish& local,
                                         time_point now) const {
  if (steward_.hands_off(now)) return {switched(false), authority::admin, local.heat_pump_cause};
  const auto& by = steward_.setpoints()[zone];
  return {switched(local.calls[zone]), authority::local,
          "zone " + house_->plant->zones[zone].name +
              (local.calls[zone] ? " calls for heat" : " is warm enough") +
              (by.why.empty() ? "" : ": " + by.why)};
}

command dispatcher::order(channel_id target, const wanted& what, time_point now) const {
  return {target, what.value, what.source, what.cause, now, now + house_->pace.command_life()};
}

void dispatcher::pass(const std::map<channel_id, wanted>& all, const snapshot& now,
                      decisions& out) {
  // A command is said again when a third of its life is over, so that two may get lost.
  const auto renew_after = house_->pace.command_life() / 3;
  for (const auto& [target, want] : all) {
    const auto verdict = interlock_.check(order(target, want, now.at), now);
    note_intervention(target, verdict, now.at, out);
    if (!verdict.allowed) continue;
    const auto before = sent_.find(target);
    if (before != sent_.end() && before->second.value == verdict.allowed->value &&
        now.at - before->second.at < renew_after)
      continue;
    sent_[target] = {verdict.allowed->value, now.at};
    interlock_.commanded(*verdict.allowed);
    out.commands.push_back(*verdict.allowed);
  }
  // What nobody holds any more dies by itself; if it is held again it is a new command.
  std::erase_if(sent_, [&](const auto& s) { return !all.contains(s.first); });
}

void dispatcher::note_intervention(channel_id target, const interlock::verdict& v, time_point now,
                                   decisions& out) {
  auto& standing = intervening_[target];
  if (standing.rule != v.rule) standing = {v.rule, now};
  if (v.rule == interlock_rule::none || standing.told) return;
  // A pump needs a moment to be seen at every start; only one that is not seen is worth a word.
  if (v.rule == interlock_rule::pump_first && now - standing.since < house_->pace.command_life())
    return;
  standing.told = true;
  out.statements.emplace_back(event{severity_of(v.rule), "interlock", (*house_)[target].name,
                                    std::string{to_text(v.rule)} + ": " + v.reason, now});
}

void dispatcher::tell_state(const local_wish& local, const wanted& heat_pump, time_point now,
                            decisions& out) {
  const auto c = contracts_.in_force(now);
  auto state = state_report{heat_pump.source, std::string{to_text(local.mode)}, heat_pump.cause,
                            c ? c->contract_id : std::string{}, now};
  const auto same_charge = told_ && told_->in_charge == state.in_charge &&
                           told_->mode == state.mode && told_->contract_id == state.contract_id;
  if (same_charge) state.since = told_->since;
  if (!std::exchange(tell_again_, false) && same_charge && told_heat_pump_ == heat_pump.value)
    return;
  told_ = state;
  told_heat_pump_ = heat_pump.value;
  out.statements.emplace_back(std::move(state));
}

void dispatcher::take_up(const std::string& kept, time_point now) {
  if (std::exchange(taken_up_, true) || now - born_ > taken_up_within) return;
  if (auto former = kept_contracts_from(kept)) contracts_.take_up(std::move(*former));
}

dispatcher::heritage dispatcher::farewell(time_point now) const {
  const auto contracts = contracts_.kept(now);
  return {leases_.holds(now), contracts ? text_of(*contracts) : std::string{}, plan_,
          steward_.wanted()};
}

void dispatcher::keep_contracts(time_point now, decisions& out) {
  auto is = contracts_.kept(now);
  if (!is) return;
  const auto same = kept_ ? is->same_as(*kept_) : is->pending.empty() && !is->active;
  const auto due = !same || (is->active && now - kept_at_ >= kept_every);
  // A tick later, so that what was said of a change is on its way to the disk before it.
  if (!std::exchange(keep_due_, due) || !due) return;
  keep_due_ = false;
  out.kept = text_of(*is);
  kept_ = std::move(is);
  kept_at_ = now;
}

void dispatcher::keep_contract_alive(time_point now, decisions& out) {
  const auto c = contracts_.in_force(now);
  // A limit of the grid lives on the node's answers, too.
  if (!c && !leases_.grid().limit(now)) {
    heartbeat_sent_.reset();
    node_silent_told_ = false;
    return;
  }
  if (!heartbeat_sent_) heartbeat_heard_ = now;
  if (!heartbeat_sent_ || now - *heartbeat_sent_ >= limits::ping_after_silence) {
    heartbeat_sent_ = now;
    out.statements.emplace_back(heartbeat{c ? c->contract_id : std::string{}});
  }
  const auto silent = c && heartbeat_heard_ && now - *heartbeat_heard_ >= node_silence;
  if (silent && !node_silent_told_)
    out.statements.emplace_back(event{
        severity::warning, "node-silent", c->contract_id,
        "the node has been silent during contract " + c->contract_id + "; the contract goes on",
        now});
  node_silent_told_ = silent;
}

}  // namespace hearth
