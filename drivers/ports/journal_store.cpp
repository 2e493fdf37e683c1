#include "drivers/ports/journal_store.hpp"

#include "drivers/ports/journal_queries.hpp"
#include "protocol/limits.hpp"

#include <algorithm>
#include <charconv>

namespace hearth {
namespace {

/// What an entry takes besides its payload, roughly: it only steers how much is dropped.
constexpr auto entry_overhead = std::uint64_t{128};
/// Forgotten messages that may wait for the next transaction.
constexpr auto forgotten_together = std::size_t{512};
constexpr auto largest_sequence = (std::uint64_t{1} << 40) - 1;
constexpr auto largest_boot = (std::uint64_t{1} << 22) - 1;

std::uint64_t first_of(std::uint64_t boot) { return boot * (largest_sequence + 1); }

std::span<const char> blob(const std::string& text) { return {text.data(), text.size()}; }

}  // namespace

// ---- entries

result<journal_room> journal_store::append(std::span<const journal_entry> entries,
                                           bool ends_drafts) {
  if (broken_) return tl::make_unexpected(*broken_);
  auto room = journal_room{};
  auto needed = std::uint64_t{0};
  auto highest = journal_class::report;
  for (const auto& e : entries) {
    if (e.sequence == 0 || e.sequence > largest_sequence)
      return failed(fault_code::out_of_range, "a journaled message has no sequence");
    needed += e.payload.size() + entry_overhead;
    highest = std::max(highest, e.kind);
  }
  auto dropping = std::uint64_t{0};
  const auto attempt = [&] {
    room = {};
    auto code = dropping > 0 ? trim(dropping, highest, room) : SQLITE_OK;
    for (auto e = entries.begin(); code == SQLITE_OK && e != entries.end(); ++e)
      code = put(*e, room);
    if (code == SQLITE_OK) code = write_notes();
    if (ends_drafts) ++tally_.epoch;
    return code;
  };
  auto code = roomy_transaction(true, attempt);
  // Freed pages are used again; some are lost to what a page can't share, hence more each time.
  const auto first = std::max<std::uint64_t>(needed, 4 * journal_page_bytes);
  for (dropping = first; code == SQLITE_FULL && dropping <= 8 * first; dropping *= 2)
    code = transaction(true, attempt);
  if (code != SQLITE_OK) return trouble(code);
  if (ends_drafts) parts_.ring->begin(tally_.epoch);
  notes_.clear();
  return room;
}

/// A journal of an older version has no table for them yet.
int journal_store::write_notes() {
  if (notes_.empty()) return SQLITE_OK;
  auto code = run(database(),
                  "CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, words TEXT NOT NULL)");
  if (code != SQLITE_OK) return code;
  auto query = sqlite_query{database(), "INSERT OR REPLACE INTO notes VALUES (?, ?)"};
  for (const auto& [name, words] : notes_)
    if (code == SQLITE_OK) code = query.run(name, words);
  return code;
}

result<std::string> journal_store::noted(const std::string& name) {
  if (broken_) return tl::make_unexpected(*broken_);
  auto there = std::uint64_t{0};
  auto code =
      read_number(database(), "SELECT count(*) FROM sqlite_master WHERE name = 'notes'", there);
  auto out = std::string{};
  if (code == SQLITE_OK && there > 0) {
    auto query = sqlite_query{database(), "SELECT words FROM notes WHERE name = ?"};
    auto rows = query.rows(name);
    if (rows.next()) out = rows.text(0);
    code = rows.code();
  }
  if (code != SQLITE_OK) return trouble(code);
  return out;
}

int journal_store::trim(std::uint64_t bytes, journal_class highest, journal_room& room) {
  auto freed = std::uint64_t{0};
  for (auto kind = 0; kind <= static_cast<int>(highest) && freed < bytes; ++kind) {
    auto& lowest = lowest_[static_cast<std::size_t>(kind)];
    auto going = std::vector<std::uint64_t>{};
    {
      auto rows = queries_->of_class.rows(lowest, kind);
      while (freed < bytes && rows.next()) {
        if (going.empty()) lowest = rows.number(0);
        going.push_back(rows.number(0));
        freed += rows.number(1) + entry_overhead;
      }
      if (rows.code() != SQLITE_OK) return rows.code();
    }
    for (const auto number : going) {
      if (const auto code = remove(number); code != SQLITE_OK) return code;
      add(room.dropped, number);
    }
  }
  return freed >= bytes ? SQLITE_OK : SQLITE_FULL;
}

int journal_store::put(const journal_entry& e, journal_room& room) {
  auto row = stored_entry{0,
                          static_cast<std::int64_t>(e.kind),
                          e.topic_kind,
                          e.made.time_since_epoch().count(),
                          e.undated,
                          0,
                          e.payload};
  auto code = number_for(e, row.number);
  if (code != SQLITE_OK) return code;
  row.checksum = checksum_of(row);
  code = insert(row);
  // There already, kept by a commit that seemed to fail: the newer bytes hold.
  if (code == SQLITE_OK && sqlite3_changes64(database()) == 0) {
    code = remove(row.number);
    if (code == SQLITE_OK) code = insert(row);
  }
  if (code != SQLITE_OK) return code;
  ++tally_.waiting;
  tally_.bytes += e.payload.size();
  tally_.last_message_id = message_id(row.number);
  auto& lowest = lowest_[static_cast<std::size_t>(e.kind)];
  lowest = std::min(lowest, row.number);
  room.numbers.push_back(row.number);
  return SQLITE_OK;
}

int journal_store::number_for(const journal_entry& e, std::uint64_t& number) {
  auto& boots = tally_.boots;
  const auto same = [&](const auto& boot) { return boot.second == e.boot_id; };
  auto boot = std::ranges::find_if(boots, same);
  if (boot == boots.end()) {
    const auto ordinal = boots.empty() ? 1 : boots.rbegin()->first + 1;
    if (ordinal > largest_boot) return SQLITE_TOOBIG;
    auto query = sqlite_query{database(), "INSERT INTO boots VALUES (?, ?)"};
    auto code = query.run(ordinal, e.boot_id);
    // Boots of which nothing is left need no name any more.
    if (code == SQLITE_OK)
      code = run(database(),
                 "DELETE FROM boots WHERE ordinal < (SELECT max(ordinal) FROM boots) AND NOT EXISTS"
                 " (SELECT 1 FROM entries WHERE number >= ordinal << 40"
                 " AND number < (ordinal + 1) << 40)");
    if (code == SQLITE_OK) code = load_boots();
    if (code != SQLITE_OK) return code;
    boot = boots.find(ordinal);
    if (boot == boots.end()) return SQLITE_CORRUPT;
  }
  number = first_of(boot->first) + e.sequence;
  return SQLITE_OK;
}

int journal_store::insert(const stored_entry& e) {
  return queries_->insert.run(e.number, e.kind, e.topic_kind, e.made_ms, e.undated ? 1 : 0,
                              e.checksum, blob(e.payload));
}

int journal_store::remove(std::uint64_t number) {
  auto size = std::uint64_t{0};
  {
    auto rows = queries_->size.rows(number);
    if (!rows.next()) return rows.code();
    size = rows.number(0);
  }
  tally_.waiting = less(tally_.waiting, 1);
  tally_.bytes = less(tally_.bytes, size);
  return queries_->remove.run(number);
}

result<void> journal_store::replace(std::span<const journal_item> dated) {
  if (broken_) return tl::make_unexpected(*broken_);
  const auto work = [&] {
    for (const auto& item : dated) {
      auto e = stored_entry{};
      {
        auto rows = queries_->entry.rows(item.number);
        if (!rows.next()) {
          if (rows.code() != SQLITE_OK) return rows.code();
          continue;
        }
        e = read_entry(rows);
      }
      tally_.bytes = less(tally_.bytes, e.payload.size()) + item.payload.size();
      e.undated = false;
      e.payload = item.payload;
      const auto code = queries_->replace.run(checksum_of(e), blob(e.payload), e.number);
      if (code != SQLITE_OK) return code;
    }
    return SQLITE_OK;
  };
  if (const auto code = roomy_transaction(true, work); code != SQLITE_OK) return trouble(code);
  return {};
}

// ---- reading

result<journal_page> journal_store::read(std::uint64_t after, std::size_t most,
                                         std::size_t most_bytes) {
  if (broken_) return tl::make_unexpected(*broken_);
  auto page = journal_page{};
  auto damaged = std::vector<stored_entry>{};
  auto bytes = std::size_t{0};
  auto code = SQLITE_OK;
  {
    auto rows = queries_->dated.rows(after);
    while (rows.next()) {
      const auto number = rows.number(0);
      if (forgotten_.contains(number)) continue;
      const auto seen = page.items.size() + damaged.size();
      if (seen == most || (bytes >= most_bytes && seen > 0)) {
        page.more = true;
        break;
      }
      auto e = read_entry(rows);
      bytes += e.payload.size();
      if (auto what = damage_of(e)) {
        page.damaged.push_back({number, message_id(number), *what});
        damaged.push_back(std::move(e));
      } else {
        page.items.push_back({number, message_id(number), e.topic_kind, std::move(e.payload)});
      }
    }
    code = rows.code();
  }
  if (code != SQLITE_OK) return trouble(code);
  if (damaged.empty()) return page;
  const auto work = [&] {
    auto done = SQLITE_OK;
    for (auto i = std::size_t{0}; done == SQLITE_OK && i < damaged.size(); ++i)
      done = quarantine(damaged[i], page.damaged[i].what, time_point{duration{damaged[i].made_ms}});
    return done;
  };
  code = roomy_transaction(true, work);
  if (code != SQLITE_OK) return trouble(code);
  return page;
}

result<std::vector<journal_item>> journal_store::undated(std::uint64_t after, std::size_t most) {
  if (broken_) return tl::make_unexpected(*broken_);
  auto items = std::vector<journal_item>{};
  auto damaged = std::vector<std::uint64_t>{};
  auto code = SQLITE_OK;
  {
    auto rows = queries_->undated.rows(after, std::uint64_t{most});
    while (rows.next()) {
      auto e = read_entry(rows);
      if (forgotten_.contains(e.number)) continue;
      if (damage_of(e))
        damaged.push_back(e.number);
      else
        items.push_back({e.number, message_id(e.number), e.topic_kind, std::move(e.payload)});
    }
    code = rows.code();
  }
  if (code != SQLITE_OK) return trouble(code);
  if (damaged.empty()) return items;
  // Among the dated ones `read` meets them, and tells.
  code = roomy_transaction(true, [&] {
    auto done = SQLITE_OK;
    for (const auto number : damaged)
      if (done == SQLITE_OK) done = queries_->unhide.run(number);
    return done;
  });
  if (code != SQLITE_OK) return trouble(code);
  return items;
}

result<std::vector<message_run>> journal_store::held(const message_run& wanted) {
  if (broken_) return tl::make_unexpected(*broken_);
  auto runs = std::vector<message_run>{};
  auto code = SQLITE_OK;
  for (const auto& [ordinal, boot_id] : tally_.boots) {
    if (boot_id != wanted.boot_id || wanted.first > largest_sequence) continue;
    const auto first = first_of(ordinal) + wanted.first;
    const auto last = first_of(ordinal) + std::min(wanted.last, largest_sequence);
    auto rows = queries_->within.rows(first, last);
    while (rows.next())
      if (!forgotten_.contains(rows.number(0))) add(runs, rows.number(0));
    if (code == SQLITE_OK) code = rows.code();
  }
  if (code != SQLITE_OK) return trouble(code);
  return runs;
}

journal_totals journal_store::totals() const {
  auto all =
      journal_totals{tally_.waiting, tally_.bytes, {}, tally_.quarantined, tally_.last_message_id};
  if (broken_) return all;
  auto rows = queries_->oldest.rows();
  while (!all.oldest && rows.next())
    if (!forgotten_.contains(rows.number(0))) all.oldest = time_point{duration{rows.integer(1)}};
  // A row that the disk has lost was counted once and will never be forgotten.
  if (!all.oldest && rows.code() == SQLITE_OK) all.waiting = all.bytes = 0;
  return all;
}

// ---- forgetting

result<void> journal_store::forget(std::span<const std::string> message_ids) {
  if (broken_) return tl::make_unexpected(*broken_);
  auto code = SQLITE_OK;
  for (auto id = message_ids.begin(); code == SQLITE_OK && id != message_ids.end(); ++id) {
    const auto number = number_of(*id);
    if (!number || forgotten_.contains(*number)) continue;
    auto rows = queries_->size.rows(*number);
    if (rows.next()) {
      forgotten_[*number] = rows.number(0);
      tally_.waiting = less(tally_.waiting, 1);
      tally_.bytes = less(tally_.bytes, rows.number(0));
    }
    code = rows.code();
  }
  if (code == SQLITE_OK && forgotten_.size() >= forgotten_together)
    code = roomy_transaction(false, [] { return SQLITE_OK; });
  if (code != SQLITE_OK) return trouble(code);
  return {};
}

int journal_store::delete_forgotten() {
  for (const auto& [number, bytes] : forgotten_)
    if (const auto code = queries_->remove.run(number); code != SQLITE_OK) return code;
  return SQLITE_OK;
}

result<void> journal_store::set_aside(const std::string& message_id, const std::string& why,
                                      time_point now) {
  if (broken_) return tl::make_unexpected(*broken_);
  const auto number = number_of(message_id);
  if (!number || forgotten_.contains(*number)) return {};
  auto e = std::optional<stored_entry>{};
  auto code = SQLITE_OK;
  {
    auto rows = queries_->entry.rows(*number);
    if (rows.next()) e = read_entry(rows);
    code = rows.code();
  }
  if (code == SQLITE_OK && e)
    code = roomy_transaction(false, [&] { return quarantine(*e, why, now); });
  if (code != SQLITE_OK) return trouble(code);
  return {};
}

int journal_store::quarantine(const stored_entry& e, const std::string& why, time_point at) {
  auto code = remove(e.number);
  if (code == SQLITE_OK && tally_.quarantined >= limits::quarantined_messages) {
    code = queries_->drop_quarantined.run();
    tally_.quarantined = less(tally_.quarantined, 1);
  }
  if (code != SQLITE_OK) return code;
  ++tally_.quarantined;
  return queries_->set_aside.run(message_id(e.number), e.topic_kind, why,
                                 std::int64_t{at.time_since_epoch().count()}, blob(e.payload));
}

// ---- drafts

result<void> journal_store::keep(const journal_draft& draft) {
  if (broken_) return tl::make_unexpected(*broken_);
  const auto code = parts_.ring->keep(draft.payload);
  if (code == SQLITE_TOOBIG)
    return failed(fault_code::overflow, "no room for further drafts before the next report");
  if (code != SQLITE_OK) return trouble(code);
  return {};
}

result<std::vector<journal_draft>> journal_store::drafts() {
  if (broken_) return tl::make_unexpected(*broken_);
  auto payloads = std::vector<std::string>{};
  if (const auto code = parts_.ring->load(tally_.epoch, payloads); code != SQLITE_OK)
    return trouble(code);
  auto all = std::vector<journal_draft>{};
  for (auto& payload : payloads) all.push_back({std::move(payload)});
  return all;
}

// ---- names and numbers

std::optional<std::uint64_t> journal_store::number_of(const std::string& message_id) const {
  const auto dash = message_id.rfind('-');
  if (dash == std::string::npos) return {};
  auto sequence = std::uint64_t{0};
  const auto* end = message_id.data() + message_id.size();
  const auto [stop, error] = std::from_chars(message_id.data() + dash + 1, end, sequence);
  if (error != std::errc{} || stop != end || sequence > largest_sequence) return {};
  for (const auto& [ordinal, boot_id] : tally_.boots)
    if (message_id.compare(0, dash, boot_id) == 0) return first_of(ordinal) + sequence;
  return {};
}

std::string journal_store::message_id(std::uint64_t number) const {
  const auto boot = tally_.boots.find(boot_of(number));
  return (boot != tally_.boots.end() ? boot->second : "unknown") + "-" +
         std::to_string(sequence_of(number));
}

void journal_store::add(std::vector<message_run>& runs, std::uint64_t number) const {
  const auto boot = tally_.boots.find(boot_of(number));
  const auto& boot_id = boot != tally_.boots.end() ? boot->second : std::string{};
  const auto sequence = sequence_of(number);
  if (!runs.empty() && runs.back().boot_id == boot_id && runs.back().last + 1 == sequence)
    runs.back().last = sequence;
  else
    runs.push_back({boot_id, sequence, sequence});
}

}  // namespace hearth
