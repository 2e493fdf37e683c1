#pragma once

#include "protocol/journal_item.hpp"
#include "protocol/time.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// The part of the journal that is at hand while the node listens, and which messages of it are
/// under way. Two lanes, each in order:
///
///   fresh     made durable since the node listens: go at once, ahead of the backlog
///   history   everything older, oldest first, a page at a time
///
/// The window is shared, and history leaves one place of it to the fresh, so that neither waits
/// for the other's end. Whatever finds no room here is still in the journal and comes as history.
///
/// The window begins at `limits::send_window_first`, grows by one with each ack up to the most it
/// may be and halves when an ack is late: a good network drains fast, a bad one is not buried under
/// repetitions.
class outbox {
 public:
  struct item {
    journal_item what;
    std::optional<time_point> sent = {};  ///< under way since; nothing: waits for its turn
    int tries = 0;                        ///< times it was sent
    std::uint64_t first_turn = 0;         ///< which sending of all it was first sent with
    std::uint64_t last_turn = 0;          ///< which it was last sent with
    int overtaken = 0;                    ///< messages acked that were sent later
  };
  /// The next page of history: messages numbered behind `after`.
  struct page_wanted {
    std::uint64_t session = 0;  ///< counts the times the outbox was opened
    std::uint64_t after = 0;
    std::size_t most = 0;
  };

  explicit outbox(std::size_t window_most);

  /// The node listens from now on: history begins with the oldest message there is.
  void open();
  /// The connection, or the journal, is not there any more: nothing is at hand.
  void close();
  [[nodiscard]] bool is_open() const { return open_; }

  void add_fresh(journal_item item);
  /// The answer to `wanted`, if it is of this session; `more`: there is history behind it.
  void add_history(std::uint64_t session, std::vector<journal_item> page, bool more);
  /// What to ask the journal for now; it then counts as asked.
  std::optional<page_wanted> wanted();

  /// The node has it. False if it was not at hand (acked twice, or not yet read again).
  bool settle(std::string_view message_id);
  /// Takes out the messages that were sent `limits::unanswered_tries` times without an answer (a
  /// node that is busy may drop one) while `limits::overtaken_by` others were acked; their ids.
  std::vector<std::string> take_unanswered(time_point now, duration answer_within);

  /// What to send now, marked as under way, as far as the window allows. What had no ack for
  /// `answer_within` waits for its turn again, before all later ones of its lane. The pointers hold
  /// until the next call that is not const.
  std::vector<const journal_item*> take_due(time_point now, duration answer_within);

  [[nodiscard]] std::size_t at_hand() const { return fresh_.size() + history_.size(); }
  [[nodiscard]] std::size_t under_way() const;
  /// How many may be under way now.
  [[nodiscard]] std::size_t window() const { return window_; }

 private:
  using lane = std::deque<item>;

  [[nodiscard]] std::size_t under_way(const lane& l) const;
  void give_up_waiting(time_point now, duration answer_within);
  [[nodiscard]] bool holds(std::uint64_t number) const;

  std::size_t window_least_, window_most_, window_;
  bool open_ = false;
  std::uint64_t session_ = 0;
  lane fresh_, history_;
  std::uint64_t cursor_ = 0;  ///< number of the last history read
  bool more_ = true;          ///< there may be history behind it
  bool asked_ = false;
  std::uint64_t turns_ = 0;  ///< sendings so far
  /// Acked since the page was asked for: the page may still hold them.
  std::set<std::string, std::less<>> settled_;
};

}  // namespace hearth
