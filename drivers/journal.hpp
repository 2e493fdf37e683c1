#pragma once

#include "protocol/fault.hpp"
#include "protocol/journal_item.hpp"
#include "protocol/messages.hpp"
#include "protocol/time.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Where a house keeps what it must not lose until its node has it, seen from the side of whoever
/// writes: calls return when they are done and may block for as long as a disk does. The SQLite
/// implementation is `ports/sqlite_journal.*`; `memory_journal.*` serves a house without a disk.
namespace hearth {

/// What goes first when there is no room: the lowest class, and within it the oldest.
enum class journal_class : unsigned char {
  report,   ///< readings: bulky, and the node can settle around a hole
  notice,   ///< events for information, losses
  serious,  ///< warnings and alarms, outcomes, contract reports
};
journal_class class_of(const body& b);

/// One message to be kept, as it will be sent.
struct journal_entry {
  journal_class kind = journal_class::report;
  std::string boot_id;
  std::uint64_t sequence = 0;
  std::string topic_kind;  ///< the last word of its topic: "report", "event" …
  std::string payload;     ///< the encoded envelope
  time_point made;         ///< in the house's time
  bool undated = false;    ///< waits for its date and is not read until `replace`
};

/// What an append did besides.
struct journal_room {
  std::vector<std::uint64_t> numbers;  ///< of the entries, in their order
  /// What had to go to make room, by boot, as runs of sequence numbers.
  std::vector<message_run> dropped;
};

/// Readings of the slot in progress, kept so that a power cut costs no more than the newest.
struct journal_draft {
  std::string payload;  ///< an encoded report, of the samples since the draft before
};

struct journal_totals {
  std::uint64_t waiting = 0;
  std::uint64_t bytes = 0;           ///< of their payloads
  std::optional<time_point> oldest;  ///< when the oldest of them was made
  std::uint64_t quarantined = 0;
  /// The last message ever kept, waiting or not; empty in a new journal.
  std::string last_message_id;
};

/// Why one stored message is not what it was.
struct journal_damage {
  std::uint64_t number = 0;
  std::string message_id;
  std::string what;  ///< "its bytes are not those that were written", "it is empty" …
};

struct journal_page {
  std::vector<journal_item> items;  ///< ascending by number
  /// Stored messages that turned out damaged; they are in quarantine now.
  std::vector<journal_damage> damaged;
  bool more = false;  ///< further dated messages stand behind the last one looked at
};

class journal {
 public:
  virtual ~journal() = default;

  /// On disk when it returns: all of the entries or none. Drops what must go to make room first.
  /// `ends_drafts`: forgets the drafts in the same transaction, because a report among the entries
  /// says what they said. A fault: nothing was kept, nothing was dropped.
  virtual result<journal_room> append(std::span<const journal_entry> entries, bool ends_drafts) = 0;

  /// A few words beside the messages, in place of what had that name: on disk with the next
  /// `append`, and only with it.
  virtual void note(const std::string& name, const std::string& words) = 0;
  /// What was noted last; empty if nothing ever was.
  virtual result<std::string> noted(const std::string& name) = 0;

  /// Adds to the drafts; on disk when it returns.
  virtual result<void> keep(const journal_draft& draft) = 0;
  /// The drafts a former run left behind, oldest first.
  virtual result<std::vector<journal_draft>> drafts() = 0;

  /// The oldest dated messages behind `after`, at most `most` of them and about `most_bytes`.
  virtual result<journal_page> read(std::uint64_t after, std::size_t most,
                                    std::size_t most_bytes) = 0;
  /// The node has them. Needs not be on disk at once: a repeat after a power cut does no harm.
  virtual result<void> forget(std::span<const std::string> message_ids) = 0;
  /// The node refuses it: kept aside with its bytes, within `limits::quarantined_messages`.
  virtual result<void> set_aside(const std::string& message_id, const std::string& why,
                                 time_point now) = 0;

  /// All messages that wait for a date, oldest first, at most `most` behind `after`.
  virtual result<std::vector<journal_item>> undated(std::uint64_t after, std::size_t most) = 0;
  /// Puts dated bytes in their place, by number; on disk when it returns.
  virtual result<void> replace(std::span<const journal_item> dated) = 0;

  /// Those of the run's messages that are here, as runs.
  virtual result<std::vector<message_run>> held(const message_run& run) = 0;

  [[nodiscard]] virtual journal_totals totals() const = 0;
};

/// A journal that is ready, and what was met on the way to it.
struct opened_journal {
  std::unique_ptr<journal> store;
  /// Where a damaged journal was put, when a new one had to be begun.
  std::optional<std::string> put_aside;
};
/// Opens the house's journal; may be called again after it failed.
using journal_maker = std::function<result<opened_journal>()>;

}  // namespace hearth
