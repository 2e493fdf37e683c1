#include "actors/history/feed_tier.hpp"

#include "protocol/time.hpp"

#include <algorithm>
#include <charconv>

namespace hearth {
namespace {

constexpr std::string_view sums_magic = "HHS1";
constexpr auto sums_head = std::size_t{8};
constexpr auto first_of(std::uint32_t segment) {
  return segment * static_cast<std::uint32_t>(segment_pages);
}
constexpr auto segment_of(std::uint32_t page) {
  return page / static_cast<std::uint32_t>(segment_pages);
}

/// "20261117T034640Z", of the second.
std::string name_of(std::uint64_t second) {
  auto out = to_iso8601(time_point{std::chrono::seconds{second}});
  std::erase_if(out, [](char c) { return c == '-' || c == ':'; });
  return out;
}

std::optional<std::uint64_t> second_from(const std::string& name) {
  if (name.size() != 16) return {};
  const auto part = [&](std::size_t from, std::size_t count) { return name.substr(from, count); };
  const auto at = from_iso8601(part(0, 4) + "-" + part(4, 2) + "-" + part(6, 2) + part(8, 3) + ":" +
                               part(11, 2) + ":" + part(13, 3));
  if (!at || at->time_since_epoch().count() < 0) return {};
  const auto second = static_cast<std::uint64_t>(at->time_since_epoch() / std::chrono::seconds{1});
  return name_of(second) == name ? std::optional{second} : std::nullopt;
}

std::optional<feed_id> id_from(const std::string& file) {
  if (!file.ends_with(".meta")) return {};
  auto id = feed_id{};
  const auto* end = file.data() + file.size() - 5;
  const auto read = std::from_chars(file.data(), end, id);
  if (read.ec != std::errc{} || read.ptr != end || id == 0) return {};
  return id;
}

}  // namespace

measure tier_page::at(std::size_t slot, std::uint32_t interval_s) const {
  const auto mean = means.at(slot);
  if (!mean) return {};
  auto out = measure::of(*mean, interval_s);
  if (extremes.empty()) return out;
  out.lowest = extremes[0].at(slot).value_or(*mean);
  out.highest = extremes[1].at(slot).value_or(*mean);
  const auto seconds = extremes[2].at(slot).value_or(static_cast<float>(interval_s));
  out.seconds = std::clamp(static_cast<double>(seconds), 1.0, double{1.0} * interval_s);
  out.sum = *mean * out.seconds;
  return out;
}

void tier_page::set(std::size_t slot, const measure& m) {
  const auto said = [&](float value) { return m.any() ? std::optional{value} : std::nullopt; };
  means.set(slot, m.any() ? std::optional{m.mean()} : std::nullopt);
  if (extremes.empty()) return;
  extremes[0].set(slot, said(m.lowest));
  extremes[1].set(slot, said(m.highest));
  extremes[2].set(slot, said(static_cast<float>(m.seconds)));
}

feed_tier::feed_tier(std::shared_ptr<history_files> files, tier_plan plan, bool read_only)
    : files_{std::move(files)}, plan_{std::move(plan)}, read_only_{read_only} {}

std::string feed_tier::folder_of(std::uint32_t number) const {
  return plan_.folder + "/" + name_of(first_of(number) * plan_.page_s());
}

std::string feed_tier::file_of(std::uint32_t number, feed_id feed, const char* suffix) const {
  return folder_of(number) + "/" + std::to_string(feed) + suffix;
}

tier_page feed_tier::empty_page() const {
  return {{}, std::vector<feed_page>(plan_.extremes ? extremes_parts : 0)};
}

result<void> feed_tier::open(std::vector<std::string>& problems) {
  auto names = files_->list(plan_.folder);
  if (!names) return tl::make_unexpected(names.error());
  const auto span = plan_.page_s() * segment_pages;
  for (const auto& name : *names) {
    if (name.ends_with(".old") && !read_only_) {
      // A power cut came between dropping it and having it dropped.
      if (auto done = files_->remove(plan_.folder + "/" + name); !done) return done;
      continue;
    }
    const auto second = second_from(name);
    if (!second || *second % span != 0) continue;
    const auto number = static_cast<std::uint32_t>(*second / span);
    if (auto done = open_segment(number, problems); !done) return done;
  }
  return {};
}

result<void> feed_tier::put_aside(std::uint32_t number, feed_id feed, const std::string& why,
                                  std::vector<std::string>& problems) {
  problems.push_back("the history's " + file_of(number, feed, ".meta") + " is set aside: " + why);
  if (read_only_) return {};
  for (const auto* suffix : {".meta", ".dat", ".extremes"}) {
    const auto file = file_of(number, feed, suffix);
    const auto there = files_->size(file);
    if (!there) return tl::make_unexpected(there.error());
    if (!*there) continue;
    if (auto done = files_->rename(file, file + ".damaged"); !done) return done;
  }
  return {};
}

result<std::uint32_t> feed_tier::first_page_from(std::uint32_t number,
                                                 std::string_view bytes) const {
  const auto meta = meta_from(bytes);
  if (!meta) return tl::make_unexpected(meta.error());
  if (meta->interval_s != plan_.interval_s)
    return failed(fault_code::mismatch, "its interval is " + std::to_string(meta->interval_s) +
                                            " s instead of " + std::to_string(plan_.interval_s) +
                                            " s");
  const auto page = static_cast<std::uint32_t>(meta->start_s / plan_.page_s());
  if (meta->start_s % plan_.page_s() != 0 || segment_of(page) != number)
    return failed(fault_code::mismatch,
                  "it begins at " + to_iso8601(time_point{std::chrono::seconds{meta->start_s}}) +
                      ", which is not in this segment");
  return page % static_cast<std::uint32_t>(segment_pages);
}

result<void> feed_tier::open_segment(std::uint32_t number, std::vector<std::string>& problems) {
  const auto folder = folder_of(number);
  auto sums = files_->read(folder + "/sums", 0, std::size_t{64} << 20);
  if (!sums) return tl::make_unexpected(sums.error());
  auto names = files_->list(folder);
  if (!names) return tl::make_unexpected(names.error());
  auto& made = segments_[number];
  const auto known = read_sums(*sums, made);

  const auto has_feeds = std::ranges::any_of(
      *names, [](const std::string& name) { return id_from(name).has_value(); });
  if (!known && has_feeds)
    problems.push_back("the checksums of the history's " + folder +
                       " are lost: what stands there is believed");

  auto found = std::map<feed_id, feed_pages>{};
  for (const auto& name : *names) {
    const auto id = id_from(name);
    if (!id) continue;
    if (!read_only_)
      if (auto done = finish_shift(number, *id, *names); !done) return done;
    const auto bytes = files_->read(folder + "/" + name, 0, meta_bytes + 1);
    if (!bytes) return tl::make_unexpected(bytes.error());
    const auto size = files_->size(file_of(number, *id, ".dat"));
    if (!size) return tl::make_unexpected(size.error());
    const auto first = first_page_from(number, *bytes);
    const auto page = first.value_or(0);
    auto why = std::string{};
    if (!first)
      why = first.error().detail;
    else if (size->value_or(0) > (segment_pages - page) * page_bytes)
      why = "it is longer than its segment";
    // A power cut right after the first words about a feed leaves anything in their place.
    if (!why.empty() && known && !made.feeds.contains(*id)) continue;
    if (!why.empty()) {
      if (auto done = put_aside(number, *id, why, problems); !done) return done;
      continue;
    }
    auto& pages = found[*id];
    if (const auto had = made.feeds.find(*id); had != made.feeds.end()) pages = had->second;
    pages.first = page;
    pages.count = static_cast<std::uint32_t>(size->value_or(0) / page_bytes);
    if (!known) believe(number, *id, pages);
  }
  made.changed = !known;
  for (auto& [id, had] : made.feeds)
    if (forget_missing(number, id, had, found, problems)) made.changed = true;
  made.feeds = std::move(found);
  return {};
}

bool feed_tier::forget_missing(std::uint32_t number, feed_id id, const feed_pages& had,
                               std::map<feed_id, feed_pages>& found,
                               std::vector<std::string>& problems) const {
  const auto there = found.find(id);
  auto lost = 0;
  for (auto n = std::size_t{0}; n < segment_pages; ++n) {
    if (had.sums[n] == 0) continue;
    const auto inside = there != found.end() && n >= there->second.first &&
                        n < there->second.first + there->second.count;
    if (inside) continue;
    ++lost;
    if (there != found.end()) there->second.sums[n] = there->second.more_sums[n] = 0;
  }
  if (lost > 0)
    problems.push_back("the history's " + file_of(number, id, ".dat") + " is " +
                       std::to_string(lost) + " pages shorter than it was");
  return lost > 0;
}

void feed_tier::believe(std::uint32_t number, feed_id id, feed_pages& pages) const {
  for (auto n = std::uint32_t{0}; n < pages.count; ++n) {
    const auto dat = files_->read(file_of(number, id, ".dat"), n * page_bytes, page_bytes);
    if (!dat || dat->size() != page_bytes || feed_page{*dat}.measured() == 0) continue;
    if (plan_.extremes) {
      const auto bytes = extremes_parts * page_bytes;
      const auto more = files_->read(file_of(number, id, ".extremes"), n * bytes, bytes);
      if (!more || more->size() != bytes) continue;
      pages.more_sums[pages.first + n] = checksum_of(*more);
    }
    pages.sums[pages.first + n] = checksum_of(*dat);
  }
}

bool feed_tier::read_sums(std::string_view text, segment& into) const {
  const auto numbers = segment_pages * (plan_.extremes ? 2 : 1);
  const auto row = sizeof(std::uint32_t) * (1 + numbers);
  if (text.size() < sums_head + sizeof(std::uint32_t) || !text.starts_with(sums_magic))
    return false;
  const auto count = std::size_t{u32_at(text, 4)};
  if (text.size() != sums_head + count * row + sizeof(std::uint32_t)) return false;
  if (checksum_of(text.substr(0, text.size() - 4)) != u32_at(text, text.size() - 4)) return false;
  for (auto n = std::size_t{0}; n < count; ++n) {
    const auto from = text.substr(sums_head + n * row, row);
    auto& pages = into.feeds[u32_at(from, 0)];
    for (auto p = std::size_t{0}; p < segment_pages; ++p) {
      pages.sums[p] = u32_at(from, 4 + 4 * p);
      if (plan_.extremes) pages.more_sums[p] = u32_at(from, 4 + 4 * (segment_pages + p));
    }
  }
  return true;
}

std::string feed_tier::sums_text(const segment& s) const {
  auto out = std::string{sums_magic};
  append_u32(out, static_cast<std::uint32_t>(s.feeds.size()));
  for (const auto& [id, pages] : s.feeds) {
    append_u32(out, id);
    for (const auto sum : pages.sums) append_u32(out, sum);
    if (plan_.extremes)
      for (const auto sum : pages.more_sums) append_u32(out, sum);
  }
  append_u32(out, checksum_of(out));
  return out;
}

const feed_tier::feed_pages* feed_tier::find(feed_id feed, std::uint32_t page) const {
  const auto in = segments_.find(segment_of(page));
  if (in == segments_.end()) return nullptr;
  const auto of = in->second.feeds.find(feed);
  if (of == in->second.feeds.end() || of->second.sums[page % segment_pages] == 0) return nullptr;
  return &of->second;
}

bool feed_tier::has(feed_id feed, std::uint32_t page) const { return find(feed, page) != nullptr; }

bool feed_tier::changed() const {
  return std::ranges::any_of(segments_, [](const auto& s) { return s.second.changed; });
}

result<std::optional<tier_page>> feed_tier::read(feed_id feed, std::uint32_t page) const {
  const auto* pages = find(feed, page);
  if (!pages) return std::optional<tier_page>{};
  const auto number = segment_of(page);
  const auto n = page % segment_pages;
  const auto rotten = [&](const char* suffix) {
    return failed(fault_code::checksum, "page " + std::to_string(n - pages->first) +
                                            " of the history's " + file_of(number, feed, suffix) +
                                            " is not what was written there");
  };
  const auto dat =
      files_->read(file_of(number, feed, ".dat"), (n - pages->first) * page_bytes, page_bytes);
  if (!dat) return tl::make_unexpected(dat.error());
  if (dat->size() != page_bytes || checksum_of(*dat) != pages->sums[n]) return rotten(".dat");
  auto out = tier_page{feed_page{*dat}, {}};
  if (!plan_.extremes) return out;
  const auto bytes = extremes_parts * page_bytes;
  const auto more =
      files_->read(file_of(number, feed, ".extremes"), (n - pages->first) * bytes, bytes);
  if (!more) return tl::make_unexpected(more.error());
  if (more->size() != bytes || checksum_of(*more) != pages->more_sums[n])
    return rotten(".extremes");
  for (auto part = std::size_t{0}; part < extremes_parts; ++part)
    out.extremes.emplace_back(std::string_view{*more}.substr(part * page_bytes, page_bytes));
  return out;
}

std::vector<std::uint32_t> feed_tier::pages(feed_id feed, std::uint32_t from,
                                            std::uint32_t to) const {
  auto out = std::vector<std::uint32_t>{};
  for (auto in = segments_.lower_bound(segment_of(from)); in != segments_.end(); ++in) {
    if (first_of(in->first) >= to) break;
    const auto of = in->second.feeds.find(feed);
    if (of == in->second.feeds.end()) continue;
    for (auto n = std::uint32_t{0}; n < segment_pages; ++n) {
      const auto page = first_of(in->first) + n;
      if (page >= from && page < to && of->second.sums[n] != 0) out.push_back(page);
    }
  }
  return out;
}

std::optional<std::uint32_t> feed_tier::first_page(feed_id feed) const {
  for (const auto& [number, in] : segments_)
    if (const auto of = in.feeds.find(feed); of != in.feeds.end())
      for (auto n = std::uint32_t{0}; n < segment_pages; ++n)
        if (of->second.sums[n] != 0) return first_of(number) + n;
  return {};
}

std::optional<std::uint32_t> feed_tier::last_page(feed_id feed) const {
  for (auto in = segments_.rbegin(); in != segments_.rend(); ++in)
    if (const auto of = in->second.feeds.find(feed); of != in->second.feeds.end())
      for (auto n = static_cast<std::uint32_t>(segment_pages); n > 0; --n)
        if (of->second.sums[n - 1] != 0) return first_of(in->first) + n - 1;
  return {};
}

std::set<feed_id> feed_tier::feeds() const {
  auto out = std::set<feed_id>{};
  for (const auto& [number, in] : segments_)
    for (const auto& [id, pages] : in.feeds) out.insert(id);
  return out;
}

std::uint64_t feed_tier::bytes_on_disk() const {
  auto pages = std::uint64_t{0};
  for (const auto& [number, in] : segments_)
    for (const auto& [id, of] : in.feeds) pages += of.count;
  return pages * page_bytes * (plan_.extremes ? 1 + extremes_parts : 1);
}

bool feed_tier::keeps(std::uint32_t page) const {
  if (!plan_.keep || segments_.size() < *plan_.keep) return true;
  // As many segments as are kept, and this one would be older than all of them.
  return segment_of(page) >=
         std::prev(segments_.end(), static_cast<std::ptrdiff_t>(*plan_.keep))->first;
}

void feed_tier::forget(feed_id feed, std::uint32_t page) {
  if (!has(feed, page)) return;
  auto& in = segments_.at(segment_of(page));
  auto& of = in.feeds.at(feed);
  of.sums[page % segment_pages] = of.more_sums[page % segment_pages] = 0;
  in.changed = true;
}

}  // namespace hearth
