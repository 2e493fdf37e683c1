#include "tools/simulate/tally.hpp"

#include <algorithm>
#include <utility>

namespace hearth::simulate {
namespace {

std::vector<std::string> names_of(const plant_layout& plant) {
  auto out = std::vector<std::string>{};
  for (const auto& z : plant.zones) out.push_back(z.name);
  return out;
}

std::optional<temperature> setpoint_of(const zone_layout& zone) {
  const auto* fixed = std::get_if<temperature>(&zone.setpoint);
  return fixed != nullptr ? std::optional{*fixed} : std::nullopt;
}

/// Water gives heat to a room only while it is the warmer of the two.
energy usable_heat(const simulated::plant& plant, const plant_layout& house) {
  auto warmest = celsius(20);
  for (const auto& z : house.zones) warmest = std::max(warmest, setpoint_of(z).value_or(warmest));
  return plant.store().heat_above(warmest);
}

}  // namespace

tally::tally(std::shared_ptr<const layout> house, const simulated::plant& start, time_point from,
             duration slot_length)
    : house_{std::move(house)},
      before_{start},
      slot_began_{start},
      slots_{from, slot_length, start.layer_count(), names_of(*house_->plant)},
      best_{*house_->plant, *house_->simulation, start} {
  totals_.store_start = start.store().heat();
  for (const auto& z : house_->plant->zones) {
    const auto& all = house_->simulation->zones;
    conductance_w_per_k_.push_back(
        std::ranges::find(all, z.name, &simulation_layout::zone::name)->conductance_w_per_k);
  }
}

void tally::happened(const event& e) {
  events_.push(e);
  if (e.kind == "interlock") ++totals_.interlock_interventions;
}

void tally::said(const body& b) {
  if (is_journaled(b)) log_.add(b);
  if (const auto* state = std::get_if<state_report>(&b)) in_charge_ = state->in_charge;
}

void tally::passed(time_point from, time_point now, const simulated::plant& is,
                   std::optional<energy_price> price) {
  const auto used = is.heat_pump_energy() - before_.heat_pump_energy();
  if (price) {
    totals_.energy_cost += used * *price;
    best_.add(before_, is, *price, now - from);
  } else {
    totals_.unpriced += used;
  }
  const auto rank = std::ranges::find(authorities, in_charge_) - authorities.begin();
  totals_.in_charge[static_cast<std::size_t>(rank)] += now - from;
  before_ = is;
  follow_compressor(now);
  feel(now - from);
}

void tally::follow_compressor(time_point now) {
  const auto running = before_.phase() != simulated::heat_pump_phase::off;
  if (running && !running_since_) {
    running_since_ = now;
    ++totals_.heat_pump_starts;
  } else if (!running && running_since_) {
    const auto length = now - *running_since_;
    totals_.shortest_run = std::min(totals_.shortest_run.value_or(length), length);
    running_since_.reset();
  }
}

/// How cold it was, and what heat it would have taken to keep it from being so.
void tally::feel(duration length) {
  for (std::size_t z = 0; z < before_.zone_count(); ++z) {
    const auto wanted = setpoint_of(house_->plant->zones[z]);
    if (!wanted) continue;
    const auto lacking = *wanted - comfort_tolerance - before_.room(z);
    if (lacking <= temperature_difference{}) continue;
    totals_.comfort_below += lacking * length;
    totals_.unserved_heat += conductance_w_per_k_[z] * lacking.in(kelvin)*watt * length;
  }
}

void tally::end_slot(time_point start, time_point now, std::optional<energy_price> price) {
  const auto length = std::chrono::duration<double>(now - start);
  const auto was = slot_began_.books(), is = before_.books();
  auto slot = told_slot{};
  slot.outdoor = before_.outdoor();
  slot.price = price;
  slot.heat_pump = (is.electric_in - was.electric_in) / length;
  slot.house = (before_.house_energy() - slot_began_.house_energy()) / length;
  slot.heat_to_water = (is.made - was.made) / length;
  slot.heat_to_zones = (is.emitted - was.emitted) / length;
  slot.stored = usable_heat(before_, *house_->plant);
  for (std::size_t i = 0; i < before_.layer_count(); ++i) slot.layers.push_back(before_.layer(i));
  for (std::size_t z = 0; z < before_.zone_count(); ++z)
    slot.rooms.push_back({before_.room(z), setpoint_of(house_->plant->zones[z])});
  slot.in_charge = in_charge_;
  slot.phase = before_.phase();
  slots_.push(slot);
  slot_began_ = before_;
}

run_totals tally::totals() const {
  auto t = totals_;
  const auto books = before_.books();
  t.electricity = books.electric_in;
  t.heat_delivered = books.emitted;
  t.heat_lost = books.lost_store + books.lost_pipes;
  t.store_end = before_.store().heat();
  t.balance_error = books.imbalance();
  t.event_log_sha256 = log_.hex();
  return t;
}

result<money> tally::bound() const {
  if (totals_.unpriced > energy{})
    return failed(fault_code::not_ready, "a part of the time has no price");
  return best_.least_cost(before_).map([](const bound_answer& b) { return b.cost; });
}

}  // namespace hearth::simulate
