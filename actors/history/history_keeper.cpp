#include "actors/history/history_keeper.hpp"

#include "actors/planner/store_estimate.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

namespace hearth {
namespace {

struct derived_row {
  std::string_view name, unit;
};
/// In the order of `history_keeper::derived`.
constexpr auto derived_rows = std::array<derived_row, history_keeper::derived_channels>{{
    {"hearth.price", "USD/kWh"},
    {"hearth.cost", "USD/h"},
    {"hearth.thermostat.power", "W"},
    {"hearth.thermostat.cost", "USD/h"},
    {"hearth.store.worth", "USD"},
    {"hearth.plan.power", "W"},
    {"hearth.plan.store", "°C"},
    {"hearth.store", "°C"},
    {"hearth.in_charge", "count"},
}};

/// Between two values of these stands none: a switch is on or off, a counter has counted so far.
bool keeps_last(unit u) { return u == unit::on_off || u == unit::count || u == unit::watt_hour; }

double usd_per_hour(power p, energy_price price) {
  return (p * std::chrono::hours{1} * price).in(us_dollar);
}

}  // namespace

history_keeper::history_keeper(std::shared_ptr<const layout> house, duration interval,
                               bool exact_dates)
    : house_{std::move(house)},
      interval_{std::max(interval, duration{std::chrono::seconds{1}})},
      belief_{exact_dates},
      tariff_{house_->tariff, house_->timezone},
      calendar_{house_->timezone},
      placed_{exact_dates} {
  tariff_.redate(belief_.dates());
  for (const auto& c : house_->channels) {
    channels_.push_back({c.name, std::string{symbol(c.unit)}});
    keeps_last_.push_back(keeps_last(c.unit));
  }
  for (const auto& row : derived_rows) {
    channels_.push_back({std::string{row.name}, std::string{row.unit}});
    keeps_last_.push_back(false);
  }
  keeps_last_[place_of(derived::in_charge)] = true;
  if (house_->plant)
    for (const auto& zone : house_->plant->zones) {
      channels_.push_back({"hearth.setpoint." + zone.name, "°C"});
      keeps_last_.push_back(true);
    }
  now_.resize(channels_.size());
}

time_point history_keeper::slot_of(time_point house) const {
  const auto at = placed_ ? belief_.utc(house) : house;
  const auto start = time_point{at.time_since_epoch() / interval_ * interval_};
  return placed_ ? belief_.dates().house(start) : start;
}

void history_keeper::add(std::size_t channel, double amount) {
  if (!std::isfinite(amount)) return;
  auto& n = now_[channel];
  n.sum += amount;
  n.last = amount;
  ++n.count;
}

void history_keeper::see(const snapshot& now) {
  if (!placed_ && belief_.believed(now.at)) place_waiting(now.at);
  const auto slot = slot_of(now.at);
  if (slot_ && *slot_ != slot) close();
  slot_ = slot;
  const auto channels = std::min(now.points.size(), house_->channels.size());
  for (std::size_t i = 0; i < channels; ++i) {
    const auto& p = now.points[i];
    if (p.quality == quality::good && p.value) add(i, p.value->amount);
  }
  if (in_charge_) add(place_of(derived::in_charge), static_cast<double>(*in_charge_));
  const auto zones = house_->plant ? house_->plant->zones.size() : 0;
  for (std::size_t i = 0; i < std::min(zones, setpoints_.size()); ++i)
    if (setpoints_[i]) add(place_of_setpoint(i), setpoints_[i]->in_celsius());
  if (house_->plant && house_->plant->store)
    if (const auto is = estimate_store(*house_->plant->store, now))
      add(place_of(derived::store), is->mean.in_celsius());
}

void history_keeper::close() {
  auto done = finished_slot{*slot_, {}};
  for (std::size_t i = 0; i < now_.size(); ++i) {
    auto& n = now_[i];
    if (n.count == 0) continue;
    done.values.emplace_back(i, static_cast<float>(keeps_last_[i] ? n.last : n.sum / n.count));
    n = {};
  }
  slot_.reset();
  if (placed_) return place(done);
  waiting_values_ += done.values.size();
  waiting_.push_back(std::move(done));
  while (waiting_values_ > undated_values) {
    waiting_values_ -= waiting_.front().values.size();
    waiting_.pop_front();
    ++lost_;
  }
}

void history_keeper::place(const finished_slot& slot) {
  // The middle of the slot, which is not aligned if it waited for its date.
  const auto middle = slot.start + interval_ / 2;
  const auto utc = belief_.utc(middle).time_since_epoch() / interval_ * interval_;
  const auto at = time_point{utc};
  for (const auto& [channel, value] : slot.values) out_.push_back({channel, at, value});
  const auto price = tariff_.total(middle);
  if (!price) return;
  const auto usd_per_kwh = (*price * kilowatt_hour).in(us_dollar);
  out_.push_back({place_of(derived::price), at, static_cast<float>(usd_per_kwh)});
  if (!house_->plant || !house_->plant->heat_pump.power_meter) return;
  const auto meter = house_->plant->heat_pump.power_meter->value;
  for (const auto& [channel, value] : slot.values)
    if (channel == meter)
      out_.push_back(
          {place_of(derived::cost), at, static_cast<float>(usd_per_hour(value * watt, *price))});
}

void history_keeper::place_waiting(time_point now) {
  if (slot_) close();
  placed_ = belief_.believed(now);
  for (const auto& slot : std::exchange(waiting_, {})) place(slot);
  waiting_values_ = 0;
  for (const auto& slot : std::exchange(thermostat_waiting_, {})) place_thermostat(slot);
}

void history_keeper::hear(const body& said) {
  if (const auto* p = std::get_if<prices>(&said))
    tariff_.learn(*p);
  else if (const auto* s = std::get_if<state_report>(&said))
    in_charge_ = s->in_charge;
}

void history_keeper::redate(const dating& dates, time_point now) {
  // The slot in progress belongs to the date by which it began.
  const auto jumps = dates.offset != belief_.dates().offset;
  if (placed_ && slot_ && jumps) close();
  belief_.redate(dates, now);
  tariff_.redate(dates);
  if (placed_ && !belief_.believed(now)) {
    if (slot_) close();
    placed_ = false;
  } else if (!placed_ && belief_.believed(now)) {
    place_waiting(now);
  }
}

void history_keeper::spread(derived d, time_point from, time_point to, double value) {
  if (!std::isfinite(value)) return;
  auto at = time_point{from.time_since_epoch() / interval_ * interval_};
  if (at < from) at += interval_;
  for (; at < to; at += interval_) out_.push_back({place_of(d), at, static_cast<float>(value)});
}

void history_keeper::place_thermostat(const thermostat_slot& slot) {
  if (slot.length <= duration{} || slot.length > std::chrono::hours{1}) return;
  const auto from = belief_.utc(slot.start), to = from + slot.length;
  const auto hours = std::chrono::duration<double, std::ratio<3600>>(slot.length).count();
  const auto mean_w = slot.electricity.in(watt_hour) / hours;
  spread(derived::thermostat_power, from, to, mean_w);
  spread(derived::store_worth, from, to, slot.ahead.in(us_dollar));
  if (slot.price)
    spread(derived::thermostat_cost, from, to, usd_per_hour(mean_w * watt, *slot.price));
}

bool history_keeper::begins_a_day(time_point utc) {
  const auto day = calendar_.day_of(utc);
  return std::exchange(planned_day_, day) != day;
}

void history_keeper::plan(const plan_news& news) {
  for (const auto& slot : news.thermostat) {
    if (placed_) {
      place_thermostat(slot);
      continue;
    }
    thermostat_waiting_.push_back(slot);
    if (thermostat_waiting_.size() > undated_slots) thermostat_waiting_.pop_front();
  }
  const auto& plan = news.plan;
  if (!placed_ || plan.slots.empty() || plan.slot <= duration{}) return;
  const auto made = belief_.utc(news.at);
  if (!begins_a_day(made)) return;
  const auto over = calendar_.day_after(made);
  auto from = belief_.utc(plan.start);
  auto length = plan.first;
  for (const auto& slot : plan.slots) {
    if (from >= over) break;
    const auto to = std::min(from + length, over);
    const auto hours = std::chrono::duration<double, std::ratio<3600>>(length).count();
    if (hours > 0) spread(derived::plan_power, from, to, slot.electricity.in(watt_hour) / hours);
    spread(derived::plan_store, from, to, slot.store.in_celsius());
    from += length;
    length = plan.slot;
  }
}

std::vector<kept_value> history_keeper::take(bool everything) {
  if (everything && slot_) close();
  return std::exchange(out_, {});
}

}  // namespace hearth
