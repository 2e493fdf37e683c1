#include "actors/history/feed_store.hpp"

#include "actors/history/history_log.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/memory_history_files.hpp"

#include <bit>
#include <cmath>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto first = std::int64_t{1'768'003'200};  ///< 2026-01-10T00:00:00Z
time_point at(std::int64_t second) { return time_point{std::chrono::seconds{second}}; }

std::uint32_t number(fuzz_input& input) {
  auto out = std::uint32_t{0};
  for (const auto c : input.take(4)) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

/// A record whose checksum is right and whose content nobody of ours has written.
log_record record_of(fuzz_input& input) {
  auto out = log_record{number(input) % 100, {}, {}};
  for (auto runs = input.byte() % 4; runs > 0; --runs) {
    auto run = logged_run{input.byte() % 8U, number(input), {}};
    if (input.byte() % 2) run.start_s = static_cast<std::uint32_t>(first + run.start_s % 86'400);
    for (auto values = input.byte(); values > 0; --values)
      run.values.push_back(static_cast<float>(values));
    out.runs.push_back(std::move(run));
  }
  for (auto pages = input.byte() % 3; pages > 0; --pages)
    out.pages.push_back({input.byte() % 6U, input.byte() % 8U, number(input),
                         std::string(std::size_t{input.byte()} * 80, static_cast<char>(pages))});
  return out;
}

}  // namespace

/// A history that opens on a log and an index of any content takes values, is asked, and holds the
/// same after it is opened again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = fuzz_input{data, size};
  const auto disk = std::make_shared<history_memory>();
  const auto how = input.byte();
  // By the minute a fold reads a tenth of what it reads by 10 s, and does the same.
  const auto interval = size % 8 == 0 ? std::uint32_t{10} : std::uint32_t{60};
  const auto former = how & 4 ? 70 - interval : 7;
  if (how & 1) disk->files["index"] = to_text({{1, {"power", "W"}}, {3, {"tank", "°C"}}}, interval);
  if (how & 2) disk->files["index"] = to_text({{1, {"power", "W"}}}, former);
  disk->files["log.a"] = to_bytes(record_of(input), 1, 0) + to_bytes(record_of(input), 1, 1);
  if (how & 8) disk->files["log.b"] = to_bytes(record_of(input), 2, how / 16U % 2);
  auto plan = feed_plan{};
  plan.timezone = "America/New_York";
  plan.kept.interval = std::chrono::seconds{interval};
  plan.log_bytes = 16 << 10;
  const auto open = [&](time_point now) {
    auto store = feed_store::open(std::make_shared<memory_history_files>(disk), plan, now);
    must(store.has_value(), "a history opens");
    return std::move(*store);
  };
  auto now = first + 3600;
  auto store = open(at(now));
  const auto feed = *store->declare("power", "W");
  for (auto steps = 0; steps < 2 && !input.is_empty(); ++steps) {
    now += number(input) % 200'000;
    for (auto puts = input.byte() % 8; puts > 0; --puts)
      store->put(feed, at(now - number(input) % 100'000), std::bit_cast<float>(number(input)));
    must(store->distribute(at(now)).has_value(), "what waits is written");
  }
  const auto by = static_cast<bucket>(how / 32 % 3);
  const auto query = history_query{{"power"}, at(first - 100'000),        at(now + 1), by, {},
                                   100,       static_cast<fold>(how / 64)};
  const auto answer = store->ask(query);
  must(answer.has_value() && answer->series.size() == 1, "a question is answered");
  for (const auto& value : answer->series[0].values)
    must(!value || !std::isnan(*value), "a value is a number");
  const auto newest = store->newest(feed);
  const auto problems = store->take_problems();
  must(problems.size() <= 64, "problems are bounded");
  must(store->write_block(at(now)).has_value(), "a block is written");
  store.reset();
  store = open(at(now));
  must(store->newest(feed) == newest, "what was there is there");
  const auto names = store->feeds();
  must(names.contains(feed), "a feed has its name");
  return 0;
}
