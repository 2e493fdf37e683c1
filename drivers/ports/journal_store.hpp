#pragma once

#include "drivers/journal.hpp"
#include "drivers/ports/draft_ring.hpp"
#include "drivers/ports/file_lock.hpp"
#include "drivers/ports/sqlite_connection.hpp"

#include <array>
#include <map>

namespace hearth {

inline constexpr auto journal_page_bytes = std::uint64_t{4096};
/// The file grows, and SQLite cuts it, in steps of so many pages.
inline constexpr auto journal_growth_pages = std::uint64_t{32};

/// The journal's tables. A message's number is its boot's ordinal and its sequence, so that the
/// primary key finds a message by id as well as by age, and no index has to be written.
inline constexpr auto journal_schema =
    "CREATE TABLE state (id INTEGER PRIMARY KEY, waiting INTEGER NOT NULL, bytes INTEGER NOT NULL,"
    " quarantined INTEGER NOT NULL, epoch INTEGER NOT NULL, last_message_id TEXT NOT NULL,"
    " checksum INTEGER NOT NULL);"
    "CREATE TABLE boots (ordinal INTEGER PRIMARY KEY, boot_id TEXT NOT NULL);"
    "CREATE TABLE entries (number INTEGER PRIMARY KEY, kind INTEGER NOT NULL,"
    " topic_kind TEXT NOT NULL, made INTEGER NOT NULL, undated INTEGER NOT NULL,"
    " checksum INTEGER NOT NULL, payload BLOB NOT NULL);"
    "CREATE INDEX undated_entries ON entries (number) WHERE undated != 0;"
    "CREATE TABLE quarantine (place INTEGER PRIMARY KEY, message_id TEXT NOT NULL,"
    " topic_kind TEXT NOT NULL, why TEXT NOT NULL, at INTEGER NOT NULL, payload BLOB NOT NULL);";

/// One row of `entries`, as it stands there.
struct stored_entry {
  std::uint64_t number = 0;
  std::int64_t kind = 0;
  std::string topic_kind;
  std::int64_t made_ms = 0;
  bool undated = false;
  std::uint64_t checksum = 0;
  std::string payload;
};
/// The columns in the order that `read_entry` expects.
inline constexpr auto entry_columns = "number, kind, topic_kind, made, undated, checksum, payload";
stored_entry read_entry(const sqlite_rows& row);
std::uint64_t checksum_of(const stored_entry& e);
/// What is wrong with it; nothing if it is as it was written.
std::optional<std::string> damage_of(const stored_entry& e);

/// The one row of `state`.
struct journal_sums {
  std::uint64_t waiting = 0, bytes = 0, quarantined = 0;
  std::uint64_t epoch = 0;  ///< of the drafts
  std::string last_message_id;
};
std::uint64_t checksum_of(const journal_sums& s);
/// Nothing if the row is missing or not what was written.
int read_sums(sqlite3* db, std::optional<journal_sums>& sums);

std::uint64_t boot_of(std::uint64_t number);
std::uint64_t sequence_of(std::uint64_t number);

struct journal_queries;

/// The journal in an open SQLite database that has its schema. After any failure but a full disk
/// it lets go of its files and says the same for ever: what the disk holds is then unknown, and
/// opening it anew finds out. A damaged file it leaves under the name that `open` puts aside.
class journal_store final : public journal {
 public:
  struct parts {
    std::shared_ptr<file_lock> lock;  ///< nothing: in a test's file system
    sqlite_connection db;
    std::unique_ptr<draft_ring> ring;
    std::string file;
    bool in_real_files = true;  ///< not in a test's file system
    std::uint64_t most_pages = 0;
  };
  explicit journal_store(parts p);
  ~journal_store() override;

  /// Reads what it keeps in memory; the code says whether the database can be worked with.
  int load();
  /// In a new journal that goes on where a damaged one broke off.
  result<void> follow(const journal_sums& former);

  result<journal_room> append(std::span<const journal_entry> entries, bool ends_drafts) override;
  void note(const std::string& name, const std::string& words) override { notes_[name] = words; }
  result<std::string> noted(const std::string& name) override;
  result<void> keep(const journal_draft& draft) override;
  result<std::vector<journal_draft>> drafts() override;
  result<journal_page> read(std::uint64_t after, std::size_t most, std::size_t most_bytes) override;
  result<void> forget(std::span<const std::string> message_ids) override;
  result<void> set_aside(const std::string& message_id, const std::string& why,
                         time_point now) override;
  result<std::vector<journal_item>> undated(std::uint64_t after, std::size_t most) override;
  result<void> replace(std::span<const journal_item> dated) override;
  result<std::vector<message_run>> held(const message_run& run) override;
  [[nodiscard]] journal_totals totals() const override;

 private:
  /// What changes with a transaction or not at all.
  struct tally : journal_sums {
    std::map<std::uint64_t, std::string> boots;  ///< by ordinal
  };

  sqlite3* database() { return parts_.db.get(); }
  int transaction(bool durable, const std::function<int()>& work);
  int roomy_transaction(bool durable, const std::function<int()>& work);
  int save_tally();
  int count_anew();
  int load_boots();
  int delete_forgotten();

  int write_notes();
  int put(const journal_entry& e, journal_room& room);
  int number_for(const journal_entry& e, std::uint64_t& number);
  int insert(const stored_entry& e);
  int remove(std::uint64_t number);
  int quarantine(const stored_entry& e, const std::string& why, time_point at);
  int trim(std::uint64_t bytes, journal_class highest, journal_room& room);

  bool grow();
  bool reserve(std::uint64_t pages);
  void settle_size();

  [[nodiscard]] std::optional<std::uint64_t> number_of(const std::string& message_id) const;
  [[nodiscard]] std::string message_id(std::uint64_t number) const;
  void add(std::vector<message_run>& runs, std::uint64_t number) const;

  /// Makes a fault of a code; lets go of the files if it means that they cannot be trusted.
  /// No rows may be open.
  tl::unexpected<fault> trouble(int code);

  parts parts_;
  std::unique_ptr<journal_queries> queries_;
  std::optional<fault> broken_;
  std::map<std::string, std::string> notes_;  ///< for the next append
  tally tally_;
  /// Forgotten and still on the disk, with their bytes: they go with the next transaction.
  std::map<std::uint64_t, std::uint64_t> forgotten_;
  std::array<std::uint64_t, 3> lowest_{};  ///< no message of that class stands before it
  std::uint64_t pages_ = 0;                ///< the disk has room for, in the database
};

}  // namespace hearth
