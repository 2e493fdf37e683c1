#include "drivers/ports/sqlite_accounts.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sqlite3.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace hearth;
namespace fs = std::filesystem;

namespace {

class folder {
 public:
  folder() {
    auto pattern = (fs::temp_directory_path() / "hearth-accounts-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~folder() { fs::remove_all(path_); }
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

std::unique_ptr<account_store> opened(const fs::path& file, account_bounds bounds = {}) {
  auto made = open_sqlite_accounts(file, bounds);
  REQUIRE_MESSAGE(made, (made ? "" : made.error().detail));
  CHECK_FALSE(made->warning);
  return std::move(made->store);
}

time_point at(std::int64_t s) { return time_point{std::chrono::seconds{s}}; }

account ines() {
  return {"Ines",        role::installer,
          "$argon2id$…", at(1'000),
          at(2'000),     3,
          at(2'500),     {"192.168.1.20", "10.0.0.1"}};
}
account vera() { return {"Vera", role::viewer, "hash", at(1'500)}; }
account_session session(const std::string& digest, const std::string& user, std::int64_t seen = 5) {
  return {digest, user, at(1), at(seen), at(100)};
}
audit_entry line(const std::string& detail, bool ok = true) {
  return {0, at(9), "Ines", "10.0.0.1", "lease", detail, ok};
}

}  // namespace

TEST_CASE("accounts, sessions, log, settings and acknowledgements read back as they were written") {
  const auto here = folder{};
  {
    const auto store = opened(here / "maple.portal.db");
    REQUIRE_FALSE(
        store->save({{ines(), vera()}, {}, {session("d1", "Ines")}, {}, {}, {line("one")}}));
    REQUIRE_FALSE(store->set_setting("household", R"({"a":"é"})"));
    REQUIRE_FALSE(store->acknowledge({"store-too-hot", "Ines", at(7)}));
  }
  const auto store = opened(here / "maple.portal.db");
  CHECK(*store->accounts() == std::vector{ines(), vera()});
  CHECK(*store->sessions() == std::vector{session("d1", "Ines")});
  CHECK(store->audit({}, 10)->items ==
        std::vector{audit_entry{1, at(9), "Ines", "10.0.0.1", "lease", "one", true}});
  CHECK(**store->setting("household") == R"({"a":"é"})");
  CHECK_FALSE(*store->setting("nothing"));
  CHECK(*store->acknowledgements() ==
        std::vector{alarm_acknowledgement{"store-too-hot", "Ines", at(7)}});
}

TEST_CASE(
    "nobody but its owner may read the file of the accounts, and one that others could is closed "
    "to them") {
  const auto here = folder{};
  const auto mode = [&](const std::string& name) {
    struct stat found {};
    REQUIRE(::stat((here / name).c_str(), &found) == 0);
    return found.st_mode & 0777U;
  };
  {
    const auto store = opened(here / "a.db");
    REQUIRE_FALSE(store->save({{ines()}}));
    CHECK(mode("a.db") == 0600);
    CHECK(mode("a.db-wal") == 0600);
  }
  fs::permissions(here / "a.db", fs::perms{0644});
  const auto store = opened(here / "a.db");
  CHECK(mode("a.db") == 0600);
}

TEST_CASE("an account that is removed takes its sessions along, however its name is capitalised") {
  const auto store = opened(":memory:");
  REQUIRE_FALSE(
      store->save({{ines(), vera()},
                   {},
                   {session("d1", "Ines"), session("d2", "Vera"), session("d3", "VERA")}}));
  REQUIRE_FALSE(store->save({{}, {"vera"}}));
  CHECK(store->accounts()->size() == 1);
  CHECK(*store->sessions() == std::vector{session("d1", "Ines")});
  REQUIRE_FALSE(store->save({{}, {}, {session("d4", "Ines")}, {"d1"}}));
  CHECK(*store->sessions() == std::vector{session("d4", "Ines")});
  REQUIRE_FALSE(store->save({{}, {}, {}, {}, {"INES"}}));
  CHECK(store->sessions()->empty());
}

TEST_CASE("changes are kept as a whole or not at all") {
  const auto store = opened(":memory:", {2, 256, 100, 50});
  REQUIRE_FALSE(store->save({{ines()}}));
  auto third = vera();
  third.name = "Third";
  const auto bad =
      store->save({{vera(), third}, {}, {session("d1", "Vera")}, {}, {}, {line("add")}});
  REQUIRE(bad);
  CHECK(*store->accounts() == std::vector{ines()});
  CHECK(store->sessions()->empty());
  CHECK(store->audit({}, 10)->items.empty());
}

TEST_CASE("beyond their bounds the oldest sessions, lines and acknowledgements go") {
  const auto store = opened(":memory:", {64, 10, 100, 20, 5, 100});
  auto changes = account_changes{};
  for (auto i = 0; i < 30; ++i)
    changes.sessions.push_back(session("d" + std::to_string(i), "Ines", i));
  REQUIRE_FALSE(store->save(changes));
  CHECK(store->sessions()->size() == 10);
  CHECK(store->sessions()->front().digest == "d20");
  for (auto i = 0; i < 30; ++i)
    REQUIRE_FALSE(store->acknowledge({"alarm " + std::to_string(i), "Ines", at(i)}));
  REQUIRE_FALSE(store->acknowledge({"alarm 29", "Vera", at(99)}));
  CHECK(store->acknowledgements()->size() == 5);
  CHECK(store->acknowledgements()->back().by == "Vera");
  CHECK(store->set_setting("x", std::string(101, 'x')));
  CHECK_FALSE(*store->setting("x"));
}

TEST_CASE("refusals do not drive what was done out of the log") {
  const auto store = opened(":memory:", {64, 256, 100, 20});
  for (auto i = 0; i < 60; ++i) REQUIRE_FALSE(store->save({{}, {}, {}, {}, {}, {line("done")}}));
  for (auto i = 0; i < 35; ++i)
    REQUIRE_FALSE(store->save({{}, {}, {}, {}, {}, {line("refused", false)}}));
  auto done = 0;
  auto refused = 0;
  const auto page = *store->audit({}, 1000);
  for (const auto& l : page.items) (l.ok ? done : refused) += 1;
  CHECK(done == 60);
  CHECK(refused == 20);
  auto many = account_changes{};
  for (auto i = 0; i < 300; ++i) many.audit.push_back(line(std::to_string(i)));
  REQUIRE_FALSE(store->save(many));
  CHECK(store->audit({}, 1000)->items.size() == 100);
}

TEST_CASE("the log is read from the newest back, page by page") {
  const auto store = opened(":memory:");
  auto many = account_changes{};
  for (auto i = 1; i <= 25; ++i) many.audit.push_back(line(std::to_string(i)));
  REQUIRE_FALSE(store->save(many));
  auto page = *store->audit({}, 10);
  CHECK(page.items.front().detail == "25");
  CHECK(page.more);
  page = *store->audit(page.items.back().number, 20);
  CHECK(page.items.front().detail == "15");
  CHECK(page.items.size() == 15);
  CHECK_FALSE(page.more);
  CHECK(store->audit(1, 20)->items.empty());
}

TEST_CASE("texts of SQL are texts") {
  const auto store = opened(":memory:");
  auto odd = vera();
  odd.name = "x'); DROP TABLE accounts; --";
  REQUIRE_FALSE(store->save({{odd},
                             {},
                             {session("' OR 1=1 --", odd.name)},
                             {},
                             {},
                             {line("'); DELETE FROM audit; --")}}));
  REQUIRE_FALSE(store->set_setting("a' --", "b' --"));
  CHECK(store->accounts()->front().name == odd.name);
  CHECK(store->sessions()->size() == 1);
  CHECK(**store->setting("a' --") == "b' --");
  CHECK(store->audit({}, 5)->items.size() == 1);
}

TEST_CASE(
    "two programs on one file see each other's changes, and neither overwrites what it has not "
    "read") {
  const auto here = folder{};
  const auto page = opened(here / "a.db");
  REQUIRE_FALSE(page->save({{ines()}}));
  REQUIRE(page->accounts());
  CHECK_FALSE(page->changed_elsewhere());

  const auto command = opened(here / "a.db");
  auto changed = command->accounts()->front();
  changed.password = "reset";
  REQUIRE_FALSE(command->save({{changed}}));
  CHECK_FALSE(command->changed_elsewhere());
  CHECK(page->changed_elsewhere());

  const auto stale = page->save({{ines()}});
  REQUIRE(stale);
  CHECK(stale->code == fault_code::mismatch);
  // What rests on nothing that was read is written all the same.
  CHECK_FALSE(page->save({{}, {}, {}, {}, {}, {line("one")}}));
  CHECK(page->accounts()->front().password == "reset");
  CHECK_FALSE(page->changed_elsewhere());
  CHECK_FALSE(page->save({{ines()}}));
}

TEST_CASE("a damaged file is put aside with a warning, and nobody of it is let in") {
  const auto damaged = [](const fs::path& file, auto&& harm) {
    {
      const auto store = opened(file);
      REQUIRE_FALSE(store->save({{ines(), vera()}}));
    }
    harm();
    auto again = open_sqlite_accounts(file);
    REQUIRE_MESSAGE(again, (again ? "" : again.error().detail));
    REQUIRE(again->warning);
    CHECK(again->warning->find("claim the house anew") != std::string::npos);
    CHECK(again->store->accounts()->empty());
    CHECK(fs::exists(file.string() + ".damaged-1"));
    struct stat found {};
    REQUIRE(::stat(file.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777U) == 0600);
  };
  const auto overwrite = [](const fs::path& file, std::streamoff where, const std::string& with) {
    auto out = std::fstream{file, std::ios::in | std::ios::out | std::ios::binary};
    out.seekp(where);
    out << with;
  };
  SUBCASE("its head is overwritten") {
    const auto here = folder{};
    damaged(here / "a.db", [&] { overwrite(here / "a.db", 0, std::string(200, 'x')); });
  }
  SUBCASE("its tables are overwritten") {
    const auto here = folder{};
    damaged(here / "a.db", [&] { overwrite(here / "a.db", 4096, std::string(30'000, 'x')); });
  }
  SUBCASE("it is cut off") {
    const auto here = folder{};
    damaged(here / "a.db", [&] { fs::resize_file(here / "a.db", 5'000); });
  }
  SUBCASE("it is something else") {
    const auto here = folder{};
    damaged(here / "a.db", [&] {
      fs::remove(here / "a.db");
      std::ofstream{here / "a.db"} << "certainly no database, but long enough to be taken for one";
    });
  }
  SUBCASE("it is another program's database") {
    const auto here = folder{};
    damaged(here / "a.db", [&] {
      fs::remove(here / "a.db");
      sqlite3* db = nullptr;
      REQUIRE(sqlite3_open((here / "a.db").c_str(), &db) == SQLITE_OK);
      sqlite3_exec(db, "CREATE TABLE accounts (name TEXT)", nullptr, nullptr, nullptr);
      sqlite3_close(db);
    });
  }
}

TEST_CASE("a file of a newer version is left alone") {
  const auto here = folder{};
  opened(here / "a.db");
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((here / "a.db").c_str(), &db) == SQLITE_OK);
  sqlite3_exec(db, "PRAGMA user_version = 2", nullptr, nullptr, nullptr);
  sqlite3_close(db);
  const auto again = open_sqlite_accounts(here / "a.db");
  REQUIRE_FALSE(again);
  CHECK(again.error().code == fault_code::unsupported);
  CHECK(fs::exists(here / "a.db"));
}

TEST_CASE("a full disk is a fault, and what was there before stays whole") {
  const auto here = folder{};
  const auto store = opened(here / "a.db");
  REQUIRE_FALSE(store->save({{ines()}, {}, {session("d1", "Ines")}}));
  struct rlimit before {};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  const auto little = rlimit{fs::file_size(here / "a.db-wal"), before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_FSIZE, &little) == 0);
  auto many = account_changes{{vera()}};
  for (auto i = 0; i < 2'000; ++i) many.audit.push_back(line(std::string(200, 'x')));
  const auto bad = store->save(many);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  REQUIRE(bad);
  CHECK(*store->accounts() == std::vector{ines()});
  CHECK_FALSE(store->save(many));
  CHECK(store->accounts()->size() == 2);
}

TEST_CASE("a folder that cannot be written is a fault with its remedy") {
  const auto nowhere = open_sqlite_accounts("/proc/hearth/a.db");
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().detail.find("/proc/hearth/a.db") != std::string::npos);
}

TEST_CASE("accounts that were promised are there after a power cut right behind the promise") {
  // A copy of file and log at each promise is what a cut just after it leaves behind.
  const auto here = folder{};
  {
    const auto store = opened(here / "a.db");
    for (auto i = 0; i < 20; ++i) {
      auto a = vera();
      a.name = "Guest " + std::to_string(i);
      REQUIRE_FALSE(store->save(
          {{a}, {}, {session("d" + std::to_string(i), a.name)}, {}, {}, {line("add")}}));
      const auto copy = "cut" + std::to_string(i) + ".db";
      fs::copy_file(here / "a.db", here / copy);
      fs::copy_file(here / "a.db-wal", here / (copy + "-wal"));
      // Half of a further write at its end.
      std::ofstream{here / (copy + "-wal"), std::ios::app | std::ios::binary}
          << std::string(static_cast<std::size_t>(100 * i), '\x7f');
    }
  }
  for (auto i = 0; i < 20; ++i) {
    const auto store = opened(here / ("cut" + std::to_string(i) + ".db"));
    CHECK(store->accounts()->size() == static_cast<std::size_t>(i + 1));
    CHECK(store->sessions()->size() == static_cast<std::size_t>(i + 1));
    CHECK(store->audit({}, 100)->items.size() == static_cast<std::size_t>(i + 1));
  }
}
