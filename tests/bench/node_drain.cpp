// How fast a node takes in a house's backlog: reports of 86 channels, taken and kept in batches,
// beside what decoding them alone and what bare rows in SQLite cost in the same run.
// usage: node_drain [REPORTS [BATCH]]
#include "actors/node/keeping.hpp"
#include "protocol/codec.hpp"
#include "protocol/topics.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sqlite3.h>
#include <string>
#include <unistd.h>
#include <vector>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

constexpr auto channels = 86;
constexpr auto samples_each = 5;
const auto start = *from_iso8601("2020-01-15T05:00:00Z");

/// Changes its numbers from report to report; every other channel is a meter.
mqtt_message report_number(std::uint64_t sequence) {
  auto r = report{start + sequence * 5min, 5min, {}};
  for (auto c = 0; c < channels; ++c) {
    auto& s = r.series.emplace_back();
    s.channel = "device" + std::to_string(c / 4) + ".value" + std::to_string(c);
    s.unit = c % 2 == 0 ? unit::watt : unit::celsius;
    for (auto i = 0; i < samples_each; ++i)
      s.samples.push_back({r.slot_start + i * 60s, static_cast<double>(sequence % 100 + c)});
  }
  const auto e = envelope{"maple-12", "boot", sequence,    "boot-" + std::to_string(sequence),
                          start,      "",     std::move(r)};
  return {up_topic(e.site, "report"), encode(e)};
}

struct stopwatch {
  std::chrono::steady_clock::duration spent{};
  template <class Work>
  void time(const Work& work) {
    const auto began = std::chrono::steady_clock::now();
    work();
    spent += std::chrono::steady_clock::now() - began;
  }
  [[nodiscard]] double per_second(std::uint64_t n) const {
    return static_cast<double>(n) / std::chrono::duration<double>(spent).count();
  }
};

long resident_kib() {
  auto in = std::ifstream{"/proc/self/statm"};
  auto size = 0L, resident = 0L;
  in >> size >> resident;
  return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "node_drain: %s\n", why.c_str());
  std::exit(1);
}

/// One row a message, one commit a batch, the same settings: the floor of any durable memory.
class bare_rows {
 public:
  explicit bare_rows(const std::string& file) {
    if (sqlite3_open(file.c_str(), &db_) != SQLITE_OK) give_up("cannot open " + file);
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
    run("CREATE TABLE t (boot TEXT, sequence INTEGER, kind TEXT, at INTEGER)");
    sqlite3_prepare_v2(db_, "INSERT INTO t VALUES ('boot', ?, 'report', ?)", -1, &insert_, nullptr);
  }
  bare_rows(const bare_rows&) = delete;
  bare_rows& operator=(const bare_rows&) = delete;
  ~bare_rows() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }
  void write(std::uint64_t from, std::uint64_t count) {
    run("BEGIN");
    for (auto i = from; i < from + count; ++i) {
      sqlite3_bind_int64(insert_, 1, static_cast<sqlite3_int64>(i));
      sqlite3_bind_int64(insert_, 2, static_cast<sqlite3_int64>(i * 300'000));
      sqlite3_step(insert_);
      sqlite3_reset(insert_);
    }
    run("COMMIT");
  }

 private:
  void run(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up(sql);
  }
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

void measure(std::uint64_t reports, std::uint64_t batch, const std::filesystem::path& folder) {
  const auto file = folder / ("node-" + std::to_string(batch) + ".db");
  auto store = node_store::open(file);
  if (!store) give_up(store.error().detail);
  auto here = node{{.boot_id = "n", .sites = {}, .dispatch = {}}, {}, {}};
  auto floor = bare_rows{folder / ("bare-" + std::to_string(batch) + ".db")};
  auto taken = stopwatch{}, decoded = stopwatch{}, rows = stopwatch{};
  auto bytes = std::size_t{0};
  auto before = 0L;
  for (auto from = std::uint64_t{1}; from <= reports; from += batch) {
    auto arrived = std::vector<mqtt_message>{};
    for (auto i = std::uint64_t{0}; i < batch; ++i) arrived.push_back(report_number(from + i));
    bytes += arrived.front().payload.size() * batch;
    taken.time([&] {
      for (const auto& m : arrived) here.take(m, start);
      const auto acks = here.acknowledge(start);
      if (const auto f = keep(here, **store)) give_up(f->detail);
    });
    decoded.time([&] {
      for (const auto& m : arrived)
        if (!decode(m.payload)) give_up("a report cannot be decoded");
    });
    rows.time([&] { floor.write(from, batch); });
    if (before == 0 && from > reports / 10) before = resident_kib();
  }
  const auto done = (reports + batch - 1) / batch * batch;
  if (here.sites().at("maple-12").boots.received() != done) give_up("reports went missing");
  const auto speed = taken.per_second(done);
  std::printf("%6llu %10.0f %14.0f %8.2f %14.0f %8.3f %10zu %10ld\n",
              static_cast<unsigned long long>(batch), speed, decoded.per_second(done),
              speed / decoded.per_second(done), rows.per_second(done),
              speed / rows.per_second(done), bytes / done, resident_kib() - before);
}

}  // namespace

int main(int argc, char** argv) {
  const auto reports = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 20'000ULL;
  const auto folder =
      std::filesystem::temp_directory_path() / ("hearth-node-drain-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::printf("%6s %10s %14s %8s %14s %8s %10s %10s\n", "batch", "reports/s", "decode only/s",
              "ratio", "bare rows/s", "ratio", "bytes", "grown KiB");
  if (argc > 2)
    measure(reports, std::max(std::strtoull(argv[2], nullptr, 10), 1ULL), folder);
  else
    for (const auto batch : {5ULL, 64ULL, 512ULL}) measure(reports, batch, folder);
  std::filesystem::remove_all(folder);
}
