/// What a history costs the house, on a real disk and a real clock. Prints "see NS" and "worst NS"
/// of CPU for one picture of the layout's house handed to the historian, slots, blocks and
/// chronicle included, over four hours of house time; "kb KB" by which the program grew meanwhile;
/// and in milliseconds "late MS" and "late_history MS", the 99th percentile of how late pictures
/// follow each other in a running house without a history and with one whose disk takes 300 ms for
/// each block.

#include "actors/history/historian.hpp"
#include "actors/topology.hpp"
#include "drivers/ports/posix_history_files.hpp"
#include "drivers/ports/sqlite_chronicle.hpp"
#include "drivers/registry.hpp"
#include "drivers/simulated/simulated_port.hpp"
#include "layouts/parse.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace {

using namespace hearth;
using namespace std::chrono_literals;

double cpu_ns() {
  auto t = timespec{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_nsec);
}

long rss_kb() {
  auto file = std::ifstream{"/proc/self/statm"};
  auto size = 0L, resident = 0L;
  file >> size >> resident;
  return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

history_disk disk_in(const std::filesystem::path& folder) {
  return {[folder](const feed_plan& plan, time_point now) -> result<std::unique_ptr<feed_store>> {
            auto files = open_history_files(folder / "feeds", history_access::write);
            if (!files) return tl::make_unexpected(files.error());
            return feed_store::open(std::move(*files), plan, now);
          },
          [folder] { return open_sqlite_chronicle(folder / "chronicle"); }};
}

void cost_of_pictures(const std::shared_ptr<const layout>& house,
                      const std::filesystem::path& folder) {
  const auto start = time_point{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15}};
  const auto before = rss_kb();
  auto mind = historian{house, disk_in(folder), true, start};
  auto seen = snapshot{start, std::vector<point>(house->channels.size())};
  auto total = 0.0, worst = 0.0;
  constexpr auto seconds = 4 * 3600;
  for (auto i = 0; i < seconds; ++i) {
    seen.at = start + i * 1s;
    for (std::size_t c = 0; c < seen.points.size(); ++c)
      seen.points[c] = {measured{20 + static_cast<double>((i / 10 + static_cast<int>(c)) % 17),
                                 house->channels[c].unit},
                        quality::good, seen.at, start};
    const auto began = cpu_ns();
    mind.see(seen);
    if (i % 30 == 0) mind.flush(seen.at);
    const auto took = cpu_ns() - began;
    total += took;
    worst = std::max(worst, took);
  }
  std::printf("see %.0f\nworst %.0f\nkb %ld\n", total / seconds, worst, rss_kb() - before);
}

/// Files whose syncs take their time.
class slow_files final : public history_files {
 public:
  explicit slow_files(std::unique_ptr<history_files> inner) : inner_{std::move(inner)} {}
  result<std::optional<std::uint64_t>> size(const std::string& path) override {
    return inner_->size(path);
  }
  result<std::string> read(const std::string& path, std::uint64_t offset,
                           std::size_t most) override {
    return inner_->read(path, offset, most);
  }
  result<void> write(const std::string& path, std::uint64_t offset,
                     std::string_view bytes) override {
    return inner_->write(path, offset, bytes);
  }
  result<void> sync(const std::string& path) override {
    std::this_thread::sleep_for(300ms);
    return inner_->sync(path);
  }
  result<void> sync_all() override { return inner_->sync_all(); }
  result<void> rename(const std::string& from, const std::string& to) override {
    return inner_->rename(from, to);
  }
  result<void> remove(const std::string& path) override { return inner_->remove(path); }
  result<std::vector<std::string>> list(const std::string& folder) override {
    return inner_->list(folder);
  }
  result<void> make_folder(const std::string& path) override { return inner_->make_folder(path); }

 private:
  std::unique_ptr<history_files> inner_;
};

/// Runs the house for a while, its clock 20 times as fast; the 99th percentile of how much later
/// than a tick a picture comes after the one before, in milliseconds of real time.
double lateness(std::shared_ptr<layout> house, const history_disk& disk) {
  constexpr auto speed = 20.0;
  using steady = std::chrono::steady_clock;
  auto times = std::make_shared<std::vector<steady::time_point>>();
  {
    auto config = caf::actor_system_config{};
    configure(config);
    auto system = caf::actor_system{config};
    const auto watcher = system.spawn(
        [](snapshot_sink::pointer,
           std::shared_ptr<std::vector<steady::time_point>> into) -> snapshot_sink::behavior_type {
          return {[into](const snapshot&) { into->push_back(steady::now()); }};
        },
        times);
    const auto clock =
        house_clock::warped(*house->simulation->start,
                            std::chrono::floor<duration>(std::chrono::system_clock::now()), speed);
    auto world = make_simulated_house(*house);
    if (!world) return -1;
    auto parts =
        house_parts{.context = {house, clock},
                    .ports = {{"simulated",
                               [&](const layout&, bus_id) -> result<std::unique_ptr<port>> {
                                 return make_simulated_port(*world);
                               }}},
                    .journal = {},
                    .connect = {},
                    .log = [](const event&) {},
                    .first_words = {},
                    .boot_id = "bench",
                    .blocking_ports = false,
                    .snapshot_observer = watcher,
                    .statement_observer = {},
                    .history = disk};
    auto running = spawn_house(system, std::move(parts));
    std::this_thread::sleep_for(15s);
    auto self = caf::scoped_actor{system};
    self->request(running.supervisor, 5s, atom::stop::value)
        .receive([](atom::done) {}, [](const caf::error&) {});
  }
  auto late = std::vector<double>{};
  for (std::size_t i = 11; i < times->size(); ++i)
    late.push_back(
        std::chrono::duration<double, std::milli>((*times)[i] - (*times)[i - 1]).count() -
        1000 / speed);
  if (late.empty()) return -1;
  std::ranges::sort(late);
  return late[late.size() * 99 / 100];
}

std::shared_ptr<layout> read(const char* file) {
  auto parsed = load_layout(file, known_catalog());
  if (!parsed.layout) return {};
  auto house = std::make_shared<layout>(std::move(*parsed.layout));
  house->history.emplace();
  house->link.reset();
  return house;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("usage: history_second LAYOUT SIMULATED_LAYOUT\n", stderr), 2;
  const auto house = read(argv[1]), simulated = read(argv[2]);
  if (!house || !simulated || !simulated->simulation) return 2;
  const auto folder =
      std::filesystem::temp_directory_path() / ("history-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder / "a");
  std::filesystem::create_directories(folder / "b");
  cost_of_pictures(house, folder / "a");
  auto slow = disk_in(folder / "b");
  slow.open_feeds = [at = folder / "b" / "feeds"](
                        const feed_plan& plan,
                        time_point now) -> result<std::unique_ptr<feed_store>> {
    auto files = open_history_files(at, history_access::write);
    if (!files) return tl::make_unexpected(files.error());
    return feed_store::open(std::make_shared<slow_files>(std::move(*files)), plan, now);
  };
  // A block of a minute is three seconds here, so that many fall into the time.
  simulated->history->block = 1min;
  std::printf("late %.1f\n", lateness(simulated, {}));
  std::printf("late_history %.1f\n", lateness(simulated, slow));
  auto ignored = std::error_code{};
  std::filesystem::remove_all(folder, ignored);
  return 0;
}
