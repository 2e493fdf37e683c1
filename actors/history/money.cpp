#include "actors/history/money.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr auto cost = "hearth.cost";
constexpr auto thermostat_power = "hearth.thermostat.power";
constexpr auto thermostat_cost = "hearth.thermostat.cost";
constexpr auto store_worth = "hearth.store.worth";

/// Days begin with a quarter of an hour in every time zone, and a plan's slot is one.
constexpr duration finest = 15min;
/// Of longer windows hours are asked for.
constexpr auto long_window = std::chrono::hours{24 * 800};

const history_series* find(const history_answer& in, std::string_view channel) {
  const auto found = std::ranges::find(in.series, channel, &history_series::channel);
  return found != in.series.end() ? &*found : nullptr;
}

/// The value of the bucket that begins at `t`.
std::optional<double> at(const history_series* s, time_point t) {
  if (s == nullptr) return {};
  const auto found = std::ranges::lower_bound(s->starts, t);
  if (found == s->starts.end() || *found != t) return {};
  const auto& value = s->values[static_cast<std::size_t>(found - s->starts.begin())];
  return value ? std::optional<double>{*value} : std::nullopt;
}

}  // namespace

result<money_count> money_count::of(const money_query& asked, const local_calendar& days,
                                    std::string heat_pump) {
  auto out = money_count{std::move(heat_pump)};
  if (asked.from >= asked.to)
    return failed(fault_code::refused, "the window ends before it begins");
  const auto next = [&](time_point t) {
    switch (asked.by) {
    case bucket::day: return days.day_after(t);
    case bucket::month: return days.month_after(t);
    case bucket::interval: break;
    }
    return t + asked.interval;
  };
  auto start = asked.from;
  if (asked.by == bucket::day) start = days.day_of(start);
  if (asked.by == bucket::month) start = days.month_of(start);
  if (asked.by == bucket::interval) {
    if (asked.interval < finest || asked.interval % finest != duration{})
      return failed(fault_code::refused, "money is counted in multiples of 15 minutes");
    start = time_point{start.time_since_epoch() / asked.interval * asked.interval};
  }
  while (start < asked.to) {
    if (out.rows_.size() == most_rows)
      return failed(fault_code::overflow, "that would be too many rows; ask for a shorter time");
    const auto end = next(start);
    if (end <= start) break;
    out.rows_.emplace_back(start, end);
    start = end;
  }
  const auto window = out.rows_.back().second - out.rows_.front().first;
  out.step_ = window > long_window && asked.by != bucket::interval ? duration{1h} : finest;
  return out;
}

history_query money_count::sums() const {
  return {{heat_pump_, cost, thermostat_power, thermostat_cost},
          rows_.front().first,
          rows_.back().second,
          bucket::interval,
          step_,
          0,
          fold::integral};
}

history_query money_count::worth() const {
  return {
      {store_worth}, rows_.front().first - step_, rows_.back().second, bucket::interval, step_, 0,
      fold::average};
}

money_answer money_count::count(const history_answer& sums, const history_answer& worth) const {
  const auto* used = find(sums, heat_pump_);
  const auto* paid = find(sums, cost);
  const auto* shadow_used = find(sums, thermostat_power);
  const auto* shadow_paid = find(sums, thermostat_cost);
  const auto* ahead = find(worth, store_worth);
  auto out = money_answer{};
  for (const auto& [start, end] : rows_) {
    auto row = money_row{start, end, {}, {}, {}, {}, 0};
    auto steps = 0, covered = 0, compared = 0;
    auto more_used = energy{};
    auto more_paid = money{};
    // The first step that begins in the row: hours do not begin with every zone's days.
    const auto into = start.time_since_epoch() % step_;
    auto t = into == duration{} ? start : start + (step_ - into);
    for (; t < end; t += step_) {
      ++steps;
      const auto wh = at(used, t);
      const auto usd = at(paid, t);
      if (wh) row.used += *wh * watt_hour;
      if (usd) row.cost += *usd * us_dollar;
      if (!wh || !usd) continue;
      ++covered;
      const auto other_wh = at(shadow_used, t);
      const auto other_usd = at(shadow_paid, t);
      if (!other_wh || !other_usd) continue;
      ++compared;
      more_used += (*other_wh - *wh) * watt_hour;
      more_paid += (*other_usd - *usd) * us_dollar;
      // What begins anew begins with as warm a store as the true one.
      if (const auto is = at(ahead, t))
        more_paid += (*is - at(ahead, t - step_).value_or(0)) * us_dollar;
    }
    row.covered = steps > 0 ? static_cast<double>(covered) / steps : 0;
    if (compared > 0) {
      // Where nothing is known of it, the thermostat is taken to do what the house did.
      row.thermostat_used = row.used + more_used;
      row.thermostat = row.cost + more_paid;
    }
    out.rows.push_back(row);
  }
  return out;
}

}  // namespace hearth
