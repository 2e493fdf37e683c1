#include "drivers/ports/node_store.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace hearth {
namespace {

/// "HRTH" in the file's header: no other program's database is taken for ours.
constexpr auto application_id = 0x48525448;
constexpr auto schema_version = 1;

struct closer {
  void operator()(sqlite3* db) const { sqlite3_close(db); }
  void operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }
};
using database = std::unique_ptr<sqlite3, closer>;
using statement = std::unique_ptr<sqlite3_stmt, closer>;

/// Held by the one program that writes. The lock stands beside the database, because closing any
/// other descriptor of the database itself would drop SQLite's own locks.
class file_lock {
 public:
  file_lock() = default;
  explicit file_lock(int descriptor) : descriptor_{descriptor} {}
  file_lock(file_lock&& other) noexcept : descriptor_{std::exchange(other.descriptor_, {})} {}
  file_lock& operator=(file_lock&&) = delete;
  ~file_lock() {
    if (descriptor_) ::close(*descriptor_);
  }

 private:
  std::optional<int> descriptor_;
};

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

class sqlite_store final : public node_store {
 public:
  sqlite_store(database db, std::string file, file_lock lock)
      : lock_{std::move(lock)}, db_{std::move(db)}, file_{std::move(file)} {}

  result<std::vector<stored_part>> load() override {
    auto rows = prepare("SELECT site, part, text FROM memory ORDER BY site, part");
    if (!rows) return tl::make_unexpected(rows.error());
    auto out = std::vector<stored_part>{};
    auto step = sqlite3_step(rows->get());
    for (; step == SQLITE_ROW; step = sqlite3_step(rows->get()))
      out.push_back({column(rows->get(), 0), column(rows->get(), 1), column(rows->get(), 2)});
    if (step != SQLITE_DONE) return tl::make_unexpected(trouble(db_.get(), file_));
    return out;
  }

  std::optional<fault> save(std::span<const stored_part> parts) override {
    if (auto f = run("BEGIN IMMEDIATE")) return f;
    auto f = write(parts);
    if (!f) f = run("COMMIT");
    if (f) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    return f;
  }

  std::optional<fault> run(const std::string& sql) {
    if (sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return trouble(db_.get(), file_);
  }

  result<int> number(const std::string& sql) {
    auto rows = prepare(sql);
    if (!rows) return tl::make_unexpected(rows.error());
    if (sqlite3_step(rows->get()) != SQLITE_ROW)
      return tl::make_unexpected(trouble(db_.get(), file_));
    return sqlite3_column_int(rows->get(), 0);
  }

 private:
  std::optional<fault> write(std::span<const stored_part> parts) {
    auto row = prepare(
        "INSERT INTO memory (site, part, text) VALUES (?, ?, ?)"
        " ON CONFLICT (site, part) DO UPDATE SET text = excluded.text");
    if (!row) return row.error();
    for (const auto& p : parts) {
      bind(row->get(), 1, p.site);
      bind(row->get(), 2, p.part);
      bind(row->get(), 3, p.text);
      if (sqlite3_step(row->get()) != SQLITE_DONE) return trouble(db_.get(), file_);
      sqlite3_reset(row->get());
    }
    return {};
  }

  result<statement> prepare(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(db_.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK)
      return tl::make_unexpected(trouble(db_.get(), file_));
    return statement{raw};
  }

  static void bind(sqlite3_stmt* s, int place, const std::string& text) {
    sqlite3_bind_text(s, place, text.c_str(), static_cast<int>(text.size()), SQLITE_STATIC);
  }

  static std::string column(sqlite3_stmt* s, int place) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(s, place));
    const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(s, place));
    return text != nullptr ? std::string{text, bytes} : std::string{};
  }

  file_lock lock_;
  database db_;
  std::string file_;
};

using made = result<std::unique_ptr<node_store>>;

made connect(const std::string& file, int flags, file_lock lock) {
  sqlite3* raw = nullptr;
  const auto code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
  auto db = database{raw};
  if (db == nullptr) return failed(fault_code::io, file + ": out of memory");
  if (code != SQLITE_OK) return tl::make_unexpected(trouble(raw, file));
  sqlite3_busy_timeout(raw, 2000);
  auto store = std::make_unique<sqlite_store>(std::move(db), file, std::move(lock));

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
  if (!empty && *version != schema_version)
    return failed(fault_code::unsupported, file + " was written by another version of atn (" +
                                               std::to_string(*version) + ", this one reads " +
                                               std::to_string(schema_version) + ")");
  if ((flags & SQLITE_OPEN_READONLY) == 0)
    for (const auto& sql :
         {std::string{"PRAGMA journal_mode = WAL"}, std::string{"PRAGMA synchronous = FULL"},
          "PRAGMA application_id = " + std::to_string(application_id),
          "PRAGMA user_version = " + std::to_string(schema_version),
          std::string{"CREATE TABLE IF NOT EXISTS memory (site TEXT NOT NULL, part "
                      "TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (site, part))"}})
      if (auto f = store->run(sql)) return tl::make_unexpected(*f);
  return made{std::move(store)};
}

}  // namespace

result<std::unique_ptr<node_store>> node_store::open(const std::filesystem::path& file) {
  auto error = std::error_code{};
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path(), error);
  const auto lock_file = file.string() + ".lock";
  const auto descriptor = ::open(lock_file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return failed(fault_code::permission, file.string() + " cannot be written (" +
                                              std::strerror(errno) +
                                              "); give --state another file or use --no-state");
  auto lock = file_lock{descriptor};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0)
    return failed(fault_code::refused,
                  "another atn writes " + file.string() +
                      "; stop it, or give this one --state another file or --no-state");
  return connect(file.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, std::move(lock));
}

result<std::unique_ptr<node_store>> node_store::open_to_read(const std::filesystem::path& file) {
  auto error = std::error_code{};
  if (!std::filesystem::exists(file, error))
    return failed(fault_code::no_such_device,
                  file.string() + " does not exist: 'atn run' writes it; give --state its file");
  return connect(file.string(), SQLITE_OPEN_READONLY, {});
}

std::optional<std::filesystem::path> default_node_store() {
  const auto* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return std::filesystem::path{state} / "hearth" / "atn.db";
  const auto* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  return std::filesystem::path{home} / ".local/state/hearth/atn.db";
}

}  // namespace hearth
