// PHPFina feeds to take along, and those that come from elsewhere.
#include "actors/history/feed_store.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// Slots read or written in one go.
constexpr auto chunk = std::int64_t{64} * std::int64_t{page_slots};
/// Pages taken over before they are made durable: 4 MB, sixteen segments. Each time waits for the
/// disk half a dozen times.
constexpr auto pages_at_once = std::size_t{16} * segment_pages;

std::int64_t second_of(time_point t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

}  // namespace

result<feed_store::written_feed> feed_store::write_phpfina(feed_id feed, duration interval,
                                                           history_files& into,
                                                           const std::string& stem) const {
  if (!index_.feeds().contains(feed))
    return failed(fault_code::no_such_device, "there is no such feed");
  auto tier = std::optional<std::uint32_t>{};
  for (auto k = std::uint32_t{0}; k < tiers_.size(); ++k)
    if (interval == duration{0} ? k == 0 : std::chrono::seconds{interval_of(k)} == interval)
      tier = k;
  if (!tier) return failed(fault_code::unsupported, "no feeds of this interval are kept");
  const auto asked = *tier;
  auto begin = std::optional<time_point>{};
  for (auto k = std::uint32_t{0}; k < tiers_.size() && (k <= asked || !begin); ++k) {
    const auto here = first_in(k, feed);
    if (!here) continue;
    begin = begin ? std::min(*begin, *here) : *here;
    tier = std::max(*tier, k);
  }
  const auto last = newest(feed);
  const auto step = std::int64_t{interval_of(*tier)};
  const auto start = second_of(begin.value_or(now_)) / step;
  const auto end = begin && last ? std::max(second_of(*last) / step + 1, start) : start;
  const auto meta = feed_meta{interval_of(*tier), static_cast<std::uint32_t>(start * step)};
  if (auto done = into.write(stem + ".dat", 0, {}); !done) return tl::make_unexpected(done.error());
  for (auto slot = start; slot < end; slot += chunk) {
    auto bytes = std::string{};
    const auto count = static_cast<std::size_t>(std::min(chunk, end - slot));
    for (const auto& m : measures(*tier, feed, slot, count))
      append_slot(bytes, m.any() ? std::optional{m.mean()} : std::nullopt);
    const auto offset = static_cast<std::uint64_t>(slot - start) * sizeof(float);
    if (auto done = into.write(stem + ".dat", offset, bytes); !done)
      return tl::make_unexpected(done.error());
  }
  if (auto done = into.write(stem + ".meta", 0, to_bytes(meta)); !done)
    return tl::make_unexpected(done.error());
  return written_feed{interval_of(*tier), static_cast<std::uint64_t>(end - start), *tier > asked};
}

result<std::uint64_t> feed_store::read_phpfina(feed_id feed, history_files& from,
                                               const std::string& stem, time_point now,
                                               const std::function<void(std::uint64_t)>& progress) {
  if (auto done = distribute(now); !done) return tl::make_unexpected(done.error());
  if (!index_.feeds().contains(feed))
    return failed(fault_code::no_such_device, "there is no such feed");
  const auto text = from.read(stem + ".meta", 0, meta_bytes + 1);
  if (!text) return tl::make_unexpected(text.error());
  const auto meta = meta_from(*text);
  if (!meta)
    return failed(fault_code::malformed, stem + ".meta is no PHPFina feed: " + meta.error().detail);
  const auto size = from.size(stem + ".dat");
  if (!size) return tl::make_unexpected(size.error());
  if (!*size) return failed(fault_code::no_such_device, "there is no " + stem + ".dat");

  const auto step = std::int64_t{meta->interval_s}, own = std::int64_t{interval_of(0)};
  if (step % own != 0 && own % step != 0)
    return failed(fault_code::unsupported,
                  stem + ".meta has an interval of " + std::to_string(step) +
                      " s, which does not go with this history's of " + std::to_string(own) + " s");
  const auto slots = static_cast<std::int64_t>(**size / sizeof(float));
  const auto earliest = second_of(limits::earliest_date);
  // What a feed holds of the years before this program existed is as true.
  const auto start = std::int64_t{meta->start_s};
  const auto end = start + slots * step;
  if (start < earliest - 20 * std::int64_t{31557600} || end > second_of(now) + own * chunk)
    return failed(fault_code::out_of_range,
                  stem + ".meta begins at " + to_iso8601(time_point{std::chrono::seconds{start}}) +
                      " and has " + std::to_string(slots) + " slots: that cannot be right");

  const auto own_first = first(feed);
  const auto finest_first = first_in(0, feed);
  auto taken = std::uint64_t{0};
  auto batch = waiting_pages{};
  const auto span = own * std::int64_t{page_slots};
  for (auto page = start / span; page * span < end; ++page) {
    const auto number = static_cast<std::uint32_t>(page);
    const auto had = measures(0, feed, page * std::int64_t{page_slots}, page_slots);
    auto& made = batch[{feed, number}];
    auto any = false;
    const auto sums = read_slots(from, stem, *meta, page * span, span, own);
    if (!sums) return tl::make_unexpected(sums.error());
    for (auto slot = std::size_t{0}; slot < page_slots; ++slot) {
      const auto at =
          time_point{std::chrono::seconds{page * span + static_cast<std::int64_t>(slot) * own}};
      const auto known =
          had[slot].any() || (own_first && finest_first && at >= *own_first && at < *finest_first);
      if (known || !(*sums)[slot].any()) continue;
      made.values.set(slot, (*sums)[slot].mean());
      ++taken;
      any = true;
    }
    if (!any) batch.erase({feed, number});
    if (progress) progress(taken);
    if (batch.size() < pages_at_once && (page + 1) * span < end) continue;
    if (auto done = store_pages(batch, false); !done) return tl::make_unexpected(done.error());
    batch.clear();
    // Pages that were there before went through the log.
    if (log_.used() > history_log::longest)
      if (auto done = log_.begin_anew(*files_, everything_waiting()); !done)
        return tl::make_unexpected(done.error());
  }
  firsts_.clear();
  if (auto done = age(); !done) return tl::make_unexpected(done.error());
  return taken;
}

result<std::vector<measure>> feed_store::read_slots(history_files& from, const std::string& stem,
                                                    const feed_meta& meta, std::int64_t second,
                                                    std::int64_t span, std::int64_t own) {
  auto out = std::vector<measure>(page_slots);
  const auto step = std::int64_t{meta.interval_s}, start = std::int64_t{meta.start_s};
  const auto first = std::max<std::int64_t>(second + 1 - step - start + step - 1, 0) / step;
  const auto end = (second + span - start + step - 1) / step;
  if (end <= first) return out;
  const auto bytes = from.read(stem + ".dat", static_cast<std::uint64_t>(first) * sizeof(float),
                               static_cast<std::size_t>(end - first) * sizeof(float));
  if (!bytes) return tl::make_unexpected(bytes.error());
  for (auto slot = first; slot < end; ++slot) {
    const auto value = slot_from(*bytes, static_cast<std::size_t>(slot - first));
    if (!value) continue;
    // A value holds for its whole interval: longer than ours, it fills several slots.
    const auto begins = start + slot * step;
    for (auto at = begins / own * own; at < begins + step; at += own) {
      if (at < second || at >= second + span) continue;
      const auto part = std::min(at + own, begins + step) - std::max(at, begins);
      out[static_cast<std::size_t>((at - second) / own)].add(
          measure::of(*value, static_cast<double>(part)));
    }
  }
  return out;
}

}  // namespace hearth
