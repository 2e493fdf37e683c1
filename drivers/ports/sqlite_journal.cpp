#include "drivers/ports/sqlite_journal.hpp"

#include "drivers/ports/journal_salvage.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace hearth {
namespace {

namespace fs = std::filesystem;

/// "HRTJ" in the file's header: no other program's database is taken for ours.
constexpr auto application_id = std::uint64_t{0x4852544a};
constexpr auto schema_version = std::uint64_t{1};
/// No version will ever be this high; a header that says so is damaged.
constexpr auto highest_version = std::uint64_t{1000};

/// Room the log has on the disk from the start: the frames between two checkpoints and the largest
/// transaction that must go through while the disk is full.
constexpr auto log_bytes = std::int64_t{1024 * 1024};
constexpr auto checkpoint_pages = 160;
/// Of `max_bytes`, what is not the database: the drafts, the log, and a log grown beyond its room
/// by one large transaction.
constexpr auto beside_bytes = draft_ring::file_bytes + 2 * log_bytes;

std::uintmax_t size_of(const std::string& file) {
  auto error = std::error_code{};
  const auto size = fs::file_size(file, error);
  return error ? 0 : size;
}

bool exists(const std::string& file) {
  auto error = std::error_code{};
  return fs::exists(file, error);
}

/// Creates a file only its owner may read, or takes the others' rights to an existing one.
result<file_lock> own_file(const std::string& file) {
  const auto descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return failed(fault_code::permission,
                  file + " cannot be written (" + std::strerror(errno) +
                      "); its folder must belong to the user scada runs as");
  ::fchmod(descriptor, 0600);
  return file_lock{descriptor};
}

/// Its own user's program is the only one that may write it.
result<std::shared_ptr<file_lock>> lock_folder(const std::string& file) {
  auto error = std::error_code{};
  const auto folder = fs::path{file}.parent_path();
  if (!folder.empty()) fs::create_directories(folder, error);
  auto lock = own_file(file + ".lock");
  if (!lock) return tl::make_unexpected(lock.error());
  if (!lock->take())
    return failed(fault_code::refused, "another scada writes " + file + "; stop it first");
  return std::make_shared<file_lock>(std::move(*lock));
}

/// Zeros at the end of the log, for good. What fails here fails later at the latest.
void make_room_for_log(sqlite3* db) {
  sqlite3_file* log = nullptr;
  sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
  lengthen_file(log, log_bytes);
}

/// One attempt at the database as it stands.
class attempt {
 public:
  attempt(const std::string& file, const sqlite_journal_options& options,
          std::shared_ptr<file_lock> lock)
      : file_{file},
        options_{options},
        lock_{std::move(lock)},
        real_{!options.vfs},
        was_ours_{!real_ || exists(file + ".drafts")} {}

  /// A fault `malformed`: it is, or was, a journal of ours, and putting it aside helps.
  result<std::unique_ptr<journal_store>> open() {
    const auto database_bytes = size_of(file_), log_bytes_before = size_of(file_ + "-wal");
    if (real_) {
      if (database_bytes == 0 && (log_bytes_before > 0 || (exists(file_) && was_ours_)))
        return failed(fault_code::malformed, file_ + " is empty");
      for (const auto& name : {file_, file_ + ".drafts"})
        if (name == file_ || was_ours_)
          if (auto owned = own_file(name); !owned) return tl::make_unexpected(owned.error());
    }
    if (const auto code = connect_journal(file_, options_.vfs, true, db_); code != SQLITE_OK)
      return blame(code);
    const auto fresh = is_fresh();
    if (!fresh) return tl::make_unexpected(fresh.error());
    was_ours_ = true;
    if (real_ && !*fresh && log_bytes_before == 0)
      return failed(fault_code::malformed, file_ + " lacks its log");
    auto code = begin_log();
    if (code == SQLITE_OK && *fresh) code = create();
    if (code != SQLITE_OK) return blame(code);
    return enter();
  }

 private:
  /// Nothing has been written to it yet; else it is ours.
  result<bool> is_fresh() {
    auto id = std::uint64_t{0}, version = std::uint64_t{0}, tables = std::uint64_t{0};
    auto code = read_number(db_.get(), "PRAGMA application_id", id);
    if (code == SQLITE_OK) code = read_number(db_.get(), "PRAGMA user_version", version);
    if (code == SQLITE_OK)
      code = read_number(db_.get(), "SELECT count(*) FROM sqlite_master", tables);
    if (code != SQLITE_OK) return blame(code);
    if (id == 0 && version == 0 && tables == 0) return true;
    if (id == application_id && version == schema_version) return false;
    if (id == application_id && version > schema_version && version < highest_version)
      return failed(fault_code::unsupported, file_ + " was written by a newer version of scada (" +
                                                 std::to_string(version) + ", this one reads " +
                                                 std::to_string(schema_version) + ")");
    if (was_ours_) return failed(fault_code::malformed, file_ + " has a header that is not ours");
    return failed(fault_code::refused, file_ + " is another program's database; name another file");
  }

  int begin_log() {
    auto code = SQLITE_OK;
    for (const auto& setting :
         {std::string{"PRAGMA journal_mode = WAL"}, std::string{"PRAGMA synchronous = FULL"},
          "PRAGMA wal_autocheckpoint = " + std::to_string(checkpoint_pages)})
      if (code == SQLITE_OK) code = run(db_.get(), setting);
    return code;
  }

  int create() {
    return run(db_.get(),
               "BEGIN IMMEDIATE; PRAGMA application_id = " + std::to_string(application_id) +
                   "; PRAGMA user_version = " + std::to_string(schema_version) + "; " +
                   journal_schema + "COMMIT");
  }

  result<std::unique_ptr<journal_store>> enter() {
    if (real_)
      if (auto owned = own_file(file_ + ".drafts"); !owned)
        return tl::make_unexpected(owned.error());
    auto code = SQLITE_OK;
    auto ring = draft_ring::open(sqlite3_vfs_find(options_.vfs ? options_.vfs->c_str() : nullptr),
                                 file_ + ".drafts", code);
    if (code != SQLITE_OK) return blame(code);
    // What a sync that failed left in the log goes to the database now, or never counts.
    code =
        sqlite3_wal_checkpoint_v2(db_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    if (code != SQLITE_OK && code != SQLITE_FULL) return blame(code);
    make_room_for_log(db_.get());
    const auto room = options_.max_bytes > beside_bytes ? options_.max_bytes - beside_bytes : 0;
    auto store = std::make_unique<journal_store>(journal_store::parts{
        lock_, std::move(db_), std::move(ring), file_, real_, room / journal_page_bytes});
    code = store->load();
    if (code != SQLITE_OK) return tl::make_unexpected(sqlite_fault(nullptr, code, file_));
    return store;
  }

  tl::unexpected<fault> blame(int code) {
    if (means_damage(code) && !was_ours_)
      return failed(fault_code::refused, file_ + " is another program's file; name another file");
    return tl::make_unexpected(sqlite_fault(db_.get(), code, file_));
  }

  const std::string& file_;
  const sqlite_journal_options& options_;
  std::shared_ptr<file_lock> lock_;
  bool real_;      ///< not in a test's file system
  bool was_ours_;  ///< only a journal of ours has drafts beside it
  sqlite_connection db_;
};

}  // namespace

result<opened_journal> open_sqlite_journal(const std::filesystem::path& path,
                                           const sqlite_journal_options& options) {
  const auto file = path.string();
  auto aside = std::optional<std::string>{};
  auto lock = std::shared_ptr<file_lock>{};
  const auto move_away = [&]() -> result<void> {
    auto done = put_aside(file);
    if (!done) return tl::make_unexpected(done.error());
    aside = *done;
    return {};
  };
  if (!options.vfs) {
    auto locked = lock_folder(file);
    if (!locked) return tl::make_unexpected(locked.error());
    lock = std::move(*locked);
    if (left_for_putting_aside(file))
      if (auto moved = move_away(); !moved) return tl::make_unexpected(moved.error());
  }
  auto store = attempt{file, options, lock}.open();
  if (!store && store.error().code == fault_code::malformed && !options.vfs) {
    if (auto moved = move_away(); !moved) return tl::make_unexpected(moved.error());
    store = attempt{file, options, lock}.open();
  }
  if (!store) return tl::make_unexpected(store.error());
  if (aside) {
    const auto sums = salvage_sums(*aside);
    salvage(*aside, **store);
    if (sums)
      if (auto done = (*store)->follow(*sums); !done) return tl::make_unexpected(done.error());
  }
  return opened_journal{std::move(*store), aside};
}

}  // namespace hearth
