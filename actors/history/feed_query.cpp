// How a feed_store is read: its files, with what is in the log and in memory on top.
#include "actors/history/calendar_buckets.hpp"
#include "actors/history/feed_store.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// Buckets of one answer, of all channels together: 8 MB of numbers. Beyond: refused.
constexpr auto most_buckets = std::size_t{1'000'000};
/// Slots looked at in one go: 64 KB, which the heap gives again and again without asking the
/// kernel.
constexpr auto slots_at_once = std::size_t{2} * page_slots;
constexpr auto page_slots_s = std::int64_t{page_slots};

std::int64_t second_of(time_point t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

time_point at_second(std::int64_t second) { return time_point{std::chrono::seconds{second}}; }

std::int64_t rounded_up(std::int64_t value, std::int64_t to) {
  return std::max<std::int64_t>((value + to - 1) / to, 1) * to;
}

}  // namespace

std::optional<tier_page> feed_store::page_of(std::uint32_t tier, feed_id feed,
                                             std::uint32_t page) const {
  const auto at = written_page{tier, feed, page};
  if (const auto image = images_.find(at); image != images_.end()) return image->second;
  if (tier == 0)
    if (const auto waits = waiting_.find({feed, page});
        waits != waiting_.end() && waits->second.whole)
      return tier_page{waits->second.values, {}};
  auto read = tiers_[tier].read(feed, page);
  if (read) return std::move(*read);
  if (rotten_.contains(at)) return {};
  // Once, and not again with each question.
  if (read.error().code == fault_code::checksum) rotten_.insert(at);
  tell(read.error().detail);
  return {};
}

bool feed_store::holds_any(std::uint32_t tier, feed_id feed, std::int64_t from_s,
                           std::int64_t to_s) const {
  for (auto k = std::uint32_t{0}; k <= tier; ++k) {
    const auto page_s = static_cast<std::int64_t>(tiers_[k].plan().page_s());
    const auto first = static_cast<std::uint32_t>(from_s / page_s);
    const auto end = static_cast<std::uint32_t>((to_s + page_s - 1) / page_s);
    if (!tiers_[k].pages(feed, first, end).empty()) return true;
    if (k > 0) continue;
    const auto waits = waiting_.lower_bound({feed, first});
    if (waits != waiting_.end() && waits->first.first == feed && waits->first.second < end)
      return true;
  }
  return false;
}

std::vector<measure> feed_store::measures(std::uint32_t tier, feed_id feed, std::int64_t slot,
                                          std::size_t count) const {
  auto out = std::vector<measure>(count);
  const auto end = slot + static_cast<std::int64_t>(count);
  const auto interval = interval_of(tier);
  for (auto page = slot / page_slots_s; page * page_slots_s < end; ++page) {
    const auto number = static_cast<std::uint32_t>(page);
    const auto begins = std::max(slot, page * page_slots_s);
    const auto ends = std::min(end, (page + 1) * page_slots_s);
    const auto stored = page_of(tier, feed, number);
    if (stored)
      for (auto s = begins; s < ends; ++s)
        out[static_cast<std::size_t>(s - slot)] =
            stored->at(static_cast<std::size_t>(s % page_slots_s), interval);
    if (tier == 0) {
      const auto waits = waiting_.find({feed, number});
      if (waits == waiting_.end()) continue;
      for (auto s = begins; s < ends; ++s)
        if (const auto value = waits->second.values.at(static_cast<std::size_t>(s % page_slots_s)))
          out[static_cast<std::size_t>(s - slot)] = measure::of(*value, interval);
    } else if (!stored || !is_over(tier, number)) {
      // Not folded yet, or not the last time.
      const auto fresh = finer(tier, feed, begins, static_cast<std::size_t>(ends - begins));
      for (auto n = std::size_t{0}; n < fresh.size(); ++n)
        if (fresh[n].any()) out[static_cast<std::size_t>(begins - slot) + n] = fresh[n];
    }
  }
  return out;
}

std::vector<measure> feed_store::folded_from(std::uint32_t source, std::uint32_t tier, feed_id feed,
                                             std::int64_t slot, std::size_t count) const {
  auto out = std::vector<measure>(count);
  const auto ratio = interval_of(tier) / interval_of(source);
  const auto all = count * ratio;
  const auto first = slot * ratio;
  for (auto done = std::size_t{0}; done < all; done += slots_at_once) {
    const auto some = std::min(slots_at_once, all - done);
    const auto from = first + static_cast<std::int64_t>(done);
    const auto interval = std::int64_t{interval_of(source)};
    if (!holds_any(source, feed, from * interval,
                   (from + static_cast<std::int64_t>(some)) * interval))
      continue;
    const auto part = measures(source, feed, from, some);
    for (auto n = std::size_t{0}; n < some; ++n) out[(done + n) / ratio].add(part[n]);
  }
  return out;
}

std::vector<measure> feed_store::finer(std::uint32_t tier, feed_id feed, std::int64_t slot,
                                       std::size_t count) const {
  auto out = folded_from(tier - 1, tier, feed, slot, count);
  if (tier < 2 || tiers_[tier - 1].plan().extremes) return out;
  // Minutes know neither extremes nor how much of them was measured: the finest feeds do.
  const auto exact = folded_from(tier - 2, tier, feed, slot, count);
  for (auto n = std::size_t{0}; n < count; ++n)
    if (exact[n].any()) out[n] = exact[n];
  return out;
}

std::optional<time_point> feed_store::first_in(std::uint32_t tier, feed_id feed) const {
  auto out = std::optional<time_point>{};
  const auto interval = std::int64_t{interval_of(tier)};
  const auto first_slot = [&](std::uint32_t page, const feed_page& values) {
    for (auto slot = std::size_t{0}; slot < page_slots; ++slot)
      if (values.at(slot))
        return std::optional{at_second(
            (std::int64_t{page} * page_slots_s + static_cast<std::int64_t>(slot)) * interval)};
    return std::optional<time_point>{};
  };
  if (const auto page = tiers_[tier].first_page(feed)) {
    auto& known = firsts_[{tier, feed}];
    if (known.first != *page || known.second == time_point{}) {
      const auto read = page_of(tier, feed, *page);
      const auto found = read ? first_slot(*page, read->means) : std::nullopt;
      known = {*page, found.value_or(at_second(std::int64_t{*page} * page_slots_s * interval))};
    }
    out = known.second;
  }
  if (tier > 0) return out;
  for (auto waits = waiting_.lower_bound({feed, 0});
       waits != waiting_.end() && waits->first.first == feed; ++waits) {
    const auto found = first_slot(waits->first.second, waits->second.values);
    if (!found) continue;
    return out ? std::min(*out, *found) : *found;
  }
  return out;
}

std::optional<time_point> feed_store::first(feed_id feed) const {
  auto out = std::optional<time_point>{};
  for (auto k = std::uint32_t{0}; k < tiers_.size(); ++k)
    // A coarser slot that begins earlier and reaches as far as this value says no more than it.
    if (const auto one = first_in(k, feed);
        one && (!out || *one + std::chrono::seconds{interval_of(k)} <= *out))
      out = *one;
  return out;
}

std::optional<time_point> feed_store::oldest() const {
  auto out = std::optional<time_point>{};
  for (const auto& [feed, name] : index_.feeds())
    if (const auto one = first(feed)) out = out ? std::min(*out, *one) : *one;
  return out;
}

std::optional<time_point> feed_store::newest(feed_id feed) const {
  auto out = std::optional<time_point>{};
  const auto last_slot = [&](std::uint32_t tier, std::uint32_t page, const feed_page& values) {
    for (auto slot = page_slots; slot > 0; --slot) {
      if (!values.at(slot - 1)) continue;
      const auto found =
          at_second((std::int64_t{page} * page_slots_s + static_cast<std::int64_t>(slot - 1)) *
                    interval_of(tier));
      out = out ? std::max(*out, found) : found;
      return;
    }
  };
  for (auto k = std::uint32_t{0}; k < tiers_.size() && !out; ++k) {
    if (const auto page = tiers_[k].last_page(feed))
      if (const auto read = page_of(k, feed, *page)) last_slot(k, *page, read->means);
    if (k > 0) continue;
    for (auto waits = waiting_.lower_bound({feed, 0});
         waits != waiting_.end() && waits->first.first == feed; ++waits)
      last_slot(0, waits->first.second, waits->second.values);
  }
  return out;
}

std::optional<std::uint32_t> feed_store::finest_from(feed_id feed, time_point at) const {
  for (auto k = std::uint32_t{0}; k < tiers_.size(); ++k)
    if (const auto here = first_in(k, feed); here && *here <= at) return k;
  return {};
}

std::uint32_t feed_store::finest_between(time_point from, time_point to,
                                         const std::vector<feed_id>& of) const {
  const auto last = static_cast<std::uint32_t>(tiers_.size() - 1);
  const auto longest = std::chrono::seconds{interval_of(last)};
  auto out = std::uint32_t{0};
  for (const auto feed : of) {
    const auto any = first(feed);
    if (!any || *any >= to) continue;
    // The first slot of coarser feeds begins a little before the first value.
    const auto tier = finest_from(feed, std::max(from, *any) + longest).value_or(last);
    if (tier <= out) continue;
    // One that ended before has nothing to say, and makes nobody else coarser.
    if (const auto end = newest(feed); end && *end + longest <= from) continue;
    out = tier;
  }
  return out;
}

result<history_answer> feed_store::ask(const history_query& query) const {
  auto out = history_answer{};
  auto feeds = std::vector<feed_id>{};
  for (const auto& channel : query.channels)
    if (const auto feed = index_.find(channel)) feeds.push_back(*feed);
  const auto from = std::clamp(query.from, time_point{}, limits::latest_date);
  const auto to = std::clamp(query.to, time_point{}, limits::latest_date);
  if (query.interval < duration{0} || query.interval > std::chrono::years{100})
    return failed(fault_code::out_of_range, "this interval is negative or longer than a century");

  const auto floor = finest_between(from, to, feeds);
  auto tier = floor;
  auto edges = bucket_edges{};
  if (query.by == bucket::interval) {
    const auto window = std::max<std::int64_t>(second_of(to) - second_of(from), 0);
    const auto points =
        static_cast<std::int64_t>(std::clamp<std::size_t>(query.points, 1, most_buckets));
    const auto asked = query.interval > duration{0}
                           ? rounded_up(query.interval.count(), 1000) / 1000
                           : (window + points - 1) / points;
    auto interval = rounded_up(asked, interval_of(floor));
    for (auto k = floor; k < tiers_.size(); ++k)
      if (interval_of(k) <= interval &&
          (query.interval == duration{0} || interval % interval_of(k) == 0))
        tier = k;
    interval = rounded_up(interval, interval_of(tier));
    if (window / interval >
        static_cast<std::int64_t>(most_buckets / std::max<std::size_t>(feeds.size(), 1)))
      return failed(fault_code::out_of_range,
                    "this would be more than a million values: ask for a longer interval or a "
                    "shorter time");
    out.interval = std::chrono::seconds{interval};
    edges = even_edges(from, to, out.interval);
  } else {
    edges = calendar_edges(from, to, query.by, plan_.timezone);
    for (auto k = floor; k < tiers_.size(); ++k)
      if (std::ranges::all_of(
              edges, [&](time_point edge) { return second_of(edge) % interval_of(k) == 0; }))
        tier = k;
  }
  // Minutes remember their mean alone.
  if (tier > 0 && floor == 0 && !tiers_[tier].plan().extremes && query.how != fold::average)
    tier = 0;

  for (const auto feed : feeds) {
    const auto& name = index_.feeds().at(feed);
    auto& series = out.series.emplace_back(
        history_series{name.channel, unit_of(name.unit, query.how), {}, {}, {}});
    if (edges.size() < 2) continue;
    const auto rises = query.how == fold::integral && counts_energy(name.unit);
    const auto buckets = folded_into(edges, tier, feed, rises);
    for (auto n = std::size_t{0}; n < buckets.size(); ++n) {
      const auto length = std::chrono::duration<double>{edges[n + 1] - edges[n]}.count();
      const auto& [all, risen] = buckets[n];
      series.values.push_back(!rises      ? folded(all, query.how)
                              : all.any() ? std::optional{static_cast<float>(risen)}
                                          : std::nullopt);
      series.measured.push_back(static_cast<float>(std::min(all.seconds / length, 1.0)));
    }
    series.starts.assign(edges.begin(), std::prev(edges.end()));
  }
  return out;
}

std::vector<measure> feed_store::last_before(std::uint32_t tier, feed_id feed,
                                             std::int64_t second) const {
  auto begin = std::optional<time_point>{};
  for (auto k = std::uint32_t{0}; k < tiers_.size(); ++k) {
    // Coarser ones are folded from finer ones as long as they are not there themselves.
    if (const auto here = first_in(k, feed)) begin = begin ? std::min(*begin, *here) : *here;
    if (k < tier || !begin) continue;
    const auto interval = std::int64_t{interval_of(k)};
    const auto first = second_of(*begin) / interval;
    // A coarser slot that reaches beyond the second would count what comes after it.
    auto end = k == tier ? (second + interval - 1) / interval : second / interval;
    for (auto count = std::int64_t{16}; end > first; count = std::min(2 * count, page_slots_s)) {
      const auto from = std::max(first, end - count);
      if (holds_any(k, feed, from * interval, end * interval))
        if (auto part = measures(k, feed, from, static_cast<std::size_t>(end - from));
            std::ranges::any_of(part, &measure::any))
          return part;
      end = from;
    }
  }
  return {};
}

std::vector<feed_store::folded_bucket> feed_store::folded_into(const std::vector<time_point>& edges,
                                                               std::uint32_t tier, feed_id feed,
                                                               bool is_counter) const {
  auto out = std::vector<folded_bucket>(edges.size() - 1);
  auto counter = counter_rise{};
  auto risen_before = 0.0;
  if (is_counter)
    for (const auto& m : last_before(tier, feed, second_of(edges.front())))
      counter.add(m, risen_before);
  const auto interval = std::int64_t{interval_of(tier)};
  const auto end = second_of(edges.back());
  auto into = std::size_t{0};
  for (auto second = second_of(edges.front()) / interval * interval; second < end;) {
    const auto count =
        std::min<std::int64_t>(slots_at_once, (end - second + interval - 1) / interval);
    const auto next = second + count * interval;
    if (holds_any(tier, feed, second, next)) {
      for (const auto& m :
           measures(tier, feed, second / interval, static_cast<std::size_t>(count))) {
        while (into + 1 < out.size() && at_second(second) >= edges[into + 1]) ++into;
        if (at_second(second) >= edges.front()) {
          out[into].all.add(m);
          if (is_counter) counter.add(m, out[into].risen);
        }
        second += interval;
      }
    }
    second = next;
  }
  counter.end();
  return out;
}

feed_store::moment_values feed_store::at(time_point utc) const {
  auto out = moment_values{};
  auto finest = static_cast<std::uint32_t>(tiers_.size() - 1);
  for (const auto& [feed, name] : index_.feeds()) {
    auto& value = out.values[name.channel];
    if (utc < time_point{} || utc >= limits::latest_date) continue;
    const auto tier = finest_from(feed, utc);
    if (!tier) continue;
    finest = std::min(finest, *tier);
    const auto m = measures(*tier, feed, second_of(utc) / interval_of(*tier), 1);
    if (!m[0].any()) continue;
    value = m[0].mean();
    out.resolution = std::max<duration>(out.resolution, std::chrono::seconds{interval_of(*tier)});
  }
  if (out.resolution == duration{0}) out.resolution = std::chrono::seconds{interval_of(finest)};
  return out;
}

}  // namespace hearth
