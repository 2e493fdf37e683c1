#include "tools/simulate/record.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <set>
#include <utility>

namespace hearth::simulate {
namespace {

/// A zone's name as part of a column's: what would need quotes in a file becomes a '_'.
std::string as_word(std::string_view name) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  };
  auto word = std::string{};
  for (const auto c : name) word += plain(c) ? c : '_';
  return word;
}

std::vector<std::string> unique_words(const std::vector<std::string>& names) {
  auto words = std::vector<std::string>{};
  auto taken = std::set<std::string>{};
  for (const auto& name : names) {
    auto word = as_word(name);
    for (auto copy = 2; !taken.insert(word).second; ++copy)
      word = as_word(name) + "_" + std::to_string(copy);
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace

void column::push(std::optional<double> value) {
  assert(!value || std::isfinite(*value));
  const auto slot = values_.size();
  values_.push_back(static_cast<float>(value.value_or(0)));
  if (value) return;
  if (!gaps_.empty() && gaps_.back().to == slot)
    ++gaps_.back().to;
  else
    gaps_.push_back({slot, slot + 1});
}

std::optional<double> column::at(std::size_t slot) const {
  const auto after = std::upper_bound(gaps_.begin(), gaps_.end(), slot,
                                      [](std::size_t s, const gap& g) { return s < g.to; });
  if (after != gaps_.end() && after->from <= slot) return {};
  return values_[slot];
}

slot_table::slot_table(time_point start, duration step, std::size_t layers,
                       std::vector<std::string> zones)
    : start_{start},
      step_{step},
      zones_{std::move(zones)},
      layers_(layers),
      rooms_(zones_.size()),
      setpoints_(zones_.size()) {
  assert(step > duration{});
}

void slot_table::push(const told_slot& s) {
  assert(s.layers.size() == layers_.size() && s.rooms.size() == rooms_.size());
  outdoor_.push(s.outdoor.in_celsius());
  price_.push(s.price ? std::optional{s.price->in(usd_per_mwh)} : std::nullopt);
  heat_pump_.push(s.heat_pump.in(watt));
  house_.push(s.house.in(watt));
  to_water_.push(s.heat_to_water.in(watt));
  to_zones_.push(s.heat_to_zones.in(watt));
  stored_.push(s.stored.in(kilowatt_hour));
  for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].push(s.layers[i].in_celsius());
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    const auto& room = s.rooms[i];
    rooms_[i].push(room.is.in_celsius());
    setpoints_[i].push(room.setpoint ? std::optional{room.setpoint->in_celsius()} : std::nullopt);
  }
  in_charge_.push(static_cast<double>(s.in_charge));
  phase_.push(static_cast<double>(s.phase));
}

void slot_table::reserve(std::size_t slots) {
  for (auto* c : {&outdoor_, &price_, &heat_pump_, &house_, &to_water_, &to_zones_, &stored_,
                  &in_charge_, &phase_})
    c->reserve(slots);
  for (auto* group : {&layers_, &rooms_, &setpoints_})
    for (auto& c : *group) c.reserve(slots);
}

told_slot slot_table::at(std::size_t slot) const {
  const auto number = [slot](const column& c) { return c.at(slot).value_or(0); };
  auto s = told_slot{};
  s.outdoor = celsius(number(outdoor_));
  if (const auto price = price_.at(slot)) s.price = *price * usd_per_mwh;
  s.heat_pump = number(heat_pump_) * watt;
  s.house = number(house_) * watt;
  s.heat_to_water = number(to_water_) * watt;
  s.heat_to_zones = number(to_zones_) * watt;
  s.stored = number(stored_) * kilowatt_hour;
  for (const auto& layer : layers_) s.layers.push_back(celsius(number(layer)));
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    auto room = room_climate{celsius(number(rooms_[i])), {}};
    if (const auto wish = setpoints_[i].at(slot)) room.setpoint = celsius(*wish);
    s.rooms.push_back(room);
  }
  s.in_charge = static_cast<authority>(number(in_charge_));
  s.phase = static_cast<simulated::heat_pump_phase>(number(phase_));
  return s;
}

std::vector<named_column> slot_table::columns() const {
  auto all = std::vector<named_column>{
      {"outdoor_c", 2, 0.05, &outdoor_},      {"price_usd_per_mwh", 2, 0.1, &price_},
      {"heat_pump_w", 0, 10, &heat_pump_},    {"house_w", 0, 10, &house_},
      {"heat_to_water_w", 0, 10, &to_water_}, {"heat_to_zones_w", 0, 10, &to_zones_},
      {"stored_kwh", 3, 0.02, &stored_}};
  for (std::size_t i = 0; i < layers_.size(); ++i)
    all.push_back({"layer_" + std::to_string(i + 1) + "_c", 2, 0.1, &layers_[i]});
  const auto words = unique_words(zones_);
  for (std::size_t i = 0; i < rooms_.size(); ++i) {
    all.push_back({"room_" + words[i] + "_c", 2, 0.05, &rooms_[i]});
    all.push_back({"setpoint_" + words[i] + "_c", 2, 0.05, &setpoints_[i]});
  }
  all.push_back({"authority_rank", 0, 1, &in_charge_});
  all.push_back({"heat_pump_phase", 0, 1, &phase_});
  return all;
}

void event_list::push(event e) {
  auto& count = counts_[static_cast<std::size_t>(e.severity)];
  if (++count > most) return;
  const auto place = std::upper_bound(kept_.begin(), kept_.end(), e.at,
                                      [](time_point at, const event& k) { return at < k.at; });
  kept_.insert(place, std::move(e));
}

}  // namespace hearth::simulate
