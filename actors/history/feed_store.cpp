#include "actors/history/feed_store.hpp"

#include "protocol/limits.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

/// Pages in memory that no disk takes: 4 MB, more than a day of 90 channels by 10 s. Beyond, and
/// beyond `waiting_per_feed`: the oldest page is dropped and counted.
constexpr auto most_waiting = std::size_t{1024};
/// The page in progress, the one that was, and one for what comes late.
constexpr auto waiting_per_feed = std::size_t{3};
/// Sentences that wait for an event. Beyond: not told.
constexpr auto most_problems = std::size_t{64};
/// PHPFina counts seconds since 1970 in 32 bits; one segment of hours less, so that no sum goes
/// round.
constexpr auto last_second = std::int64_t{0xffffffff} - std::int64_t{3600} * 65536;

std::uint32_t seconds_of(duration d) {
  return static_cast<std::uint32_t>(d / std::chrono::seconds{1});
}

/// So many whole segments, and the one in progress.
std::size_t segments_of(duration kept, std::uint32_t interval_s) {
  const auto span = std::int64_t{interval_s} * std::int64_t{page_slots * segment_pages};
  return static_cast<std::size_t>((kept / std::chrono::seconds{1} + span - 1) / span) + 1;
}

std::vector<tier_plan> tiers_of(const history_layout& kept) {
  const auto finest = seconds_of(kept.interval);
  auto out = std::vector<tier_plan>{};
  auto minutes = kept.keep_minutes;
  if (finest < 60)
    out.push_back(
        {std::to_string(finest) + "s", finest, false, segments_of(kept.keep_finest, finest)});
  else
    minutes = std::max(minutes, kept.keep_finest);
  out.push_back({"1min", 60, false, segments_of(minutes, 60)});
  out.push_back({"15min", 900, true, segments_of(kept.keep_quarters, 900)});
  out.push_back({"1h", 3600, true, {}});
  return out;
}

/// The slots of a page that `chosen` says yes of, as runs.
template <class Chosen>
void append_runs(std::vector<logged_run>& to, feed_id feed, std::uint32_t page,
                 std::uint32_t interval_s, const feed_page& values, Chosen chosen) {
  auto next = page_slots;
  for (auto slot = std::size_t{0}; slot < page_slots; ++slot) {
    if (!chosen(slot)) continue;
    const auto second = (std::uint64_t{page} * page_slots + slot) * interval_s;
    if (next != slot || to.empty() || to.back().feed != feed)
      to.push_back({feed, static_cast<std::uint32_t>(second), {}});
    to.back().values.push_back(values.at(slot));
    next = slot + 1;
  }
}

}  // namespace

bool is_feed_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::text_bytes &&
         std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

feed_store::feed_store(std::shared_ptr<counted_files> files, const feed_plan& plan)
    : files_{std::move(files)}, plan_{plan} {}
feed_store::~feed_store() = default;

result<std::unique_ptr<feed_store>> feed_store::open(std::shared_ptr<history_files> files,
                                                     const feed_plan& plan, time_point now) {
  if (plan.kept.interval < std::chrono::seconds{1} ||
      std::chrono::minutes{1} % plan.kept.interval != duration{0} ||
      plan.kept.interval % std::chrono::seconds{1} != duration{0})
    return failed(fault_code::unsupported,
                  "a history's interval must divide a minute into equal parts of whole seconds");
  auto counted = std::make_shared<counted_files>(std::move(files));
  counted->set_now(now);
  auto out = std::unique_ptr<feed_store>{new feed_store{counted, plan}};
  if (auto done = out->take_over(now); !done) return tl::make_unexpected(done.error());
  return out;
}

result<void> feed_store::take_over(time_point now) {
  now_ = now;
  auto index = feed_index::load(*files_, problems_);
  if (!index) return tl::make_unexpected(index.error());
  index_ = std::move(*index);
  const auto wanted = seconds_of(plan_.kept.interval);
  const auto had = index_.interval_s().value_or(wanted);
  if (had != wanted && 60 % had == 0) {
    auto former = plan_;
    former.kept.interval = std::chrono::seconds{had};
    if (plan_.read_only) {
      plan_ = former;
    } else {
      // What is in progress by the former interval is rolled up now, for nothing else reads it.
      auto before = feed_store{files_, former};
      if (auto done = before.take_over(now); !done) return done;
      if (auto done = before.distribute(now, true); !done) return done;
      index_ = before.index_;
      tell("the history's interval changed from " + std::to_string(had) + " s to " +
           std::to_string(wanted) + " s: what was measured before is shown by the minute");
    }
  }
  if (!plan_.read_only) index_.set_interval_s(wanted);
  for (const auto& tier : tiers_of(plan_.kept)) {
    tiers_.emplace_back(files_, tier, plan_.read_only);
    if (auto done = tiers_.back().open(problems_); !done) return done;
    for (const auto feed : tiers_.back().feeds()) index_.adopt(feed);
  }
  auto log = history_log::open(
      *files_, {plan_.read_only, plan_.log_bytes}, [&](const log_record& record) { take(record); },
      problems_);
  if (!log) return tl::make_unexpected(log.error());
  log_ = *log;
  const auto kept_before =
      std::ranges::any_of(tiers_, [](const feed_tier& tier) { return tier.bytes_on_disk() > 0; });
  if (log_.unreadable() && kept_before)
    tell("the history's log is damaged: its last hours may lack values");
  return {};
}

void feed_store::take(const log_record& record) {
  const auto interval = interval_of(0);
  for (const auto& run : record.runs) {
    if (run.feed == 0 || run.feed > most_feeds) continue;
    index_.adopt(run.feed);
    auto second = std::int64_t{run.start_s};
    for (const auto& value : run.values) {
      const auto slot = second / interval;
      second += record.interval_s;
      if (!value || slot * interval > last_second) continue;
      page_for(run.feed, static_cast<std::uint32_t>(slot / std::int64_t{page_slots}))
          .values.set(static_cast<std::size_t>(slot) % page_slots, *value);
    }
  }
  for (const auto& image : record.pages) {
    if (image.tier >= tiers_.size() || image.feed == 0 || image.feed > most_feeds ||
        image.page > last_second / static_cast<std::int64_t>(tiers_[image.tier].plan().page_s()))
      continue;
    const auto bytes = std::string_view{image.bytes};
    auto page = tier_page{feed_page{bytes}, {}};
    if (tiers_[image.tier].plan().extremes)
      for (auto part = std::size_t{1}; part <= extremes_parts; ++part)
        page.extremes.emplace_back(
            bytes.substr(std::min(bytes.size(), part * page_bytes), page_bytes));
    if (image.tier > 0) {
      images_[{image.tier, image.feed, image.page}] = page;
      continue;
    }
    index_.adopt(image.feed);
    auto& waiting = page_for(image.feed, image.page);
    for (auto slot = std::size_t{0}; slot < page_slots; ++slot)
      if (!waiting.values.at(slot)) waiting.values.set(slot, page.means.at(slot));
    waiting.whole = true;
  }
}

result<feed_id> feed_store::declare(const std::string& channel, const std::string& unit) {
  if (!is_feed_name(channel) || (!unit.empty() && !is_feed_name(unit)))
    return failed(fault_code::malformed, "a history cannot keep a channel of this name or unit");
  return index_.declare(channel, unit);
}

feed_store::waiting_page& feed_store::page_for(feed_id feed, std::uint32_t page) {
  const auto key = std::pair{feed, page};
  if (const auto found = waiting_.find(key); found != waiting_.end()) return found->second;
  const auto most = std::max(most_waiting, waiting_per_feed * index_.feeds().size());
  if (waiting_.size() >= most) {
    const auto oldest = std::ranges::min_element(
        waiting_, {}, [](const auto& entry) { return entry.first.second; });
    dropped_ += oldest->second.values.measured();
    waiting_.erase(oldest);
  }
  return waiting_[key];
}

bool feed_store::put(feed_id feed, time_point utc, float value) {
  const auto second =
      std::int64_t{std::chrono::floor<std::chrono::seconds>(utc).time_since_epoch().count()};
  const auto slot = second / interval_of(0);
  const auto page = static_cast<std::uint32_t>(slot / std::int64_t{page_slots});
  if (!index_.feeds().contains(feed) || !std::isfinite(value) || utc < plan_.earliest ||
      utc >= limits::latest_date || second > last_second || !tiers_[0].keeps(page)) {
    ++refused_;
    return false;
  }
  auto& waiting = page_for(feed, page);
  waiting.values.set(static_cast<std::size_t>(slot) % page_slots, value);
  waiting.not_logged.set(static_cast<std::size_t>(slot) % page_slots);
  return true;
}

log_record feed_store::everything_waiting() const {
  auto out = log_record{interval_of(0), {}, {}};
  for (const auto& [at, page] : waiting_) {
    if (page.whole)
      out.pages.push_back({0, at.first, at.second, page.values.bytes()});
    else
      append_runs(
          out.runs, at.first, at.second, interval_of(0), page.values,
          [&values = page.values](std::size_t slot) { return values.at(slot).has_value(); });
  }
  for (const auto& [at, page] : images_) {
    auto bytes = page.means.bytes();
    for (const auto& part : page.extremes) bytes += part.bytes();
    out.pages.push_back({at.tier, at.feed, at.page, std::move(bytes)});
  }
  return out;
}

result<void> feed_store::write_block(time_point now) {
  now_ = now;
  files_->set_now(now);
  for (const auto& page : rotten_) tiers_[page.tier].forget(page.feed, page.page);
  looked_for_roll_up_ = looked_for_roll_up_ && rotten_.empty();
  rotten_.clear();
  if (index_.changed())
    if (auto done = index_.save(*files_); !done) return done;
  auto record = log_record{interval_of(0), {}, {}};
  if (log_.broken()) {
    record = everything_waiting();
  } else {
    for (const auto& [at, page] : waiting_)
      append_runs(record.runs, at.first, at.second, interval_of(0), page.values,
                  [&fresh = page.not_logged](std::size_t slot) { return fresh[slot]; });
    if (record.runs.empty()) return {};
  }
  auto done = log_.broken() ? log_.begin_anew(*files_, record) : log_.append(*files_, record);
  if (!done) return done;
  for (auto& [at, page] : waiting_) page.not_logged.reset();
  return {};
}

void feed_store::tell(const std::string& problem) const {
  if (problems_.size() < most_problems) problems_.push_back(problem);
}

std::vector<std::string> feed_store::take_problems() { return std::exchange(problems_, {}); }

history_status feed_store::status(time_point now) const {
  auto out = history_status{};
  out.recording = true;
  out.feeds = index_.feeds().size();
  out.bytes = log_.bytes_on_disk();
  for (const auto& tier : tiers_) out.bytes += tier.bytes_on_disk();
  out.written_today = files_->written(now);
  out.oldest = oldest();
  for (const auto& [at, page] : waiting_) out.waiting += page.not_logged.count();
  return out;
}

}  // namespace hearth
