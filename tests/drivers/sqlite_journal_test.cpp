#include "drivers/ports/sqlite_journal.hpp"

#include "drivers/memory_journal.hpp"
#include "tests/support/files.hpp"
#include "tests/support/journal_model.hpp"
#include "tests/support/mosquitto.hpp"

#include <doctest/doctest.h>

#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Opens one that must open.
opened_journal opened(const std::string& file, std::uint64_t max_bytes = 64 << 20) {
  auto o = open_sqlite_journal(file, {max_bytes, {}});
  REQUIRE_MESSAGE(o, (o ? std::string{} : to_text(o.error())));
  return std::move(*o);
}

void sql(const std::string& file, const std::string& statement) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  CHECK_MESSAGE(sqlite3_exec(db, statement.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK,
                sqlite3_errmsg(db));
  sqlite3_close(db);
}

/// One of each kind; what is said of one holds for the other.
struct each_journal {
  temporary_folder folder;
  std::vector<std::unique_ptr<journal>> all;
  each_journal() {
    all.push_back(std::move(opened(folder.file("journal.db")).store));
    all.push_back(std::make_unique<memory_journal>(10'000, 8 << 20));
  }
};

std::vector<std::string> ids_of(const std::vector<journal_item>& items) {
  auto ids = std::vector<std::string>{};
  for (const auto& item : items) ids.push_back(item.message_id);
  return ids;
}

using ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a journal gives back what it was given, in order, until it is forgotten") {
  auto each = each_journal{};
  for (auto& j : each.all) {
    CHECK(j->totals().waiting == 0);
    CHECK_FALSE(j->totals().oldest);
    const auto first = j->append(std::vector{entry("a-b", 1), entry("a-b", 2)}, false);
    const auto second = j->append(std::vector{entry("c", 1, journal_class::serious)}, false);
    REQUIRE((first && second));
    CHECK(first->numbers[0] < first->numbers[1]);
    CHECK(first->numbers[1] < second->numbers[0]);
    const auto items = all_of(*j);
    CHECK(ids_of(items) == ids{"a-b-1", "a-b-2", "c-1"});
    CHECK(items[1].payload == entry("a-b", 2).payload);
    CHECK(items[1].number == first->numbers[1]);
    CHECK(j->totals().bytes == 300);
    CHECK(*j->totals().oldest == entry("a-b", 1).made);
    CHECK(j->forget(ids{"a-b-1", "nonsense", "a-b-7", "a-b-1", "-", ""}));
    CHECK(ids_of(all_of(*j)) == ids{"a-b-2", "c-1"});
    CHECK(j->totals().waiting == 2);
    CHECK(*j->totals().oldest == entry("a-b", 2).made);
    CHECK(j->totals().last_message_id == "c-1");
    const auto page = j->read(0, 1, 1000);
    REQUIRE(page);
    CHECK(page->more);
    CHECK(page->items.size() == 1);
  }
}

TEST_CASE("drafts last until a report ends them") {
  auto each = each_journal{};
  for (auto& j : each.all) {
    CHECK(j->keep({"one"}));
    CHECK(j->keep({std::string(150'000, 'x')}));
    REQUIRE(j->drafts()->size() == 2);
    CHECK(j->drafts()->at(1).payload.size() == 150'000);
    CHECK(j->append(std::vector{entry("a", 1)}, false));
    CHECK(j->drafts()->size() == 2);
    CHECK(j->append(std::vector{entry("a", 2)}, true));
    CHECK(j->drafts()->empty());
  }
}

TEST_CASE("a message without a date is read once it has one") {
  auto each = each_journal{};
  for (auto& j : each.all) {
    auto undated = entry("a", 1);
    undated.undated = true;
    CHECK(j->append(std::vector{undated, entry("a", 2)}, false));
    CHECK(ids_of(all_of(*j)) == ids{"a-2"});
    auto waiting = j->undated(0, 10);
    REQUIRE(waiting);
    REQUIRE(ids_of(*waiting) == ids{"a-1"});
    waiting->front().payload = "dated at last";
    CHECK(j->replace(*waiting));
    CHECK(j->undated(0, 10)->empty());
    CHECK(all_of(*j).front().payload == "dated at last");
    CHECK(j->totals().bytes == 113);
  }
}

TEST_CASE("a message the node refuses is set aside, the newest hundred of them") {
  auto each = each_journal{};
  for (auto& j : each.all) {
    for (auto n = std::uint64_t{1}; n <= 103; ++n) {
      REQUIRE(j->append(std::vector{entry("a", n)}, false));
      CHECK(j->set_aside("a-" + std::to_string(n), "undecodable", journal_epoch));
    }
    CHECK(j->totals().waiting == 0);
    CHECK(j->totals().quarantined == limits::quarantined_messages);
  }
}

TEST_CASE("a journal knows which of a run it still holds") {
  auto each = each_journal{};
  for (auto& j : each.all) {
    for (auto n = std::uint64_t{1}; n <= 9; ++n)
      REQUIRE(j->append(std::vector{entry("a", n)}, false));
    CHECK(j->forget(ids{"a-4", "a-5"}));
    CHECK(*j->held({"a", 2, 7}) == std::vector<message_run>{{"a", 2, 3}, {"a", 6, 7}});
    CHECK(j->held({"b", 1, 9})->empty());
  }
}

TEST_CASE("what must go to make room goes by class, then by age, and is named") {
  const auto folder = temporary_folder{};
  auto j = opened(folder.file("journal.db"), 9 << 19).store;
  const auto kind_of = [](std::uint64_t n) { return static_cast<journal_class>(n % 3); };
  auto gone = std::vector<std::uint64_t>{};
  const auto append = [&](std::uint64_t n) {
    const auto kept = j->append(std::vector{entry("a", n, kind_of(n), 4000)}, false);
    if (kept)
      for (const auto& run : kept->dropped)
        for (auto s = run.first; s <= run.last; ++s) gone.push_back(s);
    return kept;
  };
  auto n = std::uint64_t{1};
  for (; n <= 600; ++n) REQUIRE(append(n));
  REQUIRE_FALSE(gone.empty());
  for (auto i = std::size_t{0}; i < gone.size(); ++i) CHECK(gone[i] == 3 * (i + 1));
  CHECK(j->totals().waiting == 600 - gone.size());
  // Once the reports have gone, notices go; nothing goes for something of a lower class.
  while (true) {
    const auto before = gone.size();
    const auto kept = append(n);
    if (!kept) {
      CHECK(kept.error().code == fault_code::overflow);
      CHECK(kind_of(n) == journal_class::report);
      break;
    }
    for (auto i = before; i < gone.size(); ++i) CHECK(kind_of(gone[i]) <= kind_of(n));
    REQUIRE(++n < 5000);
  }
  CHECK(gone.size() + j->totals().waiting == n - 1);
  CHECK(std::filesystem::file_size(folder.file("journal.db")) <= std::uintmax_t{9 << 19});
}

TEST_CASE("a journal opened again goes on where it was, readable by its owner alone") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("a/b/jour%20nal#?.db");
  {
    auto o = opened(file);
    CHECK_FALSE(o.put_aside);
    CHECK(o.store->append(std::vector{entry("a", 1), entry("a", 2)}, false));
    CHECK(o.store->keep({"draft"}));
    CHECK(o.store->forget(ids{"a-1"}));
    const auto second = open_sqlite_journal(file);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == fault_code::refused);
  }
  for (const auto* ending : {"", "-wal", ".drafts", ".lock"}) {
    struct stat s {};
    REQUIRE(::stat((file + ending).c_str(), &s) == 0);
    CHECK((s.st_mode & 0777) == 0600);
  }
  auto o = opened(file);
  CHECK_FALSE(o.put_aside);
  CHECK(ids_of(all_of(*o.store)) == ids{"a-2"});
  CHECK(o.store->drafts()->size() == 1);
  CHECK(o.store->totals().last_message_id == "a-2");
}

TEST_CASE("a message damaged on the disk goes to quarantine, is named, and stops no other") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("journal.db");
  {
    auto o = opened(file);
    for (auto n = std::uint64_t{1}; n <= 5; ++n)
      REQUIRE(o.store->append(std::vector{entry("a", n)}, false));
  }
  sql(file,
      "PRAGMA journal_mode; UPDATE entries SET payload = 'other' WHERE number % 16 = 2;"
      "UPDATE entries SET payload = x'' WHERE number % 16 = 4;");
  std::ofstream{file + "-wal", std::ios::app} << std::string(4096, '\0');
  auto o = opened(file);
  const auto page = o.store->read(0, 10, 10'000);
  REQUIRE(page);
  CHECK(ids_of(page->items) == ids{"a-1", "a-3", "a-5"});
  REQUIRE(page->damaged.size() == 2);
  CHECK(page->damaged[0].message_id == "a-2");
  CHECK(page->damaged[0].what == "its bytes are not those that were written");
  CHECK(page->damaged[1].what == "it is empty");
  CHECK(o.store->totals().quarantined == 2);
  CHECK(o.store->read(0, 10, 10'000)->damaged.empty());
}

TEST_CASE("a message that the disk has lost is not waited for when the others are gone") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("journal.db");
  {
    auto o = opened(file);
    for (auto n = std::uint64_t{1}; n <= 3; ++n)
      REQUIRE(o.store->append(std::vector{entry("a", n)}, false));
  }
  sql(file, "PRAGMA journal_mode; DELETE FROM entries WHERE number % 16 = 2;");
  std::ofstream{file + "-wal", std::ios::app} << std::string(4096, '\0');
  auto o = opened(file);
  CHECK(ids_of(all_of(*o.store)) == ids{"a-1", "a-3"});
  REQUIRE(o.store->forget(ids{"a-1", "a-3"}));
  CHECK(o.store->totals().waiting == 0);
  CHECK(o.store->totals().bytes == 0);
  CHECK_FALSE(o.store->totals().oldest);
}

TEST_CASE("a journal of a newer version, another program's file and a forbidden place are faults") {
  const auto folder = temporary_folder{};
  opened(folder.file("new.db"));
  sql(folder.file("new.db"), "PRAGMA user_version = 2");
  std::ofstream{folder.file("new.db-wal"), std::ios::app} << std::string(4096, '\0');
  CHECK(open_sqlite_journal(folder.file("new.db")).error().code == fault_code::unsupported);
  sql(folder.file("other.db"), "CREATE TABLE t (a)");
  CHECK(open_sqlite_journal(folder.file("other.db")).error().code == fault_code::refused);
  std::ofstream{folder.file("text.db")} << std::string(5000, 'x');
  CHECK(open_sqlite_journal(folder.file("text.db")).error().code == fault_code::refused);
  CHECK(contents_of(folder.file("text.db")) == std::string(5000, 'x'));
  std::filesystem::create_directory(folder.file("folder"));
  CHECK(open_sqlite_journal(folder.file("folder")).error().code == fault_code::permission);
  CHECK(open_sqlite_journal("/proc/nowhere/journal.db").error().code == fault_code::permission);
}

TEST_CASE(
    "a journal whose file is emptied, cut short, overwritten or without its log is put aside") {
  for (const auto harm : {0, 1, 2, 3}) {
    CAPTURE(harm);
    const auto folder = temporary_folder{};
    const auto file = folder.file("journal.db");
    for (auto round = 1, times = 0; round <= 5; ++round) {
      {
        auto o = opened(file);
        auto batch = std::vector<journal_entry>{};
        for (auto n = std::uint64_t{1}; n <= 400; ++n)
          batch.push_back(entry("b" + std::to_string(round), n));
        for (auto n = std::size_t{0}; n < batch.size(); n += 100)
          REQUIRE(o.store->append(std::span{batch}.subspan(n, 100), false));
      }
      if (harm == 0) std::filesystem::resize_file(file, 0);
      if (harm == 1) std::filesystem::resize_file(file, std::filesystem::file_size(file) / 3);
      if (harm == 2) std::ofstream{file} << std::string(9000, 'x');
      if (harm == 3) std::filesystem::remove(file + "-wal");
      auto o = opened(file);
      if (!o.put_aside) {
        // Either the log still held it all, or the damage shows when it is read.
        REQUIRE((harm == 1 || harm == 2));
        const auto page = o.store->read(0, 2000, 1 << 20);
        if (page) {
          CHECK(page->items.size() >= 400);
          continue;
        }
        CHECK(page.error().code == fault_code::malformed);
        CHECK_FALSE(o.store->keep({"draft"}));
        o = opened(file);
      }
      REQUIRE(o.put_aside);
      CHECK(std::filesystem::exists(*o.put_aside));
      CHECK(*o.put_aside == file + ".damaged-" + std::to_string(++times));
      CHECK(o.store->append(std::vector{entry("later", static_cast<std::uint64_t>(round))}, true));
    }
    auto aside = std::size_t{0};
    for (const auto& at : std::filesystem::directory_iterator{folder.path()})
      if (const auto name = at.path().filename().string();
          name.find(".damaged-") != std::string::npos && !name.ends_with("-wal"))
        ++aside;
    CHECK(aside <= damaged_journals_kept);
  }
}

TEST_CASE("bytes flipped anywhere in a journal are told and stop nothing, 200 seeds") {
  const auto folder = temporary_folder{};
  const auto good = folder.file("good.db"), file = folder.file("journal.db");
  {
    auto o = opened(good, 8 << 20);
    for (auto n = std::uint64_t{1}; n <= 200; n += 2) {
      const auto some = [&](std::uint64_t m) {
        return entry("a", m, static_cast<journal_class>(m % 3), m * 37 % 6000);
      };
      REQUIRE(o.store->append(std::vector{some(n), some(n + 1)}, false));
    }
    CHECK(o.store->keep({"draft"}));
  }
  auto told = 0;
  for (auto seed = std::uint64_t{1}; seed <= 200; ++seed) {
    CAPTURE(seed);
    auto random = std::mt19937_64{seed};
    for (const auto* ending : {"", "-wal", ".drafts"})
      std::filesystem::copy_file(good + ending, file + ending,
                                 std::filesystem::copy_options::overwrite_existing);
    const auto flips = 1 + random() % 20;
    const auto* ending = std::array{"", "-wal", ".drafts"}[random() % 3];
    auto bytes = contents_of(file + ending);
    const auto within =
        random() % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 20'000);
    for (auto n = std::uint64_t{0}; n < flips; ++n)
      bytes[random() % within] ^= static_cast<char>(1 + random() % 255);
    std::ofstream{file + ending} << bytes;

    auto next = std::uint64_t{1};
    for (auto attempts = 0, worked = 0; worked < 5; ++attempts) {
      REQUIRE(attempts < 4);
      auto o = open_sqlite_journal(file, {8 << 20, {}});
      REQUIRE_MESSAGE(o, (o ? std::string{} : to_text(o.error())));
      told += o->put_aside ? 1 : 0;
      auto& j = *o->store;
      for (auto after = std::uint64_t{0}, more = std::uint64_t{1}; more != 0;) {
        const auto page = j.read(after, 20, 1 << 20);
        if (!page) break;
        told += page->damaged.empty() ? 0 : 1;
        for (const auto& item : page->items) {
          const auto n = std::stoull(item.message_id.substr(item.message_id.rfind('-') + 1));
          if (item.message_id.starts_with("a-"))
            CHECK(item.payload == entry("a", n, journal_class::report, n * 37 % 6000).payload);
          after = item.number;
        }
        for (const auto& d : page->damaged) after = std::max(after, d.number);
        more = page->more ? 1 : 0;
      }
      (void)j.drafts();
      while (worked < 5 && j.append(std::vector{entry("z", next, journal_class::serious)}, false) &&
             j.forget(ids{"a-" + std::to_string(next)}) && j.keep({"draft"})) {
        ++next;
        ++worked;
      }
    }
    for (const auto& at : std::filesystem::directory_iterator{folder.path()})
      if (!at.path().filename().string().starts_with("good")) std::filesystem::remove(at.path());
  }
  CHECK(told > 40);
}

TEST_CASE("a journal on a disk that others have filled goes on, and drops the oldest reports") {
  const auto folder = temporary_folder{};
  if (::geteuid() != 0 || ::mount("none", folder.path().c_str(), "tmpfs", 0, "size=4m") != 0) {
    MESSAGE("SKIPPED: no right to mount a small disk");
    return;
  }
  {
    auto o = opened(folder.file("journal.db"));
    for (auto n = std::uint64_t{1}; n <= 30; ++n)
      REQUIRE(o.store->append(std::vector{entry("a", n, journal_class::report, 4000)}, false));
    auto filler = std::ofstream{folder.file("filler")};
    while (filler << std::string(4096, 'x') << std::flush) {
    }
    auto gone = std::uint64_t{0};
    for (auto n = std::uint64_t{31}; n <= 500; ++n) {
      const auto kept =
          o.store->append(std::vector{entry("a", n, journal_class::report, 4000)}, n % 12 == 0);
      REQUIRE_MESSAGE(kept, (kept ? std::string{} : to_text(kept.error())));
      for (const auto& run : kept->dropped) gone += run.last - run.first + 1;
      REQUIRE(o.store->keep({"draft"}));
    }
    CHECK(gone > 400);
    CHECK(o.store->totals().waiting == 500 - gone);
    o.store.reset();
    CHECK(opened(folder.file("journal.db")).store->totals().waiting == 500 - gone);
    std::filesystem::remove(folder.file("journal.db"));
    std::filesystem::remove(folder.file("journal.db.drafts"));
    while (filler.clear(), filler << std::string(4096, 'x') << std::flush) {
    }
    const auto none = open_sqlite_journal(folder.file("new.db"));
    CHECK(
        (none || none.error().code == fault_code::overflow || none.error().code == fault_code::io));
  }
  CHECK(::umount(folder.path().c_str()) == 0);
}

TEST_CASE("a note is kept with the next append and only with it, in place of the one before") {
  auto each = each_journal{};
  for (auto& j : each.all) {
    CHECK(j->noted("book")->empty());
    j->note("book", "one");
    j->note("other", "x");
    REQUIRE(j->append({}, false));
    j->note("book", "two");
    REQUIRE(j->append(std::vector{entry("a", 1)}, false));
    CHECK(*j->noted("book") == "two");
    CHECK(*j->noted("other") == "x");
  }
}

TEST_CASE("a note that was not appended is not there after a restart") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("journal.db");
  {
    auto j = std::move(opened(file).store);
    j->note("book", "one");
    REQUIRE(j->append({}, false));
    j->note("book", "two");
  }
  CHECK(*opened(file).store->noted("book") == "one");
}
