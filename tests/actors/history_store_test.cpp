#include "protocol/limits.hpp"
#include "tests/support/small_history.hpp"

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto began = *from_iso8601("2026-01-10T00:00:00Z");

/// A saw that differs from slot to slot.
float saw(time_point t) { return static_cast<float>(t.time_since_epoch() / 10s % 360); }

struct told {
  double sum = 0, seconds = 0;
  float lowest = 1e9F, highest = -1e9F;
};
told between(time_point from, time_point to,
             const std::function<std::optional<float>(time_point)>& v) {
  auto out = told{};
  for (auto t = from; t < to; t += 10s)
    if (const auto value = v(t)) {
      out.sum += *value * 10;
      out.seconds += 10;
      out.lowest = std::min(out.lowest, *value);
      out.highest = std::max(out.highest, *value);
    }
  return out;
}

}  // namespace

TEST_CASE("a value lands in the slot of its time, and the one said last is the one that stays") {
  auto h = small_history{};
  const auto id = h.feed();
  CHECK(h.store->put(id, began + 7s, 1));
  CHECK(h.store->put(id, began + 10s, 2));
  CHECK(h.store->put(id, began + 19s + 999ms, 3));
  CHECK(h.slot(began) == 1);
  CHECK(h.slot(began + 10s) == 3);
  CHECK_FALSE(h.slot(began + 20s));
  CHECK_FALSE(h.slot(began - 10s));
}

TEST_CASE("what is in a block is there after a restart, and what is not is not") {
  auto h = small_history{};
  CHECK(h.store->put(h.feed(), began, 1));
  CHECK(h.store->status(h.now).waiting == 1);
  REQUIRE(h.store->write_block(h.now));
  CHECK(h.store->status(h.now).waiting == 0);
  CHECK(h.store->put(h.feed(), began + 10s, 2));
  h.open();
  CHECK(h.slot(began) == 1);
  CHECK_FALSE(h.slot(began + 10s));
  CHECK(h.store->feeds().at(1) == feed_name{"power", "W"});
}

TEST_CASE("a late point lands in its slot and in the hours that were folded already") {
  auto h = small_history{};
  h.record(std::chrono::days{50},
           [](time_point t) { return t < began + 1h ? std::nullopt : std::optional{100.0F}; });
  CHECK_FALSE(h.ask(began, began + 1h, 1h).values[0]);
  CHECK(h.store->put(h.feed(), began + 30min, 7));
  CHECK(h.slot(began + 30min) == 7);
  h.write();
  h.open();
  CHECK(h.slot(began + 30min) == 7);
  CHECK(h.slot(began + 1h) == 100);
  CHECK(h.ask(began, began + 2h, 1h).values[0] == 7);
  CHECK(h.ask(began, began + 2h, 1h, fold::integral).values[0] == doctest::Approx(7.0 / 360));
  CHECK(h.ask(began, began + 2h, 1h).values[1] == 100);
}

TEST_CASE("each fold of each fineness is what the values themselves say, with gaps in them") {
  auto h = small_history{};
  const auto value = [](time_point t) {
    const auto minute = t.time_since_epoch() / 1min;
    return minute % 50 == 3 || minute % 1440 > 1300 || t.time_since_epoch() / 10s % 7 == 0
               ? std::nullopt
               : std::optional{saw(t)};
  };
  h.record(std::chrono::days{45}, value);
  for (const auto again : {false, true}) {
    if (again) h.open();
    for (const auto interval : {duration{10s}, duration{30s}, duration{1min}, duration{10min},
                                duration{15min}, duration{45min}, duration{1h}, duration{9h}}) {
      CAPTURE(to_text(interval));
      const auto from = began + std::chrono::days{again ? 1 : 38} + 9h;
      const auto to = from + std::min<duration>(interval * 120, std::chrono::days{6});
      const auto lows = h.ask(from, to, interval, fold::lowest);
      const auto highs = h.ask(from, to, interval, fold::highest);
      const auto sums = h.ask(from, to, interval, fold::integral);
      const auto means = h.ask(from, to, interval, fold::average);
      REQUIRE(lows.starts.size() >= 16);
      auto some = 0;
      for (auto n = std::size_t{0}; n < lows.starts.size(); ++n) {
        const auto t = between(lows.starts[n], lows.starts[n] + interval, value);
        REQUIRE(lows.values[n].has_value() == (t.seconds > 0));
        if (t.seconds == 0) continue;
        ++some;
        CHECK(lows.values[n] == t.lowest);
        CHECK(highs.values[n] == t.highest);
        CHECK(*sums.values[n] == doctest::Approx(t.sum / 3600).epsilon(1e-4));
        // A minute remembers its mean and not how much of it was measured.
        CHECK(*means.values[n] == doctest::Approx(t.sum / t.seconds).epsilon(0.02));
      }
      CHECK(some > 10);
    }
  }
}

TEST_CASE("what is too old goes as whole files, and is still there by the minute and the hour") {
  auto h = small_history{};
  h.plan.kept.keep_finest = std::chrono::days{8};
  h.plan.kept.keep_minutes = std::chrono::days{30};
  h.open();
  h.plan.kept.block = 1h;
  h.record(std::chrono::days{150}, [](time_point t) {
    return t.time_since_epoch() / 10s % 6 == 0 ? std::nullopt : std::optional{saw(t)};
  });
  auto finest = std::set<std::string>{};
  for (const auto& path : h.disk->paths())
    if (path.starts_with("10s/")) finest.insert(path.substr(0, 20));
  CHECK(finest.size() == 3);
  const auto from = began + std::chrono::days{20};
  const auto answer = h.store->ask({{"power"}, from, from + 24h, bucket::interval, 10s});
  REQUIRE(answer);
  CHECK(answer->interval == 15min);
  const auto hours = h.ask(from, from + 24h, 1h, fold::integral);
  REQUIRE(hours.values.size() == 24);
  for (auto n = std::size_t{0}; n < 24; ++n)
    CHECK(*hours.values[n] == doctest::Approx(between(hours.starts[n], hours.starts[n] + 1h,
                                                      [](time_point t) {
                                                        return t.time_since_epoch() / 10s % 6 == 0
                                                                   ? std::nullopt
                                                                   : std::optional{saw(t)};
                                                      })
                                                  .sum /
                                              3600)
                                  .epsilon(1e-4));
  CHECK(h.ask(from, from + 1h, 1h, fold::highest).values[0] == 359);
  CHECK(h.store->at(from).resolution == 15min);
  CHECK(h.store->at(h.now - 1min).resolution == 10s);
  CHECK(h.store->oldest() == began);
  // And nothing lands where all of it is gone.
  const auto refused = h.store->refused();
  CHECK_FALSE(h.store->put(h.feed(), from, 1));
  CHECK(h.store->refused() == refused + 1);
}

TEST_CASE("a day of the house has 23 or 25 hours when its clocks are set") {
  for (const auto& [date, hours] :
       {std::pair{"2026-03-07T05:00:00Z", 23}, std::pair{"2026-10-31T04:00:00Z", 25}}) {
    CAPTURE(date);
    const auto start = *from_iso8601(date);
    auto h = small_history{start};
    h.plan.kept.block = 1h;
    h.record(73h, [](time_point) { return 1000.0F; });
    const auto days = h.ask(start, start + 72h, {}, fold::integral, bucket::day);
    REQUIRE(days.values.size() >= 3);
    CHECK(days.unit == "Wh");
    CHECK(days.starts[0] == start);
    CHECK(days.values[0] == 24'000);
    CHECK(days.values[1] == doctest::Approx(1000.0 * hours));
    CHECK(days.starts[2] - days.starts[1] == std::chrono::hours{hours});
    CHECK(days.values[2] == 24'000);
  }
}

TEST_CASE("months are those of the house, and an answer names its unit") {
  auto h = small_history{*from_iso8601("2026-01-31T05:00:00Z")};
  h.plan.kept.block = 1h;
  h.record(
      48h, [](time_point) { return 2.0F; }, "price");
  CHECK(h.store->declare("price", "USD/h"));
  const auto months = h.ask(h.now - 48h, h.now, {}, fold::integral, bucket::month, "price");
  REQUIRE(months.values.size() == 2);
  CHECK(months.starts[0] == *from_iso8601("2026-01-01T05:00:00Z"));
  CHECK(months.starts[1] == *from_iso8601("2026-02-01T05:00:00Z"));
  CHECK(months.values[0] == 48);
  CHECK(months.values[1] == 48);
  CHECK(months.unit == "USD");
}

TEST_CASE("as many points as asked for, and no question is too large for memory") {
  auto h = small_history{};
  h.plan.kept.block = 1h;
  h.record(std::chrono::days{10}, [](time_point t) { return saw(t); });
  const auto some = h.store->ask({{"power", "nobody"}, began, h.now});
  REQUIRE(some);
  REQUIRE(some->series.size() == 1);
  CHECK(some->series[0].values.size() > 900);
  CHECK(some->series[0].values.size() <= 1000);
  const auto far = time_point{duration::max()};
  CHECK_FALSE(h.store->ask({{"power"}, time_point{duration::min()}, far, bucket::interval, 10s}));
  CHECK(h.store->ask({{"power"}, time_point{duration::min()}, far, bucket::interval}));
  CHECK(h.store->ask({{"power"}, time_point{duration::min()}, far, bucket::month}));
  CHECK_FALSE(h.store->ask({{"power"}, began, h.now, bucket::interval, duration::max()}));
  CHECK_FALSE(h.store->ask({{"power"}, began, h.now, bucket::interval, -1s}));
  const auto backwards = h.store->ask({{"power"}, h.now, began});
  REQUIRE(backwards);
  CHECK(backwards->series[0].values.empty());
  CHECK(h.store->at(far).values.at("power") == std::nullopt);
}

TEST_CASE("a clock that jumps years ahead costs a page, and the way back nothing") {
  auto h = small_history{};
  const auto before = h.disk->bytes();
  h.record(1h, [](time_point) { return 1.0F; });
  const auto back = h.now;
  h.now = *from_iso8601("2060-01-01T00:00:00Z");
  h.record(1h, [](time_point) { return 2.0F; });
  h.now = back;
  h.record(12h, [](time_point) { return 3.0F; });
  h.open();
  CHECK(h.slot(back - 10s) == 1);
  CHECK(h.slot(back) == 3);
  CHECK(h.slot(*from_iso8601("2060-01-01T00:30:00Z")) == 2);
  CHECK(h.disk->bytes() - before < 200'000);
  // Back by an hour: the same slots again.
  h.now -= 1h;
  h.record(10min, [](time_point) { return 4.0F; });
  CHECK(h.slot(h.now - 10s) == 4);
  CHECK(h.slot(h.now) == 3);
  for (const auto* date : {"1970-01-01T00:00:10Z", "2023-12-31T00:00:00Z", "2105-01-01T00:00:00Z"})
    CHECK_FALSE(h.store->put(h.feed(), *from_iso8601(date), 1));
  CHECK_FALSE(h.store->put(h.feed(), time_point{duration::min()}, 1));
  CHECK_FALSE(h.store->put(h.feed(), time_point{duration::max()}, 1));
  CHECK_FALSE(h.store->put(h.feed(), h.now, std::bit_cast<float>(0x7f800000)));
  CHECK_FALSE(h.store->put(4000, h.now, 1));
}

TEST_CASE("a house that never has the same interval keeps what it had") {
  auto h = small_history{};
  h.record(20h, [](time_point) { return 60.0F; });
  const auto changed = h.now;
  h.plan.kept.interval = 30s;
  h.open();
  CHECK(h.store->take_problems().size() == 1);
  h.record(20h, [](time_point) { return 30.0F; });
  h.plan.kept.interval = 60s;
  h.open();
  h.record(2h, [](time_point) { return 10.0F; });
  h.open();
  CHECK(h.ask(changed - 10min, changed + 10min, 5min).values ==
        std::vector<std::optional<float>>{60.0F, 60.0F, 30.0F, 30.0F});
  CHECK(h.ask(h.now - 2h, h.now, 1h).values == std::vector<std::optional<float>>{10.0F, 10.0F});
}

TEST_CASE("a full disk harms nothing that was on it, and recording goes on when there is room") {
  auto h = small_history{};
  h.record(24h, [](time_point t) { return saw(t); });
  const auto full = h.now;
  h.disk->full_at(h.disk->bytes());
  const auto id = h.feed();
  auto faults = 0;
  for (const auto end = h.now + std::chrono::days{5}; h.now < end; h.now += 10s) {
    CHECK(h.store->put(id, h.now, saw(h.now)));
    if (h.now.time_since_epoch() % 5min != duration{0}) continue;
    const auto moved = h.store->distribute(h.now);
    if (!moved) CHECK(moved.error().code == fault_code::overflow);
    faults += moved ? 0 : 1;
  }
  CHECK(faults > 1000);
  CHECK(h.store->dropped() == 0);
  {
    // Another program sees all that was there before, and what the log took since.
    auto other = small_history{};
    other.disk = h.disk;
    other.plan.read_only = true;
    other.open();
    CHECK(other.store->take_problems().empty());
    for (auto t = began; t < full; t += 7min) REQUIRE(other.slot(t) == saw(t));
  }
  h.disk->heal();
  h.write();
  h.open();
  CHECK(h.store->take_problems().empty());
  for (auto t = began; t < h.now; t += 7min) REQUIRE(h.slot(t) == saw(t));
}

TEST_CASE("without a disk for weeks the oldest values in memory go, and are counted") {
  auto h = small_history{};
  h.disk->fail_after(0);
  h.plan.kept.block = 1h;
  const auto id = h.feed();
  for (auto n = 0; n < 1100 * 1024; n += 16) h.store->put(id, began + n * 10s, 1);
  CHECK(h.store->dropped() > 1000);
  CHECK(h.store->dropped() < 6000);
  CHECK_FALSE(h.slot(began));
  h.disk->heal();
  REQUIRE(h.store->distribute(began + std::chrono::days{200}));
}

TEST_CASE("a disk that fails now and then costs faults, and nothing that was promised") {
  for (auto seed = std::uint64_t{0}; seed < 60; ++seed) {
    CAPTURE(seed);
    auto h = small_history{};
    const auto id = h.feed();
    h.disk->fail_after(seed);
    for (const auto end = h.now + 7h; h.now < end; h.now += 10s) {
      CHECK(h.store->put(id, h.now, saw(h.now)));
      if (h.now.time_since_epoch() % 5min != duration{0}) continue;
      if (!h.store->distribute(h.now)) {
        h.disk->heal();
        h.disk->fail_after(seed * 3);
      }
    }
    h.disk->heal();
    h.write();
    h.open();
    for (auto t = began; t < h.now; t += 1min) REQUIRE(h.slot(t) == saw(t));
  }
}
