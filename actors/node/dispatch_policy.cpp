#include "actors/node/dispatch_policy.hpp"

#include "actors/planner/hours_ahead.hpp"
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

/// A house is asked how it stands so long before it is bid for.
constexpr duration asked_before = std::chrono::minutes{1};

bool due_hourly(std::optional<time_point> last, time_point now) {
  return !last || floor<hours>(*last) != floor<hours>(now);
}

/// The next slot of the market.
std::optional<time_point> next_slot(const prices& p, time_point now) {
  if (now < p.start) return {};
  return p.start + p.slot * ((now - p.start) / p.slot + 1);
}

/// Said already and not answered yet: it is said again, in the same words.
std::optional<contract> repeated(const known_contract& known, const dispatch_options& o,
                                 time_point now) {
  if (!known.unanswered() || (known.sent && now < *known.sent + o.repeat_after)) return {};
  return known.offered;
}

/// The bid for the slot that comes next, once the house has said how it stands; before, that it is
/// asked.
std::optional<body> next_bid(const site_memory& house, const outlook& world,
                             const dispatch_options& o, const market_view& market, time_point now) {
  const auto start = next_slot(*world.prices, now);
  if (!start || now < *start - o.lead - asked_before) return {};
  const auto known = house.contracts.find(contract_id(house.site, *start));
  if (known != house.contracts.end()) {
    auto again = repeated(known->second, o, now);
    return again ? std::optional<body>{std::move(*again)} : std::nullopt;
  }
  if (!house.stands || house.stands->at < *start - o.lead - asked_before - limits::clock_skew) {
    if (house.said.asked && now < *house.said.asked + o.repeat_after) return {};
    return query{query_subject::standing};
  }
  if (now < *start - o.lead) return {};
  auto bid = bid_for(house, world, market, *start, world.prices->slot);
  return bid ? std::optional<body>{std::move(bid->terms)} : std::nullopt;
}

/// The contract for the slot that comes next, if it is one of the cheapest and time to offer it.
std::optional<contract> next_offer(const site_memory& house, const prices& p,
                                   const dispatch_options& o, time_point now) {
  const auto start = next_slot(p, now);
  if (!start || now < *start - o.lead) return {};
  if (!std::ranges::binary_search(cheapest_slots(p, *start, o.contracts_per_day, o.timezone),
                                  *start))
    return {};
  const auto id = contract_id(house.site, *start);
  if (const auto known = house.contracts.find(id); known != house.contracts.end())
    return repeated(known->second, o, now);
  return contract{id, *start, p.slot, o.fraction * o.nameplate, price_at(p, *start)};
}

}  // namespace

std::optional<std::string> validate(const dispatch_options& o, const outlook& world) {
  if (zone(o.timezone) == nullptr)
    return "unknown time zone '" + o.timezone + "'; write an IANA name such as America/New_York";
  if (o.contracts_per_day < 0 || o.contracts_per_day > 24)
    return "contracts per day must be 0 to 24";
  if (o.nameplate <= power{}) return "the nameplate power must be above zero";
  if (!(o.fraction > 0 && o.fraction <= 1)) return "the fraction must be above 0 and at most 1";
  if (!world.prices || (o.contracts_per_day == 0 && !o.bids)) return {};
  const auto slot = world.prices->slot;
  if (o.bids && slot % plan_slot != duration{})
    return "prices come every " + to_text(slot) +
           ", but slots that are bid for are 15, 30 or 60 min long";
  const auto whole = std::chrono::duration_cast<std::chrono::minutes>(slot);
  for (const auto allowed : {5, 15, 30, 60})
    if (whole == slot && whole.count() == allowed) {
      if (world.prices->start.time_since_epoch() % limits::contract_start_step == duration{0})
        return {};
      return "prices must start at a multiple of 5 min to be contracted by";
    }
  return "prices come every " + to_text(slot) + ", but contracts are 5, 15, 30 or 60 min long";
}

std::vector<time_point> cheapest_slots(const prices& p, time_point t, int count,
                                       const std::string& timezone) {
  const auto* z = zone(timezone);
  if (z == nullptr || p.slot <= duration{0} || count <= 0) return {};
  const auto [from, to] = local_day(t, *z);
  auto slots = std::vector<std::pair<energy_price, time_point>>{};
  const auto skipped = from > p.start ? (from - p.start + p.slot - duration{1}) / p.slot : 0;
  for (auto at = p.start + p.slot * skipped; at < to; at += p.slot)
    if (const auto price = price_at(p, at))
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

std::optional<prices> told_prices(const outlook& world, time_point now, duration horizon) {
  auto out = part_from(*world.prices, now, horizon);
  if (!out || !world.cleared) return out;
  if (const auto cleared = part_from(*world.cleared, now, duration{}); cleared)
    out->energy.front() = cleared->energy.front();
  return out;
}

std::optional<energy_price> clearing_price(const outlook& world, time_point start) {
  if (!world.prices) return {};
  const auto told = told_prices(world, start, duration{});
  return told ? price_at(*told, start) : std::nullopt;
}

std::vector<body> decide(const site_memory& house, const outlook& world, const dispatch_options& o,
                         time_point now, const market_view* market) {
  auto out = std::vector<body>{};
  if (house.presence_at(now) != presence::online) return out;
  if (world.prices && due_hourly(house.said.prices, now))
    if (auto p = told_prices(world, now, o.horizon)) out.emplace_back(std::move(*p));
  if (world.weather && due_hourly(house.said.weather, now))
    if (auto w = part_from(*world.weather, now, o.horizon)) out.emplace_back(std::move(*w));
  if (world.prices && o.bids && market != nullptr)
    if (auto b = next_bid(house, world, o, *market, now)) out.push_back(std::move(*b));
  if (world.prices && !o.bids && o.contracts_per_day > 0)
    if (auto c = next_offer(house, *world.prices, o, now)) out.emplace_back(std::move(*c));
  if (const auto* c = house.in_force(now))
    if (!house.said.heartbeat || now >= *house.said.heartbeat + o.heartbeat_every)
      out.emplace_back(heartbeat{c->offered->id});
  return out;
}

}  // namespace hearth
