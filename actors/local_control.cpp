#include "actors/local_control.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace hearth {
namespace {

/// A zone calls below and stops above its setpoint by this much: half a kelvin of swing in all.
constexpr auto zone_hysteresis = 0.25 * kelvin;
/// The store is warm enough for now when its top has this much more than it must have.
constexpr auto coast_band = 5 * kelvin;
/// Full: the coldest layer this close under the maximum, so that the heat pump stops by plan
/// and not by the interlock.
constexpr auto full_below_max = 10 * kelvin;
/// A plan that is older than this knows too little of the house that is.
constexpr duration plan_old = std::chrono::hours{12};
/// A plan that is made as its slot begins knows better than one made before whether to start or to
/// stop; it is waited for this long.
constexpr duration second_thoughts = std::chrono::minutes{2};
/// A store that is full is filled again when it has lost this much, by a plan that knows of it.
constexpr auto topping_up = 3 * kelvin;
/// Charging starts again only when the store has lost this much from full.
constexpr auto refill_band = 8 * kelvin;

std::string degrees(temperature t) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f °C", t.in_celsius());
  return text.data();
}

std::string cents_per_kwh(energy_price p) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f ¢/kWh", p.in(usd_per_mwh) / 10);
  return text.data();
}

std::string in_dollars(money m) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.2f USD", m.in(us_dollar));
  return text.data();
}

struct store_ends {
  temperature top;     ///< hottest layer that can be seen
  temperature bottom;  ///< coldest layer that can be seen
};

std::optional<store_ends> ends_of(const store_layout& store, const snapshot& now) {
  auto found = std::optional<store_ends>{};
  for (const auto layer : store.layers) {
    const auto t = now.good<temperature>(layer);
    if (!t) continue;
    if (!found) found = store_ends{*t, *t};
    found->bottom = *t;
  }
  return found;
}

}  // namespace

std::string_view to_text(local_mode m) {
  switch (m) {
  case local_mode::planner: return "planner";
  case local_mode::last_plan: return "last-plan";
  case local_mode::tariff_timer: return "tariff-timer";
  case local_mode::thermostat: return "thermostat";
  case local_mode::hardware_fallback: return "hardware-fallback";
  }
  return "unknown";
}

std::optional<temperature> setpoint_of(const zone_layout& zone, const snapshot& now) {
  if (const auto* fixed = std::get_if<temperature>(&zone.setpoint)) return *fixed;
  return now.good<temperature>(std::get<channel_id>(zone.setpoint));
}

local_control::local_control(std::shared_ptr<const layout> house)
    : house_{std::move(house)}, calls_(house_->plant ? house_->plant->zones.size() : 0) {}

bool local_control::call(std::size_t zone, std::optional<temperature> wanted, const snapshot& now) {
  const auto room = now.good<temperature>(house_->plant->zones[zone].temperature_channel);
  if (!room || !wanted) return false;
  if (*room < *wanted - zone_hysteresis) return true;
  if (*room > *wanted + zone_hysteresis) return false;
  return calls_[zone];
}

local_wish local_control::decide(const snapshot& now, const tariff& prices, const heat_plan* plan) {
  return decide(now, prices, plan, setpoints_for(*house_, {}, {}, now));
}

local_wish local_control::decide(const snapshot& now, const tariff& prices, const heat_plan* plan,
                                 const std::vector<zone_setpoint>& setpoints) {
  auto wish = local_wish{};
  if (!house_->plant) return wish;
  for (std::size_t i = 0; i < calls_.size(); ++i) calls_[i] = call(i, setpoints[i].setpoint, now);
  wish.calls = calls_;
  if (house_->plant->store) {
    heat_store(now, prices, plan, wish);
  } else {
    heat_zones(now, setpoints, wish);
  }
  wish.heat_pump_on = heating_;
  return wish;
}

void local_control::heat_zones(const snapshot& now, const std::vector<zone_setpoint>& setpoints,
                               local_wish& wish) {
  const auto& zones = house_->plant->zones;
  heating_ = std::any_of(calls_.begin(), calls_.end(), [](bool c) { return c; });
  wish.heat_pump_cause = heating_ ? "a zone calls for heat" : "no zone calls for heat";
  for (std::size_t i = 0; i < zones.size(); ++i)
    if (now.good<temperature>(zones[i].temperature_channel) && setpoints[i].setpoint) return;
  if (zones.empty()) return;
  wish.mode = local_mode::hardware_fallback;
  wish.heat_pump_cause = "no zone can be seen: the heat pump follows its own aquastat";
}

/// The plan says when, the store says whether there is room.
void local_control::follow(const heat_plan& plan, const planned_slot& slot, const snapshot& now,
                           local_wish& wish) {
  const auto& store = *house_->plant->store;
  const auto ends = *ends_of(store, now);
  wish.mode = now.at - plan.start < plan_fresh ? local_mode::planner : local_mode::last_plan;
  const auto full = std::max(store.max - full_below_max, store.min_top + coast_band);
  if (ends.bottom >= full)
    full_ = plan.start;
  else if (full_ && plan.start > *full_ && ends.bottom < full - topping_up)
    full_.reset();
  // A fresh plan knows how warm the store is and what it gives up; an old one does not.
  empty_ = wish.mode == local_mode::last_plan &&
           ends.top < (empty_ ? store.min_top + coast_band : store.min_top);
  const auto began = plan.slot_began(now.at);
  const auto newer_comes =
      wish.mode == local_mode::planner && plan.start < began && now.at - began < second_thoughts;
  if (empty_ || full_)
    heating_ = empty_;
  else if (!newer_comes)
    heating_ = slot.part > 0;
  const auto price = cents_per_kwh(slot.price);
  const auto saved = slot.more_otherwise ? in_dollars(*slot.more_otherwise) : std::string{};
  if (heating_ != (slot.part > 0) && !empty_ && !full_)
    wish.heat_pump_cause = "planned: as before, until the plan for this quarter of an hour is made";
  else if (empty_)
    wish.heat_pump_cause = "below an old plan: the store's top is down to " + degrees(ends.top);
  else if (slot.part > 0 && full_)
    wish.heat_pump_cause = "planned, and the store is full";
  else if (!slot.more_otherwise)
    wish.heat_pump_cause = slot.part > 0 ? "planned: a run goes on for its shortest time"
                                         : "planned: the compressor rests";
  else if (slot.part > 0)
    wish.heat_pump_cause =
        "planned: electricity at " + price + " now; waiting would cost " + saved + " more";
  else
    wish.heat_pump_cause =
        "planned: waits at " + price + " now; running would cost " + saved + " more";
}

void local_control::heat_store(const snapshot& now, const tariff& prices, const heat_plan* plan,
                               local_wish& wish) {
  const auto& store = *house_->plant->store;
  const auto ends = ends_of(store, now);
  if (!ends) {
    wish.mode = local_mode::hardware_fallback;
    wish.heat_pump_cause =
        "no store temperature can be trusted: the heat pump follows its own aquastat";
    heating_ = false;
    return;
  }
  const auto* slot =
      plan && now.at - plan->start < plan_old && prices.dated() ? plan->at(now.at) : nullptr;
  if (slot) return follow(*plan, *slot, now, wish);
  full_.reset();
  empty_ = false;
  const auto cheap = prices.cheap(now.at);
  wish.mode = cheap ? local_mode::tariff_timer : local_mode::thermostat;
  if (cheap.value_or(false)) {
    // Never below what the dear hours keep, or the cheap ones would coast where those heat.
    const auto full = std::max(store.max - full_below_max, store.min_top + coast_band);
    if (ends->bottom >= full)
      heating_ = false;
    else if (ends->bottom < full - refill_band || ends->top < store.min_top)
      heating_ = true;
    wish.heat_pump_cause = heating_ ? "cheap hours: filling the store, its coldest layer is at " +
                                          degrees(ends->bottom)
                                    : "cheap hours, and the store is full";
    return;
  }
  if (ends->top < store.min_top)
    heating_ = true;
  else if (ends->top >= store.min_top + coast_band)
    heating_ = false;
  const auto hours = std::string{cheap            ? "dear hours: "
                                 : prices.dated() ? ""
                                                  : "the date is unknown, so no hour is cheap: "};
  wish.heat_pump_cause =
      hours + (heating_ ? "the store's top is down to " : "the store's top is warm enough at ") +
      degrees(ends->top);
}

}  // namespace hearth
