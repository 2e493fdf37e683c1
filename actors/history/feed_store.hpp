#pragma once

#include "actors/history/counted_files.hpp"
#include "actors/history/feed_index.hpp"
#include "actors/history/feed_tier.hpp"
#include "actors/history/history_log.hpp"
#include "actors/history/history_words.hpp"
#include "layouts/layout.hpp"
#include "protocol/limits.hpp"

#include <array>
#include <bitset>
#include <functional>
#include <memory>
#include <set>

namespace hearth {

/// How a history is kept.
struct feed_plan {
  history_layout kept;
  std::string timezone;  ///< IANA; days and months are those of this zone
  /// Only to look: makes no file, sets nothing aside, and may be used beside a writer.
  bool read_only = false;
  /// Nothing is kept of what came before: no clock that shows less is right. A house that lives in
  /// the past, a demo or a test, says when.
  time_point earliest = limits::earliest_date;
  std::uint64_t log_bytes = history_log::laid_out_bytes;
};

/// Whether a history takes a name: not empty, `limits::text_bytes` at most, and no control
/// characters, for it stands on a line of the index.
bool is_feed_name(std::string_view name);

/// The history on a disk: one feed of fixed interval per channel, in four finenesses, and a log in
/// front of them that spares the card. What stands on disk, and why a power cut at any instant
/// leaves it readable: `docs/decisions/0013-history-on-a-card.md`.
///
/// Pure but for its files; one thread. `now` is UTC. A fault of any call leaves what is on disk as
/// it was and what waits in memory waiting: the next call tries again.
class feed_store {
 public:
  /// Makes the folder's content if there is none, and takes over what a log still holds.
  static result<std::unique_ptr<feed_store>> open(std::shared_ptr<history_files> files,
                                                  const feed_plan& plan, time_point now);
  ~feed_store();
  feed_store(const feed_store&) = delete;
  feed_store& operator=(const feed_store&) = delete;

  /// The feed of this name: the one there is, or a new one. A known name takes the unit said last.
  /// A fault: the name or unit is none, or there are too many feeds.
  result<feed_id> declare(const std::string& channel, const std::string& unit);
  /// A value at its time: late, out of order or again, it lands in its slot. False, and counted in
  /// `refused`, if it has no place: no finite number, before what is kept finest, or beyond the
  /// years this program knows.
  bool put(feed_id feed, time_point utc, float value);

  /// What waits is on disk when it returns; to be called every `plan.kept.block`.
  result<void> write_block(time_point now);
  /// Moves the log's full pages into the feeds, rolls up what is complete and drops what is too
  /// old; cheap while there is nothing to do, so to be called after each block. With `everything`
  /// the pages still in progress too.
  result<void> distribute(time_point now, bool everything = false);

  /// As history_words.hpp says; includes what is in the log and in memory.
  [[nodiscard]] result<history_answer> ask(const history_query& query) const;
  /// Every channel at one second, as finely as that channel is kept so far back. `resolution` of
  /// the coarsest that has a value then; where none has, of the finest that reaches there.
  struct moment_values {
    std::map<std::string, std::optional<float>> values;
    duration resolution{};
  };
  [[nodiscard]] moment_values at(time_point utc) const;

  [[nodiscard]] const std::map<feed_id, feed_name>& feeds() const { return index_.feeds(); }
  /// When anything was first measured, of one feed or of all.
  [[nodiscard]] std::optional<time_point> first(feed_id feed) const;
  [[nodiscard]] std::optional<time_point> oldest() const;
  /// The newest value there is.
  [[nodiscard]] std::optional<time_point> newest(feed_id feed) const;
  /// `recording` is true; the actor knows better where it failed.
  [[nodiscard]] history_status status(time_point now) const;
  /// Values that had no place, and values dropped from memory because no disk took them.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }
  /// One sentence each, for an event: damage that was found, and what became of it. Once.
  std::vector<std::string> take_problems();

  /// Reads every page of every feed, heals from finer feeds what can be, and counts.
  struct check_report {
    std::uint64_t pages = 0, rotten = 0, healed = 0;
    std::vector<std::string> problems;
  };
  result<check_report> check(time_point now, const std::function<void(std::uint64_t)>& progress);

  /// Writes one contiguous PHPFina pair of a channel, as far back as it is kept so fine, to its
  /// newest value. `interval` zero: the finest. Of a channel of which nothing so fine is left: the
  /// finest that is.
  struct written_feed {
    std::uint32_t interval_s = 0;
    std::uint64_t slots = 0;  ///< none of a channel that was never measured
    bool coarser = false;     ///< than was asked for
  };
  result<written_feed> write_phpfina(feed_id feed, duration interval, history_files& into,
                                     const std::string& stem) const;
  /// Takes a feed of any interval over that divides ours or is a multiple of it. What the
  /// channel has already stays as it is: only what lies before its first value, and gaps in the
  /// finest feeds, are filled. Returns the slots taken.
  result<std::uint64_t> read_phpfina(feed_id feed, history_files& from, const std::string& stem,
                                     time_point now,
                                     const std::function<void(std::uint64_t)>& progress);

 private:
  /// A page that is not in its feed yet.
  struct waiting_page {
    feed_page values;
    std::bitset<page_slots> not_logged;
    bool whole = false;  ///< what the feed has of this page is in `values` already
  };
  using waiting_pages = std::map<std::pair<feed_id, std::uint32_t>, waiting_page>;

  feed_store(std::shared_ptr<counted_files> files, const feed_plan& plan);
  result<void> take_over(time_point now);
  void take(const log_record& record);
  waiting_page& page_for(feed_id feed, std::uint32_t page);
  void tell(const std::string& problem) const;
  [[nodiscard]] log_record everything_waiting() const;

  // Out of the log, into the feeds.
  /// A page of a feed of one fineness.
  struct written_page {
    std::uint32_t tier = 0;
    feed_id feed = 0;
    std::uint32_t page = 0;
    auto operator<=>(const written_page&) const = default;
  };
  using page_contents = std::map<written_page, tier_page>;
  result<void> store_pages(const waiting_pages& ready, bool everything);
  result<void> roll_up(bool everything, std::set<written_page>& written);
  result<void> write_pages(const page_contents& contents);
  result<void> make_durable();
  result<void> age();
  /// Whether what is kept longer has yet to be folded from it.
  [[nodiscard]] std::optional<written_page> not_yet_folded(const written_page& page) const;
  [[nodiscard]] bool is_over(std::uint32_t tier, std::uint32_t page) const;
  [[nodiscard]] std::uint32_t parent(const written_page& of) const;

  // Reading. Slots are counted from 1970.
  [[nodiscard]] std::vector<measure> measures(std::uint32_t tier, feed_id feed, std::int64_t slot,
                                              std::size_t count) const;
  [[nodiscard]] std::vector<measure> finer(std::uint32_t tier, feed_id feed, std::int64_t slot,
                                           std::size_t count) const;
  [[nodiscard]] std::vector<measure> folded_from(std::uint32_t source, std::uint32_t tier,
                                                 feed_id feed, std::int64_t slot,
                                                 std::size_t count) const;
  struct folded_bucket {
    measure all;
    double risen = 0;  ///< of a counter
  };
  [[nodiscard]] std::vector<folded_bucket> folded_into(const std::vector<time_point>& edges,
                                                       std::uint32_t tier, feed_id feed,
                                                       bool is_counter) const;
  /// Slots that begin before this second, the newest measured one among them; none if there is
  /// none. Of this fineness, else of a coarser one.
  [[nodiscard]] std::vector<measure> last_before(std::uint32_t tier, feed_id feed,
                                                 std::int64_t second) const;
  /// A page of ours out of a feed that comes from elsewhere.
  static result<std::vector<measure>> read_slots(history_files& from, const std::string& stem,
                                                 const feed_meta& meta, std::int64_t second,
                                                 std::int64_t span, std::int64_t own);
  [[nodiscard]] bool holds_any(std::uint32_t tier, feed_id feed, std::int64_t from_s,
                               std::int64_t to_s) const;
  [[nodiscard]] std::optional<tier_page> page_of(std::uint32_t tier, feed_id feed,
                                                 std::uint32_t page) const;
  [[nodiscard]] std::optional<time_point> first_in(std::uint32_t tier, feed_id feed) const;
  /// The finest that reaches back to this time, for one feed; nothing: it begins later.
  [[nodiscard]] std::optional<std::uint32_t> finest_from(feed_id feed, time_point at) const;
  /// The finest that has all of what these feeds have in this time.
  [[nodiscard]] std::uint32_t finest_between(time_point from, time_point to,
                                             const std::vector<feed_id>& of) const;
  [[nodiscard]] std::uint32_t interval_of(std::uint32_t tier) const {
    return tiers_[tier].plan().interval_s;
  }

  std::shared_ptr<counted_files> files_;
  feed_plan plan_;
  feed_index index_;
  history_log log_;
  std::vector<feed_tier> tiers_;  ///< the finest first
  waiting_pages waiting_;
  /// Pages of coarser feeds as the log has them, until they are surely in their files.
  page_contents images_;
  time_point now_;  ///< as said last
  bool looked_for_roll_up_ = false;
  std::uint64_t refused_ = 0, dropped_ = 0;
  mutable std::set<written_page> rotten_;  ///< met while reading; forgotten with the next block
  mutable std::map<std::pair<std::uint32_t, feed_id>, std::pair<std::uint32_t, time_point>> firsts_;
  mutable std::vector<std::string> problems_;
};

}  // namespace hearth
