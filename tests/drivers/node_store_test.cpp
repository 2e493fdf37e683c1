#include "drivers/ports/node_store.hpp"

#include "tests/support/files.hpp"
#include "tests/support/mosquitto.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sqlite3.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto start = *from_iso8601("2020-01-15T05:00:00Z");

ledger_row took(std::uint64_t sequence, std::string site = "maple") {
  return {std::move(site), "boot", sequence, "event", start, start + 1s};
}

quarantined refused(std::string bytes, time_point at = start) {
  return {"maple", "hearth/v1/maple/up/event", "", "undecodable", std::move(bytes), at};
}

/// What another program does to the file.
void run_apart(const std::string& file, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
}

}  // namespace

TEST_CASE("what a store saved is there when it is opened again, the newest of each part") {
  const auto folder = testing::temporary_folder{};
  const auto file = folder.path() / "a" / "b" / "atn.db";
  {
    auto store = node_store::open(file);
    REQUIRE(store);
    const auto first = std::vector<stored_part>{{"maple", "site", "1"}, {"oak", "site", "é\"'"}};
    CHECK_FALSE((*store)->save({first, {}, {}}));
    const auto second = std::vector<stored_part>{{"maple", "site", "2"}};
    CHECK_FALSE((*store)->save({second, {}, {}}));
    auto reader = node_store::open_to_read(file);
    REQUIRE(reader);
    CHECK((*reader)->load()->size() == 2);
    CHECK((*reader)->save({second, {}, {}}));
  }
  auto again = node_store::open(file);
  REQUIRE(again);
  CHECK(*(*again)->load() ==
        std::vector<stored_part>{{"maple", "site", "2"}, {"oak", "site", "é\"'"}});
}

TEST_CASE("a second writer is refused and told why") {
  const auto folder = testing::temporary_folder{};
  const auto one = node_store::open(folder.file("atn.db"));
  REQUIRE(one);
  const auto two = node_store::open(folder.file("atn.db"));
  REQUIRE_FALSE(two);
  CHECK(two.error().code == fault_code::refused);
  CHECK(two.error().detail.find("--state") != std::string::npos);
}

TEST_CASE("a damaged file, another program's and one that is not there are faults") {
  const auto folder = testing::temporary_folder{};
  std::ofstream{folder.file("junk.db")} << std::string(5000, 'x');
  CHECK(node_store::open(folder.file("junk.db")).error().code == fault_code::malformed);
  CHECK(node_store::open_to_read(folder.file("junk.db")).error().code == fault_code::malformed);
  CHECK(node_store::open_to_read(folder.file("none.db")).error().code ==
        fault_code::no_such_device);
  CHECK_FALSE(node_store::open("/proc/nowhere/atn.db"));
  std::filesystem::create_directory(folder.file("folder"));
  CHECK_FALSE(node_store::open(folder.file("folder")));
}

TEST_CASE("the ledger counts every row, sees repeats, and forgets the oldest beyond its bound") {
  const auto folder = testing::temporary_folder{};
  for (auto run = 0; run < 2; ++run) {
    auto store = *node_store::open(folder.file("atn.db"), {.ledger_rows = 10});
    for (auto i = std::uint64_t{1}; i <= 8; ++i) CHECK_FALSE(store->save({{}, {took(i)}, {}}));
    CHECK_FALSE(store->save({{}, {took(1, "oak")}, {}}));
  }
  auto reader = *node_store::open_to_read(folder.file("atn.db"));
  const auto maple = *reader->ledger("maple");
  CHECK(maple.rows == 10);
  CHECK(maple.forgotten == 6);
  CHECK(maple.applied_twice == 2);
  CHECK(maple.repeated == std::vector<repeated_effect>{{"boot", 7, 2}, {"boot", 8, 2}});
  CHECK(reader->ledger("oak")->applied_twice == 1);
  CHECK(reader->ledger("elm")->rows == 0);
}

TEST_CASE("quarantine keeps bytes as they are, the same ones once, within rows and bytes") {
  const auto folder = testing::temporary_folder{};
  auto store =
      *node_store::open(folder.file("atn.db"), {.quarantine_rows = 3, .quarantine_bytes = 100});
  const auto odd = std::string("\0\xff'\n", 4);
  CHECK_FALSE(store->save({{}, {}, {refused(odd), refused("b"), refused(odd, start + 1s)}}));
  auto all = *store->quarantine("maple");
  REQUIRE(all.kept.size() == 2);
  CHECK(all.kept[0].bytes == odd);
  CHECK(all.kept[0].times == 2);
  CHECK(all.kept[0].at == start + 1s);
  CHECK_FALSE(store->save({{}, {}, {refused("c"), refused("d")}}));
  all = *store->quarantine("maple");
  CHECK(all.kept.size() == 3);
  CHECK(all.forgotten == 1);
  CHECK_FALSE(
      store->save({{}, {}, {refused(std::string(90, 'e')), refused(std::string(80, 'f'))}}));
  all = *store->quarantine("maple");
  CHECK(all.kept.size() == 1);
  CHECK(all.forgotten == 5);
}

TEST_CASE("a batch is written as a whole or not at all") {
  const auto folder = testing::temporary_folder{};
  auto store = *node_store::open(folder.file("atn.db"));
  run_apart(folder.file("atn.db"),
            "CREATE TRIGGER full BEFORE INSERT ON quarantine"
            " BEGIN SELECT RAISE(ABORT, 'no space'); END");
  const auto f = store->save({{{"maple", "site", "1"}}, {took(1)}, {refused("x")}});
  REQUIRE(f);
  CHECK(f->detail.find("no space") != std::string::npos);
  CHECK(store->load()->empty());
  CHECK(store->ledger("maple")->rows == 0);
  run_apart(folder.file("atn.db"), "DROP TRIGGER full");
  CHECK_FALSE(store->save({{{"maple", "site", "1"}}, {took(1)}, {refused("x")}}));
  CHECK(store->ledger("maple")->rows == 1);
  CHECK(store->ledger("maple")->forgotten == 0);
}

TEST_CASE("what version 1 kept is there after it was brought up to date by whoever writes") {
  const auto folder = testing::temporary_folder{};
  const auto file = folder.file("atn.db");
  run_apart(file,
            "PRAGMA application_id = 1213355080; PRAGMA user_version = 1;"
            "CREATE TABLE memory (site TEXT NOT NULL, part TEXT NOT NULL,"
            " text TEXT NOT NULL, PRIMARY KEY (site, part));"
            "INSERT INTO memory VALUES ('maple', 'sequences', '[]')");
  const auto too_old = node_store::open_to_read(file);
  REQUIRE_FALSE(too_old);
  CHECK(too_old.error().detail.find("atn run") != std::string::npos);
  {
    auto store = node_store::open(file);
    REQUIRE(store);
    CHECK((*store)->load()->size() == 1);
    CHECK_FALSE((*store)->save({{}, {took(1)}, {}}));
  }
  auto reader = node_store::open_to_read(file);
  REQUIRE(reader);
  CHECK((*reader)->ledger("maple")->rows == 1);
}

TEST_CASE("a reader sees one moment although the writer goes on") {
  const auto folder = testing::temporary_folder{};
  auto writer = *node_store::open(folder.file("atn.db"));
  CHECK_FALSE(writer->save({{{"maple", "site", "1"}}, {took(1)}, {}}));
  auto reader = *node_store::open_to_read(folder.file("atn.db"));
  CHECK(reader->load()->front().text == "1");
  CHECK_FALSE(writer->save({{{"maple", "site", "2"}}, {took(2)}, {}}));
  CHECK(reader->load()->front().text == "1");
  CHECK(reader->ledger("maple")->rows == 1);
  CHECK((*node_store::open_to_read(folder.file("atn.db")))->ledger("maple")->rows == 2);
}

TEST_CASE("what is settled is kept in its order, each site apart, the oldest go first") {
  const auto folder = testing::temporary_folder{};
  auto bounds = node_store_bounds{};
  bounds.settled_rows = 3;
  auto store = *node_store::open(folder.file("atn.db"), bounds);
  CHECK(store->settled("maple")->empty());
  for (const auto* text : {"1", "2", "3", "4"})
    CHECK_FALSE(store->save({{}, {}, {}, {{"maple", text}, {"oak", text}}}));
  CHECK(*store->settled("maple") == std::vector<std::string>{"2", "3", "4"});
  CHECK((*node_store::open_to_read(folder.file("atn.db")))->settled("oak")->size() == 3);
}
