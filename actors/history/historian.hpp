#pragma once

#include "actors/history/chronicler.hpp"
#include "actors/history/feed_store.hpp"
#include "actors/history/history_keeper.hpp"
#include "actors/history/history_words.hpp"
#include "drivers/chronicle.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hearth {

/// Opens the house's feeds; `now` is UTC. May be called again after it failed.
using feed_store_maker =
    std::function<result<std::unique_ptr<feed_store>>(const feed_plan&, time_point now)>;

/// Where a house's history lives; null makers: nothing is kept.
struct history_disk {
  feed_store_maker open_feeds;
  chronicle_maker open_chronicle;
  bool blocks = true;  ///< it takes its time: whoever uses it needs a thread
};

/// Keeps what the house sees, says and plans, on disk by the block and in memory where the disk
/// refuses, and answers what is asked of the past. Blocks where its disk does; no CAF, no clock.
class historian {
 public:
  /// `exact_dates`: house time is UTC.
  historian(std::shared_ptr<const layout> house, history_disk disk, bool exact_dates,
            time_point now);

  void see(const snapshot& now);
  /// What each zone of the plant should be from now on; empty: nobody knows.
  void should_be(std::vector<std::optional<temperature>> setpoints) {
    keeper_.should_be(std::move(setpoints));
  }
  [[nodiscard]] bool has_zones() const { return house_->plant && !house_->plant->zones.empty(); }
  void hear(const body& said, time_point now);
  void plan(const plan_news& news, time_point now);
  void redate(const dating& dates, time_point now);

  /// Writes what waits, if its block is over; mends what can be mended. Called every
  /// `flush_every`.
  void flush(time_point now);
  /// Everything that was seen is on disk when it returns, as far as the disk does what it is told.
  void end(time_point now);

  result<history_answer> answer(const history_query& asked) const;
  result<chronicle_page> answer(const chronicle_query& asked, time_point now);
  result<moment_answer> answer(const moment_query& asked, time_point now);
  result<money_answer> answer(const money_query& asked, time_point now) const;
  [[nodiscard]] history_status status(time_point now) const;

  /// What people should know, since it was asked for last.
  std::vector<event> take_events() { return std::exchange(events_, {}); }

  /// How often `flush` looks whether there is something to do: a disk that failed is tried again,
  /// and a block ends no later than so much after its time.
  static constexpr duration flush_every = std::chrono::seconds{30};
  static constexpr duration retry_every = std::chrono::minutes{1};
  /// Values, and items of the chronicle, that wait for a disk. Beyond: the oldest go, and that is
  /// an event.
  static constexpr std::size_t waiting_values = 65'536;
  static constexpr std::size_t waiting_items = 2'000;
  /// Of one question. Beyond: refused.
  static constexpr std::size_t asked_channels = 64;
  static constexpr std::size_t asked_points = 20'000;

 private:
  void open(time_point now);
  void open_chronicle(time_point now);
  void open_feeds(time_point now);
  /// The plan of this day that a former run has written, if the date is believed.
  void recall_today(time_point now);
  void put(std::vector<kept_value> values);
  void write_feeds(time_point now);
  void write_chronicle(time_point now);
  void tell_gaps(time_point now);
  void trouble(const std::string& subject, std::string& standing, const fault& why, time_point now);
  void relief(const std::string& subject, std::string& standing, time_point now);
  [[nodiscard]] bool believed(time_point now) const { return keeper_.dates().believed(now); }
  [[nodiscard]] time_point utc(time_point now) const { return keeper_.dates().utc(now); }
  [[nodiscard]] fault no_feeds() const;

  std::shared_ptr<const layout> house_;
  history_layout kept_;
  history_disk disk_;
  bool exact_dates_;
  history_keeper keeper_;
  chronicler chronicler_;
  std::unique_ptr<feed_store> feeds_;
  std::vector<std::optional<feed_id>> ids_;  ///< by the keeper's channels
  std::unique_ptr<chronicle> chronicle_;
  std::vector<kept_value> waiting_;
  std::vector<chronicle_item> items_;
  std::optional<time_point> tried_;  ///< to open what is not open
  std::optional<time_point> block_began_, trimmed_, asked_at_, day_, gap_told_;
  std::string feeds_trouble_, chronicle_trouble_;  ///< in words; empty while all is well
  bool recalled_ = false;
  std::uint64_t lost_values_ = 0, lost_items_ = 0, dropped_ = 0;
  std::uint64_t misplaced_ = 0, refused_ = 0;
  std::uint64_t written_before_today_ = 0;  ///< bytes, by the chronicle
  std::vector<event> events_;
};

}  // namespace hearth
