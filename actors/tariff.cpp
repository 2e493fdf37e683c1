#include "actors/tariff.hpp"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <cstdio>

namespace hearth {
namespace {

bool holds(const tariff_window& w, date::local_time<duration> local) {
  const auto day = date::floor<date::days>(local);
  const auto in_day = local - day;
  const auto wraps = w.to <= w.from;
  const auto inside = wraps ? in_day >= w.from || in_day < w.to : in_day >= w.from && in_day < w.to;
  if (!inside || !w.weekdays_only) return inside;
  // The part after midnight belongs to the day on which the window began.
  const auto began = date::weekday{wraps && in_day < w.to ? day - date::days{1} : day};
  return began != date::Saturday && began != date::Sunday;
}

}  // namespace

tariff::tariff(tariff_layout terms, const std::string& timezone) : terms_{std::move(terms)} {
  try {
    zone_ = date::locate_zone(timezone);
  } catch (const std::runtime_error&) {
    zone_ = nullptr;
  }
}

/// The slot of the published prices that holds `t`.
std::optional<std::size_t> tariff::published_slot(time_point t) const {
  if (!published_ || !dates_.known() || published_->slot <= duration{0}) return {};
  const auto utc = dates_.utc(t);
  if (utc < published_->start) return {};
  const auto slot = static_cast<std::size_t>((utc - published_->start) / published_->slot);
  if (slot >= published_->energy.size()) return {};
  return slot;
}

energy_price tariff::from_layout(time_point t) const {
  if (!dates_.known()) return terms_.distribution;
  const auto utc = date::sys_time<duration>{dates_.utc(t).time_since_epoch()};
  const auto local =
      zone_ ? zone_->to_local(utc) : date::local_time<duration>{utc.time_since_epoch()};
  for (const auto& w : terms_.windows)
    if (holds(w, local)) return w.price;
  return terms_.distribution;
}

energy_price tariff::distribution(time_point t) const {
  if (const auto slot = published_slot(t); slot && *slot < published_->distribution.size())
    return published_->distribution[*slot];
  return from_layout(t);
}

std::optional<energy_price> tariff::energy(time_point t) const {
  if (terms_.energy) return terms_.energy;
  if (const auto slot = published_slot(t)) return published_->energy[*slot];
  return {};
}

std::optional<energy_price> tariff::total(time_point t) const {
  const auto price = energy(t);
  if (!price) return {};
  return *price + distribution(t);
}

std::optional<bool> tariff::cheap(time_point t) const {
  if (!dates_.known()) return {};
  auto lowest = terms_.distribution;
  auto highest = terms_.distribution;
  for (const auto& w : terms_.windows) {
    lowest = std::min(lowest, w.price);
    highest = std::max(highest, w.price);
  }
  if (lowest == highest) return {};
  return from_layout(t) < (lowest + highest) / 2;
}

std::string tariff::local_text(time_point t) const {
  const auto utc = date::sys_time<duration>{dates_.utc(t).time_since_epoch()};
  const auto local =
      zone_ ? zone_->to_local(utc) : date::local_time<duration>{utc.time_since_epoch()};
  return date::format("%a %H:%M", date::floor<std::chrono::minutes>(local));
}

}  // namespace hearth
