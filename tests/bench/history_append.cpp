// What keeping a history costs, beside SQLite, rrdtool and a raw file.
//
// usage: history_append FOLDER DAYS CHANNELS [WORD]
//
// The same values by 10 s go in blocks of 5 min to: the history; a file of the bare float32 (the
// floor), synced as often; a SQLite table in write-ahead mode, synchronous FULL, a transaction a
// block; one round-robin file per channel with the history's four finenesses, an update a block and
// a sync of them all, which rrdtool leaves to whoever calls it.
// WORD is one of floor, history, sqlite, rrdtool; unsaid, all. Prints lines of "WORD SECONDS
// MB_DEVICE MB_ON_DISK": what the block device under FOLDER was given to write meanwhile, journal
// of the file system and all, which is this program's alone on a file system of its own. Then
// "history_calls MB", the bytes of the history's own writes.

#include "actors/history/feed_store.hpp"
#include "drivers/ports/posix_history_files.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <rrd.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace {

using namespace hearth;
constexpr auto first = std::int64_t{1'768'003'200};

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "history_append: %s\n", why.c_str());
  std::exit(EXIT_FAILURE);
}

float value(int channel, std::int64_t second) {
  const auto phase = static_cast<double>(second % 86'400) / 86'400 * 6.283;
  const auto noise = static_cast<double>((second / 10 * 7919 + channel * 104'729) % 101);
  return static_cast<float>(std::round(1000 + 800 * std::sin(phase + channel) + noise));
}

/// To the device that FOLDER is on, by anybody.
double written_mb(const std::filesystem::path& folder) {
  struct stat found {};
  if (::stat(folder.c_str(), &found) != 0) give_up("there is no " + folder.string());
  auto counts = std::ifstream{"/sys/dev/block/" + std::to_string(major(found.st_dev)) + ":" +
                              std::to_string(minor(found.st_dev)) + "/stat"};
  auto sectors = 0.0;
  for (auto field = 0; field < 7; ++field)
    if (!(counts >> sectors)) give_up("no block device is under " + folder.string());
  return sectors * 512 / 1e6;
}

double on_disk_mb(const std::filesystem::path& folder) {
  auto sum = 0.0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
    if (entry.is_regular_file()) sum += static_cast<double>(entry.file_size());
  return sum / 1e6;
}

/// The one that is measured; empty: all.
std::string only;

template <class Work>
void measure_one(const char* word, const std::filesystem::path& folder, Work work) {
  if (!only.empty() && only != word) return;
  std::filesystem::create_directories(folder);
  ::sync();
  const auto before = written_mb(folder);
  const auto began = std::chrono::steady_clock::now();
  work(folder.string());
  ::sync();
  const auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::printf("%s %.3f %.1f %.1f\n", word, took, written_mb(folder) - before, on_disk_mb(folder));
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) give_up("usage: history_append FOLDER DAYS CHANNELS [WORD]");
  if (argc == 5) only = argv[4];
  const auto root = std::filesystem::path{argv[1]};
  const auto end = first + std::atoll(argv[2]) * 86'400;
  const auto channels = std::atoi(argv[3]);
  const auto each_block = [&](auto slot, auto block) {
    for (auto second = first; second < end; second += 10) {
      for (auto c = 0; c < channels; ++c) slot(c, second, value(c, second));
      if (second % 300 == 290) block(second);
    }
  };

  measure_one("floor", root / "floor", [&](const std::string& folder) {
    const auto file = ::open((folder + "/raw").c_str(), O_WRONLY | O_CREAT, 0600);
    if (file < 0) give_up("cannot write");
    auto waiting = std::string{};
    each_block([&](int, std::int64_t, float v) { waiting.append(reinterpret_cast<char*>(&v), 4); },
               [&](std::int64_t) {
                 if (::write(file, waiting.data(), waiting.size()) < 0 || ::fdatasync(file) != 0)
                   give_up("cannot write");
                 waiting.clear();
               });
    ::close(file);
  });

  measure_one("history", root / "history", [&](const std::string& folder) {
    auto files = open_history_files(folder, history_access::write);
    if (!files) give_up(files.error().detail);
    const auto at = [](std::int64_t s) { return time_point{std::chrono::seconds{s}}; };
    auto store = feed_store::open(std::move(*files), {}, at(first));
    if (!store) give_up(store.error().detail);
    auto ids = std::vector<feed_id>{};
    for (auto c = 0; c < channels; ++c)
      ids.push_back(*(*store)->declare("channel " + std::to_string(c), "W"));
    auto calls = std::uint64_t{0}, today = std::uint64_t{0};
    each_block([&](int c, std::int64_t s,
                   float v) { (*store)->put(ids[static_cast<std::size_t>(c)], at(s), v); },
               [&](std::int64_t s) {
                 if (auto done = (*store)->distribute(at(s)); !done) give_up(done.error().detail);
                 const auto now = (*store)->status(at(s)).written_today;
                 if (now < today) calls += today;
                 today = now;
               });
    std::printf("history_calls %.1f\n", static_cast<double>(calls + today) / 1e6);
  });

  measure_one("sqlite", root / "sqlite", [&](const std::string& folder) {
    sqlite3* db = nullptr;
    const auto run = [&](const char* words) {
      if (sqlite3_exec(db, words, nullptr, nullptr, nullptr) != SQLITE_OK)
        give_up(sqlite3_errmsg(db));
    };
    sqlite3_open((folder + "/feeds.db").c_str(), &db);
    run("pragma journal_mode=wal; pragma synchronous=full;"
        "create table feed(channel integer, at integer, value real, primary key(channel, at)) "
        "without rowid; begin");
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(db, "insert into feed values(?,?,?)", -1, &insert, nullptr);
    each_block(
        [&](int c, std::int64_t s, float v) {
          sqlite3_bind_int(insert, 1, c);
          sqlite3_bind_int64(insert, 2, s);
          sqlite3_bind_double(insert, 3, static_cast<double>(v));
          if (sqlite3_step(insert) != SQLITE_DONE) give_up(sqlite3_errmsg(db));
          sqlite3_reset(insert);
        },
        [&](std::int64_t) { run("commit; begin"); });
    run("commit");
    sqlite3_finalize(insert);
    sqlite3_close(db);
  });

  measure_one("rrdtool", root / "rrd", [&](const std::string& folder) {
    auto waiting = std::vector<std::vector<std::string>>(static_cast<std::size_t>(channels));
    const char* made[] = {"DS:v:GAUGE:20:U:U",        "RRA:AVERAGE:0.5:1:518400",
                          "RRA:AVERAGE:0.5:6:527040", "RRA:AVERAGE:0.5:90:175680",
                          "RRA:MIN:0.5:90:175680",    "RRA:MAX:0.5:90:175680",
                          "RRA:AVERAGE:0.5:360:87660"};
    const auto file = [&](int c) { return folder + "/" + std::to_string(c) + ".rrd"; };
    for (auto c = 0; c < channels; ++c)
      if (rrd_create_r(file(c).c_str(), 10, first - 10, 7, made) != 0) give_up(rrd_get_error());
    const auto disk = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY);
    if (disk < 0) give_up("cannot open " + folder);
    each_block(
        [&](int c, std::int64_t s, float v) {
          waiting[static_cast<std::size_t>(c)].push_back(std::to_string(s) + ":" +
                                                         std::to_string(v));
        },
        [&](std::int64_t) {
          for (auto c = 0; c < channels; ++c) {
            auto& lines = waiting[static_cast<std::size_t>(c)];
            auto words = std::vector<const char*>{};
            for (const auto& line : lines) words.push_back(line.c_str());
            if (rrd_update_r(file(c).c_str(), nullptr, static_cast<int>(words.size()),
                             words.data()) != 0)
              give_up(rrd_get_error());
            lines.clear();
          }
          if (::syncfs(disk) != 0) give_up("cannot sync");
        });
    ::close(disk);
  });
  return EXIT_SUCCESS;
}
