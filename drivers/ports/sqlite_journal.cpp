#include "drivers/ports/sqlite_journal.hpp"

#include "drivers/ports/sqlite.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <zlib.h>

namespace hearth {
namespace {

namespace fs = std::filesystem;
using sqlite::database;
using sqlite::statement;

/// "HRTJ" in the file's header: no other program's database is taken for ours.
constexpr auto application_id = 0x4852544A;
constexpr auto schema_version = 1;
/// Small pages: a draft of some hundred bytes is one page, and a page is what reaches the card.
constexpr auto page_bytes = 1024;
/// The write-ahead log begins anew after so many pages and is then written over in place, so that
/// its file neither grows nor needs a word in the file system's own journal. The same amount lies
/// free in the database: on a full disk there is room to delete, and to say so.
constexpr auto log_pages = 1024;
/// Forgotten messages that may wait to be erased along with the next write.
constexpr std::size_t erased_together = 256;
constexpr auto kept_aside = 3;
constexpr auto classes = std::size_t{3};

constexpr auto schema =
    "CREATE TABLE boot (ref INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE);"
    "CREATE TABLE message (number INTEGER PRIMARY KEY, boot INTEGER NOT NULL,"
    " sequence INTEGER NOT NULL, class INTEGER NOT NULL, kind BLOB NOT NULL, made INTEGER NOT NULL,"
    " undated INTEGER NOT NULL, crc INTEGER NOT NULL, payload BLOB NOT NULL);"
    "CREATE UNIQUE INDEX by_sequence ON message (boot, sequence);"
    "CREATE TABLE draft (number INTEGER PRIMARY KEY, crc INTEGER NOT NULL, payload BLOB NOT NULL);"
    "CREATE TABLE quarantine (number INTEGER PRIMARY KEY, message_id BLOB, why BLOB, at INTEGER,"
    " payload BLOB);"
    "CREATE TABLE state (id INTEGER PRIMARY KEY, last_number INTEGER, last_id BLOB, bytes INTEGER,"
    " reports INTEGER, notices INTEGER, serious INTEGER, quarantined INTEGER);"
    "INSERT INTO state VALUES (1, 0, '', 0, 0, 0, 0, 0);";

std::int64_t crc_of(std::string_view bytes) {
  return static_cast<std::int64_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::int64_t unix_ms(time_point t) { return t.time_since_epoch().count(); }

bool is_damage(int code) {
  return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

fs::path beside(const fs::path& file, const std::string& ending) { return file.string() + ending; }
/// Stands beside a journal that turned out damaged while it was in use.
fs::path damage_mark(const fs::path& file) { return beside(file, ".damaged"); }

/// What the state row says; written with every change.
struct state_row {
  std::int64_t last_number = 0;
  std::string last_id;
  std::int64_t bytes = 0;
  std::array<std::int64_t, classes> count{};
  std::int64_t quarantined = 0;
};

struct found_row {
  std::int64_t number, boot, sequence, kind_class, bytes;
};

class sqlite_journal final : public journal {
 public:
  sqlite_journal(database db, fs::path file, std::uint64_t max_bytes)
      : db_{std::move(db)}, file_{std::move(file)}, max_bytes_{max_bytes} {}

  std::optional<fault> begin() {
    auto* db = db_.get();
    insert_ = {db, "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"};
    page_ = {
        db,
        "SELECT m.number, b.name, m.sequence, m.kind, m.crc, m.payload FROM message m LEFT JOIN"
        " boot b ON b.ref = m.boot WHERE m.number > ? AND m.undated = ? ORDER BY m.number"};
    find_ = {db,
             "SELECT number, boot, sequence, class, length(payload) FROM message WHERE boot = ? AND"
             " sequence = ?"};
    least_ = {db,
              "SELECT number, boot, sequence, class, length(payload) FROM message WHERE class = ?"
              " ORDER BY number LIMIT ?"};
    erase_ = {db, "DELETE FROM message WHERE number = ?"};
    draft_ = {db, "INSERT INTO draft (crc, payload) VALUES (?, ?)"};
    save_state_ = {db,
                   "UPDATE state SET last_number = ?, last_id = ?, bytes = ?, reports = ?,"
                   " notices = ?, serious = ?, quarantined = ? WHERE id = 1"};
    oldest_ = {db, "SELECT number, made FROM message ORDER BY number LIMIT ?"};
    auto load = statement{db,
                          "SELECT last_number, last_id, bytes, reports, notices, serious,"
                          " quarantined FROM state WHERE id = 1"};
    if (load.step() != SQLITE_ROW) return trouble();
    state_ = {load.number(0),
              load.text(1),
              load.number(2),
              {load.number(3), load.number(4), load.number(5)},
              load.number(6)};
    auto boots = statement{db, "SELECT ref, name FROM boot"};
    auto step = boots.step();
    for (; step == SQLITE_ROW; step = boots.step()) boots_[boots.text(1)] = boots.number(0);
    if (step != SQLITE_DONE) return trouble();
    return {};
  }

  result<journal_room> append(std::span<const journal_entry> entries, bool ends_drafts) override {
    auto dropped = std::vector<message_run>{};
    // A full disk has room again once something of ours has gone.
    for (auto portion = 64; portion <= 4096; portion *= 8) {
      auto done = transaction([&] { return write(entries, ends_drafts); });
      if (done) {
        std::ranges::move(done->dropped, std::back_inserter(dropped));
        done->dropped = std::move(dropped);
        return done;
      }
      if ((last_code_ & 0xff) != SQLITE_FULL) return done;
      run("PRAGMA wal_checkpoint(RESTART)");
      auto room = transaction([&] { return drop(portion); });
      if (!room || room->dropped.empty()) return done;
      run("PRAGMA wal_checkpoint(RESTART)");
      std::ranges::move(room->dropped, std::back_inserter(dropped));
    }
    return tl::make_unexpected(trouble());
  }

  result<void> keep(const journal_draft& draft) override {
    const auto done = transaction([&]() -> result<bool> {
      if (draft_.start(crc_of(draft.payload), draft.payload).step() != SQLITE_DONE)
        return tl::make_unexpected(trouble());
      return true;
    });
    if (!done) return tl::make_unexpected(done.error());
    return {};
  }

  result<std::vector<journal_draft>> drafts() override {
    auto rows = statement{db_.get(), "SELECT crc, payload FROM draft ORDER BY number"};
    auto out = std::vector<journal_draft>{};
    auto step = rows.step();
    for (; step == SQLITE_ROW; step = rows.step())
      if (auto payload = rows.text(1); crc_of(payload) == rows.number(0))
        out.push_back({std::move(payload)});
    if (step != SQLITE_DONE) return tl::make_unexpected(trouble());
    return out;
  }

  result<journal_page> read(std::uint64_t after, std::size_t most,
                            std::size_t most_bytes) override {
    if (auto f = erase_forgotten()) return tl::make_unexpected(*f);
    auto page = journal_page{};
    auto spoilt = std::vector<std::pair<journal_item, std::string>>{};
    auto bytes = std::size_t{0};
    page_.start(static_cast<std::int64_t>(after), 0);
    auto step = page_.step();
    for (; step == SQLITE_ROW; step = page_.step()) {
      if (page.items.size() + spoilt.size() >= most || bytes >= most_bytes) {
        page.more = true;
        break;
      }
      auto item = item_of(page_);
      bytes += item.payload.size();
      if (const auto why = damage_of(item, page_.number(4)); why.empty())
        page.items.push_back(std::move(item));
      else
        spoilt.emplace_back(std::move(item), why);
    }
    page_.rest();
    if (step != SQLITE_ROW && step != SQLITE_DONE) return tl::make_unexpected(trouble());
    for (auto& [item, why] : spoilt) {
      if (auto f = quarantine(item, why, {})) return tl::make_unexpected(*f);
      page.damaged.push_back({item.number, item.message_id, why});
    }
    return page;
  }

  result<void> forget(std::span<const std::string> message_ids) override {
    for (const auto& id : message_ids)
      if (const auto row = row_of(id); row && forgotten_.insert(row->number).second) uncount(*row);
    if (forgotten_.size() >= erased_together)
      if (auto f = erase_forgotten()) return tl::make_unexpected(*f);
    return {};
  }

  result<void> set_aside(const std::string& message_id, const std::string& why,
                         time_point now) override {
    const auto row = row_of(message_id);
    if (!row || forgotten_.contains(row->number)) return {};
    page_.start(row->number - 1, 0);
    if (page_.step() != SQLITE_ROW || page_.number(0) != row->number) {
      page_.rest();
      return {};
    }
    const auto item = item_of(page_);
    page_.rest();
    if (auto f = quarantine(item, why, now)) return tl::make_unexpected(*f);
    return {};
  }

  result<std::vector<journal_item>> undated(std::uint64_t after, std::size_t most) override {
    auto out = std::vector<journal_item>{};
    page_.start(static_cast<std::int64_t>(after), 1);
    auto step = page_.step();
    for (; step == SQLITE_ROW && out.size() < most; step = page_.step())
      out.push_back(item_of(page_));
    page_.rest();
    if (step != SQLITE_ROW && step != SQLITE_DONE) return tl::make_unexpected(trouble());
    return out;
  }

  result<void> replace(std::span<const journal_item> dated) override {
    auto update = statement{
        db_.get(), "UPDATE message SET payload = ?, crc = ?, undated = 0 WHERE number = ?"};
    const auto done = transaction([&]() -> result<bool> {
      for (const auto& item : dated) {
        const auto number = static_cast<std::int64_t>(item.number);
        auto size = statement{db_.get(), "SELECT length(payload) FROM message WHERE number = ?"};
        if (size.start(number).step() != SQLITE_ROW) continue;
        state_.bytes += static_cast<std::int64_t>(item.payload.size()) - size.number(0);
        if (update.start(item.payload, crc_of(item.payload), number).step() != SQLITE_DONE)
          return tl::make_unexpected(trouble());
      }
      return true;
    });
    if (!done) return tl::make_unexpected(done.error());
    return {};
  }

  result<std::vector<message_run>> held(const message_run& run) override {
    auto runs = std::vector<message_run>{};
    const auto boot = boots_.find(run.boot_id);
    if (boot == boots_.end()) return runs;
    const auto clipped = [](std::uint64_t n) {
      return static_cast<std::int64_t>(std::min<std::uint64_t>(n, INT64_MAX));
    };
    auto rows = statement{db_.get(),
                          "SELECT sequence, number FROM message WHERE boot = ? AND sequence"
                          " BETWEEN ? AND ? ORDER BY sequence"};
    rows.start(boot->second, clipped(run.first), clipped(run.last));
    auto step = rows.step();
    for (; step == SQLITE_ROW; step = rows.step()) {
      if (forgotten_.contains(rows.number(1))) continue;
      add(runs, run.boot_id, static_cast<std::uint64_t>(rows.number(0)));
    }
    if (step != SQLITE_DONE) return tl::make_unexpected(trouble());
    return runs;
  }

  [[nodiscard]] journal_totals totals() const override {
    auto all = journal_totals{};
    for (const auto n : state_.count) all.waiting += static_cast<std::uint64_t>(n);
    all.bytes = static_cast<std::uint64_t>(state_.bytes);
    all.quarantined = static_cast<std::uint64_t>(state_.quarantined);
    all.last_message_id = state_.last_id;
    // Those that wait to be erased are few, so the oldest of the others is near.
    oldest_.start(static_cast<std::int64_t>(forgotten_.size() + 1));
    while (!all.oldest && oldest_.step() == SQLITE_ROW)
      if (!forgotten_.contains(oldest_.number(0)))
        all.oldest = time_point{duration{oldest_.number(1)}};
    oldest_.rest();
    return all;
  }

  /// Takes over what can be read of a damaged journal; stops where it cannot be read any more.
  void salvage(const fs::path& damaged) {
    sqlite3* raw = nullptr;
    const auto code = sqlite3_open_v2(damaged.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
    const auto old = database{raw};
    if (code != SQLITE_OK) return;
    auto rows = statement{raw,
                          "SELECT b.name, m.sequence, m.class, m.kind, m.made, m.undated, m.crc,"
                          " m.payload FROM message m JOIN boot b ON b.ref = m.boot"
                          " ORDER BY m.number"};
    auto batch = std::vector<journal_entry>{};
    const auto flush = [&] {
      for (const auto& entry : batch) (void)append({&entry, 1}, false);
      batch.clear();
    };
    while (rows.step() == SQLITE_ROW) {
      auto payload = rows.text(7);
      const auto kind_class = rows.number(2);
      const auto sequence = rows.number(1);
      if (payload.empty() || crc_of(payload) != rows.number(6) || sequence <= 0 || kind_class < 0 ||
          kind_class >= static_cast<std::int64_t>(classes))
        continue;
      batch.push_back({static_cast<journal_class>(kind_class), rows.text(0),
                       static_cast<std::uint64_t>(sequence), rows.text(3), std::move(payload),
                       time_point{duration{rows.number(4)}}, rows.number(5) != 0});
      if (batch.size() == erased_together) flush();
    }
    flush();
  }

  fault trouble() {
    const auto code = sqlite3_errcode(db_.get()) & 0xff;
    const auto why = std::string{sqlite3_errmsg(db_.get())};
    const auto name = file_.string();
    if (is_damage(code)) {
      // The next who opens it puts it aside.
      if (auto* mark = std::fopen(damage_mark(file_).c_str(), "w")) std::fclose(mark);
      return {fault_code::malformed, name + " is damaged (" + why + ")"};
    }
    if (code == SQLITE_FULL) return {fault_code::io, name + ": " + why + "; free some disk space"};
    if (code == SQLITE_BUSY) return {fault_code::refused, name + " is used by another program"};
    if (code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM)
      return {fault_code::permission, name + " cannot be opened or written (" + why + ")"};
    return {fault_code::io, name + ": " + why};
  }

  bool run(const std::string& sql) {
    last_code_ = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
    return last_code_ == SQLITE_OK;
  }
  std::optional<std::int64_t> number(const std::string& sql) {
    auto row = statement{db_.get(), sql};
    if (row.step() != SQLITE_ROW) return {};
    return row.number(0);
  }

 private:
  /// All of `what` and of what is to be forgotten, or nothing, with the state as it was.
  template <class Action>
  auto transaction(Action what) -> decltype(what()) {
    const auto before = state_;
    const auto boots_before = boots_.size();
    if (!run("BEGIN IMMEDIATE")) return tl::make_unexpected(trouble());
    auto done = what();
    if (done && erase_rows() && save_state() && run("COMMIT")) {
      forgotten_.clear();
      return done;
    }
    if (done || last_code_ == SQLITE_OK) last_code_ = sqlite3_extended_errcode(db_.get());
    auto why = done ? trouble() : done.error();
    for (auto* s : {&insert_, &page_, &find_, &least_, &erase_, &draft_, &save_state_}) s->rest();
    sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
    state_ = before;
    if (boots_.size() != boots_before) reload_boots();
    return tl::make_unexpected(std::move(why));
  }

  result<journal_room> write(std::span<const journal_entry> entries, bool ends_drafts) {
    auto room = journal_room{};
    for (const auto& e : entries) {
      const auto boot = ref_of(e.boot_id);
      if (!boot) return failure();
      const auto kind_class = static_cast<std::int64_t>(e.kind);
      const auto sequence = static_cast<std::int64_t>(e.sequence);
      insert_.start(++state_.last_number, *boot, sequence, kind_class, e.topic_kind,
                    unix_ms(e.made), std::int64_t{e.undated}, crc_of(e.payload), e.payload);
      if (insert_.step() != SQLITE_DONE) return failure();
      insert_.rest();
      state_.last_id = e.boot_id + "-" + std::to_string(e.sequence);
      state_.bytes += static_cast<std::int64_t>(e.payload.size());
      ++state_.count[static_cast<std::size_t>(kind_class)];
      room.numbers.push_back(static_cast<std::uint64_t>(state_.last_number));
    }
    if (ends_drafts && !run("DELETE FROM draft")) return failure();
    // Only what is past its bound costs more than a look.
    while (used_bytes() > max_bytes_) {
      auto gone = drop(4);
      if (!gone) return gone;
      if (gone->dropped.empty()) break;
      std::ranges::move(gone->dropped, std::back_inserter(room.dropped));
    }
    return room;
  }

  /// Erases the next to go.
  result<journal_room> drop(int portion) {
    auto room = journal_room{};
    for (std::size_t c = 0; c < classes && room.dropped.empty(); ++c) {
      if (state_.count[c] == 0) continue;
      auto rows = std::vector<found_row>{};
      least_.start(static_cast<std::int64_t>(c), std::int64_t{portion});
      while (least_.step() == SQLITE_ROW) rows.push_back(row_in(least_));
      least_.rest();
      for (const auto& row : rows) {
        if (erase_.start(row.number).step() != SQLITE_DONE) return failure();
        if (forgotten_.contains(row.number)) continue;
        uncount(row);
        add(room.dropped, name_of(row.boot), static_cast<std::uint64_t>(row.sequence));
      }
    }
    return room;
  }

  tl::unexpected<fault> failure() {
    last_code_ = sqlite3_extended_errcode(db_.get());
    return tl::make_unexpected(trouble());
  }

  bool erase_rows() {
    for (const auto number : forgotten_)
      if (erase_.start(number).step() != SQLITE_DONE) return false;
    erase_.rest();
    return true;
  }

  bool save_state() {
    const auto& s = state_;
    save_state_.start(s.last_number, s.last_id, s.bytes, s.count[0], s.count[1], s.count[2],
                      s.quarantined);
    const auto saved = save_state_.step() == SQLITE_DONE;
    save_state_.rest();
    return saved;
  }

  /// Not worth a wait for the disk: what is erased twice is sent once more, and known.
  std::optional<fault> erase_forgotten() {
    if (forgotten_.empty()) return {};
    run("PRAGMA synchronous = NORMAL");
    const auto done = transaction([]() -> result<bool> { return true; });
    run("PRAGMA synchronous = FULL");
    if (!done) return done.error();
    return {};
  }

  std::optional<fault> quarantine(const journal_item& item, const std::string& why,
                                  time_point now) {
    const auto done = transaction([&]() -> result<bool> {
      auto size = std::int64_t{0};
      auto row = statement{db_.get(),
                           "SELECT number, boot, sequence, class, length(payload) FROM message"
                           " WHERE number = ?"};
      const auto number = static_cast<std::int64_t>(item.number);
      if (row.start(number).step() != SQLITE_ROW) return true;
      uncount(row_in(row));
      row.rest();
      auto insert = statement{db_.get(),
                              "INSERT INTO quarantine (message_id, why, at, payload) VALUES"
                              " (?, ?, ?, ?)"};
      if (erase_.start(number).step() != SQLITE_DONE ||
          insert.start(item.message_id, why, unix_ms(now), item.payload).step() != SQLITE_DONE)
        return failure();
      ++state_.quarantined;
      if (state_.quarantined > static_cast<std::int64_t>(limits::quarantined_messages)) {
        if (!run("DELETE FROM quarantine WHERE number = (SELECT min(number) FROM quarantine)"))
          return failure();
        --state_.quarantined;
      }
      return size == 0;
    });
    if (!done) return done.error();
    return {};
  }

  std::optional<std::int64_t> ref_of(const std::string& boot) {
    if (const auto known = boots_.find(boot); known != boots_.end()) return known->second;
    auto insert = statement{db_.get(), "INSERT INTO boot (name) VALUES (?)"};
    if (insert.start(boot).step() != SQLITE_DONE) return {};
    return boots_[boot] = sqlite3_last_insert_rowid(db_.get());
  }

  void reload_boots() {
    boots_.clear();
    auto boots = statement{db_.get(), "SELECT ref, name FROM boot"};
    while (boots.step() == SQLITE_ROW) boots_[boots.text(1)] = boots.number(0);
  }

  [[nodiscard]] std::string name_of(std::int64_t boot) const {
    const auto known =
        std::ranges::find(boots_, boot, &std::pair<const std::string, std::int64_t>::second);
    return known != boots_.end() ? known->first : "?";
  }

  std::optional<found_row> row_of(const std::string& message_id) {
    const auto dash = message_id.rfind('-');
    if (dash == std::string::npos) return {};
    const auto boot = boots_.find(message_id.substr(0, dash));
    if (boot == boots_.end()) return {};
    const auto sequence = std::strtoll(message_id.c_str() + dash + 1, nullptr, 10);
    find_.start(boot->second, static_cast<std::int64_t>(sequence));
    auto row = std::optional<found_row>{};
    if (find_.step() == SQLITE_ROW) row = row_in(find_);
    find_.rest();
    return row;
  }

  static found_row row_in(const statement& s) {
    return {s.number(0), s.number(1), s.number(2),
            std::clamp<std::int64_t>(s.number(3), 0, classes - 1), s.number(4)};
  }
  static journal_item item_of(const statement& s) {
    return {static_cast<std::uint64_t>(s.number(0)), s.text(1) + "-" + std::to_string(s.number(2)),
            s.text(3), s.text(5)};
  }
  static std::string damage_of(const journal_item& item, std::int64_t crc) {
    if (item.payload.empty()) return "it is empty";
    if (crc_of(item.payload) != crc) return "its bytes are not those that were written";
    return {};
  }
  static void add(std::vector<message_run>& runs, const std::string& boot, std::uint64_t sequence) {
    if (!runs.empty() && runs.back().boot_id == boot && runs.back().last + 1 == sequence)
      runs.back().last = sequence;
    else
      runs.push_back({boot, sequence, sequence});
  }

  void uncount(const found_row& row) {
    state_.bytes -= row.bytes;
    --state_.count[static_cast<std::size_t>(row.kind_class)];
  }

  std::uint64_t used_bytes() {
    const auto pages = number("PRAGMA page_count").value_or(0);
    const auto free = number("PRAGMA freelist_count").value_or(0);
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, pages - free)) * page_bytes;
  }

  database db_;
  fs::path file_;
  std::uint64_t max_bytes_;
  state_row state_;
  std::map<std::string, std::int64_t> boots_;  ///< by name
  std::set<std::int64_t> forgotten_;           ///< numbers, to be erased with the next write
  int last_code_ = SQLITE_OK;
  statement insert_, page_, find_, least_, erase_, draft_, save_state_;
  mutable statement oldest_;
};

using made = result<std::unique_ptr<sqlite_journal>>;

made connect(const fs::path& file, const sqlite_journal_options& options) {
  sqlite3* raw = nullptr;
  const auto code = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                    options.vfs.empty() ? nullptr : options.vfs.c_str());
  auto db = database{raw};
  if (db == nullptr) return failed(fault_code::io, file.string() + ": out of memory");
  auto store = std::make_unique<sqlite_journal>(std::move(db), file, options.max_bytes);
  if (code != SQLITE_OK) return tl::make_unexpected(store->trouble());
  // Alone with the file: no shared memory beside it, and a second program is refused.
  if (!store->run("PRAGMA locking_mode = EXCLUSIVE")) return tl::make_unexpected(store->trouble());
  const auto id = store->number("PRAGMA application_id");
  const auto version = store->number("PRAGMA user_version");
  const auto tables = store->number("SELECT count(*) FROM sqlite_master");
  if (!id || !version || !tables) return tl::make_unexpected(store->trouble());
  const auto empty = *id == 0 && *version == 0 && *tables == 0;
  if (!empty && *id != application_id)
    return failed(fault_code::unsupported, file.string() + " is another program's database");
  if (!empty && *version > schema_version)
    return failed(fault_code::unsupported, file.string() + " was written by a newer version (" +
                                               std::to_string(*version) + ", this one reads " +
                                               std::to_string(schema_version) + ")");
  const auto settings = {"PRAGMA page_size = " + std::to_string(page_bytes),
                         std::string{"PRAGMA journal_mode = WAL"},
                         std::string{"PRAGMA synchronous = FULL"},
                         "PRAGMA wal_autocheckpoint = " + std::to_string(log_pages),
                         std::string{"PRAGMA cache_size = -1024"},
                         std::string{"PRAGMA temp_store = MEMORY"}};
  for (const auto& sql : settings)
    if (!store->run(sql)) return tl::make_unexpected(store->trouble());
  if (empty) {
    const auto reserve = "INSERT INTO quarantine (payload) VALUES (zeroblob(" +
                         std::to_string(log_pages * page_bytes) + ")); DELETE FROM quarantine;";
    const auto all = std::string{"BEGIN IMMEDIATE;"} + schema + reserve +
                     "PRAGMA application_id = " + std::to_string(application_id) + ";" +
                     "PRAGMA user_version = " + std::to_string(schema_version) + "; COMMIT;";
    if (!store->run(all)) return tl::make_unexpected(store->trouble());
  }
  if (auto f = store->begin()) return tl::make_unexpected(*f);
  return made{std::move(store)};
}

/// Moves the journal with its log away; the oldest of those put aside go.
std::string put_aside(const fs::path& file) {
  auto error = std::error_code{};
  const auto name = [&](int n) { return beside(file, ".damaged-" + std::to_string(n)); };
  auto newest = 0;
  for (auto n = 1; n < 10'000; ++n)
    if (fs::exists(name(n), error)) newest = n;
  const auto to = name(newest + 1);
  fs::rename(file, to, error);
  fs::rename(beside(file, "-wal"), beside(to, "-wal"), error);
  fs::remove(beside(file, "-shm"), error);
  fs::remove(damage_mark(file), error);
  for (const auto& old :
       {name(newest + 1 - kept_aside), beside(name(newest + 1 - kept_aside), "-wal")})
    fs::remove(old, error);
  return to.string();
}

}  // namespace

result<opened_journal> open_sqlite_journal(const fs::path& file,
                                           const sqlite_journal_options& options) {
  auto error = std::error_code{};
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), error);
  auto aside = std::optional<std::string>{};
  if (fs::exists(damage_mark(file), error)) aside = put_aside(file);
  const auto mask = ::umask(0077);  // SQLite gives its log the database's own mode
  auto store = connect(file, options);
  if (!store && store.error().code == fault_code::malformed && !aside) {
    aside = put_aside(file);
    store = connect(file, options);
  }
  ::umask(mask);
  if (!store) return tl::make_unexpected(store.error());
  if (aside) (*store)->salvage(*aside);
  return opened_journal{std::move(*store), std::move(aside)};
}

}  // namespace hearth
