#include "actors/history/feed_store.hpp"
#include "tests/support/torn_files.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace hearth;
using namespace hearth::testing;

namespace {

const auto began = *from_iso8601("2026-01-10T00:00:00Z");

/// A house that measures on a disk that loses power, and what its history owes it.
class recorded_life {
 public:
  recorded_life(std::uint64_t seed, duration step)
      : disk{std::make_shared<torn_files>(seed)}, random_{seed}, step_{step} {
    plan.kept.interval = std::chrono::seconds{10};
  }

  /// Opens the history and holds it against what was promised.
  void open() {
    auto opened = feed_store::open(disk, plan, now);
    if (!opened) {
      REQUIRE_MESSAGE(disk->is_cut(), to_text(opened.error()));
      store.reset();
      return;
    }
    store = std::move(*opened);
    if (!disk->is_cut()) check();
  }

  void check() {
    for (const auto& problem : store->take_problems()) FAIL_CHECK(problem);
    for (const auto& [at, allowed] : owed_) {
      const auto& [channel, slot] = at;
      const auto found = value_at(channel, slot);
      CAPTURE(channel);
      CAPTURE(to_iso8601(slot));
      CHECK(std::ranges::find(allowed, found) != allowed.end());
      owed_[at] = {found};
    }
    for (const auto& problem : store->take_problems()) FAIL_CHECK(problem);
  }

  void live(int steps) {
    for (auto n = 0; n < steps && !disk->is_cut() && store; ++n) one_step();
  }

  void one_step() {
    now += step_;
    for (const auto* channel : {"power", "tank"}) {
      if (random_() % 8 == 0) continue;
      const auto feed = store->declare(channel, "W");
      REQUIRE(feed);
      for (auto n = 0; n < 3; ++n) {
        const auto late = random_() % 40 == 0 ? std::chrono::hours{random_() % 100} : duration{0};
        const auto at = now - late - std::chrono::seconds{10 * (random_() % 30)};
        const auto slot =
            std::chrono::floor<std::chrono::seconds>(at) -
            at.time_since_epoch() / std::chrono::seconds{1} % 10 * std::chrono::seconds{1};
        const auto value = static_cast<float>(random_() % 5000);
        if (!store->put(*feed, at, value)) continue;
        auto& allowed = owed_[{channel, slot}];
        if (allowed.empty()) allowed.push_back(std::nullopt);
        allowed.push_back(value);
        newest_.insert({channel, slot});
      }
    }
    const auto written = store->write_block(now);
    if (written) {
      for (const auto& at : newest_) owed_[at] = {owed_[at].back()};
      newest_.clear();
    } else {
      REQUIRE_MESSAGE(disk->is_cut(), to_text(written.error()));
    }
    const auto moved = store->distribute(now);
    if (!moved) REQUIRE_MESSAGE(disk->is_cut(), to_text(moved.error()));
  }

  /// What the coarser feeds say against the values themselves.
  void check_hours() {
    auto sums = std::map<std::pair<std::string, time_point>, std::pair<double, int>>{};
    for (const auto& [at, allowed] : owed_) {
      if (!allowed.back()) continue;
      const auto hour = time_point{std::chrono::floor<std::chrono::hours>(at.second)};
      auto& [sum, count] = sums[{at.first, hour}];
      sum += *allowed.back();
      ++count;
    }
    for (const auto* channel : {"power", "tank"}) {
      const auto answer = store->ask({{channel},
                                      began - std::chrono::hours{200},
                                      now,
                                      bucket::interval,
                                      std::chrono::hours{1},
                                      0,
                                      fold::average});
      REQUIRE(answer);
      if (answer->series.empty()) continue;
      const auto& series = answer->series[0];
      auto seen = std::size_t{0};
      for (auto n = std::size_t{0}; n < series.starts.size(); ++n) {
        const auto expected = sums.find({channel, series.starts[n]});
        CAPTURE(to_iso8601(series.starts[n]));
        REQUIRE(series.values[n].has_value() == (expected != sums.end()));
        if (!series.values[n]) continue;
        ++seen;
        CHECK(*series.values[n] ==
              doctest::Approx(expected->second.first / expected->second.second).epsilon(1e-5));
      }
      CHECK(seen > 0);
    }
  }

  std::shared_ptr<torn_files> disk;
  feed_plan plan;
  std::unique_ptr<feed_store> store;
  time_point now = began;

 private:
  using owed_at = std::pair<std::string, time_point>;

  std::optional<float> value_at(const std::string& channel, time_point slot) const {
    const auto answer = store->ask({{channel},
                                    slot,
                                    slot + std::chrono::seconds{10},
                                    bucket::interval,
                                    std::chrono::seconds{10},
                                    0,
                                    fold::average});
    REQUIRE(answer);
    if (answer->series.empty()) return {};
    REQUIRE(answer->interval == std::chrono::seconds{10});
    return answer->series[0].values.at(0);
  }

  std::mt19937_64 random_;
  duration step_;
  std::map<owed_at, std::vector<std::optional<float>>> owed_;
  std::set<owed_at> newest_;
};

}  // namespace

TEST_CASE("a history keeps what it promised through a power cut at each of its file operations") {
  // Some pages fill and are moved to their feeds, and one of minutes is folded.
  constexpr auto steps = 60;
  auto whole = recorded_life{1, std::chrono::minutes{24}};
  whole.open();
  whole.live(steps);
  const auto operations = whole.disk->operations();
  CHECK(operations > 150);
  auto moved = false;
  for (const auto& path : whole.disk->paths()) moved = moved || path.starts_with("1min/");
  CHECK(moved);
  for (auto n = std::uint64_t{0}; n < operations; ++n) {
    CAPTURE(n);
    auto life = recorded_life{1, std::chrono::minutes{24}};
    life.disk->cut_after(n);
    life.open();
    life.live(steps);
    REQUIRE(life.disk->is_cut());
    life.disk->power_up();
    life.open();
    life.live(3);
    life.open();
  }
}

TEST_CASE(
    "a history of months keeps what it promised through 400 power cuts, the ones during recovery "
    "too") {
  for (auto seed = std::uint64_t{1}; seed <= 40; ++seed) {
    CAPTURE(seed);
    auto life = recorded_life{seed, std::chrono::minutes{15 + 10 * (seed % 20)}};
    auto random = std::mt19937_64{seed};
    for (auto cuts = 0; cuts < 10; ++cuts) {
      life.disk->cut_after(random() % 3 == 0 ? random() % 10 : random() % 400);
      life.open();
      life.live(1000);
      life.disk->power_up();
    }
    life.open();
    life.live(5);
    life.check_hours();
  }
}
