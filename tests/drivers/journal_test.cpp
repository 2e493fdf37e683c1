// What every journal promises, asked of the one in memory and the one on disk alike.
#include "drivers/memory_journal.hpp"
#include "drivers/ports/sqlite_journal.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

using namespace hearth;
namespace fs = std::filesystem;

namespace {

const auto noon = *from_iso8601("2020-01-15T12:00:00Z");

struct folder {
  folder() {
    auto name = (fs::temp_directory_path() / "hearth-journal-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~folder() {
    auto error = std::error_code{};
    fs::remove_all(path, error);
  }
  folder(const folder&) = delete;
  fs::path path;
  [[nodiscard]] fs::path file() const { return path / "journal.db"; }
};

journal_entry entry(std::uint64_t sequence, journal_class kind = journal_class::report,
                    std::size_t size = 100, const std::string& boot = "b1") {
  return {kind,
          boot,
          sequence,
          "report",
          std::string(size, static_cast<char>('a' + sequence % 26)),
          noon + duration{static_cast<std::int64_t>(sequence)},
          false};
}
result<journal_room> append(journal& j, journal_entry e) { return j.append({&e, 1}, false); }
std::vector<std::string> ids(journal& j, std::uint64_t after = 0, std::size_t most = 1000) {
  auto out = std::vector<std::string>{};
  const auto page = j.read(after, most, 100'000'000);
  REQUIRE(page);
  for (const auto& item : page->items) out.push_back(item.message_id);
  return out;
}
using names = std::vector<std::string>;

std::unique_ptr<journal> on_disk(const folder& f, std::uint64_t max_bytes = 100'000'000) {
  auto opened = open_sqlite_journal(f.file(), {max_bytes, {}});
  if (!opened) FAIL(opened.error().detail);
  return std::move(opened->store);
}
/// Runs `test` on each kind of journal.
void on_each(const std::function<void(journal&)>& test) {
  SUBCASE("in memory") {
    auto j = memory_journal{10'000, 100'000'000};
    test(j);
  }
  SUBCASE("on disk") {
    const auto f = folder{};
    const auto j = on_disk(f);
    test(*j);
  }
}

}  // namespace

TEST_CASE("what is appended is read in its order, page by page, until it is forgotten") {
  on_each([](journal& j) {
    for (std::uint64_t n = 1; n <= 5; ++n) REQUIRE(append(j, entry(n)));
    CHECK(ids(j) == names{"b1-1", "b1-2", "b1-3", "b1-4", "b1-5"});
    const auto page = j.read(0, 2, 1'000'000).value();
    CHECK(page.items.size() == 2);
    CHECK(page.more);
    CHECK(page.items[0].payload == entry(1).payload);
    CHECK(page.items[0].topic_kind == "report");
    const auto rest = j.read(page.items[1].number, 10, 1'000'000).value();
    CHECK(rest.items.size() == 3);
    CHECK_FALSE(rest.more);
    CHECK(j.read(0, 10, 150).value().items.size() == 2);  // pages are bounded in bytes as well
    const auto taken = names{"b1-2", "b1-4", "b1-77", "nonsense", ""};
    REQUIRE(j.forget(taken));
    REQUIRE(j.forget(taken));
    CHECK(ids(j) == names{"b1-1", "b1-3", "b1-5"});
    const auto all = j.totals();
    CHECK(all.waiting == 3);
    CHECK(all.bytes == 300);
    CHECK(all.last_message_id == "b1-5");
    CHECK(all.oldest == entry(1).made);
  });
}

TEST_CASE("numbers ascend for ever, also behind what was forgotten") {
  on_each([](journal& j) {
    const auto first = append(j, entry(1)).value().numbers.at(0);
    REQUIRE(j.forget(names{"b1-1"}));
    CHECK(ids(j).empty());
    CHECK(append(j, entry(2)).value().numbers.at(0) > first);
    CHECK_FALSE(j.totals().oldest == noon);
  });
}

TEST_CASE("what the node refuses is put aside and counted, and the rest is read on") {
  on_each([](journal& j) {
    for (std::uint64_t n = 1; n <= 3; ++n) REQUIRE(append(j, entry(n)));
    REQUIRE(j.set_aside("b1-2", "undecodable", noon));
    REQUIRE(j.set_aside("b1-9", "undecodable", noon));
    CHECK(ids(j) == names{"b1-1", "b1-3"});
    CHECK(j.totals().quarantined == 1);
    CHECK(j.totals().waiting == 2);
  });
}

TEST_CASE("what waits for its date is not read until it has one") {
  on_each([](journal& j) {
    auto undated = entry(1);
    undated.undated = true;
    REQUIRE(append(j, undated));
    REQUIRE(append(j, entry(2)));
    CHECK(ids(j) == names{"b1-2"});
    auto waiting = j.undated(0, 10).value();
    REQUIRE(waiting.size() == 1);
    waiting[0].payload = "dated";
    REQUIRE(j.replace(waiting));
    CHECK(ids(j) == names{"b1-1", "b1-2"});
    CHECK(j.read(0, 1, 1000).value().items[0].payload == "dated");
    CHECK(j.undated(0, 10).value().empty());
    CHECK(j.totals().bytes == 105);
  });
}

TEST_CASE("drafts are kept until a report ends them") {
  on_each([](journal& j) {
    REQUIRE(j.keep({"one"}));
    REQUIRE(j.keep({"two"}));
    REQUIRE(append(j, entry(1)));
    REQUIRE(j.drafts().value().size() == 2);
    CHECK(j.drafts().value()[1].payload == "two");
    const auto e = entry(2);
    REQUIRE(j.append({&e, 1}, true));
    CHECK(j.drafts().value().empty());
  });
}

TEST_CASE("what is held of a run is told in runs") {
  on_each([](journal& j) {
    for (std::uint64_t n = 1; n <= 6; ++n) REQUIRE(append(j, entry(n)));
    REQUIRE(j.forget(names{"b1-3"}));
    CHECK(j.held({"b1", 2, 1000}).value() ==
          std::vector{message_run{"b1", 2, 2}, message_run{"b1", 4, 6}});
    CHECK(j.held({"b7", 1, UINT64_MAX}).value().empty());
  });
}

TEST_CASE("a journal on disk is there again after a start, all but what was forgotten") {
  const auto f = folder{};
  {
    const auto j = on_disk(f);
    for (std::uint64_t n = 1; n <= 3; ++n) REQUIRE(append(*j, entry(n)));
    REQUIRE(j->keep({"a draft"}));
    REQUIRE(j->forget(names{"b1-1"}));
    REQUIRE(append(*j, entry(1, journal_class::serious, 10, "b2")));
  }
  const auto j = on_disk(f);
  CHECK(ids(*j) == names{"b1-2", "b1-3", "b2-1"});
  CHECK(j->totals().waiting == 3);
  CHECK(j->totals().bytes == 210);
  CHECK(j->totals().last_message_id == "b2-1");
  CHECK(j->drafts().value().size() == 1);
  CHECK((fs::status(f.file()).permissions() & fs::perms::mask) ==
        (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a full journal gives up the oldest reports first, and says which") {
  const auto f = folder{};
  const auto j = on_disk(f, 300'000);
  REQUIRE(append(*j, entry(1, journal_class::serious, 5000)));
  REQUIRE(append(*j, entry(2, journal_class::notice, 5000)));
  auto lost = std::vector<std::uint64_t>{};
  for (std::uint64_t n = 3; n <= 200; ++n) {
    const auto room = append(*j, entry(n, journal_class::report, 5000));
    REQUIRE(room);
    for (const auto& run : room->dropped)
      for (auto gone = run.first; gone <= run.last; ++gone) lost.push_back(gone);
  }
  REQUIRE(lost.size() > 100);
  for (std::size_t i = 0; i < lost.size(); ++i) CHECK(lost[i] == i + 3);
  const auto here = ids(*j);
  CHECK(here[0] == "b1-1");
  CHECK(here[1] == "b1-2");
  CHECK(here.size() + lost.size() == 200);
  CHECK(j->totals().waiting == here.size());
}

TEST_CASE("a second program is refused the journal of the first") {
  const auto f = folder{};
  const auto j = on_disk(f);
  REQUIRE(append(*j, entry(1)));
  const auto second = open_sqlite_journal(f.file());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == fault_code::refused);
}
