#include "drivers/ports/journal_queries.hpp"
#include "drivers/ports/journal_salvage.hpp"

namespace hearth {
namespace {

/// The file grows, and is cut, in steps of this many pages, each written before it is needed: a
/// transaction that is in the log can then always be carried over into the database.
std::uint64_t steps(std::uint64_t pages) {
  return (pages + journal_growth_pages - 1) / journal_growth_pages * journal_growth_pages;
}

}  // namespace

journal_store::journal_store(parts p)
    : parts_{std::move(p)}, queries_{std::make_unique<journal_queries>(parts_.db.get())} {}

journal_store::~journal_store() {
  if (!broken_ && !forgotten_.empty()) transaction(false, [] { return SQLITE_OK; });
}

// ---- what is kept in memory

int journal_store::load() {
  auto sums = std::optional<journal_sums>{};
  auto code = load_boots();
  if (code == SQLITE_OK) code = read_sums(database(), sums);
  if (sums) static_cast<journal_sums&>(tally_) = *sums;
  if (code == SQLITE_OK && !sums) code = count_anew();
  auto left = std::vector<std::string>{};
  if (code == SQLITE_OK) code = parts_.ring->load(tally_.epoch, left);
  if (code == SQLITE_OK) settle_size();
  return code;
}

result<void> journal_store::follow(const journal_sums& former) {
  tally_.last_message_id = former.last_message_id;
  tally_.epoch = former.epoch;
  if (const auto code = transaction(true, [] { return SQLITE_OK; }); code != SQLITE_OK)
    return trouble(code);
  if (auto left = drafts(); !left) return tl::make_unexpected(left.error());
  return {};
}

/// The row of sums is damaged: the only time when all messages are looked at.
int journal_store::count_anew() {
  auto last = std::uint64_t{0};
  const auto read = [&](const char* sql, std::uint64_t& out) {
    return read_number(database(), sql, out);
  };
  auto code = read("SELECT count(*) FROM entries NOT INDEXED", tally_.waiting);
  if (code == SQLITE_OK)
    code = read("SELECT coalesce(sum(length(payload)), 0) FROM entries", tally_.bytes);
  if (code == SQLITE_OK) code = read("SELECT count(*) FROM quarantine", tally_.quarantined);
  if (code == SQLITE_OK) code = read("SELECT coalesce(max(number), 0) FROM entries", last);
  tally_.last_message_id = last != 0 ? message_id(last) : std::string{};
  // Which drafts a report has said already is not known: none are taken for news.
  tally_.epoch = 0;
  if (code == SQLITE_OK) code = parts_.ring->newest_epoch(tally_.epoch);
  ++tally_.epoch;
  if (code == SQLITE_OK)
    code = run(database(), "INSERT OR IGNORE INTO state VALUES (1,0,0,0,0,'',0)");
  return code == SQLITE_OK ? transaction(true, [] { return SQLITE_OK; }) : code;
}

int journal_store::load_boots() {
  tally_.boots.clear();
  auto query = sqlite_query{database(), "SELECT ordinal, boot_id FROM boots"};
  auto rows = query.rows();
  while (rows.next()) tally_.boots[rows.number(0)] = rows.text(1);
  return rows.code();
}

int journal_store::save_tally() {
  return queries_->save.run(tally_.waiting, tally_.bytes, tally_.quarantined, tally_.epoch,
                            tally_.last_message_id, checksum_of(tally_));
}

// ---- transactions and room

int journal_store::transaction(bool durable, const std::function<int()>& work) {
  const auto before = tally_;
  if (!durable) run(database(), "PRAGMA synchronous = NORMAL");
  auto code = queries_->begin.run();
  if (code == SQLITE_OK) code = delete_forgotten();
  if (code == SQLITE_OK) code = work();
  if (code == SQLITE_OK) code = save_tally();
  if (code == SQLITE_OK) code = queries_->commit.run();
  if (code == SQLITE_OK) {
    forgotten_.clear();
  } else {
    if (sqlite3_get_autocommit(database()) == 0) run(database(), "ROLLBACK");
    tally_ = before;
  }
  if (!durable) run(database(), "PRAGMA synchronous = FULL");
  return code;
}

/// Lets the file grow as far as it may, and drops nothing.
int journal_store::roomy_transaction(bool durable, const std::function<int()>& work) {
  auto code = transaction(durable, work);
  auto grown = false;
  while (code == SQLITE_FULL && grow()) {
    grown = true;
    code = transaction(durable, work);
  }
  if (grown) settle_size();
  return code;
}

/// One step more in the file. False: it may not, or the disk has none.
bool journal_store::grow() {
  return pages_ + journal_growth_pages <= parts_.most_pages &&
         reserve(pages_ + journal_growth_pages);
}

/// So many pages of the database are really on the disk, and it may use them.
bool journal_store::reserve(std::uint64_t pages) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(database(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (lengthen_file(file, static_cast<std::int64_t>(pages * journal_page_bytes)) != SQLITE_OK)
    return false;
  pages_ = pages;
  return run(database(), "PRAGMA max_page_count = " + std::to_string(pages_)) == SQLITE_OK;
}

/// SQLite cuts the file to the step that holds its last page whenever the log has been carried
/// over; so that much room there is, whatever was grown besides.
void journal_store::settle_size() {
  auto pages = std::uint64_t{0};
  if (read_number(database(), "PRAGMA page_count", pages) == SQLITE_OK) reserve(steps(pages));
}

tl::unexpected<fault> journal_store::trouble(int code) {
  auto found = sqlite_fault(database(), code, parts_.file);
  if ((code & 0xff) == SQLITE_FULL || (code & 0xff) == SQLITE_TOOBIG)
    return tl::make_unexpected(std::move(found));
  broken_ = found;
  queries_.reset();
  parts_.ring.reset();
  parts_.db.reset();
  if (means_damage(code) && parts_.in_real_files) leave_for_putting_aside(parts_.file);
  parts_.lock.reset();
  return tl::make_unexpected(std::move(found));
}

}  // namespace hearth
