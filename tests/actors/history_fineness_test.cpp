#include "tests/support/small_history.hpp"

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto began = *from_iso8601("2026-01-10T00:00:00Z");
constexpr auto day = std::chrono::days{1};

/// A house of few days by 10 s and few weeks by the minute, in which one channel was measured for a
/// day, long ago, and another one ever since.
struct old_house : small_history {
  old_house() : small_history{began} {
    plan.kept.keep_finest = std::chrono::days{8};
    plan.kept.keep_minutes = std::chrono::days{30};
    plan.kept.block = 1h;
    open();
    const auto removed = feed("removed");
    for (auto t = began; t < began + day; t += 1min) REQUIRE(store->put(removed, t, 3));
    record(std::chrono::days{150},
           [](time_point t) { return static_cast<float>(t.time_since_epoch() / 10s % 360); });
  }
  duration interval_of(const std::vector<std::string>& channels, time_point from, time_point to,
                       duration asked) const {
    const auto answer = store->ask({channels, from, to, bucket::interval, asked});
    REQUIRE(answer);
    return answer->interval;
  }
};

}  // namespace

TEST_CASE_FIXTURE(old_house, "a channel that is gone makes none of the others coarser") {
  const auto then = now - 1min;
  const auto seen = store->at(then);
  CHECK(seen.resolution == 10s);
  CHECK(seen.values.at("power") == static_cast<float>(then.time_since_epoch() / 10s % 360));
  CHECK_FALSE(seen.values.at("removed"));
  const auto answer = store->ask({{"power", "removed"}, now - day, now, bucket::interval, 10s});
  REQUIRE(answer);
  CHECK(answer->interval == 10s);
  REQUIRE(answer->series.size() == 2);
  CHECK(answer->series[0].values.size() == 8640);
  CHECK(answer->series[0].values.back() ==
        static_cast<float>((now - 10s).time_since_epoch() / 10s % 360));
  CHECK(
      std::ranges::none_of(answer->series[1].values, [](const auto& v) { return v.has_value(); }));
  // Where it was measured it counts.
  CHECK(interval_of({"power", "removed"}, began, began + day, 10s) == 15min);
  CHECK(store->at(began + 1h).resolution == 15min);
  CHECK(store->at(began + 1h).values.at("removed") == 3);
}

TEST_CASE_FIXTURE(old_house, "a channel of an hour ago makes none of the others coarser") {
  const auto fresh = feed("fresh");
  for (auto t = now - 1h; t < now; t += 10s) REQUIRE(store->put(fresh, t, 5));
  write();
  const auto from = now - std::chrono::days{30};
  CHECK(interval_of({"power"}, from, from + day, 1min) == 1min);
  // Within what is shown it is part of it, and before it there was none of it.
  CHECK(interval_of({"power", "fresh"}, from, now, 1min) == 1min);
  CHECK(interval_of({"power", "fresh"}, from, from + day, 1min) == 1min);
  CHECK(interval_of({"power", "fresh"}, now - day, now, 10s) == 10s);
  const auto seen = store->at(from);
  CHECK(seen.resolution == 1min);
  CHECK(seen.values.at("power"));
  CHECK_FALSE(seen.values.at("fresh"));
  const auto latest = store->at(now - 30min);
  CHECK(latest.resolution == 10s);
  CHECK(latest.values.at("fresh") == 5);
}

TEST_CASE_FIXTURE(
    old_house,
    "before all that was measured a moment is empty, and says no finer than it could be") {
  const auto seen = store->at(began - day);
  CHECK(seen.resolution == 1h);
  CHECK_FALSE(seen.values.at("power"));
  CHECK(interval_of({"power"}, began - 3 * day, began - day, 15min) == 15min);
}

TEST_CASE_FIXTURE(old_house,
                  "of a channel of which nothing fine is left the finest there is goes along") {
  auto out = torn_files{1};
  const auto removed = feed("removed");
  for (const auto asked : {duration{0}, duration{10s}, duration{60s}}) {
    const auto written = store->write_phpfina(removed, asked, out, "1");
    REQUIRE(written);
    CHECK(written->interval_s == 900);
    CHECK(written->slots == 96);
    CHECK(written->coarser);
    CHECK(out.content("1.meta") ==
          to_bytes(feed_meta{900, static_cast<std::uint32_t>(began.time_since_epoch() / 1s)}));
    REQUIRE(out.content("1.dat").size() == 96 * 4);
    for (auto slot = std::size_t{0}; slot < 96; ++slot)
      CHECK(slot_from(out.content("1.dat"), slot) == 3);
  }
  const auto hours = store->write_phpfina(removed, 1h, out, "2");
  REQUIRE(hours);
  CHECK(hours->interval_s == 3600);
  CHECK(hours->slots == 24);
  CHECK_FALSE(hours->coarser);
  const auto live = store->write_phpfina(feed("power"), {}, out, "3");
  REQUIRE(live);
  CHECK(live->interval_s == 10);
  CHECK(live->slots * 10s > 8 * day);
  CHECK_FALSE(live->coarser);
  const auto never = store->write_phpfina(feed("never"), {}, out, "4");
  REQUIRE(never);
  CHECK(never->slots == 0);
  CHECK(out.content("4.dat").empty());
}
