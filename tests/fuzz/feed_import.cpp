#include "actors/history/feed_store.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/memory_history_files.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto first = std::int64_t{1'768'003'200};  ///< 2026-01-10T00:00:00Z
constexpr auto intervals = std::array<std::uint32_t, 8>{1, 5, 10, 30, 60, 300, 900, 3600};
/// A feed of decades is walked through for seconds, and finds nothing that months do not.
constexpr auto longest_s = std::uint64_t{10} * 86'400;

time_point at(std::int64_t second) { return time_point{std::chrono::seconds{second}}; }

std::uint32_t number(fuzz_input& input) {
  auto out = std::uint32_t{0};
  for (const auto c : input.take(4)) out = out << 8 | static_cast<unsigned char>(c);
  return out;
}

/// Eight words on how the feed is, and its bytes: those of the input, as they are or again and
/// again, with parts of slots at their end.
void write_feed(fuzz_input& input, history_memory& to) {
  const auto how = input.byte();
  auto meta = feed_meta{intervals[how % 8], static_cast<std::uint32_t>(first)};
  const auto far = number(input);
  // Months before to a day after; or anywhere.
  meta.start_s = how & 8 ? far : meta.start_s - 10'000'000 + far % 10'100'000;
  if (how & 16) meta.start_s -= meta.start_s % 3600;
  auto bytes = to_bytes(meta);
  if (how & 32) {
    const auto wild = std::string{input.take(17)};
    bytes = wild.size() == 17 ? wild.substr(0, static_cast<unsigned char>(wild[16]) % 20) : wild;
  }
  const auto times = how & 64 ? 1 + input.byte() % 32 : 1;
  const auto cut = input.byte() % 5;
  const auto one = std::string{input.rest()};
  auto dat = std::string{};
  for (auto n = 0; n < times; ++n) dat += one;
  dat.resize(dat.size() - std::min<std::size_t>(dat.size(), cut));
  const auto read = meta_from(bytes);
  const auto step = read ? std::uint64_t{read->interval_s} : 1;
  // Half a year once in a while: more than is kept by 10 s.
  const auto most = (how & 128) && one.size() % 8 == 0 ? longest_s * 18 : longest_s;
  if (step <= 86'400) dat.resize(std::min<std::uint64_t>(dat.size(), 4 * (most / step) + cut));
  to.files["12.meta"] = bytes;
  to.files["12.dat"] = dat;
}

}  // namespace

/// A feed of a stranger is taken over or refused. What the house had measured itself stays as it
/// was, what is new is what stood there, and all of it is there after the house is opened again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = fuzz_input{data, size};
  const auto disk = std::make_shared<history_memory>();
  const auto stranger = std::make_shared<history_memory>();
  const auto how = input.byte();
  const auto own = std::int64_t{how & 1 ? 60 : 10};
  auto plan = feed_plan{};
  plan.timezone = "America/New_York";
  plan.kept.interval = std::chrono::seconds{own};
  plan.log_bytes = 16 << 10;
  const auto open = [&](time_point now) {
    auto store = feed_store::open(std::make_shared<memory_history_files>(disk), plan, now);
    must(store.has_value(), "a history opens");
    return std::move(*store);
  };
  const auto now = at(first + 3600);
  auto store = open(now);
  const auto feed = *store->declare("power", how & 2 ? "Wh" : "W");
  auto had = std::map<std::int64_t, float>{};
  for (auto puts = how / 4 % 16; puts > 0; --puts) {
    const auto second = first - number(input) % 100'000;
    const auto value = static_cast<float>(number(input) % 100'000);
    if (store->put(feed, at(second), value)) had[second / own] = value;
  }
  if (how & 64) must(store->distribute(now).has_value(), "what waits is written");
  write_feed(input, *stranger);

  auto from = memory_history_files{stranger};
  const auto meta = meta_from(stranger->files["12.meta"]);
  const auto& dat = stranger->files["12.dat"];
  const auto taken = store->read_phpfina(feed, from, "12", now, {});
  must(meta.has_value() || !taken, "what is no feed is refused");
  if (!taken) must(!taken.error().detail.empty(), "what is refused is told");
  const auto step = meta ? std::int64_t{meta->interval_s} : 0;
  const auto start = meta ? std::int64_t{meta->start_s} : 0;
  const auto slots = static_cast<std::int64_t>(dat.size() / 4);
  // One slot more on either side, where the feed's do not begin with the house's.
  if (taken)
    must(*taken <= static_cast<std::uint64_t>(slots * step / own + 2 * slots + 2),
         "no more is taken than there was");

  const auto check = [&] {
    // A page or so around what was measured here, and at the feed's begin and end.
    for (const auto about :
         {had.empty() ? first : had.begin()->first * own, start, start + slots * step - 50 * own}) {
      const auto begin = std::clamp<std::int64_t>(about / own, 1, 4'000'000'000 / own);
      const auto answer = store->ask({{"power"},
                                      at(begin * own),
                                      at((begin + 100) * own),
                                      bucket::interval,
                                      std::chrono::seconds{own}});
      must(answer.has_value() && answer->series.size() == 1, "a question is answered");
      if (answer->interval != std::chrono::seconds{own}) continue;
      for (auto n = std::size_t{0}; n < answer->series[0].values.size(); ++n) {
        const auto slot = begin + static_cast<std::int64_t>(n);
        const auto& is = answer->series[0].values[n];
        if (const auto mine = had.find(slot); mine != had.end()) {
          must(is == mine->second, "what the house has measured stays");
          continue;
        }
        if (!taken) must(!is, "of what was refused nothing is there");
        const auto in_feed = taken && slot * own >= start && slot * own < start + slots * step;
        if (!in_feed || step % own != 0 || start % own != 0) continue;
        must(is == slot_from(dat, static_cast<std::size_t>((slot * own - start) / step)),
             "what is taken over is what stood there");
      }
    }
    for (const auto by : {bucket::day, bucket::month}) {
      const auto asked =
          history_query{{"power"}, at(start), at(first), by, {}, 100, fold::integral};
      const auto answer = store->ask(asked);
      must(answer.has_value() && answer->series.size() == 1, "a question is answered");
      for (const auto& value : answer->series[0].values)
        must(!value || !std::isnan(*value), "a value is a number");
    }
  };
  check();
  must(store->write_block(now).has_value(), "a block is written");
  const auto begun = store->first(feed), newest = store->newest(feed);
  store.reset();
  store = open(now);
  must(store->take_problems().empty(), "nothing of it is damaged");
  must(store->first(feed) == begun && store->newest(feed) == newest, "what was there is there");
  check();
  if (taken && how & 128) {
    const auto again = store->read_phpfina(feed, from, "12", now, {});
    must(again && *again <= *taken, "a second time nothing is new");
    check();
  }
  return 0;
}
