#pragma once

#include "actors/history/feed_format.hpp"
#include "drivers/history_files.hpp"

#include <map>
#include <string>
#include <vector>

namespace hearth {

struct feed_name {
  std::string channel;
  std::string unit;
  bool operator==(const feed_name&) const = default;
};

/// Feeds a history has at most: the layout's largest house many times over. Beyond: refused.
inline constexpr feed_id most_feeds = 4096;

/// Which feed is which channel: a text file, a line "id <tab> unit <tab> channel" each, ended by a
/// line with their checksum, and a copy of it.
class feed_index {
 public:
  /// Reads it; one that is damaged is healed from its copy, and where both are, it is empty and
  /// `problems` says so.
  static result<feed_index> load(history_files& files, std::vector<std::string>& problems);
  /// On disk, names and all, when it returns.
  result<void> save(history_files& files);

  [[nodiscard]] const std::map<feed_id, feed_name>& feeds() const { return feeds_; }
  [[nodiscard]] std::optional<feed_id> find(std::string_view channel) const;
  /// Of the finest feeds when it was last saved; nothing in a new one.
  [[nodiscard]] std::optional<std::uint32_t> interval_s() const { return interval_s_; }
  [[nodiscard]] bool changed() const { return changed_; }

  /// A new feed, or a known one under the unit said last.
  result<feed_id> declare(const std::string& channel, const std::string& unit);
  /// A feed whose files are there and whose name is lost: it is called "feed-ID".
  void adopt(feed_id id);
  void set_interval_s(std::uint32_t interval_s);

 private:
  std::map<feed_id, feed_name> feeds_;
  std::map<std::string, feed_id, std::less<>> ids_;
  std::optional<std::uint32_t> interval_s_;
  bool changed_ = false;
};

/// The text of an index, and back; nothing if it is damaged.
std::string to_text(const std::map<feed_id, feed_name>& feeds, std::uint32_t interval_s);
struct index_text {
  std::map<feed_id, feed_name> feeds;
  std::uint32_t interval_s = 0;
};
std::optional<index_text> index_from(std::string_view text);

}  // namespace hearth
