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
/// A slot of which this part was measured is no lost one: now and then a reading is missed. What is
/// missing in it counts for nothing all the same, and `covered` tells of it.
constexpr auto known_enough = 0.9;
/// Of longer windows hours are asked for.
constexpr auto long_window = std::chrono::hours{24 * 800};

const history_series* find(const history_answer& in, std::string_view channel) {
  const auto found = std::ranges::find(in.series, channel, &history_series::channel);
  return found != in.series.end() ? &*found : nullptr;
}

/// What is known of a slot.
struct known {
  double value = 0;
  double part = 0;  ///< of the slot, more than 0
};
std::optional<known> at(const history_series* s, time_point t) {
  if (s == nullptr) return {};
  const auto found = std::ranges::lower_bound(s->starts, t);
  if (found == s->starts.end() || *found != t) return {};
  const auto n = static_cast<std::size_t>(found - s->starts.begin());
  if (!s->values[n] || n >= s->measured.size() || s->measured[n] <= 0) return {};
  return known{*s->values[n], s->measured[n]};
}

template <class Amount>
void add(std::optional<Amount>& to, Amount more) {
  to = to.value_or(Amount{}) + more;
}

/// A row that is being counted.
class tally {
 public:
  tally(time_point start, time_point end) { row_.start = start, row_.end = end; }

  /// `passed`: the part of the slot that is over.
  void count(const std::optional<known>& wh, const std::optional<known>& usd, double passed) {
    passed_ += passed;
    if (wh) add(row_.used, wh->value * watt_hour);
    if (usd) add(row_.cost, usd->value * us_dollar);
    const auto part = usd ? usd->part : 0;
    known_ += part;
    if (passed < 1) return;
    ++row_.slots;
    if (part < known_enough) ++row_.unknown;
  }
  void compare(const money_compared& slot) {
    auto& all = row_.compared ? *row_.compared : row_.compared.emplace();
    all.slots += slot.slots;
    all.used += slot.used;
    all.cost += slot.cost;
    all.thermostat_used += slot.thermostat_used;
    all.thermostat += slot.thermostat;
  }
  void add_row(const tally& other) {
    if (other.row_.used) add(row_.used, *other.row_.used);
    if (other.row_.cost) add(row_.cost, *other.row_.cost);
    if (other.row_.compared) compare(*other.row_.compared);
    row_.slots += other.row_.slots;
    row_.unknown += other.row_.unknown;
    passed_ += other.passed_;
    known_ += other.known_;
  }
  [[nodiscard]] money_row row() const {
    auto out = row_;
    out.covered = passed_ > 0 ? std::min(known_ / passed_, 1.0) : 0;
    return out;
  }

 private:
  money_row row_;
  double passed_ = 0, known_ = 0;  ///< slots
};

}  // namespace

result<money_count> money_count::of(const money_query& asked, const local_calendar& days,
                                    std::string heat_pump, time_point now) {
  auto out = money_count{std::move(heat_pump), now};
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
  out.even_ = asked.by == bucket::interval;
  out.step_ = window > long_window && !out.even_ ? duration{1h} : finest;
  return out;
}

void money_count::widen(duration slot) {
  if (slot <= step_) return;
  step_ = slot;
  const auto length = rows_.front().second - rows_.front().first;
  // A row shorter than a slot would have what its neighbours cost.
  if (!even_ || length % slot == duration{}) return;
  const auto longer = (length / slot + 1) * slot;
  const auto end = rows_.back().second;
  auto start = time_point{rows_.front().first.time_since_epoch() / longer * longer};
  rows_.clear();
  for (; start < end; start += longer) rows_.emplace_back(start, start + longer);
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
  auto all = tally{rows_.front().first, rows_.back().second};
  for (const auto& [start, end] : rows_) {
    auto row = tally{start, end};
    // The first slot that begins in the row: hours do not begin with every zone's days.
    const auto into = start.time_since_epoch() % step_;
    auto t = into == duration{} ? start : start + (step_ - into);
    for (; t < end && t < now_; t += step_) {
      const auto wh = at(used, t), usd = at(paid, t);
      const auto passed = std::chrono::duration<double>{std::min(step_, now_ - t)} / step_;
      row.count(wh, usd, passed);
      const auto other_wh = at(shadow_used, t), other_usd = at(shadow_paid, t);
      const auto begun = at(ahead, t - step_), ended = at(ahead, t);
      if (passed < 1 || !wh || !usd || !other_wh || !other_usd || !begun || !ended) continue;
      // Of a slot that is known in part, that part is compared.
      const auto part = usd->part;
      auto slot = money_compared{1, {}, {}, {}, {}};
      slot.used = wh->value * part / wh->part * watt_hour;
      slot.cost = usd->value * us_dollar;
      slot.thermostat_used = other_wh->value * part / other_wh->part * watt_hour;
      slot.thermostat =
          (other_usd->value / other_usd->part + ended->value - begun->value) * part * us_dollar;
      row.compare(slot);
    }
    out.rows.push_back(row.row());
    all.add_row(row);
  }
  out.total = all.row();
  return out;
}

}  // namespace hearth
