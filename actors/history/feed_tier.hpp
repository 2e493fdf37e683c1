#pragma once

#include "actors/history/feed_format.hpp"
#include "actors/history/fold.hpp"
#include "drivers/history_files.hpp"

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hearth {

/// Feeds of one fineness.
struct tier_plan {
  std::string folder;
  std::uint32_t interval_s = 0;
  /// Beside each mean its lowest and highest value and the seconds measured, in `<id>.extremes`:
  /// three float32 a slot.
  bool extremes = false;
  /// Segments that hold something and are kept; the oldest goes beyond. Nothing: all.
  std::optional<std::size_t> keep;

  [[nodiscard]] std::uint64_t page_s() const { return std::uint64_t{interval_s} * page_slots; }
};

/// Lowest, highest and seconds: so many pages of `<id>.extremes` for one of `<id>.dat`.
inline constexpr std::size_t extremes_parts = 3;

/// A page of one fineness in memory.
class tier_page {
 public:
  [[nodiscard]] measure at(std::size_t slot, std::uint32_t interval_s) const;
  void set(std::size_t slot, const measure& m);

  feed_page means;
  /// Empty where the tier keeps none.
  std::vector<feed_page> extremes;  ///< lowest, highest, seconds
};

/// All feeds of one fineness: a folder of segments, each a folder of files `<id>.meta`, `<id>.dat`,
/// `<id>.extremes` and one file `sums` with a checksum per page. Pages are counted from 1970.
class feed_tier {
 public:
  feed_tier(std::shared_ptr<history_files> files, tier_plan plan, bool read_only);

  [[nodiscard]] const tier_plan& plan() const { return plan_; }
  [[nodiscard]] tier_page empty_page() const;
  /// Finds what is there. Files that cannot be feeds of this tier are set aside and told.
  result<void> open(std::vector<std::string>& problems);

  [[nodiscard]] bool has(feed_id feed, std::uint32_t page) const;
  /// Nothing if there is none; a fault `checksum` if it is not what was written.
  [[nodiscard]] result<std::optional<tier_page>> read(feed_id feed, std::uint32_t page) const;
  /// Whether anything written has no place among the sums on disk yet.
  [[nodiscard]] bool changed() const;
  /// The pages that a feed has from one to another, that one excluded.
  [[nodiscard]] std::vector<std::uint32_t> pages(feed_id feed, std::uint32_t from,
                                                 std::uint32_t to) const;
  [[nodiscard]] std::optional<std::uint32_t> first_page(feed_id feed) const;
  [[nodiscard]] std::optional<std::uint32_t> last_page(feed_id feed) const;
  [[nodiscard]] std::set<feed_id> feeds() const;
  [[nodiscard]] std::uint64_t bytes_on_disk() const;
  /// Whether a page may be written, or belongs to what has been dropped for its age.
  [[nodiscard]] bool keeps(std::uint32_t page) const;

  /// Makes the segments that these pages need and are not there, all of them with one sync.
  result<void> begin_segments(const std::set<std::uint32_t>& pages);
  /// In place; counts only after `name_sums`.
  result<void> write(feed_id feed, std::uint32_t page, const tier_page& content);
  /// It is not what it should be and counts as never written.
  void forget(feed_id feed, std::uint32_t page);
  /// The sums of what was written go beside the old ones; to be synced by the caller.
  result<void> write_sums();
  /// And now in their place; to be synced by the caller.
  result<void> name_sums();
  /// Drops what is too old, as long as `still_needed` says no of each page in it.
  result<void> age(const std::function<bool(feed_id, std::uint32_t)>& still_needed);

 private:
  struct feed_pages {
    std::uint32_t first = 0, count = 0;  ///< in the file, from the segment's first page
    /// Of each page of the segment; 0: none there.
    std::array<std::uint32_t, segment_pages> sums{}, more_sums{};
  };
  struct segment {
    std::map<feed_id, feed_pages> feeds;
    bool changed = false;
  };
  using segments = std::map<std::uint32_t, segment>;  ///< by first page / segment_pages

  [[nodiscard]] std::string folder_of(std::uint32_t number) const;
  [[nodiscard]] std::string file_of(std::uint32_t number, feed_id feed, const char* suffix) const;
  result<void> open_segment(std::uint32_t number, std::vector<std::string>& problems);
  /// Within the segment; a fault says why these bytes cannot be the `.meta` of a feed in it.
  [[nodiscard]] result<std::uint32_t> first_page_from(std::uint32_t number,
                                                      std::string_view bytes) const;
  bool read_sums(std::string_view text, segment& into) const;
  [[nodiscard]] std::string sums_text(const segment& s) const;
  /// Takes the checksums of what stands there.
  void believe(std::uint32_t number, feed_id id, feed_pages& pages) const;
  /// Whether pages with a sum are not in their file any more.
  bool forget_missing(std::uint32_t number, feed_id id, const feed_pages& had,
                      std::map<feed_id, feed_pages>& found,
                      std::vector<std::string>& problems) const;
  result<void> put_aside(std::uint32_t number, feed_id feed, const std::string& why,
                         std::vector<std::string>& problems);
  [[nodiscard]] const feed_pages* find(feed_id feed, std::uint32_t page) const;

  result<void> begin_feed(std::uint32_t number, feed_id feed, std::uint32_t first);
  /// A page before the first one of a file moves all others.
  result<void> shift(std::uint32_t number, feed_id feed, feed_pages& have, std::uint32_t first);
  result<void> finish_shift(std::uint32_t number, feed_id feed,
                            const std::vector<std::string>& names);

  std::shared_ptr<history_files> files_;
  tier_plan plan_;
  bool read_only_ = false;
  segments segments_;
};

}  // namespace hearth
