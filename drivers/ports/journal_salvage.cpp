#include "drivers/ports/journal_salvage.hpp"

#include "drivers/ports/sqlite_journal.hpp"

#include <algorithm>
#include <charconv>

namespace hearth {
namespace {

namespace fs = std::filesystem;

/// What belongs to a database besides its file. The rollback journal exists only while a new
/// database is being made.
constexpr auto companions = std::array{"", "-wal", "-journal", "-shm"};
constexpr auto salvaged_together = std::size_t{64};

std::string left_name(const std::string& file) { return file + ".damaged"; }

bool rename_all(const std::string& from, const std::string& to) {
  auto all = true;
  for (const auto* ending : companions) {
    auto error = std::error_code{};
    if (!fs::exists(from + ending, error)) continue;
    fs::rename(from + ending, to + ending, error);
    all = all && !error;
  }
  return all;
}

/// The numbers of the damaged journals beside a file, ascending.
std::vector<std::uint64_t> numbers_aside(const std::string& file) {
  auto found = std::vector<std::uint64_t>{};
  const auto stem = fs::path{file}.filename().string() + ".damaged-";
  auto error = std::error_code{};
  const auto folder = fs::path{file}.parent_path();
  for (auto at = fs::directory_iterator{folder.empty() ? "." : folder, error};
       !error && at != fs::directory_iterator{}; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (!name.starts_with(stem)) continue;
    auto number = std::uint64_t{0};
    const auto* end = name.data() + name.size();
    const auto [stop, bad] = std::from_chars(name.data() + stem.size(), end, number);
    if (bad == std::errc{} && stop == end) found.push_back(number);
  }
  std::ranges::sort(found);
  return found;
}

/// SQLite takes the file name as an address, so that it can be told what the disk is like.
std::string address(const std::string& file) {
  auto out = std::string{"file:"};
  for (const auto c : file) {
    constexpr auto digits = "0123456789ABCDEF";
    if (c == '%' || c == '?' || c == '#') {
      out += '%';
      out += digits[static_cast<unsigned char>(c) >> 4];
      out += digits[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  // A power cut may garble the whole block being written, not only the bytes that were new.
  return out + "?psow=0";
}

/// Steps over what cannot be read, from the front until a page is unreadable, then from the back.
class survivors {
 public:
  explicit survivors(sqlite3* db) : db_{db} {}

  /// The next number, or nothing at the end.
  std::optional<std::uint64_t> next() {
    while (!backwards_ || last_ > first_) {
      auto found = std::optional<std::uint64_t>{};
      auto rows = backwards_ ? before_.rows(last_) : after_.rows(first_);
      if (rows.next()) found = rows.number(0);
      if (rows.code() != SQLITE_OK && !backwards_) {
        backwards_ = true;
        continue;
      }
      if (!found || *found <= first_ || *found >= last_) return {};
      (backwards_ ? last_ : first_) = *found;
      return found;
    }
    return {};
  }

 private:
  sqlite3* db_;
  bool backwards_ = false;
  std::uint64_t first_ = 0, last_ = std::uint64_t{1} << 62;
  sqlite_query after_{
      db_, "SELECT number FROM entries NOT INDEXED WHERE number > ? ORDER BY number LIMIT 1"};
  sqlite_query before_{
      db_, "SELECT number FROM entries NOT INDEXED WHERE number < ? ORDER BY number DESC LIMIT 1"};
};

std::map<std::uint64_t, std::string> boots_of(sqlite3* db) {
  auto boots = std::map<std::uint64_t, std::string>{};
  auto query = sqlite_query{db, "SELECT ordinal, boot_id FROM boots"};
  auto rows = query.rows();
  while (rows.next()) boots[rows.number(0)] = rows.text(1);
  return boots;
}

}  // namespace

int connect_journal(const std::string& file, const std::optional<std::string>& vfs, bool create,
                    sqlite_connection& db) {
  sqlite3* raw = nullptr;
  const auto flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | (create ? SQLITE_OPEN_CREATE : 0);
  auto code = sqlite3_open_v2(address(file).c_str(), &raw, flags, vfs ? vfs->c_str() : nullptr);
  db.reset(raw);
  // One user: its index of the log lives in memory. The log stays as it is when the journal is
  // closed, because its room on the disk is what lets a full disk be written to.
  if (code == SQLITE_OK)
    code = sqlite3_db_config(raw, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  auto step = static_cast<int>(journal_growth_pages * journal_page_bytes);
  if (code == SQLITE_OK) code = sqlite3_file_control(raw, "main", SQLITE_FCNTL_CHUNK_SIZE, &step);
  for (const auto* setting :
       {"PRAGMA locking_mode = EXCLUSIVE", "PRAGMA page_size = 4096", "PRAGMA auto_vacuum = NONE",
        "PRAGMA cache_size = -1024", "PRAGMA cell_size_check = ON", "PRAGMA secure_delete = OFF",
        "PRAGMA trusted_schema = OFF", "PRAGMA temp_store = MEMORY"})
    if (code == SQLITE_OK) code = run(raw, setting);
  return code;
}

void leave_for_putting_aside(const std::string& file) { rename_all(file, left_name(file)); }

bool left_for_putting_aside(const std::string& file) {
  auto error = std::error_code{};
  return fs::exists(left_name(file), error);
}

result<std::string> put_aside(const std::string& file) {
  const auto from = left_for_putting_aside(file) ? left_name(file) : file;
  auto numbers = numbers_aside(file);
  const auto number = numbers.empty() ? 1 : numbers.back() + 1;
  const auto to = file + ".damaged-" + std::to_string(number);
  if (!rename_all(from, to))
    return failed(fault_code::permission, from +
                                              " is damaged and cannot be renamed; its folder "
                                              "must belong to the user scada runs as");
  numbers.push_back(number);
  for (auto i = std::size_t{0}; i + damaged_journals_kept < numbers.size(); ++i)
    for (const auto* ending : companions) {
      auto error = std::error_code{};
      fs::remove(file + ".damaged-" + std::to_string(numbers[i]) + ending, error);
    }
  return to;
}

std::uint64_t salvage(const std::string& damaged, journal_store& into) {
  auto db = sqlite_connection{};
  if (connect_journal(damaged, {}, false, db) != SQLITE_OK) return 0;
  const auto boots = boots_of(db.get());
  auto left = survivors{db.get()};
  auto entry = sqlite_query{
      db.get(), std::string{"SELECT "} + entry_columns + " FROM entries WHERE number = ?"};
  auto numbers = std::vector<std::uint64_t>{};
  while (const auto number = left.next()) numbers.push_back(*number);
  std::ranges::sort(numbers);
  auto saved = std::uint64_t{0};
  auto batch = std::vector<journal_entry>{};
  const auto flush = [&] {
    const auto kept = batch.empty() || into.append(batch, false);
    if (kept) saved += batch.size();
    batch.clear();
    return kept;
  };
  for (const auto number : numbers) {
    auto rows = entry.rows(number);
    if (!rows.next()) continue;
    auto e = read_entry(rows);
    const auto boot = boots.find(boot_of(number));
    if (damage_of(e) || boot == boots.end() || e.kind < 0 || e.kind > 2) continue;
    batch.push_back({static_cast<journal_class>(e.kind), boot->second, sequence_of(number),
                     e.topic_kind, std::move(e.payload), time_point{duration{e.made_ms}},
                     e.undated});
    if (batch.size() == salvaged_together && !flush()) return saved;
  }
  flush();
  return saved;
}

std::optional<journal_sums> salvage_sums(const std::string& damaged) {
  auto db = sqlite_connection{};
  auto sums = std::optional<journal_sums>{};
  if (connect_journal(damaged, {}, false, db) == SQLITE_OK) read_sums(db.get(), sums);
  return sums;
}

}  // namespace hearth
