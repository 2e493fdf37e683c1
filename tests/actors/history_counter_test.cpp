#include "tests/support/small_history.hpp"

#include <cmath>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto began = *from_iso8601("2026-01-10T00:00:00Z");
constexpr auto day = std::chrono::days{1};
/// Two o'clock and seven minutes of the third day, in the middle of a quarter.
const auto exchanged = began + 2 * day + 14h + 7min + 10s;

/// A meter that runs slower and faster, was lost for hours and exchanged once, read in whole Wh.
std::optional<float> meter(time_point t) {
  const auto minute = t.time_since_epoch() / 1min;
  if (minute % 1440 > 1000 && minute % 1440 < 1230) return {};
  if (t.time_since_epoch() / 10s % 11 == 0) return {};
  const auto steps = static_cast<double>((t - began) / 10s);
  const auto counted = 3.0 * steps + 900 * std::sin(steps / 900) + 900;
  const auto old_one = 3.0 * static_cast<double>((exchanged - began) / 10s);
  return static_cast<float>(
      std::floor(t < exchanged ? 400'000 + counted : counted - old_one + 2000));
}

/// What it rose by within: of each value since the one before, wherever that stands.
struct rise {
  double risen = 0;
  bool any = false;
};
rise between(time_point from, time_point to) {
  auto out = rise{};
  auto last = std::optional<float>{};
  for (auto t = from - 10s; t >= began && !last; t -= 10s) last = meter(t);
  for (auto t = from; t < to; t += 10s) {
    const auto value = meter(t);
    if (!value) continue;
    if (last) out.risen += std::max(0.0, double{*value} - double{*last});
    out.any = true;
    last = value;
  }
  return out;
}

struct metered_house : small_history {
  void live(duration length) {
    plan.kept.block = 1h;
    record(length, meter, "meter");
    REQUIRE(store->declare("meter", "Wh"));
    write();
  }
  history_series energy(time_point from, time_point to, duration interval,
                        bucket by = bucket::interval) const {
    return ask(from, to, interval, fold::integral, by, "meter");
  }
};

double sum_of(const history_series& s) {
  auto out = 0.0;
  for (const auto& value : s.values) out += value.value_or(0);
  return out;
}

}  // namespace

TEST_CASE_FIXTURE(metered_house,
                  "of a meter's counter the energy of each bucket is what it rose by") {
  live(50 * day);
  for (const auto again : {false, true}) {
    if (again) open();
    for (const auto interval : {duration{10s}, duration{30s}, duration{1min}, duration{10min},
                                duration{15min}, duration{45min}, duration{1h}, duration{9h}}) {
      CAPTURE(to_text(interval));
      for (const auto from : {began + 5 * day + 9h, began + 41 * day + 9h}) {
        const auto got = energy(from, from + std::min<duration>(interval * 200, 6 * day), interval);
        CHECK(got.unit == "Wh");
        REQUIRE(got.values.size() >= 16);
        auto wrong = 0;
        for (auto n = std::size_t{0}; n < got.values.size(); ++n) {
          const auto is = between(got.starts[n], got.starts[n] + interval);
          if (got.values[n] !=
              (is.any ? std::optional{static_cast<float>(is.risen)} : std::optional<float>{}))
            ++wrong;
        }
        CHECK(wrong == 0);
      }
    }
  }
}

TEST_CASE_FIXTURE(metered_house,
                  "an exchanged meter costs no energy and makes none, however coarse") {
  live(50 * day);
  const auto midnight = began + 2 * day;
  const auto is = between(midnight, midnight + day).risen;
  CHECK(is < 30'000);
  for (const auto interval : {duration{10s}, duration{15min}, duration{1h}, duration{24h}}) {
    CAPTURE(to_text(interval));
    const auto got = energy(midnight, midnight + day, interval);
    for (const auto& value : got.values) CHECK((!value || (*value >= 0 && *value < is + 1)));
    CHECK(sum_of(got) == doctest::Approx(is));
  }
}

TEST_CASE_FIXTURE(metered_house,
                  "the hours of a day and the days of a month come to the same energy") {
  // Days of New York begin at five o'clock here.
  live(45 * day);
  const auto days = energy(began + day + 5h, began + 40 * day + 5h, {}, bucket::day);
  REQUIRE(days.values.size() == 39);
  for (auto n = std::size_t{0}; n < days.values.size(); ++n) {
    CAPTURE(n);
    const auto hours = energy(days.starts[n], days.starts[n] + day, 1h);
    CHECK(sum_of(hours) == doctest::Approx(days.values[n].value()));
    auto alone = 0.0;
    for (auto t = days.starts[n]; t < days.starts[n] + day; t += 1h)
      alone += energy(t, t + 1h, 1h).values.at(0).value_or(0);
    CHECK(alone == doctest::Approx(days.values[n].value()));
    CHECK(days.values[n].value() ==
          doctest::Approx(between(days.starts[n], days.starts[n] + day).risen));
  }
  const auto months = energy(began, now, {}, bucket::month);
  REQUIRE(months.values.size() == 2);
  CHECK(sum_of(months) == doctest::Approx(between(began, now).risen));
}

TEST_CASE_FIXTURE(metered_house,
                  "after weeks without a meter one step says what it counted meanwhile") {
  plan.kept.keep_finest = std::chrono::days{8};
  plan.kept.keep_minutes = std::chrono::days{30};
  plan.kept.block = 1h;
  open();
  const auto id = feed("meter", "Wh");
  REQUIRE(store->put(id, now, 5000));
  write();
  const auto first = energy(now, now + 10s, 10s);
  CHECK(first.values.at(0) == 0);
  // Others go on, so that its value is kept by the hour alone in the end.
  record(70 * day, [](time_point) { return 1.0F; });
  REQUIRE(store->put(id, now, 7500));
  write();
  for (const auto interval : {duration{10s}, duration{1h}}) {
    const auto got = energy(now - 2h, now + 10s, interval);
    CHECK(sum_of(got) == 2500);
    CHECK(got.values.back() == 2500);
  }
}
