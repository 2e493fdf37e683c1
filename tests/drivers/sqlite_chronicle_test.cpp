#include "drivers/ports/sqlite_chronicle.hpp"

#include "tests/support/mosquitto.hpp"
#include "tools/simulate/torn_disk.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <sqlite3.h>
#include <sys/stat.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = time_point{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + 12h};

chronicle_item item(time_point at, std::string kind, std::string subject = "one",
                    severity how = severity::info) {
  return {0, at, std::move(kind), how, std::move(subject), "a sentence", R"({"a":1})"};
}

std::unique_ptr<chronicle> opened(const std::string& file, chronicle_bounds bounds = {}) {
  auto o = open_sqlite_chronicle(file, {bounds, {}});
  REQUIRE_MESSAGE(o, (o ? std::string{} : to_text(o.error())));
  return std::move(o->store);
}

chronicle_page all(chronicle& c) {
  auto page = c.read({time_point{}, noon + 100000h, {}, severity::info, {}, 1000});
  REQUIRE_MESSAGE(page, (page ? std::string{} : to_text(page.error())));
  return *page;
}

void keep(chronicle& c, const std::vector<chronicle_item>& items) {
  const auto done = c.keep(items);
  REQUIRE_MESSAGE(done, (done ? std::string{} : to_text(done.error())));
}

}  // namespace

TEST_CASE("a chronicle gives back what it was given, newest first and a page at a time") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("house.chronicle");
  {
    const auto c = opened(file);
    auto items = std::vector<chronicle_item>{};
    for (auto i = 0; i < 25; ++i)
      items.push_back(item(noon + i * 1min, i % 2 ? "event" : "state", "n" + std::to_string(i)));
    keep(*c, items);
  }
  const auto c = opened(file);
  auto asked = chronicle_query{noon, noon + 25min, {}, severity::info, {}, 10};
  auto seen = std::vector<std::string>{};
  for (auto pages = 0; pages < 3; ++pages) {
    const auto page = c->read(asked);
    REQUIRE(page);
    for (const auto& i : page->items) seen.push_back(i.subject);
    CHECK(page->more == (pages < 2));
    asked.before = page->items.back().number;
  }
  REQUIRE(seen.size() == 25);
  CHECK(seen.front() == "n24");
  CHECK(seen.back() == "n0");
  CHECK(all(*c).items.front().data == R"({"a":1})");
  CHECK(c->totals().items == 25);
  CHECK(c->totals().oldest == noon);
}

TEST_CASE("what is asked for is chosen by time, kind and severity") {
  const auto folder = temporary_folder{};
  const auto c = opened(folder.file("c"));
  keep(*c, {item(noon, "state"), item(noon + 1s, "event", "x", severity::warning),
            item(noon + 2s, "event", "y"), item(noon + 3s, "plan"),
            item(noon + 4s, "event", "z", severity::alarm)});
  const auto count = [&](chronicle_query q) { return c->read(q)->items.size(); };
  CHECK(count({noon + 1s, noon + 3s, {}, severity::info, {}, 10}) == 2);
  CHECK(count({noon, noon + 1h, {"state", "plan"}, severity::info, {}, 10}) == 2);
  CHECK(count({noon, noon + 1h, {}, severity::warning, {}, 10}) == 2);
  CHECK(count({noon, noon + 1h, {"event"}, severity::alarm, {}, 10}) == 1);
  CHECK(count({noon, noon + 1h, {"') OR 1=1 --"}, severity::info, {}, 10}) == 0);
  CHECK(count({noon + 1h, noon, {}, severity::info, {}, 10}) == 0);
  CHECK(count({noon, noon + 1h, {}, severity::info, 4711, 10}) == 0);
}

TEST_CASE("the newest of a kind at a moment is found, whatever came later") {
  const auto folder = temporary_folder{};
  const auto c = opened(folder.file("c"));
  keep(*c, {item(noon, "plan", "day"), item(noon + 1h, "plan", "made"),
            item(noon + 2h, "plan", "made"), item(noon + 2h, "state")});
  CHECK_FALSE(*c->newest("plan", "", noon - 1s));
  CHECK((*c->newest("plan", "", noon + 90min))->at == noon + 1h);
  CHECK((*c->newest("plan", "day", noon + 90min))->at == noon);
  CHECK_FALSE(*c->newest("lease", "", noon + 9h));
}

TEST_CASE("events are told since the house began the last time") {
  const auto folder = temporary_folder{};
  const auto c = opened(folder.file("c"));
  keep(*c, {item(noon, "event", "started house"), item(noon + 1h, "event", "link-down a"),
            item(noon + 2h, "event", "started house"), item(noon + 2h, "event", "link-down b"),
            item(noon + 3h, "event", "link-up b"), item(noon + 3h, "state")});
  const auto early = c->events_until(noon + 90min);
  REQUIRE(early);
  REQUIRE(early->size() == 2);
  CHECK(early->front().subject == "started house");
  const auto late = c->events_until(noon + 150min);
  REQUIRE(late->size() == 2);
  CHECK(late->back().subject == "link-down b");
  CHECK(c->events_until(noon - 1h)->empty());
}

TEST_CASE("plans go after their days but for one a day, and warnings stay") {
  const auto folder = temporary_folder{};
  const auto c = opened(folder.file("c"));
  keep(*c, {item(noon, "plan", "day"), item(noon + 1h, "plan", "made"), item(noon, "event", "i"),
            item(noon, "event", "w", severity::warning), item(noon, "state")});
  REQUIRE(c->trim(noon + 13 * 24h));
  CHECK(all(*c).items.size() == 5);
  REQUIRE(c->trim(noon + 15 * 24h));
  CHECK(all(*c).items.size() == 4);
  REQUIRE(c->trim(noon + 400 * 24h));
  REQUIRE(all(*c).items.size() == 1);
  CHECK(all(*c).items[0].subject == "w");
}

TEST_CASE("over its bound a chronicle lets go the oldest information first, then old warnings") {
  const auto folder = temporary_folder{};
  auto bounds = chronicle_bounds{};
  bounds.items = 3;
  const auto c = opened(folder.file("c"), bounds);
  keep(*c, {item(noon, "event", "w0", severity::warning), item(noon + 1s, "event", "i1"),
            item(noon + 2s, "event", "i2"), item(noon + 3s, "event", "w3", severity::warning),
            item(noon + 4s, "event", "w4", severity::warning),
            item(noon + 5s, "event", "w5", severity::warning)});
  REQUIRE(c->trim(noon + 1h));
  const auto left = all(*c).items;
  REQUIRE(left.size() == 3);
  CHECK(left.back().subject == "w3");
}

TEST_CASE("an item with too much data is kept without them") {
  const auto folder = temporary_folder{};
  const auto c = opened(folder.file("c"));
  auto large = item(noon, "plan");
  large.data = std::string(chronicle_limits::item_bytes + 1, ' ');
  large.text = std::string(100'000, 'x');
  keep(*c, {large});
  CHECK(all(*c).items[0].data == "{}");
  CHECK(all(*c).items[0].text.size() == 1024);
}

TEST_CASE("only its own user may read a chronicle, and one program writes it") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("c");
  const auto c = opened(file);
  struct stat is {};
  REQUIRE(stat(file.c_str(), &is) == 0);
  CHECK((is.st_mode & 077) == 0);
  const auto second = open_sqlite_chronicle(file);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == fault_code::refused);
}

TEST_CASE("another program's database and a newer version's chronicle are left alone") {
  const auto folder = temporary_folder{};
  const auto sql = [&](const std::string& file, const std::string& what) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, what.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
  };
  const auto other = folder.file("other");
  sql(other, "CREATE TABLE recipes (name TEXT)");
  const auto refused = open_sqlite_chronicle(other);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == fault_code::refused);
  const auto newer = folder.file("newer");
  keep(*opened(newer), {item(noon, "state")});
  sql(newer, "PRAGMA user_version = 7");
  const auto unsupported = open_sqlite_chronicle(newer);
  REQUIRE_FALSE(unsupported);
  CHECK(unsupported.error().code == fault_code::unsupported);
}

TEST_CASE("a damaged chronicle is put aside and what can be read of it is taken over") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("c");
  {
    const auto c = opened(file);
    auto items = std::vector<chronicle_item>{};
    for (auto i = 0; i < 3000; ++i)
      items.push_back(item(noon + i * 1s, "event", "n" + std::to_string(i)));
    keep(*c, items);
  }
  // The log goes into the file, as it would in a longer life.
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", nullptr, nullptr, nullptr) ==
          SQLITE_OK);
  sqlite3_close(db);
  {
    auto bytes = std::fstream{file, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(20 * 4096);
    bytes << std::string(4096, '\xa5');
  }
  auto again = open_sqlite_chronicle(file);
  REQUIRE_MESSAGE(again, (again ? std::string{} : to_text(again.error())));
  REQUIRE(again->put_aside);
  CHECK(std::filesystem::exists(*again->put_aside));
  CHECK(again->saved > 1000);
  CHECK(again->saved < 3000);
  CHECK(again->store->totals().items == again->saved);
  // The newest and the oldest are among them.
  CHECK(all(*again->store).items.front().subject == "n2999");
  CHECK(*again->store->newest("event", "n0", noon + 1h));
  keep(*again->store, {item(noon + 9h, "event", "goes on")});
}

TEST_CASE("a chronicle that is found damaged while it is used is begun anew by the next opening") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("c");
  for (const auto& garbage : {std::string{"no database"}, std::string(100'000, '\0'),
                              std::string{"SQLite format 3\0 and then nothing", 33}}) {
    std::filesystem::remove(file + "-wal");
    {
      auto bytes = std::ofstream{file, std::ios::binary | std::ios::trunc};
      bytes << garbage;
    }
    auto o = open_sqlite_chronicle(file);
    REQUIRE_MESSAGE(o, (o ? std::string{} : to_text(o.error())));
    CHECK(o->put_aside);
    keep(*o->store, {item(noon, "state")});
  }
}

TEST_CASE("on a full disk a chronicle says so, reads on, and keeps again when there is room") {
  auto disk = simulate::torn_disk{7};
  auto o = open_sqlite_chronicle("house.chronicle", {{}, disk.vfs()});
  REQUIRE_MESSAGE(o, (o ? std::string{} : to_text(o.error())));
  auto& c = *o->store;
  keep(c, {item(noon, "state")});
  disk.full_at(disk.bytes() + 4096);
  auto batch = std::vector<chronicle_item>(200, item(noon + 1s, "event"));
  for (auto& i : batch) i.data = std::string(2000, 'd');
  const auto refused = c.keep(batch);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == fault_code::overflow);
  CHECK(all(c).items.size() == 1);
  disk.full_at({});
  keep(c, batch);
  CHECK(c.totals().items == 201);
}

TEST_CASE("what a chronicle said it kept survives 400 power cuts, and a group is kept whole") {
  for (auto seed = std::uint64_t{1}; seed <= 100; ++seed) {
    CAPTURE(seed);
    auto disk = simulate::torn_disk{seed};
    auto random = std::mt19937_64{seed};
    auto promised = std::uint64_t{0}, tried = std::uint64_t{0};
    for (auto cuts = 0; cuts < 4; ++cuts) {
      disk.cut_after(random() % 300);
      if (auto o = open_sqlite_chronicle("c", {{}, disk.vfs()})) {
        while (!disk.is_cut()) {
          const auto size = 1 + random() % 5;
          const auto name = "g" + std::to_string(tried) + " of " + std::to_string(size);
          const auto group = std::vector(size, item(noon + tried++ * 1s, "event", name));
          if (o->store->keep(group)) promised += group.size();
          if (random() % 8 == 0) (void)o->store->trim(noon);
        }
      } else {
        REQUIRE_MESSAGE(disk.is_cut(), to_text(o.error()));
      }
      disk.power_up();
    }
    auto o = open_sqlite_chronicle("c", {{}, disk.vfs()});
    REQUIRE_MESSAGE(o, (o ? std::string{} : to_text(o.error())));
    // The last group of each life may be there although nobody was told so.
    CHECK(o->store->totals().items >= promised);
    CHECK(o->store->totals().items <= promised + 4 * 5);
    auto groups = std::map<std::string, std::size_t>{};
    auto oldest = std::string{};
    for (const auto& i : all(*o->store).items) ++groups[oldest = i.subject];
    // The page may end within one.
    if (o->store->totals().items > 1000) groups.erase(oldest);
    for (const auto& [name, size] : groups)
      CHECK(std::to_string(size) == name.substr(name.find(" of ") + 4));
  }
}
