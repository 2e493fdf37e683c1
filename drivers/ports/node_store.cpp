#include "drivers/ports/node_store.hpp"

#include "drivers/ports/file_lock.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <sqlite3.h>
#include <utility>

namespace hearth {
namespace {

/// "HRTH" in the file's header: no other program's database is taken for ours.
constexpr auto application_id = 0x48525448;
constexpr auto schema_version = 3;
constexpr auto repeats_listed = 100;

/// `number` counts the rows of a site from 1 and never comes again: the lowest one left says how
/// many are gone. That no row of the ledger repeats another's boot and sequence is not demanded.
constexpr auto tables = std::array{
    "CREATE TABLE IF NOT EXISTS memory (site TEXT NOT NULL, part TEXT NOT NULL,"
    " text TEXT NOT NULL, PRIMARY KEY (site, part))",
    "CREATE TABLE IF NOT EXISTS ledger (site TEXT NOT NULL, number INTEGER NOT NULL,"
    " boot TEXT NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL, made_unix_ms INTEGER,"
    " taken_unix_ms INTEGER NOT NULL, PRIMARY KEY (site, number)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS quarantine (site TEXT NOT NULL, number INTEGER NOT NULL,"
    " topic TEXT NOT NULL, message_id TEXT NOT NULL, reason TEXT NOT NULL, bytes BLOB NOT NULL,"
    " at_unix_ms INTEGER NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (site, number))",
    "CREATE TABLE IF NOT EXISTS settled (site TEXT NOT NULL, number INTEGER NOT NULL,"
    " text TEXT NOT NULL, PRIMARY KEY (site, number)) WITHOUT ROWID"};

struct closer {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
  void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
};
using database = std::unique_ptr<sqlite3, closer>;
using statement = std::unique_ptr<sqlite3_stmt, closer>;

fault trouble(sqlite3* db, const std::string& file) {
  const auto code = sqlite3_errcode(db) & 0xff;
  const auto why = std::string{sqlite3_errmsg(db)};
  if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT)
    return {fault_code::malformed, file + " is damaged or no memory of a node (" + why +
                                       "); move it away or give --state another file"};
  if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM)
    return {fault_code::permission,
            file + " cannot be opened or written (" + why + "); give --state another file"};
  if (code == SQLITE_FULL) return {fault_code::io, file + ": " + why + "; free some disk space"};
  return {fault_code::io, file + ": " + why};
}

/// One prepared statement, used over and over: bind in order, then run.
class query {
 public:
  explicit query(statement s) : statement_{std::move(s)} {}

  query& fresh() {
    sqlite3_reset(statement_.get());
    place_ = 0;
    return *this;
  }
  query& with(const std::string& text) {
    sqlite3_bind_text(statement_.get(), ++place_, text.data(), static_cast<int>(text.size()),
                      SQLITE_STATIC);
    return *this;
  }
  query& with_bytes(const std::string& bytes) {
    sqlite3_bind_blob(statement_.get(), ++place_, bytes.data(), static_cast<int>(bytes.size()),
                      SQLITE_STATIC);
    return *this;
  }
  query& with(std::uint64_t number) {
    sqlite3_bind_int64(statement_.get(), ++place_, static_cast<sqlite3_int64>(number));
    return *this;
  }
  query& with(std::optional<time_point> t) {
    if (t)
      sqlite3_bind_int64(statement_.get(), ++place_, t->time_since_epoch().count());
    else
      sqlite3_bind_null(statement_.get(), ++place_);
    return *this;
  }
  bool row() { return (step_ = sqlite3_step(statement_.get())) == SQLITE_ROW; }
  /// Whether the last `row` said that it came to the end and not to an error.
  [[nodiscard]] bool done() const { return step_ == SQLITE_DONE; }

  [[nodiscard]] std::string text(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes != nullptr ? std::string{bytes, size} : std::string{};
  }
  [[nodiscard]] std::uint64_t number(int column) const {
    return static_cast<std::uint64_t>(sqlite3_column_int64(statement_.get(), column));
  }
  [[nodiscard]] time_point time(int column) const {
    return time_point{duration{sqlite3_column_int64(statement_.get(), column)}};
  }

 private:
  statement statement_;
  int place_ = 0;
  int step_ = SQLITE_DONE;
};

class sqlite_store final : public node_store {
 public:
  sqlite_store(database db, std::string file, file_lock lock, node_store_bounds bounds)
      : lock_{std::move(lock)}, db_{std::move(db)}, file_{std::move(file)}, bounds_{bounds} {}

  result<std::vector<stored_part>> load() override {
    auto* q = prepared("SELECT site, part, text FROM memory ORDER BY site, part");
    if (q == nullptr) return problem();
    auto out = std::vector<stored_part>{};
    while (q->row()) out.push_back({q->text(0), q->text(1), q->text(2)});
    if (!q->done()) return problem();
    return out;
  }

  std::optional<fault> save(const node_batch& batch) override {
    if (auto f = run("BEGIN IMMEDIATE")) return f;
    const auto written =
        write(batch.parts) && write(batch.ledger) && write(batch.refused) && write(batch.settled);
    auto f = written ? run("COMMIT") : trouble(db_.get(), file_);
    if (!f) return {};
    sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    next_.clear();
    return f;
  }

  result<ledger_totals> ledger(const std::string& site) override {
    auto out = ledger_totals{};
    if (!span_of("ledger", site, out.rows, out.forgotten)) return problem();
    auto* q = prepared(
        "SELECT boot, sequence, count(*) FROM ledger WHERE site = ?"
        " GROUP BY boot, sequence HAVING count(*) > 1");
    if (q == nullptr) return problem();
    for (q->with(site); q->row(); ++out.applied_twice)
      if (out.repeated.size() < repeats_listed)
        out.repeated.push_back({q->text(0), q->number(1), q->number(2)});
    if (!q->done()) return problem();
    return out;
  }

  result<quarantine_list> quarantine(const std::string& site) override {
    auto out = quarantine_list{};
    auto rows = std::uint64_t{0};
    if (!span_of("quarantine", site, rows, out.forgotten)) return problem();
    auto* q = prepared(
        "SELECT topic, message_id, reason, bytes, at_unix_ms, times FROM quarantine"
        " WHERE site = ? ORDER BY number");
    if (q == nullptr) return problem();
    for (q->with(site); q->row();)
      out.kept.push_back(
          {site, q->text(0), q->text(1), q->text(2), q->text(3), q->time(4), q->number(5)});
    if (!q->done()) return problem();
    return out;
  }

  result<std::vector<std::string>> settled(const std::string& site) override {
    auto* q = prepared("SELECT text FROM settled WHERE site = ? ORDER BY number");
    if (q == nullptr) return problem();
    auto out = std::vector<std::string>{};
    for (q->with(site); q->row();) out.push_back(q->text(0));
    if (!q->done()) return problem();
    return out;
  }

  std::optional<fault> run(const std::string& sql) {
    if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return trouble(db_.get(), file_);
  }

  result<int> number(const std::string& sql) {
    auto* q = prepared(sql);
    if (q == nullptr || !q->row()) return problem();
    const auto out = static_cast<int>(q->number(0));
    q->fresh();
    return out;
  }

 private:
  [[nodiscard]] tl::unexpected<fault> problem() const {
    return tl::make_unexpected(trouble(db_.get(), file_));
  }

  /// Ready to be bound; null if it cannot be prepared.
  query* prepared(const std::string& sql) {
    const auto found = queries_.find(sql);
    if (found != queries_.end()) return &found->second.fresh();
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) return nullptr;
    return &queries_.emplace(sql, query{statement{raw}}).first->second;
  }

  bool write(const std::vector<stored_part>& parts) {
    auto* q = prepared(
        "INSERT INTO memory (site, part, text) VALUES (?, ?, ?)"
        " ON CONFLICT (site, part) DO UPDATE SET text = excluded.text");
    if (q == nullptr) return false;
    for (const auto& p : parts) {
      q->fresh().with(p.site).with(p.part).with(p.text).row();
      if (!q->done()) return false;
    }
    return true;
  }

  bool write(const std::vector<ledger_row>& rows) {
    auto touched = std::map<std::string, std::uint64_t>{};
    for (const auto& r : rows) {
      const auto number = next_number("ledger", r.site);
      auto* q = prepared("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?)");
      if (!number || q == nullptr) return false;
      q->with(r.site).with(*number).with(r.boot_id).with(r.sequence).with(r.kind);
      q->with(r.made).with(std::optional{r.taken}).row();
      if (!q->done()) return false;
      touched[r.site] = *number;
    }
    return trim("ledger", touched, bounds_.ledger_rows);
  }

  bool write(const std::vector<settled_row>& rows) {
    auto touched = std::map<std::string, std::uint64_t>{};
    for (const auto& r : rows) {
      const auto number = next_number("settled", r.site);
      auto* q = prepared("INSERT INTO settled VALUES (?, ?, ?)");
      if (!number || q == nullptr) return false;
      q->with(r.site).with(*number).with(r.text).row();
      if (!q->done()) return false;
      touched[r.site] = *number;
    }
    return trim("settled", touched, bounds_.settled_rows);
  }

  /// Of each site the last `most` rows stay.
  bool trim(const std::string& table, const std::map<std::string, std::uint64_t>& touched,
            std::uint64_t most) {
    for (const auto& [site, last] : touched)
      if (last > most) {
        auto* q = prepared("DELETE FROM " + table + " WHERE site = ? AND number <= ?");
        if (q == nullptr) return false;
        q->with(site).with(last - most).row();
        if (!q->done()) return false;
      }
    return true;
  }

  bool write(const std::vector<quarantined>& refused) {
    for (const auto& r : refused) {
      auto* seen = prepared(
          "UPDATE quarantine SET times = times + 1, at_unix_ms = ?"
          " WHERE site = ? AND topic = ? AND bytes = ?");
      if (seen == nullptr) return false;
      seen->with(std::optional{r.at}).with(r.site).with(r.topic).with_bytes(r.bytes).row();
      if (!seen->done()) return false;
      if (sqlite3_changes(db_.get()) == 0 && !keep(r)) return false;
    }
    return true;
  }

  bool keep(const quarantined& r) {
    const auto number = next_number("quarantine", r.site);
    auto* q = prepared("INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    if (!number || q == nullptr) return false;
    q->with(r.site).with(*number).with(r.topic).with(r.message_id).with(r.reason);
    q->with_bytes(r.bytes).with(std::optional{r.at}).with(r.times).row();
    if (!q->done()) return false;
    // Those from the newest back, as far as there is room for them, stay.
    auto* trim = prepared(
        "DELETE FROM quarantine WHERE site = ?1 AND number IN (SELECT number FROM (SELECT number,"
        " sum(length(bytes)) OVER newest AS bytes_so_far, row_number() OVER newest AS place"
        " FROM quarantine WHERE site = ?1 WINDOW newest AS (ORDER BY number DESC))"
        " WHERE bytes_so_far > ?2 OR place > ?3)");
    if (trim == nullptr) return false;
    trim->with(r.site).with(bounds_.quarantine_bytes).with(bounds_.quarantine_rows).row();
    return trim->done();
  }

  /// The number of a site's next row in `table`.
  std::optional<std::uint64_t> next_number(const std::string& table, const std::string& site) {
    auto [known, fresh] = next_.try_emplace({table, site}, 1);
    if (fresh) {
      auto* q = prepared("SELECT coalesce(max(number), 0) FROM " + table + " WHERE site = ?");
      if (q == nullptr || !q->with(site).row()) return {};
      known->second = q->number(0) + 1;
      q->fresh();
    }
    return known->second++;
  }

  bool span_of(const std::string& table, const std::string& site, std::uint64_t& rows,
               std::uint64_t& forgotten) {
    auto* q =
        prepared("SELECT count(*), coalesce(min(number), 1) - 1 FROM " + table + " WHERE site = ?");
    if (q == nullptr || !q->with(site).row()) return false;
    rows = q->number(0);
    forgotten = q->number(1);
    q->fresh();
    return true;
  }

  file_lock lock_;
  database db_;
  std::map<std::string, query> queries_;  ///< by their text; gone before the database
  std::map<std::pair<std::string, std::string>, std::uint64_t> next_;
  std::string file_;
  node_store_bounds bounds_;
};

using made = result<std::unique_ptr<node_store>>;

/// Version 1 had the first table alone, version 2 not the last: what they remember is read as it
/// is.
std::optional<fault> prepare_to_write(sqlite_store& store) {
  for (const auto* sql : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "BEGIN"})
    if (auto f = store.run(sql)) return f;
  for (const auto* sql : tables)
    if (auto f = store.run(sql)) return f;
  for (const auto& sql :
       {"PRAGMA application_id = " + std::to_string(application_id),
        "PRAGMA user_version = " + std::to_string(schema_version), std::string{"COMMIT"}})
    if (auto f = store.run(sql)) return f;
  return {};
}

made connect(const std::string& file, int flags, file_lock lock, node_store_bounds bounds) {
  sqlite3* raw = nullptr;
  const auto code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  auto db = database{raw};
  if (db == nullptr) return failed(fault_code::io, file + ": out of memory");
  if (code != SQLITE_OK) return tl::make_unexpected(trouble(raw, file));
  sqlite3_busy_timeout(raw, 2000);
  auto store = std::make_unique<sqlite_store>(std::move(db), file, std::move(lock), bounds);

  const auto id = store->number("PRAGMA application_id");
  if (!id) return tl::make_unexpected(id.error());
  const auto version = store->number("PRAGMA user_version");
  if (!version) return tl::make_unexpected(version.error());
  const auto tables = store->number("SELECT count(*) FROM sqlite_master");
  if (!tables) return tl::make_unexpected(tables.error());
  const auto empty = *id == 0 && *version == 0 && *tables == 0;
  if (!empty && *id != application_id)
    return failed(fault_code::malformed,
                  file + " is another program's database; give --state another file");
  const auto to_read = (flags & SQLITE_OPEN_READONLY) != 0;
  if (!empty && (*version > schema_version || *version < 1))
    return failed(fault_code::unsupported, file + " was written by another version of atn (" +
                                               std::to_string(*version) + ", this one reads " +
                                               std::to_string(schema_version) + ")");
  if (to_read && *version != schema_version)
    return failed(fault_code::unsupported, file +
                                               " was written by an older version of atn; one "
                                               "'atn run' brings it up to date");
  if (auto f = to_read ? store->run("BEGIN") : prepare_to_write(*store))
    return tl::make_unexpected(*f);
  return made{std::move(store)};
}

}  // namespace

result<std::unique_ptr<node_store>> node_store::open(const std::filesystem::path& file,
                                                     node_store_bounds bounds) {
  auto error = std::error_code{};
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  const auto lock_file = file.string() + ".lock";
  const auto descriptor = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return failed(fault_code::permission, file.string() + " cannot be written (" +
                                              std::strerror(errno) +
                                              "); give --state another file or use --no-state");
  auto lock = file_lock{descriptor};
  if (!lock.take())
    return failed(fault_code::refused,
                  "another atn writes " + file.string() +
                      "; stop it, or give this one --state another file or --no-state");
  return connect(file.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, std::move(lock),
                 bounds);
}

result<std::unique_ptr<node_store>> node_store::open_to_read(const std::filesystem::path& file) {
  auto error = std::error_code{};
  if (!std::filesystem::exists(file, error))
    return failed(fault_code::no_such_device,
                  file.string() + " does not exist: 'atn run' writes it; give --state its file");
  return connect(file.string(), SQLITE_OPEN_READONLY, {}, {});
}

std::optional<std::filesystem::path> default_node_store() {
  const auto* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::filesystem::path{state} / "hearth" / "atn.db";
  const auto* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  return std::filesystem::path{home} / ".local/state/hearth/atn.db";
}

}  // namespace hearth
