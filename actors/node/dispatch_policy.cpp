#include "actors/node/dispatch_policy.hpp"

#include "protocol/limits.hpp"

#include <date/tz.h>

#include <algorithm>

namespace hearth {
namespace {

using std::chrono::floor;
using std::chrono::hours;

const date::time_zone* zone(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

/// The first and the last instant of the local day that holds `t`; 23 to 25 hours apart.
std::pair<time_point, time_point> local_day(time_point t, const date::time_zone& z) {
  const auto day = date::floor<date::days>(z.to_local(t));
  const auto midnight = [&](date::local_days d) {
    return std::chrono::time_point_cast<duration>(z.to_sys(d, date::choose::earliest));
  };
  return {midnight(day), midnight(day + date::days{1})};
}

/// The place of `t` in a series of `size` slots.
std::optional<std::size_t> place(time_point t, time_point start, duration slot, std::size_t size) {
  if (t < start || slot <= duration{0}) return {};
  const auto i = static_cast<std::size_t>((t - start) / slot);
  return i < size ? std::optional{i} : std::nullopt;
}

std::optional<energy_price> price_in(const prices& p, time_point t) {
  const auto i = place(t, p.start, p.slot, p.energy.size());
  if (!i) return {};
  return p.energy[*i] + (*i < p.distribution.size() ? p.distribution[*i] : energy_price{});
}

/// The part of `all` that holds [i, i + count).
template <class T>
std::vector<T> cut(const std::vector<T>& all, std::size_t i, std::size_t count) {
  const auto from = all.begin() + static_cast<std::ptrdiff_t>(std::min(i, all.size()));
  const auto left = static_cast<std::size_t>(all.end() - from);
  return {from, from + static_cast<std::ptrdiff_t>(std::min(count, left))};
}

std::size_t slots_in(duration horizon, duration slot) {
  return std::clamp<std::size_t>(static_cast<std::size_t>(horizon / slot), 1, limits::series_slots);
}

std::optional<prices> prices_from(const prices& all, time_point now, duration horizon) {
  const auto i = place(now, all.start, all.slot, all.energy.size());
  if (!i) return {};
  const auto count = slots_in(horizon, all.slot);
  return prices{all.start + all.slot * static_cast<std::int64_t>(*i), all.slot,
                cut(all.energy, *i, count), cut(all.distribution, *i, count)};
}

std::optional<weather> weather_from(const weather& all, time_point now, duration horizon) {
  const auto i = place(now, all.start, all.slot, all.outdoor.size());
  if (!i) return {};
  return weather{all.start + all.slot * static_cast<std::int64_t>(*i), all.slot,
                 cut(all.outdoor, *i, slots_in(horizon, all.slot))};
}

bool due_hourly(std::optional<time_point> last, time_point now) {
  return !last || floor<hours>(*last) != floor<hours>(now);
}

/// The contract for the slot that comes next, if it is one of the cheapest and time to offer it.
std::optional<contract> next_offer(const site_memory& house, const prices& p,
                                   const dispatch_options& o, time_point now) {
  const auto i = place(now, p.start, p.slot, p.energy.size());
  if (!i) return {};
  const auto start = p.start + p.slot * static_cast<std::int64_t>(*i + 1);
  if (now < start - o.lead) return {};
  if (!std::ranges::binary_search(cheapest_slots(p, start, o.contracts_per_day, o.timezone), start))
    return {};
  const auto id = contract_id(house.site, start);
  if (const auto known = house.contracts.find(id); known != house.contracts.end()) {
    const auto& c = known->second;
    if (!c.unanswered() || (c.sent && now < *c.sent + o.repeat_after)) return {};
  }
  return contract{id, start, p.slot, o.fraction * o.nameplate};
}

}  // namespace

std::optional<std::string> validate(const dispatch_options& o, const outlook& world) {
  if (zone(o.timezone) == nullptr)
    return "unknown time zone '" + o.timezone + "'; write an IANA name such as America/New_York";
  if (o.contracts_per_day < 0 || o.contracts_per_day > 24)
    return "contracts per day must be 0 to 24";
  if (o.nameplate <= power{}) return "the nameplate power must be above zero";
  if (!(o.fraction > 0 && o.fraction <= 1)) return "the fraction must be above 0 and at most 1";
  if (!world.prices || o.contracts_per_day == 0) return {};
  const auto slot = world.prices->slot;
  const auto whole = std::chrono::duration_cast<std::chrono::minutes>(slot);
  for (const auto allowed : {5, 15, 30, 60})
    if (whole == slot && whole.count() == allowed) {
      if (world.prices->start.time_since_epoch() % limits::contract_start_step == duration{0})
        return {};
      return "prices must start at a multiple of 5 min to be contracted by";
    }
  return "prices come every " + to_text(slot) + ", but contracts are 5, 15, 30 or 60 min long";
}

std::optional<energy_price> price_at(const outlook& world, time_point t) {
  return world.prices ? price_in(*world.prices, t) : std::nullopt;
}

std::vector<time_point> cheapest_slots(const prices& p, time_point t, int count,
                                       const std::string& timezone) {
  const auto* z = zone(timezone);
  if (z == nullptr || p.slot <= duration{0} || count <= 0) return {};
  const auto [from, to] = local_day(t, *z);
  auto slots = std::vector<std::pair<energy_price, time_point>>{};
  const auto skipped = from > p.start ? (from - p.start + p.slot - duration{1}) / p.slot : 0;
  for (auto at = p.start + p.slot * skipped; at < to; at += p.slot)
    if (const auto price = price_in(p, at))
      slots.emplace_back(*price, at);
    else
      break;
  const auto chosen = std::min(slots.size(), static_cast<std::size_t>(count));
  std::ranges::sort(slots);
  slots.resize(chosen);
  auto out = std::vector<time_point>{};
  for (const auto& [price, at] : slots) out.push_back(at);
  std::ranges::sort(out);
  return out;
}

std::string contract_id(const std::string& site, time_point start) {
  return site + "/" + to_iso8601(start);
}

std::vector<body> decide(const site_memory& house, const outlook& world, const dispatch_options& o,
                         time_point now) {
  auto out = std::vector<body>{};
  if (house.presence_at(now) != presence::online) return out;
  if (world.prices && due_hourly(house.said.prices, now))
    if (auto p = prices_from(*world.prices, now, o.horizon)) out.emplace_back(std::move(*p));
  if (world.weather && due_hourly(house.said.weather, now))
    if (auto w = weather_from(*world.weather, now, o.horizon)) out.emplace_back(std::move(*w));
  if (world.prices && o.contracts_per_day > 0)
    if (auto c = next_offer(house, *world.prices, o, now)) out.emplace_back(std::move(*c));
  if (const auto* c = house.in_force(now))
    if (!house.said.heartbeat || now >= *house.said.heartbeat + o.heartbeat_every)
      out.emplace_back(heartbeat{c->offered->id});
  return out;
}

}  // namespace hearth
