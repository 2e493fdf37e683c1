// What the journal costs a disk, for tests/bench/run.py.
//
// usage: journal_cost append FOLDER
//        journal_cost day FOLDER            a day of the 86-channel house, as fast as it goes
//        journal_cost paced FOLDER SECONDS SPEED  the same calls at a pace of so many times theirs,
//                                                 for so much of the day
//        journal_cost backlog FOLDER        a year's reports: appended, opened, drained
//
// Prints "WORD VALUE" lines; times in microseconds.

#include "drivers/ports/sqlite_journal.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <random>
#include <thread>
#include <unistd.h>

namespace {

using namespace hearth;
using clock = std::chrono::steady_clock;

constexpr auto report_bytes = std::size_t{4096};
constexpr auto draft_bytes = std::size_t{400};
constexpr auto event_bytes = std::size_t{250};
constexpr auto events_per_day = 30;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "journal_cost: %s\n", why.c_str());
  std::exit(EXIT_FAILURE);
}

template <class Value>
void must(const result<Value>& r) {
  if (!r) give_up(to_text(r.error()));
}

std::string bytes_of(std::size_t size) {
  static auto random = std::mt19937_64{1};
  auto out = std::string(size, '\0');
  for (auto& c : out) c = static_cast<char>(random());
  return out;
}

std::unique_ptr<journal> open_in(const std::string& folder, std::uint64_t most_bytes) {
  auto opened = open_sqlite_journal(folder + "/journal.db", {most_bytes, {}});
  must(opened);
  return std::move(opened->store);
}

double median_us(int runs, const std::function<void()>& work) {
  auto took = std::vector<double>{};
  for (auto n = 0; n < runs; ++n) {
    const auto began = clock::now();
    work();
    took.push_back(std::chrono::duration<double, std::micro>(clock::now() - began).count());
  }
  std::ranges::sort(took);
  return took[took.size() / 2];
}

/// A house that appends, is acknowledged, and keeps drafts.
struct house {
  explicit house(const std::string& folder, std::uint64_t most_bytes = limits::journal_bytes)
      : kept{open_in(folder, most_bytes)} {}

  void append(std::size_t count, std::size_t bytes, bool ends_drafts) {
    static const auto random = bytes_of(1 << 20);
    auto batch = std::vector<journal_entry>{};
    for (auto n = std::size_t{0}; n < count; ++n)
      batch.push_back({journal_class::report, boot, ++sequence, "report",
                       random.substr(sequence % 500000, bytes),
                       time_point{duration{static_cast<std::int64_t>(sequence)}}});
    must(kept->append(batch, ends_drafts));
  }
  /// The node acknowledges everything said so far.
  void acknowledge() {
    auto ids = std::vector<std::string>{};
    while (acknowledged < sequence) ids.push_back(boot + "-" + std::to_string(++acknowledged));
    must(kept->forget(ids));
  }

  std::unique_ptr<journal> kept;
  std::string boot = "0c3f5a52-7c7e-4d0e-9a51-8d1e62c7b001";
  std::uint64_t sequence = 0, acknowledged = 0;
};

/// The floor: the same bytes written and synced, in place, into a file that is there already.
double floor_us(const std::string& file, int runs, std::size_t bytes) {
  const auto descriptor = ::open(file.c_str(), O_RDWR | O_CREAT, 0600);
  if (descriptor < 0) give_up(std::strerror(errno));
  const auto room = bytes_of(4 << 20);
  if (::pwrite(descriptor, room.data(), room.size(), 0) < 0 || ::fsync(descriptor) != 0)
    give_up(std::strerror(errno));
  const auto text = bytes_of(bytes);
  auto at = std::size_t{0};
  const auto took = median_us(runs, [&] {
    if (::pwrite(descriptor, text.data(), bytes, static_cast<off_t>(at)) < 0 ||
        ::fdatasync(descriptor) != 0)
      give_up(std::strerror(errno));
    at = (at + bytes) % (room.size() - bytes);
  });
  ::close(descriptor);
  return took;
}

void append_cost(const std::string& folder) {
  for (const auto batch : {std::size_t{1}, std::size_t{32}}) {
    auto h = house{folder};
    h.append(1, report_bytes, false);
    const auto append = [&] {
      h.append(batch, report_bytes, false);
      h.acknowledge();
    };
    const auto runs = batch == 1 ? 300 : 60;
    std::printf("append%zu %.1f\n", batch, median_us(runs, append));
    std::printf("floor%zu %.1f\n", batch, floor_us(folder + "/floor", runs, batch * report_bytes));
  }
}

/// The calls from `from` to `until` of a day, in seconds; `wait` is called before each.
void part_of_day(const std::string& folder, std::int64_t until_s,
                 const std::function<void(std::int64_t)>& wait) {
  auto h = house{folder};
  const auto draft_s = limits::draft_every.count() / 1000;
  for (auto s = std::int64_t{1}; s <= until_s; ++s) {
    const auto report = s % 300 == 0, draft = s % 300 % draft_s == 0 && !report;
    const auto event = s % (86'400 / events_per_day) == 7;
    if (!report && !draft && !event) continue;
    wait(s);
    if (draft) must(h.kept->keep({bytes_of(draft_bytes)}));
    if (event) h.append(1, event_bytes, false);
    if (report) h.append(1, report_bytes, true);
    h.acknowledge();
  }
}

void year_of_backlog(const std::string& folder) {
  constexpr auto reports = std::size_t{105'120}, bytes = std::size_t{5 * 1024};
  const auto since = [](clock::time_point began) {
    return std::chrono::duration<double, std::micro>(clock::now() - began).count();
  };
  auto began = clock::now();
  {
    auto h = house{folder, 700 << 20};
    while (h.sequence < reports) h.append(32, bytes, false);
    std::printf("fill %.0f\nreports %zu\n", since(began), std::size_t{h.sequence});
  }
  began = clock::now();
  auto kept = open_in(folder, 700 << 20);
  std::printf("open %.0f\n", since(began));
  std::printf("totals %.1f\n", median_us(100, [&] { (void)kept->totals(); }));
  began = clock::now();
  auto drained = std::size_t{0};
  for (auto more = true; more;) {
    const auto page = kept->read(0, 64, 256 << 10);
    must(page);
    auto ids = std::vector<std::string>{};
    for (const auto& item : page->items) ids.push_back(item.message_id);
    must(kept->forget(ids));
    drained += ids.size();
    more = page->more;
  }
  std::printf("drain %.0f\ndrained %zu\n", since(began), drained);
  auto status = std::ifstream{"/proc/self/status"};
  for (auto line = std::string{}; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) std::printf("peak_kib %d\n", std::atoi(line.c_str() + 6));
}

void print_written() {
  auto io = std::ifstream{"/proc/self/io"};
  for (auto line = std::string{}; std::getline(io, line);)
    if (line.starts_with("write_bytes: ")) std::printf("write_bytes %s\n", line.c_str() + 13);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) give_up("usage: journal_cost append|day|paced|backlog FOLDER [SECONDS SPEED]");
  const auto mode = std::string{argv[1]}, folder = std::string{argv[2]};
  if (mode == "append") append_cost(folder);
  if (mode == "backlog") year_of_backlog(folder);
  if (mode == "day") part_of_day(folder, 86'400, [](std::int64_t) {});
  if (mode == "paced" && argc == 5) {
    const auto began = clock::now();
    const auto speed = std::atoll(argv[4]);
    part_of_day(folder, std::atoll(argv[3]), [&](std::int64_t s) {
      std::this_thread::sleep_until(began + std::chrono::milliseconds{1000 * s / speed});
    });
  }
  print_written();
  return EXIT_SUCCESS;
}
