// How a feed_store moves pages out of its log into the feeds and folds coarser ones from them.
#include "actors/history/feed_store.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// Folded pages in memory before they are written.
constexpr auto pages_at_once = std::size_t{128};

std::int64_t second_of(time_point t) { return t.time_since_epoch() / std::chrono::seconds{1}; }

bool same(const tier_page& a, const tier_page& b) {
  if (a.means.bytes() != b.means.bytes() || a.extremes.size() != b.extremes.size()) return false;
  for (auto n = std::size_t{0}; n < a.extremes.size(); ++n)
    if (a.extremes[n].bytes() != b.extremes[n].bytes()) return false;
  return true;
}

}  // namespace

bool feed_store::is_over(std::uint32_t tier, std::uint32_t page) const {
  const auto page_s = static_cast<std::int64_t>(tiers_[tier].plan().page_s());
  // One block more, for what comes a little late.
  return (std::int64_t{page} + 1) * page_s + plan_.kept.block / std::chrono::seconds{1} <=
         second_of(now_);
}

std::uint32_t feed_store::parent(const written_page& of) const {
  return static_cast<std::uint32_t>(of.page * tiers_[of.tier].plan().page_s() /
                                    tiers_[of.tier + 1].plan().page_s());
}

result<void> feed_store::distribute(time_point now, bool everything) {
  if (auto done = write_block(now); !done) return done;
  everything = everything || log_.used() > history_log::longest;
  const auto page_s = static_cast<std::int64_t>(tiers_[0].plan().page_s());
  auto ready = waiting_pages{};
  for (const auto& [at, page] : waiting_) {
    // What a clock that jumped far ahead has left would wait for years.
    const auto far = (std::int64_t{at.second} - 1) * page_s > second_of(now);
    if (everything || far || is_over(0, at.second)) ready.emplace(at, page);
  }
  const auto changed = std::ranges::any_of(tiers_, &feed_tier::changed);
  if (ready.empty() && images_.empty() && looked_for_roll_up_ && !changed && !everything) return {};
  if (auto done = store_pages(ready, everything); !done) return done;
  for (const auto& [at, page] : ready) waiting_.erase(at);
  if (!ready.empty())
    if (auto done = log_.begin_anew(*files_, everything_waiting()); !done) return done;
  return age();
}

result<void> feed_store::store_pages(const waiting_pages& ready, bool everything) {
  if (auto done = write_pages(images_); !done) return done;
  auto contents = page_contents{};
  for (const auto& [at, page] : ready) {
    auto& content = contents[{0, at.first, at.second}];
    const auto had = page.whole ? std::optional<tier_page>{} : page_of(0, at.first, at.second);
    if (had) content = *had;
    for (auto slot = std::size_t{0}; slot < page_slots; ++slot)
      if (const auto value = page.values.at(slot)) content.means.set(slot, value);
    const auto waits = waiting_.find(at);
    for (auto slot = std::size_t{0}; waits != waiting_.end() && slot < page_slots; ++slot)
      if (const auto value = waits->second.values.at(slot)) content.means.set(slot, value);
  }
  firsts_.clear();
  auto written = std::set<written_page>{};
  for (const auto& [at, content] : contents) written.insert(at);
  if (auto done = write_pages(contents); !done) return done;
  if (auto done = roll_up(everything, written); !done) return done;
  return make_durable();
}

result<void> feed_store::write_pages(const page_contents& contents) {
  auto kept = log_record{interval_of(0), {}, {}};
  for (const auto& [at, content] : contents) {
    // Written in place, so a power cut could take what stood there already.
    if (!tiers_[at.tier].has(at.feed, at.page) || images_.contains(at)) continue;
    const auto waits = at.tier > 0 ? waiting_.end() : waiting_.find({at.feed, at.page});
    if (waits != waiting_.end() && waits->second.whole) continue;
    auto bytes = content.means.bytes();
    for (const auto& part : content.extremes) bytes += part.bytes();
    kept.pages.push_back({at.tier, at.feed, at.page, std::move(bytes)});
  }
  if (!kept.pages.empty()) {
    if (auto done = log_.append(*files_, kept); !done) return done;
    for (const auto& page : kept.pages)
      if (const auto at = written_page{page.tier, page.feed, page.page}; at.tier > 0)
        images_[at] = contents.at(at);
      else if (const auto found = waiting_.find({at.feed, at.page}); found != waiting_.end()) {
        found->second.values = contents.at(at).means;
        found->second.whole = true;
      }
  }
  auto pages = std::map<std::uint32_t, std::set<std::uint32_t>>{};
  for (const auto& [at, content] : contents) pages[at.tier].insert(at.page);
  for (const auto& [tier, of] : pages)
    if (auto done = tiers_[tier].begin_segments(of); !done) return done;
  for (const auto& [at, content] : contents)
    if (auto done = tiers_[at.tier].write(at.feed, at.page, content); !done) return done;
  return {};
}

result<void> feed_store::roll_up(bool everything, std::set<written_page>& written) {
  for (auto k = std::uint32_t{1}; k < tiers_.size(); ++k) {
    auto candidates = std::set<written_page>{};
    for (const auto& page : written)
      if (page.tier == k - 1) candidates.insert({k, page.feed, parent(page)});
    if (!looked_for_roll_up_ || everything)
      for (const auto feed : tiers_[k - 1].feeds())
        for (const auto page : tiers_[k - 1].pages(feed, 0, ~std::uint32_t{0}))
          if (const auto p = parent({k - 1, feed, page}); !tiers_[k].has(feed, p))
            candidates.insert({k, feed, p});
    auto contents = page_contents{};
    for (const auto& at : candidates) {
      if (!tiers_[k].keeps(at.page)) {
        // Too old to be kept so fine, as a second feed that is imported is: what is coarser is
        // folded past this one.
        written.insert(at);
        continue;
      }
      const auto had = tiers_[k].has(at.feed, at.page);
      if (!had && !everything && !is_over(k, at.page)) continue;
      const auto old = page_of(k, at.feed, at.page);
      auto content = old.value_or(tiers_[k].empty_page());
      // A slot of which nothing finer is left keeps what it has.
      const auto slots =
          finer(k, at.feed, std::int64_t{at.page} * std::int64_t{page_slots}, page_slots);
      for (auto slot = std::size_t{0}; slot < page_slots; ++slot)
        if (slots[slot].any()) content.set(slot, slots[slot]);
      if (content.means.measured() == 0) continue;
      // Told on even if nothing changed here: a power cut may have come between this page and the
      // coarser one.
      written.insert(at);
      if (old && same(*old, content)) continue;
      contents[at] = std::move(content);
      if (contents.size() < pages_at_once) continue;
      if (auto done = write_pages(contents); !done) return done;
      contents.clear();
    }
    if (auto done = write_pages(contents); !done) return done;
  }
  looked_for_roll_up_ = true;
  return {};
}

result<void> feed_store::make_durable() {
  if (std::ranges::any_of(tiers_, &feed_tier::changed)) {
    for (auto& tier : tiers_)
      if (auto done = tier.write_sums(); !done) return done;
    if (auto done = files_->sync_all(); !done) return done;
    for (auto& tier : tiers_)
      if (auto done = tier.name_sums(); !done) return done;
    if (auto done = files_->sync_all(); !done) return done;
  }
  images_.clear();
  return {};
}

std::optional<feed_store::written_page> feed_store::not_yet_folded(const written_page& page) const {
  auto above = page;
  while (above.tier + 1 < tiers_.size()) {
    above = {above.tier + 1, above.feed, parent(above)};
    const auto& tier = tiers_[above.tier];
    if (!tier.keeps(above.page)) continue;
    if (!tier.has(above.feed, above.page)) return above;
    // Quarters are folded past the minutes, which remember no extremes.
    if (tier.plan().extremes) return {};
  }
  return {};
}

result<void> feed_store::age() {
  for (auto k = std::uint32_t{0}; k + 1 < tiers_.size(); ++k) {
    auto done = tiers_[k].age([&](feed_id feed, std::uint32_t page) {
      const auto missing = not_yet_folded({k, feed, page});
      // A channel that fell silent before its coarser page was over is folded by nobody else, and
      // what is too old of all the others waits for it.
      if (missing && is_over(missing->tier, missing->page)) looked_for_roll_up_ = false;
      return missing.has_value();
    });
    if (!done) return done;
  }
  return {};
}

result<feed_store::check_report> feed_store::check(
    time_point now, const std::function<void(std::uint64_t)>& progress) {
  auto out = check_report{};
  if (!plan_.read_only)
    if (auto done = distribute(now); !done) return tl::make_unexpected(done.error());
  auto rotten = std::vector<written_page>{};
  for (auto k = std::uint32_t{0}; k < tiers_.size(); ++k)
    for (const auto feed : tiers_[k].feeds())
      for (const auto page : tiers_[k].pages(feed, 0, ~std::uint32_t{0})) {
        const auto read = tiers_[k].read(feed, page);
        ++out.pages;
        if (out.pages % 1000 == 0 && progress) progress(out.pages);
        if (read) continue;
        if (read.error().code != fault_code::checksum) return tl::make_unexpected(read.error());
        out.problems.push_back(read.error().detail);
        rotten.push_back({k, feed, page});
      }
  out.rotten = rotten.size();
  if (plan_.read_only || rotten.empty()) return out;
  for (const auto& at : rotten) tiers_[at.tier].forget(at.feed, at.page);
  looked_for_roll_up_ = false;
  if (auto done = store_pages({}, false); !done) return tl::make_unexpected(done.error());
  for (const auto& at : rotten) out.healed += tiers_[at.tier].has(at.feed, at.page) ? 1 : 0;
  return out;
}

}  // namespace hearth
