#include "actors/history/feed_index.hpp"

#include <charconv>

namespace hearth {
namespace {

constexpr auto name = "index", copy = "index.copy";
constexpr std::string_view title = "hearth history 1\tinterval_s\t";
/// Far more than `most_feeds` lines of the longest names ever fill in a house.
constexpr auto longest = std::size_t{8} << 20;

std::optional<std::uint32_t> number_from(std::string_view text) {
  auto value = std::uint32_t{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// Takes a line off the front; nothing if none is whole.
std::optional<std::string_view> next_line(std::string_view& text) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos) return {};
  const auto line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string to_text(const std::map<feed_id, feed_name>& feeds, std::uint32_t interval_s) {
  auto out = std::string{title} + std::to_string(interval_s) + "\n";
  for (const auto& [id, feed] : feeds)
    out += std::to_string(id) + "\t" + feed.unit + "\t" + feed.channel + "\n";
  return out + "crc32\t" + std::to_string(checksum_of(out)) + "\n";
}

std::optional<index_text> index_from(std::string_view text) {
  const auto last = text.rfind("crc32\t");
  if (last == std::string_view::npos || !text.ends_with('\n')) return {};
  const auto sum = number_from(text.substr(last + 6, text.size() - last - 7));
  auto rest = text.substr(0, last);
  if (!sum || *sum != checksum_of(rest)) return {};
  const auto first = next_line(rest);
  if (!first || !first->starts_with(title)) return {};
  const auto interval = number_from(first->substr(title.size()));
  if (!interval || *interval == 0) return {};
  auto out = index_text{{}, *interval};
  while (!rest.empty()) {
    const auto line = next_line(rest);
    if (!line) return {};
    const auto one = line->find('\t');
    const auto two = one == std::string_view::npos ? one : line->find('\t', one + 1);
    if (two == std::string_view::npos) return {};
    const auto id = number_from(line->substr(0, one));
    if (!id || *id == 0 || *id > most_feeds) return {};
    const auto known = feed_name{std::string{line->substr(two + 1)},
                                 std::string{line->substr(one + 1, two - one - 1)}};
    if (!out.feeds.emplace(*id, known).second) return {};
  }
  return out;
}

result<feed_index> feed_index::load(history_files& files, std::vector<std::string>& problems) {
  auto out = feed_index{};
  auto damaged = false;
  for (const auto* file : {name, copy}) {
    const auto text = files.read(file, 0, longest);
    if (!text) return tl::make_unexpected(text.error());
    if (text->empty()) continue;
    if (const auto found = index_from(*text)) {
      for (const auto& [id, feed] : found->feeds) {
        out.feeds_.emplace(id, feed);
        out.ids_.emplace(feed.channel, id);
      }
      out.interval_s_ = found->interval_s;
      if (damaged) {
        problems.push_back("the history's index was damaged and is healed from its copy");
        out.changed_ = true;
      }
      return out;
    }
    damaged = true;
  }
  if (damaged)
    problems.push_back(
        "the history's index and its copy are damaged: feeds keep their numbers and have lost "
        "their names");
  return out;
}

result<void> feed_index::save(history_files& files) {
  const auto text = to_text(feeds_, interval_s_.value_or(1));
  for (const auto* file : {copy, name}) {
    const auto draft = std::string{file} + ".new";
    if (auto done = files.remove(draft); !done) return done;
    if (auto done = files.write(draft, 0, text); !done) return done;
    if (auto done = files.sync_all(); !done) return done;
    if (auto done = files.rename(draft, file); !done) return done;
  }
  if (auto done = files.sync_all(); !done) return done;
  changed_ = false;
  return {};
}

std::optional<feed_id> feed_index::find(std::string_view channel) const {
  const auto found = ids_.find(channel);
  if (found == ids_.end()) return {};
  return found->second;
}

result<feed_id> feed_index::declare(const std::string& channel, const std::string& unit) {
  if (const auto known = find(channel)) {
    auto& feed = feeds_[*known];
    changed_ = changed_ || feed.unit != unit;
    feed.unit = unit;
    return *known;
  }
  const auto id = feeds_.empty() ? feed_id{1} : feeds_.rbegin()->first + 1;
  if (id > most_feeds)
    return failed(fault_code::overflow,
                  "a history has " + std::to_string(most_feeds) + " feeds at most");
  feeds_[id] = {channel, unit};
  ids_[channel] = id;
  changed_ = true;
  return id;
}

void feed_index::adopt(feed_id id) {
  if (id == 0 || id > most_feeds || feeds_.contains(id)) return;
  const auto made = "feed-" + std::to_string(id);
  feeds_[id] = {made, ""};
  ids_[made] = id;
  changed_ = true;
}

void feed_index::set_interval_s(std::uint32_t interval_s) {
  changed_ = changed_ || interval_s_ != interval_s;
  interval_s_ = interval_s;
}

}  // namespace hearth
