#include "actors/grid_response.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// The store carries the house again when its top has this much more than it must have.
constexpr auto recovered_band = 5 * kelvin;
/// Full is a coldest layer this close under the maximum, as in the cheap hours; an emergency goes
/// on until the interlock is near.
constexpr auto full_below_max = std::array{10 * kelvin, 4 * kelvin};
/// There is room again when so much has been lost.
constexpr auto room_band = 5 * kelvin;

}  // namespace

void grid_response::watch(const snapshot& now, const local_wish& local) {
  if (!house_->plant) return;
  if (!house_->plant->store) {
    needs_heat_ = std::find(local.calls.begin(), local.calls.end(), true) != local.calls.end();
    return;
  }
  const auto& store = *house_->plant->store;
  auto top = std::optional<temperature>{};
  auto bottom = std::optional<temperature>{};
  for (const auto layer : store.layers)
    if (const auto t = now.good<temperature>(layer)) {
      if (!top) top = t;
      bottom = t;
    }
  store_seen_ = top.has_value();
  if (!store_seen_) return;
  if (*top < store.min_top)
    needs_heat_ = true;
  else if (*top >= store.min_top + recovered_band)
    needs_heat_ = false;
  for (std::size_t i = 0; i < full_.size(); ++i) {
    const auto full = std::max(store.max - full_below_max[i], store.min_top + recovered_band);
    if (*bottom >= full)
      full_[i] = true;
    else if (*bottom < full - room_band)
      full_[i] = false;
  }
}

bool grid_response::has_room(grid_severity how) const {
  return store_seen_ && !full_[how == grid_severity::emergency ? 1 : 0];
}

std::optional<grid_response::wish> grid_response::decide(const grid_leases& asked,
                                                         bool under_contract, bool in_trouble,
                                                         time_point now) const {
  const auto applies = [&](grid_severity how, bool costs_comfort) {
    switch (how) {
    case grid_severity::gentle: return !under_contract && !costs_comfort;
    case grid_severity::firm:
    case grid_severity::emergency: break;
    }
    return true;
  };
  if (const auto s = asked.shedding(now)) {
    const auto endures = s->severity == grid_severity::emergency || !in_trouble;
    if (endures && applies(s->severity, needs_heat_))
      return wish{false, "the grid asks to shed: " + s->reason};
  }
  if (const auto r = asked.raising(now); r && has_room(r->severity) && applies(r->severity, false))
    return wish{true, "the grid asks to use power: " + r->reason};
  const auto dark = asked.announced_outage(now);
  if (dark && now < dark->from && now >= dark->from - limits::precharge_ahead &&
      has_room(grid_severity::gentle) && applies(grid_severity::gentle, false))
    return wish{true, "filling the store before an announced outage: " + dark->reason};
  return {};
}

}  // namespace hearth
