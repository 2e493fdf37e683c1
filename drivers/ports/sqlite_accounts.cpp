#include "drivers/ports/sqlite_accounts.hpp"

#include "drivers/ports/journal_salvage.hpp"
#include "drivers/ports/sqlite_connection.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hearth {
namespace {

/// "HRTP" in the file's header: no other program's database is taken for ours.
constexpr auto application_id = 0x48525450;
constexpr auto schema_version = 1;
constexpr auto in_memory = ":memory:";

constexpr auto schema =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE accounts (name TEXT NOT NULL COLLATE NOCASE PRIMARY KEY,"
    " role TEXT NOT NULL CHECK (role IN ('viewer', 'household', 'installer')),"
    " password TEXT NOT NULL, created INTEGER NOT NULL, last_login INTEGER,"
    " failed INTEGER NOT NULL, locked_until INTEGER, known_from TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE sessions (digest TEXT NOT NULL PRIMARY KEY, user TEXT NOT NULL COLLATE NOCASE,"
    " created INTEGER NOT NULL, seen INTEGER NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE audit (number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " user TEXT NOT NULL, whence TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL,"
    " ok INTEGER NOT NULL);"
    "CREATE INDEX refusals ON audit (number) WHERE ok = 0;"
    "CREATE TABLE settings (name TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE acknowledgements (number INTEGER PRIMARY KEY, alarm TEXT NOT NULL UNIQUE,"
    " who TEXT NOT NULL, at INTEGER NOT NULL);"
    "PRAGMA application_id = 1213355088;"
    "PRAGMA user_version = 1;"
    "COMMIT";
static_assert(application_id == 1213355088);

/// Every commit is on the card before it is told; the log stays small, and so does the cache.
constexpr auto settings_of_connection =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 100;"
    "PRAGMA journal_size_limit = 524288; PRAGMA cache_size = -256; PRAGMA temp_store = MEMORY";
/// `scada portal` holds the file for milliseconds.
constexpr auto patience_ms = 2'000;

std::int64_t ms(time_point t) { return t.time_since_epoch().count(); }
std::optional<std::int64_t> ms(const std::optional<time_point>& t) {
  return t ? std::optional{ms(*t)} : std::nullopt;
}
time_point moment(std::int64_t ms) { return time_point{duration{ms}}; }

std::string joined(const std::vector<std::string>& words) {
  auto out = std::string{};
  for (const auto& w : words) out += (out.empty() ? "" : " ") + w;
  return out;
}

std::vector<std::string> parted(std::string_view text) {
  auto out = std::vector<std::string>{};
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

class sqlite_accounts final : public account_store {
 public:
  sqlite_accounts(sqlite_connection db, std::string file, account_bounds bounds)
      : db_{std::move(db)}, file_{std::move(file)}, bounds_{bounds} {}

  result<std::vector<account>> accounts() override {
    auto seen = std::uint64_t{0};
    if (const auto code = read_number(db_.get(), "PRAGMA data_version", seen); code != SQLITE_OK)
      return trouble(code);
    auto out = std::vector<account>{};
    auto rows = list_accounts_.rows();
    while (rows.next()) {
      const auto may = role_from(rows.text(1));
      if (!may) return failed(fault_code::malformed, file_ + " names a role that is none");
      auto a = account{rows.text(0), *may, rows.text(2), moment(rows.integer(3))};
      if (!rows.is_null(4)) a.last_login = moment(rows.integer(4));
      a.failed = static_cast<std::uint32_t>(rows.number(5));
      if (!rows.is_null(6)) a.locked_until = moment(rows.integer(6));
      a.known_from = parted(rows.text(7));
      out.push_back(std::move(a));
    }
    if (rows.code() != SQLITE_OK) return trouble(rows.code());
    version_ = seen;
    return out;
  }

  result<std::vector<account_session>> sessions() override {
    auto out = std::vector<account_session>{};
    auto rows = list_sessions_.rows();
    while (rows.next())
      out.push_back({rows.text(0), rows.text(1), moment(rows.integer(2)), moment(rows.integer(3)),
                     moment(rows.integer(4))});
    if (rows.code() != SQLITE_OK) return trouble(rows.code());
    return out;
  }

  bool changed_elsewhere() override {
    auto now = std::uint64_t{0};
    return read_number(db_.get(), "PRAGMA data_version", now) == SQLITE_OK && version_ &&
           now != *version_;
  }

  std::optional<fault> save(const account_changes& changes) override {
    return in_one_piece([&] { return write(changes); }, !touches_people(changes));
  }

  result<audit_page> audit(std::optional<std::uint64_t> before, std::size_t limit) override {
    auto out = audit_page{};
    auto rows = list_audit_.rows(
        before ? static_cast<std::int64_t>(*before) : std::numeric_limits<std::int64_t>::max(),
        static_cast<std::int64_t>(limit) + 1);
    while (rows.next())
      out.items.push_back({rows.number(0), moment(rows.integer(1)), rows.text(2), rows.text(3),
                           rows.text(4), rows.text(5), rows.integer(6) != 0});
    if (rows.code() != SQLITE_OK) return trouble(rows.code());
    out.more = out.items.size() > limit;
    if (out.more) out.items.pop_back();
    return out;
  }

  result<std::optional<std::string>> setting(const std::string& name) override {
    auto rows = read_setting_.rows(name);
    auto out = std::optional<std::string>{};
    if (rows.next()) out = rows.text(0);
    if (rows.code() != SQLITE_OK) return trouble(rows.code());
    return out;
  }

  std::optional<fault> set_setting(const std::string& name, const std::string& text) override {
    if (text.size() > bounds_.setting_bytes)
      return fault{fault_code::overflow, "the setting '" + name + "' is too long to be kept"};
    return in_one_piece([&] { return write_setting_.run(name, text); }, true);
  }

  result<std::vector<alarm_acknowledgement>> acknowledgements() override {
    auto out = std::vector<alarm_acknowledgement>{};
    auto rows = list_acknowledgements_.rows();
    while (rows.next()) out.push_back({rows.text(0), rows.text(1), moment(rows.integer(2))});
    if (rows.code() != SQLITE_OK) return trouble(rows.code());
    return out;
  }

  std::optional<fault> acknowledge(const alarm_acknowledgement& what) override {
    return in_one_piece(
        [&] {
          const auto code = write_acknowledgement_.run(what.alarm, what.by, ms(what.at));
          return code == SQLITE_OK
                     ? trim_acknowledgements_.run(std::uint64_t{bounds_.acknowledgements})
                     : code;
        },
        true);
  }

 private:
  static bool touches_people(const account_changes& c) {
    return !c.accounts.empty() || !c.accounts_gone.empty() || !c.sessions.empty();
  }

  tl::unexpected<fault> trouble(int code) {
    return tl::make_unexpected(sqlite_fault(db_.get(), code, file_));
  }

  /// Unless `blind`, what is written rests on what was read: another program must not have written
  /// between.
  template <class Write>
  std::optional<fault> in_one_piece(const Write& write_all, bool blind) {
    auto code = run(db_.get(), "BEGIN IMMEDIATE");
    if (code != SQLITE_OK) return sqlite_fault(db_.get(), code, file_);
    if (!blind && changed_elsewhere()) {
      run(db_.get(), "ROLLBACK");
      return fault{fault_code::mismatch, "another program has just changed the accounts"};
    }
    code = write_all();
    if (code == SQLITE_OK) code = run(db_.get(), "COMMIT");
    if (code == SQLITE_OK) return {};
    auto why = sqlite_fault(db_.get(), code, file_);
    run(db_.get(), "ROLLBACK");
    return why;
  }

  int write(const account_changes& c) {
    auto code = SQLITE_OK;
    const auto each = [&](const auto& all, const auto& step) {
      for (const auto& one : all)
        if (code == SQLITE_OK) code = step(one);
    };
    each(c.accounts, [&](const account& a) {
      return write_account_.run(a.name, std::string{to_text(a.may)}, a.password, ms(a.created),
                                ms(a.last_login), std::int64_t{a.failed}, ms(a.locked_until),
                                joined(a.known_from));
    });
    each(c.accounts_gone, [&](const std::string& name) { return remove_account_.run(name); });
    each(c.accounts_gone, [&](const std::string& name) { return remove_sessions_of_.run(name); });
    each(c.all_sessions_gone,
         [&](const std::string& name) { return remove_sessions_of_.run(name); });
    each(c.sessions_gone, [&](const std::string& digest) { return remove_session_.run(digest); });
    each(c.sessions, [&](const account_session& s) {
      return write_session_.run(s.digest, s.user, ms(s.created), ms(s.seen), ms(s.expires));
    });
    each(c.audit, [&](const audit_entry& e) {
      return write_audit_.run(ms(e.at), e.user, e.from, e.action, e.detail,
                              std::int64_t{e.ok ? 1 : 0});
    });
    if (code == SQLITE_OK && !c.sessions.empty())
      code = trim_sessions_.run(std::uint64_t{bounds_.sessions});
    if (code == SQLITE_OK && !c.audit.empty())
      code = trim_refusals_.run(std::uint64_t{bounds_.audit_refused});
    if (code == SQLITE_OK && !c.audit.empty()) code = trim_audit_.run(std::uint64_t{bounds_.audit});
    if (code == SQLITE_OK && !c.accounts.empty()) {
      auto count = std::uint64_t{0};
      code = read_number(db_.get(), "SELECT count(*) FROM accounts", count);
      if (code == SQLITE_OK && count > bounds_.accounts) code = SQLITE_FULL;
    }
    return code;
  }

  sqlite_connection db_;
  std::string file_;
  account_bounds bounds_;
  std::optional<std::uint64_t> version_ = {};

  sqlite_query list_accounts_{db_.get(),
                              "SELECT name, role, password, created, last_login, failed,"
                              " locked_until, known_from FROM accounts ORDER BY created, name"};
  sqlite_query list_sessions_{
      db_.get(), "SELECT digest, user, created, seen, expires FROM sessions ORDER BY seen"};
  sqlite_query list_audit_{db_.get(),
                           "SELECT number, at, user, whence, action, detail, ok FROM audit"
                           " WHERE number < ? ORDER BY number DESC LIMIT ?"};
  sqlite_query read_setting_{db_.get(), "SELECT text FROM settings WHERE name = ?"};
  sqlite_query write_setting_{db_.get(), "INSERT OR REPLACE INTO settings VALUES (?, ?)"};
  sqlite_query list_acknowledgements_{
      db_.get(), "SELECT alarm, who, at FROM acknowledgements ORDER BY number"};
  sqlite_query write_acknowledgement_{
      db_.get(), "INSERT OR REPLACE INTO acknowledgements (alarm, who, at) VALUES (?, ?, ?)"};
  sqlite_query trim_acknowledgements_{
      db_.get(),
      "DELETE FROM acknowledgements WHERE number <="
      " (SELECT number FROM acknowledgements ORDER BY number DESC LIMIT 1 OFFSET ?)"};
  sqlite_query write_account_{db_.get(),
                              "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)"};
  sqlite_query remove_account_{db_.get(), "DELETE FROM accounts WHERE name = ?"};
  sqlite_query write_session_{db_.get(), "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?)"};
  sqlite_query remove_session_{db_.get(), "DELETE FROM sessions WHERE digest = ?"};
  sqlite_query remove_sessions_of_{db_.get(), "DELETE FROM sessions WHERE user = ?"};
  sqlite_query trim_sessions_{db_.get(),
                              "DELETE FROM sessions WHERE digest IN (SELECT digest FROM sessions"
                              " ORDER BY seen DESC LIMIT 1000 OFFSET ?)"};
  sqlite_query write_audit_{db_.get(),
                            "INSERT INTO audit (at, user, whence, action, detail, ok)"
                            " VALUES (?, ?, ?, ?, ?, ?)"};
  sqlite_query trim_audit_{db_.get(),
                           "DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - ?"};
  sqlite_query trim_refusals_{
      db_.get(),
      "DELETE FROM audit WHERE ok = 0 AND number <= (SELECT number FROM audit WHERE ok = 0"
      " ORDER BY number DESC LIMIT 1 OFFSET ?)"};
};

/// The file there is, or an empty one; nobody else may read it.
std::optional<fault> make_private(const std::filesystem::path& file) {
  auto error = std::error_code{};
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  const auto opened = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  auto bad = opened < 0 ? errno : 0;
  struct stat found {};
  if (bad == 0 && ::fstat(opened, &found) != 0) bad = errno;
  if (bad == 0 && (found.st_mode & 0077U) != 0 && ::fchmod(opened, 0600) != 0) bad = errno;
  if (opened >= 0) ::close(opened);
  if (bad == 0) return {};
  return fault{bad == EACCES || bad == EPERM ? fault_code::permission : fault_code::io,
               file.string() + ": " + std::strerror(bad)};
}

int check(sqlite3* db) {
  auto query = sqlite_query{db, "PRAGMA quick_check(1)"};
  auto rows = query.rows();
  if (rows.next() && rows.text(0) != "ok") return SQLITE_CORRUPT;
  return rows.code();
}

result<std::unique_ptr<account_store>> connect(const std::filesystem::path& file,
                                               account_bounds bounds) {
  const auto name = file.string();
  sqlite3* raw = nullptr;
  auto code =
      sqlite3_open_v2(name.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  auto db = sqlite_connection{raw};
  if (code == SQLITE_OK) code = sqlite3_busy_timeout(raw, patience_ms);
  if (code == SQLITE_OK) code = run(raw, settings_of_connection);
  auto id = std::uint64_t{0};
  auto version = std::uint64_t{0};
  auto tables = std::uint64_t{0};
  if (code == SQLITE_OK) code = read_number(raw, "PRAGMA application_id", id);
  if (code == SQLITE_OK) code = read_number(raw, "PRAGMA user_version", version);
  if (code == SQLITE_OK) code = read_number(raw, "SELECT count(*) FROM sqlite_schema", tables);
  if (code == SQLITE_OK && id == application_id && version > schema_version)
    return failed(fault_code::unsupported, name + " was written by a newer scada");
  if (code == SQLITE_OK && id == 0 && tables == 0)
    code = run(raw, schema);
  else if (code == SQLITE_OK && (id != application_id || version != schema_version))
    code = SQLITE_NOTADB;
  if (code == SQLITE_OK) code = check(raw);
  if (code != SQLITE_OK) return tl::make_unexpected(sqlite_fault(raw, code, name));
  auto store = std::make_unique<sqlite_accounts>(std::move(db), name, bounds);
  if (const auto readable = store->accounts(); !readable)
    return tl::make_unexpected(readable.error());
  return store;
}

}  // namespace

result<opened_accounts> open_sqlite_accounts(const std::filesystem::path& file,
                                             account_bounds bounds, damaged_accounts old) {
  const auto on_disk = file != in_memory;
  if (on_disk)
    if (auto bad = make_private(file)) return tl::make_unexpected(*bad);
  auto opened = connect(file, bounds);
  if (opened) return opened_accounts{std::move(*opened)};
  if (!on_disk || old == damaged_accounts::leave || opened.error().code != fault_code::malformed)
    return tl::make_unexpected(opened.error());

  const auto aside = put_aside(file.string());
  if (!aside) return tl::make_unexpected(aside.error());
  if (auto bad = make_private(file)) return tl::make_unexpected(*bad);
  auto anew = connect(file, bounds);
  if (!anew) return tl::make_unexpected(anew.error());
  return opened_accounts{
      std::move(*anew),
      opened.error().detail + "; it was put aside as " + *aside +
          ". Nobody of it is let in any more: claim the house anew with the code of this start. "
          "Schedules and the audit log are gone from the page, too"};
}

}  // namespace hearth
