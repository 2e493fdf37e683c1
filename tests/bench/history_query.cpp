// How long a question to a history takes.
//
// usage: history_query FOLDER
//
// Fills FOLDER with 400 days of one channel by 10 s, all of them kept, and asks for the last year
// in 1,000 points, for a week, a day and all values of a day. Prints "WORD MS POINTS CPU_MS" lines,
// medians of 21; and "floor MS 1 CPU_MS", reading the bytes of a year by the hour from one file.

#include "actors/history/feed_store.hpp"
#include "drivers/ports/posix_history_files.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <sys/resource.h>

namespace {

using namespace hearth;

/// Of this process alone, which others on the machine do not lengthen.
double cpu_ms() {
  auto used = rusage{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

void print_medians(const char* word, const std::function<std::size_t()>& work) {
  auto took = std::vector<double>{}, computed = std::vector<double>{};
  auto points = std::size_t{0};
  for (auto n = 0; n < 21; ++n) {
    const auto began = std::chrono::steady_clock::now();
    const auto cpu = cpu_ms();
    points = work();
    computed.push_back(cpu_ms() - cpu);
    took.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
            .count());
  }
  std::ranges::sort(took);
  std::ranges::sort(computed);
  std::printf("%s %.3f %zu %.3f\n", word, took[took.size() / 2], points,
              computed[computed.size() / 2]);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return EXIT_FAILURE;
  const auto folder = std::string{argv[1]};
  auto files = open_history_files(folder, history_access::write);
  if (!files) return EXIT_FAILURE;
  auto plan = feed_plan{};
  plan.timezone = "America/New_York";
  plan.kept.keep_finest = std::chrono::days{400};
  const auto first = std::int64_t{1'768'003'200}, end = first + 400 * 86'400;
  const auto at = [](std::int64_t s) { return time_point{std::chrono::seconds{s}}; };
  auto store = feed_store::open(std::move(*files), plan, at(first));
  if (!store) return EXIT_FAILURE;
  const auto id = (*store)->declare("power", "W");
  for (auto second = first; second < end; second += 10) {
    (*store)->put(*id, at(second), static_cast<float>(second / 10 % 977));
    if (second % 3600 == 3590 && !(*store)->distribute(at(second))) return EXIT_FAILURE;
  }
  const auto ask = [&](const char* word, history_query query) {
    print_medians(word, [&] { return (*store)->ask(query)->series[0].values.size(); });
  };
  const auto now = at(end);
  using std::chrono::days;
  ask("year", {{"power"}, now - days{365}, now, bucket::interval, {}, 1000, fold::average});
  ask("year_highest", {{"power"}, now - days{365}, now, bucket::interval, {}, 1000, fold::highest});
  ask("year_days", {{"power"}, now - days{365}, now, bucket::day, {}, 1000, fold::integral});
  ask("week", {{"power"}, now - days{7}, now, bucket::interval, {}, 1000, fold::average});
  ask("day", {{"power"}, now - days{1}, now, bucket::interval, {}, 1000, fold::average});
  ask("day_all", {{"power"},
                  now - days{1},
                  now,
                  bucket::interval,
                  std::chrono::seconds{10},
                  0,
                  fold::average});
  auto raw = open_history_files(folder, history_access::transfer);
  if (!raw || !(*raw)->write("floor", 0, std::string(8766 * 4, 'x'))) return EXIT_FAILURE;
  print_medians("floor", [&] { return (*raw)->read("floor", 0, 8766 * 4) ? 1 : 0; });
  return EXIT_SUCCESS;
}
