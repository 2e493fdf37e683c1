#include "actors/interlock.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

/// The heat pump may run again when the hottest layer has fallen this far below the maximum.
constexpr auto too_hot_band = 3 * kelvin;
constexpr auto an_hour = std::chrono::hours{1};

interlock::verdict replaced(command wanted, bool on, interlock_rule rule, std::string reason) {
  if (wanted.value.amount == (on ? 1.0 : 0.0)) return {std::move(wanted), interlock_rule::none, {}};
  wanted.value = switched(on);
  wanted.source = authority::safety;
  wanted.cause = reason;
  return {std::move(wanted), rule, std::move(reason)};
}

bool is_call(const plant_layout& plant, channel_id target) {
  return std::any_of(plant.zones.begin(), plant.zones.end(),
                     [&](const auto& z) { return z.call == target; });
}

}  // namespace

std::string_view to_text(interlock_rule r) {
  switch (r) {
  case interlock_rule::none: return "none";
  case interlock_rule::not_an_actuator: return "not-an-actuator";
  case interlock_rule::expired: return "expired";
  case interlock_rule::store_too_hot: return "store-too-hot";
  case interlock_rule::pump_stopped: return "pump-stopped";
  case interlock_rule::freezing: return "freezing";
  case interlock_rule::blind: return "blind";
  case interlock_rule::electrical_limit: return "electrical-limit";
  case interlock_rule::grid_limit: return "grid-limit";
  case interlock_rule::minimum_off: return "minimum-off";
  case interlock_rule::starts_per_hour: return "starts-per-hour";
  case interlock_rule::pump_first: return "pump-first";
  case interlock_rule::minimum_on: return "minimum-on";
  }
  return "unknown";
}

std::vector<channel_id> plant_actuators(const plant_layout& plant) {
  auto all = std::vector<channel_id>{plant.heat_pump.enable};
  if (plant.heat_pump.pump) all.push_back(*plant.heat_pump.pump);
  for (const auto& z : plant.zones)
    if (z.call) all.push_back(*z.call);
  return all;
}

interlock::interlock(std::shared_ptr<const layout> house, time_point now)
    : house_{std::move(house)}, changed_{now} {}

void interlock::observe(const snapshot& now) {
  if (!house_->plant) return;
  const auto& plant = *house_->plant;
  if (const auto on = now.good<bool>(plant.heat_pump.enable)) {
    if (unseen_ || !running_) in_sight_since_ = now.at;
    // Never seen before, it may have stopped a moment ago: minimum off counts from the program's
    // start, or from when it came into sight.
    if (running_ && *running_ != *on) changed_ = now[plant.heat_pump.enable].at;
    if (!running_ && (*on || unseen_)) changed_ = now.at;
    // Told to run and then out of sight, it may have run until this moment.
    if (told_to_run_ && now[plant.heat_pump.enable].at > *told_to_run_) {
      if (unseen_ && !*on) changed_ = now.at;
      told_to_run_.reset();
    }
    running_ = *on;
    seen_at_ = now[plant.heat_pump.enable].at;
  }
  unseen_ = !now.good<bool>(plant.heat_pump.enable);
  // Nobody renewed the command: its device made it safe, a moment ago for all that is known.
  if (runs_until_ && now.at > *runs_until_ && (!seen_at_ || *seen_at_ < *runs_until_)) {
    running_ = false;
    changed_ = now.at;
    runs_until_.reset();
  }
  count_start(now.at);
  if (!plant.store) return;
  auto hottest = std::optional<temperature>{};
  for (const auto layer : plant.store->layers)
    if (const auto t = now.good<temperature>(layer))
      hottest = hottest ? std::max(*hottest, *t) : *t;
  blind_ = !hottest;
  if (!hottest) return;
  if (*hottest >= plant.store->max)
    too_hot_ = true;
  else if (*hottest < plant.store->max - too_hot_band)
    too_hot_ = false;
}

void interlock::commanded(const command& sent) {
  if (!house_->plant) return;
  const auto on = sent.value == switched(true);
  if (sent.target == house_->plant->heat_pump.pump) {
    // After one that has died the pump was made safe, and what was read before says nothing.
    const auto same = pump_ordered_ && pump_ordered_->on == on && sent.issued < pump_until_;
    if (!same) pump_ordered_ = order{on, sent.issued};
    pump_until_ = sent.expires;
  }
  if (sent.target != house_->plant->heat_pump.enable) return;
  if (on) told_to_run_ = sent.issued;
  runs_until_ = on ? std::optional{sent.expires} : std::nullopt;
  if (ordered_ && ordered_->on == on) return;
  const auto seen = running_.value_or(false);
  // An order taken back before it was seen may still have been carried out for a moment.
  if (presumed(sent.issued).running != seen && on == seen) changed_ = sent.issued;
  ordered_ = order{on, sent.issued};
  count_start(sent.issued);
}

void interlock::count_start(time_point now) {
  const auto most = house_->plant->heat_pump.starts_per_hour.value_or(0);
  const auto running = presumed(now).running;
  if (running && !was_running_) starts_.push_back(now);
  if (starts_.size() > most) starts_.pop_front();
  was_running_ = running;
}

interlock::flow interlock::pump_flow(const snapshot& now) const {
  const auto& pump = house_->plant->heat_pump.pump;
  if (!pump) return flow::seen;
  const auto on = now.good<bool>(*pump);
  if (!on) return flow::not_seen;
  // What was read before the latest order may be of the run before, or from between two.
  const auto read_at = now[*pump].at;
  if (*on) {
    const auto current = !pump_ordered_ || (pump_ordered_->on && read_at >= pump_ordered_->at);
    return current ? flow::seen : flow::not_seen;
  }
  const auto ordered_on = pump_ordered_ && pump_ordered_->on && read_at > pump_ordered_->at;
  return ordered_on ? flow::stopped : flow::not_seen;
}

interlock::motion interlock::presumed(time_point now) const {
  const auto seen = running_.value_or(false);
  if (!ordered_) return {seen, changed_};
  // What nobody could see may have been carried out as late as when it came into sight again, and
  // the first that is read then may be older still.
  const auto since = std::max(ordered_->at, in_sight_since_);
  // Once the order is old, what was read since is believed instead; if nothing was, the order is.
  const auto fresh =
      now - since < house_->pace.command_life() || !seen_at_ || *seen_at_ <= ordered_->at;
  const auto awaited = fresh && ordered_->on != seen && ordered_->at >= changed_;
  return awaited ? motion{ordered_->on, since} : motion{seen, changed_};
}

bool interlock::freezing(const snapshot& now) const {
  const auto& plant = *house_->plant;
  const auto cold = [&](channel_id c) {
    const auto t = now.good<temperature>(c);
    return t && *t < plant.freeze_limit;
  };
  return std::any_of(plant.zones.begin(), plant.zones.end(),
                     [&](const auto& z) { return cold(z.temperature_channel); }) ||
         (plant.store && std::any_of(plant.store->layers.begin(), plant.store->layers.end(), cold));
}

bool interlock::exceeds(std::optional<power> limit, const snapshot& now, bool running) const {
  const auto& plant = *house_->plant;
  if (!limit || !plant.house_power) return false;
  const auto house = now.good<power>(*plant.house_power);
  if (!house) return false;
  auto heat_pump = power{};
  if (plant.heat_pump.power_meter)
    heat_pump = now.good<power>(*plant.heat_pump.power_meter).value_or(power{});
  // A running heat pump is judged by what the house draws, a stopped one by what it would draw.
  if (running) return *house > *limit;
  return *house - heat_pump + plant.heat_pump.max_power > *limit;
}

bool interlock::exceeds_grid_limit(const snapshot& now, bool running) const {
  const auto& plant = *house_->plant;
  if (!by_grid_) return false;
  if (plant.house_power && now.good<power>(*plant.house_power))
    return exceeds(by_grid_, now, running);
  // Nobody can say what the house draws: then the heat pump alone must keep within the limit.
  auto drawn = std::optional<power>{};
  if (running && plant.heat_pump.power_meter) drawn = now.good<power>(*plant.heat_pump.power_meter);
  return drawn.value_or(plant.heat_pump.max_power) > *by_grid_;
}

interlock::verdict interlock::check(const command& wanted, const snapshot& now) const {
  if (wanted.target.value >= house_->channels.size() || !(*house_)[wanted.target].actuator)
    return {{}, interlock_rule::not_an_actuator, "the channel cannot be commanded"};
  const auto& channel = (*house_)[wanted.target];
  if (wanted.value.unit != channel.unit)
    return {{},
            interlock_rule::not_an_actuator,
            "the value is not in " + std::string{symbol(channel.unit)}};
  const auto off_or_on = wanted.value.amount == 0 || wanted.value.amount == 1;
  if (!std::isfinite(wanted.value.amount) || (channel.unit == unit::on_off && !off_or_on))
    return {{}, interlock_rule::not_an_actuator, "the value does not fit the channel"};
  if (wanted.expires <= now.at) return {{}, interlock_rule::expired, "the command has expired"};
  if (!house_->plant) return {wanted, interlock_rule::none, {}};
  const auto& plant = *house_->plant;
  if (wanted.target == plant.heat_pump.enable) return check_heat_pump(wanted, now, pump_flow(now));
  const auto is_pump = plant.heat_pump.pump == wanted.target;
  // Water must move through the condenser while the heat pump runs, whoever wants the pump off.
  if (is_pump && presumed(now.at).running)
    return replaced(wanted, true, interlock_rule::minimum_on,
                    "the heat pump is running, so its pump runs");
  if ((is_pump || is_call(plant, wanted.target)) && freezing(now))
    return replaced(wanted, true, interlock_rule::freezing, "the house is close to freezing");
  return {wanted, interlock_rule::none, {}};
}

bool interlock::needs_pump(const command& heat_pump, const snapshot& now) const {
  const auto verdict = check_heat_pump(heat_pump, now, flow::seen);
  return verdict.allowed && verdict.allowed->value == switched(true);
}

/// What keeps a compressor from starting, whatever it were to start for.
std::optional<interlock::verdict> interlock::at_rest(const command& wanted, const motion& what,
                                                     time_point now, flow pump) const {
  const auto& heat_pump = house_->plant->heat_pump;
  if (what.running) return {};
  if (const auto rested = now - what.since; rested < heat_pump.min_off)
    return replaced(wanted, false, interlock_rule::minimum_off,
                    "the compressor rests for " + to_text(heat_pump.min_off - rested) + " more");
  const auto most = heat_pump.starts_per_hour;
  if (most && starts_.size() >= *most && now - starts_.front() < an_hour)
    return replaced(wanted, false, interlock_rule::starts_per_hour,
                    "the compressor has started " + std::to_string(*most) +
                        " times within the hour, and rests for " +
                        to_text(an_hour - (now - starts_.front())) + " more");
  if (pump != flow::seen)
    return replaced(wanted, false, interlock_rule::pump_first,
                    "the heat pump waits until its pump is seen to run");
  return {};
}

interlock::verdict interlock::check_heat_pump(const command& wanted, const snapshot& now,
                                              flow pump) const {
  const auto& heat_pump = house_->plant->heat_pump;
  const auto what = presumed(now.at);
  if (too_hot_)
    return replaced(wanted, false, interlock_rule::store_too_hot,
                    "the store is at its highest temperature");
  if (what.running && pump == flow::stopped)
    return replaced(wanted, false, interlock_rule::pump_stopped,
                    "the heat pump's pump has stopped, so it stops");
  const auto rest = at_rest(wanted, what, now.at, pump);
  if (freezing(now) && !rest)
    return replaced(wanted, true, interlock_rule::freezing, "the house is close to freezing");
  if (blind_)
    return replaced(wanted, false, interlock_rule::blind, "no store temperature can be trusted");
  if (exceeds(house_->plant->electrical_limit, now, what.running))
    return replaced(wanted, false, interlock_rule::electrical_limit,
                    "the house would draw more than its electrical limit");
  if (exceeds_grid_limit(now, what.running))
    return replaced(wanted, false, interlock_rule::grid_limit,
                    "the house would draw more than the grid allows now");
  if (rest) return *rest;
  const auto ran = now.at - what.since;
  if (what.running && ran < heat_pump.min_on)
    return replaced(wanted, true, interlock_rule::minimum_on,
                    "the compressor runs for " + to_text(heat_pump.min_on - ran) + " more");
  return {wanted, interlock_rule::none, {}};
}

}  // namespace hearth
