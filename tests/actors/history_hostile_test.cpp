#include "actors/history/history_log.hpp"
#include "tests/support/small_history.hpp"

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto began = *from_iso8601("2026-01-10T00:00:00Z");

/// Four days of two channels.
small_history recorded() {
  auto h = small_history{};
  for (const auto end = began + std::chrono::days{4}; h.now < end;) {
    const auto start = h.now;
    h.record(1h, [](time_point) { return 5.0F; });
    h.now = start;
    h.record(
        1h, [](time_point) { return 50.0F; }, "tank");
  }
  return h;
}

std::string first_path(const torn_files& disk, const std::string& begin, const std::string& end) {
  for (const auto& path : disk.paths())
    if (path.starts_with(begin) && path.ends_with(end)) return path;
  FAIL("no such file");
  return {};
}

bool tells(feed_store& store, const std::string& words) {
  for (const auto& problem : store.take_problems())
    if (problem.find(words) != std::string::npos) return true;
  return false;
}

}  // namespace

TEST_CASE("a page that rotted is found, told and not believed; by the minute it is still there") {
  auto h = recorded();
  auto& bytes = h.disk->content(first_path(*h.disk, "10s/", "/1.dat"));
  bytes[4096 + 77] = static_cast<char>(bytes[4096 + 77] ^ 4);
  h.open();
  const auto page = began - began.time_since_epoch() % 10240s + 10240s;
  CHECK_FALSE(h.slot(page));
  CHECK(tells(*h.store, "is not what was written there"));
  CHECK(h.slot(page, "tank") == 50);
  CHECK(h.ask(page, page + 1min, 1min).values[0] == 5);
  h.write();
  CHECK_FALSE(h.slot(page));
  CHECK(h.store->take_problems().empty());
}

TEST_CASE("a rotten page of minutes is folded again from the finest feeds") {
  auto h = recorded();
  auto& bytes = h.disk->content(first_path(*h.disk, "1min/", "/1.dat"));
  const auto good = bytes;
  bytes[100] = 'x';
  h.open();
  const auto report = h.store->check(h.now, {});
  REQUIRE(report);
  CHECK(report->pages > 60);
  CHECK(report->rotten == 1);
  CHECK(report->healed == 1);
  CHECK(h.disk->content(first_path(*h.disk, "1min/", "/1.dat")) == good);
  const auto again = h.store->check(h.now, {});
  CHECK(again->rotten == 0);
}

TEST_CASE("a feed that was cut short lacks its end and no more") {
  auto h = recorded();
  h.disk->content(first_path(*h.disk, "10s/", "/1.dat")).resize(2 * 4096 + 5);
  h.open();
  CHECK(tells(*h.store, "shorter than it was"));
  CHECK(h.slot(began) == 5);
  CHECK_FALSE(h.slot(began + 12h));
  CHECK(h.slot(began + 12h, "tank") == 50);
  CHECK(h.ask(began + 12h, began + 12h + 1min, 1min).values[0] == 5);
  h.record(24h, [](time_point) { return 6.0F; });
  h.open();
  CHECK(h.slot(h.now - 10s) == 6);
  CHECK(h.store->take_problems().empty());
}

TEST_CASE("feeds of another machine are set aside, told, and kept as they are") {
  for (const auto& [meta, why] :
       {std::pair{to_bytes(feed_meta{30, 1768003200}), "interval is 30 s"},
        std::pair{to_bytes(feed_meta{10, 1668003200}), "not in this segment"},
        std::pair{to_bytes(feed_meta{0, 1768003200}), "interval is 0 s"},
        std::pair{std::string{"short"}, "5 bytes instead of 16"},
        std::pair{std::string(500, 'x'), "bytes instead of 16"}}) {
    CAPTURE(why);
    auto h = recorded();
    const auto file = first_path(*h.disk, "10s/", "/1.meta");
    const auto data = file.substr(0, file.size() - 4) + "dat";
    const auto bytes = h.disk->content(data);
    h.disk->content(file) = meta;
    h.open();
    CHECK(tells(*h.store, why));
    CHECK(h.disk->content(data + ".damaged") == bytes);
    CHECK(h.slot(began + 1h, "tank") == 50);
    CHECK(h.ask(began + 1h, began + 1h + 1min, 1min).values[0] == 5);
    h.record(24h, [](time_point) { return 6.0F; });
    h.open();
    CHECK(h.slot(h.now - 10s) == 6);
  }
}

TEST_CASE("a damaged index is healed from its copy, and without one the feeds keep their numbers") {
  auto h = recorded();
  h.disk->content("index")[20] = '?';
  h.open();
  CHECK(tells(*h.store, "healed from its copy"));
  CHECK(h.slot(began + 1h, "tank") == 50);
  h.write();
  h.open();
  CHECK(h.store->take_problems().empty());
  h.disk->content("index") = "1\tW\tpower\n";
  h.disk->content("index.copy").clear();
  h.open();
  CHECK(tells(*h.store, "lost their names"));
  CHECK(h.slot(began + 1h, "feed-2") == 50);
  CHECK(h.feed("new") == 3);
}

TEST_CASE("without its checksums a segment is believed, and gets new ones") {
  auto h = recorded();
  h.disk->content(first_path(*h.disk, "10s/", "/sums")) = "HHS1";
  h.open();
  CHECK(tells(*h.store, "checksums"));
  CHECK(h.slot(began + 1h) == 5);
  h.write();
  h.open();
  CHECK(h.store->take_problems().empty());
  CHECK(h.slot(began + 1h) == 5);
}

TEST_CASE("a log with a hole gives what is before and behind it") {
  auto h = small_history{};
  h.record(1h, [](time_point t) { return static_cast<float>(t.time_since_epoch() / 5min % 100); });
  const auto name =
      h.disk->content("log.a").find_first_not_of('\0') == std::string::npos ? "log.b" : "log.a";
  auto& log = h.disk->content(name);
  log[5 * 4096 + 50] = static_cast<char>(log[5 * 4096 + 50] + 1);
  h.open();
  CHECK(tells(*h.store, "some minutes are lost"));
  auto lost = 0;
  for (auto t = began; t < h.now; t += 10s) lost += h.slot(t) ? 0 : 1;
  CHECK(lost == 30);
  CHECK(h.slot(h.now - 10s));
}

TEST_CASE("a folder full of anything opens, tells, and records") {
  auto random = std::mt19937_64{7};
  const auto good = recorded();
  for (auto n = 0; n < 150; ++n) {
    CAPTURE(n);
    auto h = small_history{};
    for (const auto& path : good.disk->paths()) {
      REQUIRE(h.disk->make_folder(path.substr(0, path.find('/'))));
      if (const auto last = path.rfind('/'); last != std::string::npos)
        REQUIRE(h.disk->make_folder(path.substr(0, last)));
      auto bytes = good.disk->content(path);
      REQUIRE(h.disk->remove(path));
      for (auto k = random() % 6; k < 2 && !bytes.empty(); ++k) {
        const auto at = random() % bytes.size();
        switch (random() % 4) {
        case 0: bytes.resize(at); break;
        case 1: bytes.insert(at, std::string(random() % 5000, 'z')); break;
        case 2: bytes[at] = static_cast<char>(random()); break;
        default:
          for (auto i = at; i < std::min(bytes.size(), at + random() % 64); ++i)
            bytes[i] = static_cast<char>(random());
        }
      }
      REQUIRE(h.disk->write(path, 0, bytes));
    }
    h.now = good.now;
    h.open();
    h.record(
        4h, [](time_point) { return 8.0F; }, "tank");
    h.open();
    CHECK(h.slot(h.now - 10s, "tank") == 8);
    CHECK(h.store->check(h.now, {}));
  }
}

TEST_CASE("a log record is what it was, and one with a byte changed is none") {
  const auto record = log_record{
      10, {{3, 1768003200, {1.5F, std::nullopt, -7.0F}}}, {{2, 3, 99, std::string(16384, 'p')}}};
  const auto bytes = to_bytes(record, 5, 7);
  CHECK(bytes.size() % 4096 == 0);
  const auto found = record_from(bytes);
  REQUIRE(found);
  CHECK(found->epoch == 5);
  CHECK(found->number == 7);
  CHECK(found->bytes == bytes.size());
  CHECK(found->record.runs[0].values == record.runs[0].values);
  CHECK(found->record.pages[0].bytes == record.pages[0].bytes);
  for (auto n = std::size_t{0}; n < 16'460; n += 13) {
    auto spoilt = bytes;
    spoilt[n] = static_cast<char>(spoilt[n] ^ 1);
    REQUIRE_FALSE(record_from(spoilt));
  }
  CHECK_FALSE(record_from(std::string_view{bytes}.substr(0, 8192)));
}
