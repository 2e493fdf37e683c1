#pragma once

#include "actors/history/feed_store.hpp"
#include "tests/support/torn_files.hpp"

#include <doctest/doctest.h>

#include <functional>

namespace hearth::testing {

/// A history in memory that is fed as a house feeds it: a value each ten seconds, a block each five
/// minutes.
struct small_history {
  explicit small_history(time_point start = *from_iso8601("2026-01-10T00:00:00Z"),
                         const std::string& zone = "America/New_York")
      : now{start} {
    plan.timezone = zone;
    open();
  }

  void open() {
    store.reset();
    auto opened = feed_store::open(disk, plan, now);
    REQUIRE_MESSAGE(opened, (opened ? std::string{} : to_text(opened.error())));
    store = std::move(*opened);
  }
  feed_id feed(const std::string& channel = "power", const std::string& unit = "W") const {
    const auto id = store->declare(channel, unit);
    REQUIRE(id);
    return *id;
  }
  /// For so long, every channel one value a slot; absent where `value` says nothing.
  void record(duration length, const std::function<std::optional<float>(time_point)>& value,
              const std::string& channel = "power") {
    const auto id = feed(channel);
    const auto end = now + length;
    for (; now < end; now += plan.kept.interval) {
      if (const auto v = value(now)) CHECK(store->put(id, now, *v));
      if ((now.time_since_epoch() + plan.kept.interval) % plan.kept.block == duration{0}) write();
    }
  }
  void write() {
    const auto moved = store->distribute(now);
    REQUIRE_MESSAGE(moved, (moved ? std::string{} : to_text(moved.error())));
  }
  history_series ask(time_point from, time_point to, duration interval, fold how = fold::average,
                     bucket by = bucket::interval, const std::string& channel = "power") const {
    const auto answer = store->ask({{channel}, from, to, by, interval, 1000, how});
    REQUIRE_MESSAGE(answer, (answer ? std::string{} : to_text(answer.error())));
    REQUIRE(answer->series.size() == 1);
    CHECK(answer->series[0].starts.size() == answer->series[0].values.size());
    return answer->series[0];
  }
  std::optional<float> slot(time_point at, const std::string& channel = "power") const {
    return ask(at, at + plan.kept.interval, plan.kept.interval, fold::average, bucket::interval,
               channel)
        .values.at(0);
  }

  std::shared_ptr<torn_files> disk = std::make_shared<torn_files>(1);
  feed_plan plan;
  std::unique_ptr<feed_store> store;
  time_point now;
};

/// A feed as emoncms leaves it: "12.meta", "12.dat".
inline std::shared_ptr<torn_files> feed_of(std::uint32_t interval, time_point start,
                                           const std::vector<std::optional<float>>& values) {
  auto out = std::make_shared<torn_files>(1);
  auto bytes = std::string{};
  for (const auto& value : values) append_slot(bytes, value);
  const auto second =
      static_cast<std::uint32_t>(start.time_since_epoch() / std::chrono::seconds{1});
  REQUIRE(out->write("12.meta", 0, to_bytes(feed_meta{interval, second})));
  REQUIRE(out->write("12.dat", 0, bytes));
  return out;
}

}  // namespace hearth::testing
