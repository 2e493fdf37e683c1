#include "drivers/ports/sqlite_chronicle.hpp"

#include "drivers/ports/file_lock.hpp"
#include "drivers/ports/journal_salvage.hpp"
#include "drivers/ports/sqlite_connection.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <utility>

namespace hearth {
namespace {

namespace fs = std::filesystem;

/// "HRTC" in the file's header: no other program's database is taken for ours.
constexpr auto application_id = std::uint64_t{0x48525443};
constexpr auto schema_version = std::uint64_t{1};
/// Rows that one transaction of a trim removes, so that none is long.
constexpr auto trimmed_together = std::uint64_t{2000};
/// A database of at most this is looked through when it is opened: a second on a Raspberry Pi.
constexpr auto looked_through_bytes = std::uintmax_t{32} * 1024 * 1024;
constexpr auto salvaged_together = std::size_t{256};
/// Every page is written to the log first and then to its place.
constexpr auto written_times = std::uint64_t{2};

/// `begun` finds when the house began without an index that every row has to be written into.
constexpr auto schema =
    "CREATE TABLE items (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " kind TEXT NOT NULL, severity INTEGER NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL,"
    " data TEXT NOT NULL);"
    "CREATE INDEX by_time ON items (at, kind, severity);"
    "CREATE INDEX begun ON items (at) WHERE kind = 'event' AND substr(subject, 1, 8) = 'started ';";
constexpr auto columns = "number, at, kind, severity, subject, text, data";

std::int64_t ms(time_point t) { return t.time_since_epoch().count(); }

chronicle_item item_of(const sqlite_rows& row) {
  const auto severity = std::clamp<std::int64_t>(row.integer(3), 0, 2);
  return {row.number(0), time_point{duration{row.integer(1)}},
          row.text(2),   static_cast<hearth::severity>(severity),
          row.text(4),   row.text(5),
          row.text(6)};
}

int connect(const std::string& file, const std::optional<std::string>& vfs, bool create,
            sqlite_connection& db) {
  return connect_journal(file, vfs, create, db);
}

/// What of an item is kept: its data must not make a chronicle of one item.
std::string kept_text(const std::string& text) { return text.substr(0, limits::text_bytes); }
const std::string& kept_data(const chronicle_item& item) {
  static const auto nothing = std::string{"{}"};
  return item.data.size() > chronicle_limits::item_bytes ? nothing : item.data;
}

class sqlite_chronicle final : public chronicle {
 public:
  sqlite_chronicle(std::shared_ptr<file_lock> lock, sqlite_connection db, std::string file,
                   chronicle_bounds bounds, bool real)
      : lock_{std::move(lock)},
        db_{std::move(db)},
        file_{std::move(file)},
        bounds_{bounds},
        real_{real} {}

  result<void> keep(std::span<const chronicle_item> items) override {
    if (items.empty()) return {};
    if (!db_) return failed(fault_code::malformed, file_ + " is damaged");
    auto code = run(db_.get(), "BEGIN IMMEDIATE");
    auto insert = sqlite_query{db_.get(),
                               "INSERT INTO items (at, kind, severity, subject, text, data)"
                               " VALUES (?, ?, ?, ?, ?, ?)"};
    for (const auto& i : items) {
      if (code != SQLITE_OK) break;
      const auto subject = kept_text(i.subject), text = kept_text(i.text);
      code =
          insert.run(ms(i.at), i.kind, static_cast<int>(i.severity), subject, text, kept_data(i));
    }
    return end(code);
  }

  result<chronicle_page> read(const chronicle_query& asked) override {
    const auto most = std::clamp<std::size_t>(asked.most, 1, chronicle_limits::page);
    auto sql =
        std::string{"SELECT "} + columns + " FROM items WHERE at >= ? AND at < ? AND severity >= ?";
    // Nobody has so many kinds; what is no word of ours is none.
    auto kinds = std::string{};
    for (const auto& kind : asked.kinds)
      if (kind.size() < 32 &&
          std::ranges::all_of(kind, [](char c) { return c >= 'a' && c <= 'z'; }))
        kinds += (kinds.empty() ? "'" : ",'") + kind + "'";
    if (!asked.kinds.empty()) sql += " AND kind IN (" + kinds + ")";
    // Behind the last one of the page before, in the order of time.
    if (asked.before)
      sql += " AND (at, number) < ((SELECT at FROM items WHERE number = " +
             std::to_string(static_cast<std::int64_t>(*asked.before)) + "), " +
             std::to_string(static_cast<std::int64_t>(*asked.before)) + ")";
    sql += " ORDER BY at DESC, number DESC LIMIT ?";
    auto out = chronicle_page{};
    auto code = SQLITE_OK;
    if (db_) {
      auto query = sqlite_query{db_.get(), sql};
      auto rows = query.rows(ms(asked.from), ms(asked.to), static_cast<int>(asked.at_least),
                             std::uint64_t{most + 1});
      while (rows.next()) out.items.push_back(item_of(rows));
      code = rows.code();
    }
    if (!db_ || code != SQLITE_OK) return blame(code);
    if (out.items.size() > most) {
      out.items.pop_back();
      out.more = true;
    }
    return out;
  }

  result<std::optional<chronicle_item>> newest(std::string_view kind, std::string_view subject,
                                               time_point at) override {
    auto code = SQLITE_OK;
    auto found = std::optional<chronicle_item>{};
    if (db_) {
      auto query = sqlite_query{db_.get(), std::string{"SELECT "} + columns +
                                               " FROM items WHERE at <= ? AND kind = ?"
                                               " AND (? = '' OR subject = ?)"
                                               " ORDER BY at DESC, number DESC LIMIT 1"};
      const auto of = std::string{kind}, about = std::string{subject};
      auto rows = query.rows(ms(at), of, about, about);
      if (rows.next()) found = item_of(rows);
      code = rows.code();
    }
    if (!db_ || code != SQLITE_OK) return blame(code);
    return found;
  }

  result<std::vector<chronicle_item>> events_until(time_point at) override {
    auto found = std::vector<chronicle_item>{};
    auto code = SQLITE_OK;
    if (db_) {
      auto query = sqlite_query{
          db_.get(), std::string{"SELECT "} + columns +
                         " FROM items WHERE kind IN ('event', 'lease') AND at <= ?1 AND at >="
                         " coalesce((SELECT max(at) FROM items WHERE kind = 'event'"
                         " AND substr(subject, 1, 8) = 'started ' AND at <= ?1), 0)"
                         " ORDER BY at DESC, number DESC LIMIT ?2"};
      auto rows = query.rows(ms(at), std::uint64_t{chronicle_limits::events});
      while (rows.next()) found.push_back(item_of(rows));
      code = rows.code();
    }
    if (!db_ || code != SQLITE_OK) return blame(code);
    std::ranges::reverse(found);
    return found;
  }

  result<void> trim(time_point now) override {
    if (!db_) return failed(fault_code::malformed, file_ + " is damaged");
    const auto before = [&](duration kept) { return std::to_string(ms(now - kept)); };
    const auto most = std::to_string(trimmed_together);
    for (const auto& what : {"kind = 'plan' AND subject != 'day' AND at < " + before(bounds_.plans),
                             "kind = 'plan' AND at < " + before(bounds_.plan_of_day),
                             "kind != 'plan' AND severity = 0 AND at < " + before(bounds_.rest)})
      if (auto done = remove(what + " ORDER BY at LIMIT " + most); !done) return done;
    auto items = std::uint64_t{0};
    if (const auto code = read_number(db_.get(), "SELECT count(*) FROM items", items);
        code != SQLITE_OK)
      return blame(code);
    // What is over the bound goes in the order of age, information before warnings.
    for (const auto* which : {"severity = 0", "severity > 0"}) {
      if (items <= bounds_.items) return {};
      const auto over = std::min(items - bounds_.items, trimmed_together);
      if (auto done = remove(std::string{which} + " ORDER BY at LIMIT " + std::to_string(over));
          !done)
        return done;
      items -= std::min(items, static_cast<std::uint64_t>(sqlite3_changes(db_.get())));
    }
    return {};
  }

  [[nodiscard]] chronicle_totals totals() const override {
    auto out = chronicle_totals{};
    if (!db_) return out;
    auto pages = std::uint64_t{0}, oldest = std::uint64_t{0};
    read_number(db_.get(), "SELECT count(*) FROM items", out.items);
    read_number(db_.get(), "PRAGMA page_count", pages);
    if (out.items > 0 && read_number(db_.get(), "SELECT min(at) FROM items", oldest) == SQLITE_OK)
      out.oldest = time_point{duration{static_cast<std::int64_t>(oldest)}};
    out.bytes = pages * journal_page_bytes;
    auto written = 0, highest = 0;
    sqlite3_db_status(db_.get(), SQLITE_DBSTATUS_CACHE_WRITE, &written, &highest, 0);
    out.written =
        static_cast<std::uint64_t>(std::max(written, 0)) * journal_page_bytes * written_times;
    return out;
  }

 private:
  result<void> remove(const std::string& where) {
    return end(run(db_.get(),
                   "BEGIN IMMEDIATE; DELETE FROM items WHERE number IN (SELECT number FROM items"
                   " WHERE " +
                       where + ")"));
  }

  result<void> end(int code) {
    if (code == SQLITE_OK) code = run(db_.get(), "COMMIT");
    if (code == SQLITE_OK) return {};
    run(db_.get(), "ROLLBACK");
    return blame(code);
  }

  /// A damaged one is put out of the way: whoever opens the chronicle next begins anew with what
  /// can be read of it.
  tl::unexpected<fault> blame(int code) {
    if (!db_) return failed(fault_code::malformed, file_ + " is damaged");
    auto why = sqlite_fault(db_.get(), code, file_);
    if (means_damage(code) && real_) {
      db_.reset();
      leave_for_putting_aside(file_);
    }
    return tl::make_unexpected(std::move(why));
  }

  std::shared_ptr<file_lock> lock_;
  sqlite_connection db_;  ///< null once it was found damaged
  std::string file_;
  chronicle_bounds bounds_;
  bool real_;  ///< not in a test's file system
};

result<std::shared_ptr<file_lock>> lock_beside(const std::string& file) {
  auto error = std::error_code{};
  const auto folder = fs::path{file}.parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  const auto name = file + ".lock";
  auto lock = file_lock{::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  const auto opened = errno;
  if (lock.take()) return std::make_shared<file_lock>(std::move(lock));
  if (fs::exists(name, error) && opened == EWOULDBLOCK)
    return failed(fault_code::refused, "another scada writes " + file + "; stop it first");
  if (::access(name.c_str(), W_OK) != 0)
    return failed(fault_code::permission, name + " cannot be written (" + std::strerror(errno) +
                                              "); its folder must belong to the user scada runs "
                                              "as");
  return failed(fault_code::refused, "another scada writes " + file + "; stop it first");
}

/// Nothing if it is a chronicle of ours, and true if nothing was ever written to it.
result<bool> is_fresh(sqlite3* db, const std::string& file) {
  auto id = std::uint64_t{0}, version = std::uint64_t{0}, tables = std::uint64_t{0};
  auto code = read_number(db, "PRAGMA application_id", id);
  if (code == SQLITE_OK) code = read_number(db, "PRAGMA user_version", version);
  if (code == SQLITE_OK) code = read_number(db, "SELECT count(*) FROM sqlite_master", tables);
  if (code != SQLITE_OK) return tl::make_unexpected(sqlite_fault(db, code, file));
  if (id == 0 && version == 0 && tables == 0) return true;
  if (id == application_id && version == schema_version) return false;
  if (id == application_id && version > schema_version)
    return failed(fault_code::unsupported, file + " was written by a newer version of scada (" +
                                               std::to_string(version) + ", this one reads " +
                                               std::to_string(schema_version) + ")");
  return failed(fault_code::refused, file + " is another program's database; name another file");
}

result<sqlite_connection> open_database(const std::string& file,
                                        const sqlite_chronicle_options& options) {
  auto error = std::error_code{};
  const auto bytes = options.vfs ? 0 : fs::file_size(file, error);
  auto db = sqlite_connection{};
  auto code = connect(file, options.vfs, true, db);
  if (code != SQLITE_OK) return tl::make_unexpected(sqlite_fault(db.get(), code, file));
  const auto fresh = is_fresh(db.get(), file);
  if (!fresh) return tl::make_unexpected(fresh.error());
  for (const auto* setting : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                              "PRAGMA wal_autocheckpoint = 100"})
    if (code == SQLITE_OK) code = run(db.get(), setting);
  if (code == SQLITE_OK && *fresh)
    code =
        run(db.get(), "BEGIN IMMEDIATE; PRAGMA application_id = " + std::to_string(application_id) +
                          "; PRAGMA user_version = " + std::to_string(schema_version) + "; " +
                          schema + "COMMIT");
  if (code == SQLITE_OK && !*fresh && !error && bytes <= looked_through_bytes) {
    auto query = sqlite_query{db.get(), "PRAGMA quick_check(1)"};
    auto rows = query.rows();
    const auto word = rows.next() ? rows.text(0) : std::string{};
    if (rows.code() == SQLITE_OK && word != "ok")
      return failed(fault_code::malformed, file + " is damaged (" + word + ")");
    code = rows.code();
  }
  if (code != SQLITE_OK) return tl::make_unexpected(sqlite_fault(db.get(), code, file));
  return db;
}

/// Copies what can be read, from the front until a page is unreadable and then from the back. The
/// number of items.
std::uint64_t salvage(const std::string& damaged, chronicle& into) {
  auto db = sqlite_connection{};
  if (connect(damaged, {}, false, db) != SQLITE_OK) return 0;
  auto saved = std::uint64_t{0};
  auto last = std::uint64_t{0};
  auto batch = std::vector<chronicle_item>{};
  const auto flush = [&] {
    if (into.keep(batch)) saved += batch.size();
    batch.clear();
  };
  const auto select = std::string{"SELECT "} + columns + " FROM items NOT INDEXED WHERE number > ";
  {
    auto query = sqlite_query{db.get(), select + "0 ORDER BY number"};
    auto rows = query.rows();
    while (rows.next()) {
      last = rows.number(0);
      batch.push_back(item_of(rows));
      if (batch.size() == salvaged_together) flush();
    }
    flush();
    if (rows.code() == SQLITE_OK) return saved;
  }
  auto rest = std::vector<chronicle_item>{};
  auto query = sqlite_query{db.get(), select + std::to_string(last) + " ORDER BY number DESC"};
  auto rows = query.rows();
  while (rows.next() && rest.size() < chronicle_limits::events) rest.push_back(item_of(rows));
  std::ranges::reverse(rest);
  for (auto& item : rest) {
    batch.push_back(std::move(item));
    if (batch.size() == salvaged_together) flush();
  }
  flush();
  return saved;
}

}  // namespace

result<opened_chronicle> open_sqlite_chronicle(const std::filesystem::path& path,
                                               const sqlite_chronicle_options& options) {
  const auto file = path.string();
  auto lock = std::shared_ptr<file_lock>{};
  auto aside = std::optional<std::string>{};
  if (!options.vfs) {
    auto locked = lock_beside(file);
    if (!locked) return tl::make_unexpected(locked.error());
    lock = std::move(*locked);
  }
  const auto move_away = [&]() -> result<void> {
    auto done = put_aside(file);
    if (!done) return tl::make_unexpected(done.error());
    aside = *done;
    return {};
  };
  if (!options.vfs && left_for_putting_aside(file))
    if (auto moved = move_away(); !moved) return tl::make_unexpected(moved.error());
  auto db = open_database(file, options);
  if (!db && db.error().code == fault_code::malformed && !options.vfs) {
    if (auto moved = move_away(); !moved) return tl::make_unexpected(moved.error());
    db = open_database(file, options);
  }
  if (!db) return tl::make_unexpected(db.error());
  ::chmod(file.c_str(), 0600);
  auto out = opened_chronicle{
      std::make_unique<sqlite_chronicle>(lock, std::move(*db), file, options.bounds, !options.vfs),
      aside, 0};
  if (aside) out.saved = salvage(*aside, *out.store);
  return out;
}

}  // namespace hearth
