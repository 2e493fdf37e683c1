#include "actors/history/feed_tier.hpp"

#include <algorithm>

namespace hearth {
namespace {

constexpr auto pages_each = static_cast<std::uint32_t>(segment_pages);

/// So many pages in which nothing was measured.
std::string nothing_measured(std::size_t pages) {
  auto out = std::string{};
  const auto one = feed_page{}.bytes();
  for (; pages > 0; --pages) out += one;
  return out;
}

}  // namespace

result<void> feed_tier::begin_segments(const std::set<std::uint32_t>& pages) {
  auto fresh = std::set<std::uint32_t>{};
  for (const auto page : pages)
    if (!segments_.contains(page / pages_each)) fresh.insert(page / pages_each);
  if (fresh.empty()) return {};
  for (const auto number : fresh) {
    const auto folder = folder_of(number);
    for (const auto& path : {plan_.folder, folder})
      if (auto done = files_->make_folder(path); !done) return done;
    // Once it is there, a page without a sum is one that was never finished.
    if (auto done = files_->write(folder + "/sums", 0, sums_text({})); !done) return done;
  }
  if (auto done = files_->sync_all(); !done) return done;
  for (const auto number : fresh) segments_[number];
  return {};
}

result<void> feed_tier::begin_feed(std::uint32_t number, feed_id feed, std::uint32_t first) {
  // Of a former start, which the power ended before a page of it was finished.
  for (const auto* suffix : {".dat", ".extremes"})
    if (auto done = files_->remove(file_of(number, feed, suffix)); !done) return done;
  const auto start = (std::uint64_t{number} * segment_pages + first) * plan_.page_s();
  const auto meta = feed_meta{plan_.interval_s, static_cast<std::uint32_t>(start)};
  if (auto done = files_->write(file_of(number, feed, ".meta"), 0, to_bytes(meta)); !done)
    return done;
  segments_[number].feeds[feed].first = first;
  return {};
}

result<void> feed_tier::shift(std::uint32_t number, feed_id feed, feed_pages& have,
                              std::uint32_t first) {
  // One that began and met a disk that failed is ended first.
  const auto begun = files_->size(file_of(number, feed, ".meta.new"));
  if (!begun) return tl::make_unexpected(begun.error());
  if (*begun) {
    if (auto done = finish_shift(number, feed, {std::to_string(feed) + ".meta.new"}); !done)
      return done;
    const auto text = files_->read(file_of(number, feed, ".meta"), 0, meta_bytes);
    const auto size = files_->size(file_of(number, feed, ".dat"));
    if (!text) return tl::make_unexpected(text.error());
    if (!size) return tl::make_unexpected(size.error());
    if (const auto begins = first_page_from(number, *text)) {
      have.first = *begins;
      have.count = static_cast<std::uint32_t>(size->value_or(0) / page_bytes);
    }
    if (have.first <= first) return {};
  }
  const auto more = std::size_t{have.first - first};
  for (const auto* suffix : {".dat", ".extremes"}) {
    if (suffix == std::string_view{".extremes"} && !plan_.extremes) continue;
    const auto parts = suffix == std::string_view{".dat"} ? 1 : extremes_parts;
    const auto file = file_of(number, feed, suffix);
    const auto old = files_->read(file, 0, segment_pages * page_bytes * parts);
    if (!old) return tl::make_unexpected(old.error());
    if (auto done = files_->remove(file + ".new"); !done) return done;
    if (auto done = files_->write(file + ".new", 0, nothing_measured(more * parts) + *old); !done)
      return done;
  }
  const auto start = (std::uint64_t{number} * segment_pages + first) * plan_.page_s();
  const auto meta = feed_meta{plan_.interval_s, static_cast<std::uint32_t>(start)};
  // Only when its last file is there do the new ones count: `finish_shift`.
  if (auto done = files_->sync_all(); !done) return done;
  const auto draft = file_of(number, feed, ".meta.new");
  if (auto done = files_->write(draft, 0, to_bytes(meta)); !done) return done;
  if (auto done = files_->sync_all(); !done) return done;
  if (auto done = finish_shift(number, feed, {std::to_string(feed) + ".meta.new"}); !done)
    return done;
  have.first = first;
  have.count += static_cast<std::uint32_t>(more);
  return {};
}

result<void> feed_tier::finish_shift(std::uint32_t number, feed_id feed,
                                     const std::vector<std::string>& names) {
  const auto draft = std::to_string(feed) + ".meta.new";
  if (std::ranges::find(names, draft) == names.end()) return {};
  const auto text = files_->read(file_of(number, feed, ".meta.new"), 0, meta_bytes + 1);
  if (!text) return tl::make_unexpected(text.error());
  if (!first_page_from(number, *text)) return files_->remove(file_of(number, feed, ".meta.new"));
  for (const auto* suffix : {".dat", ".extremes"}) {
    const auto file = file_of(number, feed, suffix);
    const auto there = files_->size(file + ".new");
    if (!there) return tl::make_unexpected(there.error());
    if (!*there) continue;
    if (auto done = files_->rename(file + ".new", file); !done) return done;
  }
  if (auto done = files_->sync_all(); !done) return done;
  if (auto done =
          files_->rename(file_of(number, feed, ".meta.new"), file_of(number, feed, ".meta"));
      !done)
    return done;
  return files_->sync_all();
}

result<void> feed_tier::write(feed_id feed, std::uint32_t page, const tier_page& content) {
  const auto number = page / pages_each;
  const auto n = page % pages_each;
  if (!segments_.contains(number))
    if (auto done = begin_segments({page}); !done) return done;
  auto& in = segments_.at(number);
  if (!in.feeds.contains(feed))
    if (auto done = begin_feed(number, feed, n); !done) return done;
  auto& have = in.feeds.at(feed);
  if (n < have.first)
    if (auto done = shift(number, feed, have, n); !done) return done;

  const auto place = n - have.first;
  const auto gap = place > have.count ? place - have.count : 0;
  const auto bytes = content.means.bytes();
  auto more = std::string{};
  for (const auto& part : content.extremes) more += part.bytes();
  if (plan_.extremes) {
    const auto wide = extremes_parts * page_bytes;
    if (auto done = files_->write(file_of(number, feed, ".extremes"), (place - gap) * wide,
                                  nothing_measured(gap * extremes_parts) + more);
        !done)
      return done;
  }
  if (auto done = files_->write(file_of(number, feed, ".dat"), (place - gap) * page_bytes,
                                nothing_measured(gap) + bytes);
      !done)
    return done;
  have.count = std::max(have.count, place + 1);
  have.sums[n] = checksum_of(bytes);
  have.more_sums[n] = plan_.extremes ? checksum_of(more) : 0;
  in.changed = true;
  return {};
}

result<void> feed_tier::write_sums() {
  for (const auto& [number, in] : segments_) {
    if (!in.changed) continue;
    const auto draft = folder_of(number) + "/sums.new";
    if (auto done = files_->remove(draft); !done) return done;
    if (auto done = files_->write(draft, 0, sums_text(in)); !done) return done;
  }
  return {};
}

result<void> feed_tier::name_sums() {
  for (auto& [number, in] : segments_) {
    if (!in.changed) continue;
    const auto folder = folder_of(number);
    if (auto done = files_->rename(folder + "/sums.new", folder + "/sums"); !done) return done;
    in.changed = false;
  }
  return {};
}

result<void> feed_tier::age(const std::function<bool(feed_id, std::uint32_t)>& still_needed) {
  while (plan_.keep && segments_.size() > *plan_.keep) {
    const auto& [number, in] = *segments_.begin();
    for (const auto& [id, pages] : in.feeds)
      for (auto n = std::uint32_t{0}; n < pages_each; ++n)
        if (pages.sums[n] != 0 && still_needed(id, number * pages_each + n)) return {};
    const auto folder = folder_of(number);
    if (auto done = files_->rename(folder, folder + ".old"); !done) return done;
    segments_.erase(segments_.begin());
    if (auto done = files_->remove(folder + ".old"); !done) return done;
  }
  return {};
}

}  // namespace hearth
