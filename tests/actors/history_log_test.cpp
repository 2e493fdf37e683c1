#include "actors/history/history_log.hpp"

#include "tests/support/memory_history_files.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto block = std::size_t{4096};

/// A log on a disk in memory, and what it said when it was opened last.
struct small_log {
  history_log open(bool read_only = false) {
    taken.clear();
    problems.clear();
    auto log = history_log::open(
        files, {read_only, 4 * block}, [&](const log_record& r) { taken.push_back(r); }, problems);
    REQUIRE_MESSAGE(log, (log ? std::string{} : to_text(log.error())));
    return *log;
  }
  std::shared_ptr<history_memory> disk = std::make_shared<history_memory>();
  memory_history_files files{disk};
  std::vector<log_record> taken;
  std::vector<std::string> problems;
};

log_record record_of(std::size_t values, float value = 1) {
  return {10, {{7, 1'768'003'200, std::vector<std::optional<float>>(values, value)}}, {}};
}

}  // namespace

TEST_CASE("what was appended to a log comes out in its order") {
  auto l = small_log{};
  auto log = l.open();
  for (const auto value : {1.0F, 2.0F, 3.0F}) REQUIRE(log.append(l.files, record_of(5, value)));
  l.open();
  REQUIRE(l.taken.size() == 3);
  CHECK(l.taken[2].runs.at(0).values == record_of(5, 3).runs[0].values);
  CHECK(l.problems.empty());
}

TEST_CASE("a long log is read in pieces, and a record longer than a piece as a whole") {
  auto l = small_log{};
  auto log = l.open();
  for (auto n = 0; n < 40; ++n) REQUIRE(log.append(l.files, record_of(20'000)));
  l.disk->largest_read = 0;
  l.open();
  CHECK(l.taken.size() == 40);
  CHECK(log.used() > 3'000'000);
  CHECK(l.disk->largest_read <= 256 << 10);

  REQUIRE(log.append(l.files, record_of(500'000, 2)));
  const auto again = l.open();
  REQUIRE(l.taken.size() == 41);
  CHECK(l.taken[40].runs.at(0).values.size() == 500'000);
  CHECK(again.used() == log.used());
}

TEST_CASE("a log that begins anew voids what was before it") {
  auto l = small_log{};
  auto log = l.open();
  REQUIRE(log.append(l.files, record_of(5, 1)));
  REQUIRE(log.append(l.files, record_of(5, 2)));
  REQUIRE(log.begin_anew(l.files, record_of(5, 3)));
  l.open();
  REQUIRE(l.taken.size() == 1);
  CHECK(l.taken[0].runs.at(0).values[0] == 3.0F);
  // Was it torn, the former one still counts.
  l.disk->files["log.a"][50] ^= 1;
  l.open();
  CHECK(l.taken.size() == 2);
}

TEST_CASE("a record that is damaged loses itself and is told, the ones behind it stay") {
  auto l = small_log{};
  auto log = l.open();
  for (auto n = 0; n < 3; ++n) REQUIRE(log.append(l.files, record_of(5)));
  l.disk->files["log.b"][block + 50] ^= 1;
  l.open(true);
  CHECK(l.taken.size() == 2);
  CHECK(l.problems.size() == 1);
}

TEST_CASE("a file in which each block claims to begin the largest record is given up") {
  auto l = small_log{};
  const auto blocks = std::size_t{4096};
  auto& file = l.disk->files["log.a"];
  file.resize(blocks * block);
  for (auto n = std::size_t{0}; n < blocks; ++n) {
    auto head = std::string{"HHL1"};
    append_u32(head, 1);
    append_u64(head, 1);
    append_u32(head, 0);
    append_u32(head, 10);
    append_u32(head, static_cast<std::uint32_t>((blocks - n) * block - 40));
    file.replace(n * block, head.size(), head);
  }
  const auto log = l.open();
  CHECK(l.taken.empty());
  CHECK(log.unreadable());
  // All of them together claim 32 GB.
  CHECK(l.disk->bytes_read < std::uint64_t{400} << 20);
}
