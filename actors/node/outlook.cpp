#include "actors/node/outlook.hpp"

#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// The place of `t` in a series of `size` slots.
std::optional<std::size_t> place(time_point t, time_point start, duration slot, std::size_t size) {
  if (t < start || slot <= duration{0}) return {};
  const auto i = static_cast<std::size_t>((t - start) / slot);
  return i < size ? std::optional{i} : std::nullopt;
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

std::vector<energy_price> per_mwh(const series& s) {
  auto out = std::vector<energy_price>{};
  out.reserve(s.values.size());
  for (const auto v : s.values) out.push_back(v * usd_per_mwh);
  return out;
}

}  // namespace

prices prices_of(std::span<const series> columns) {
  if (columns.empty()) return {};
  auto out = prices{columns[0].start, columns[0].step, per_mwh(columns[0]), {}};
  if (columns.size() > 1) out.distribution = per_mwh(columns[1]);
  return out;
}

weather weather_of(const series& outdoor) {
  auto out = weather{outdoor.start, outdoor.step, {}};
  for (const auto v : outdoor.values) out.outdoor.push_back(celsius(v));
  return out;
}

std::optional<energy_price> price_at(const prices& p, time_point t) {
  const auto i = place(t, p.start, p.slot, p.energy.size());
  if (!i) return {};
  return p.energy[*i] + (*i < p.distribution.size() ? p.distribution[*i] : energy_price{});
}

std::optional<prices> part_from(const prices& all, time_point now, duration horizon) {
  const auto i = place(now, all.start, all.slot, all.energy.size());
  if (!i) return {};
  const auto count = slots_in(horizon, all.slot);
  return prices{all.start + all.slot * static_cast<std::int64_t>(*i), all.slot,
                cut(all.energy, *i, count), cut(all.distribution, *i, count)};
}

std::optional<weather> part_from(const weather& all, time_point now, duration horizon) {
  const auto i = place(now, all.start, all.slot, all.outdoor.size());
  if (!i) return {};
  return weather{all.start + all.slot * static_cast<std::int64_t>(*i), all.slot,
                 cut(all.outdoor, *i, slots_in(horizon, all.slot))};
}

}  // namespace hearth
