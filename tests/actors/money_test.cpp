#include "actors/history/money.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto maine = local_calendar{"America/New_York"};

time_point utc(std::string_view text) { return *from_iso8601(text); }

/// What feeds would answer: one value by bucket, as a function of its start.
history_answer answer(
    const history_query& q,
    const std::map<std::string, std::function<std::optional<float>(time_point)>>& values) {
  auto out = history_answer{{}, q.interval};
  for (const auto& channel : q.channels) {
    const auto found = values.find(channel);
    if (found == values.end()) continue;
    auto& s = out.series.emplace_back();
    s.channel = channel;
    for (auto t = q.from; t < q.to; t += q.interval) {
      s.starts.push_back(t);
      s.values.push_back(found->second(t));
    }
  }
  return out;
}

money_count counted(const money_query& q, const local_calendar& days = maine) {
  auto made = money_count::of(q, days, "hp.power");
  REQUIRE_MESSAGE(made, (made ? std::string{} : to_text(made.error())));
  return *made;
}

auto always(float v) {
  return [v](time_point) { return std::optional{v}; };
}

}  // namespace

TEST_CASE("a day that springs forward has 23 hours of cost and one that falls back 25") {
  const auto days =
      counted({utc("2026-03-07T12:00:00Z"), utc("2026-03-09T12:00:00Z"), bucket::day, {}});
  const auto sums =
      answer(days.sums(), {{"hp.power", always(250)}, {"hearth.cost", always(0.05F)}});
  const auto rows = days.count(sums, {}).rows;
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].start == utc("2026-03-07T05:00:00Z"));
  CHECK(rows[0].used.in(kilowatt_hour) == doctest::Approx(24));
  CHECK(rows[1].used.in(kilowatt_hour) == doctest::Approx(23));
  CHECK(rows[1].cost.in(us_dollar) == doctest::Approx(23 * 4 * 0.05));
  CHECK(rows[1].end == utc("2026-03-09T04:00:00Z"));
  CHECK(rows[1].covered == doctest::Approx(1));
  CHECK_FALSE(rows[1].thermostat);

  const auto autumn =
      counted({utc("2026-11-01T12:00:00Z"), utc("2026-11-01T13:00:00Z"), bucket::day, {}});
  CHECK(autumn.count(answer(autumn.sums(), {{"hp.power", always(250)}}), {})
            .rows.at(0)
            .used.in(kilowatt_hour) == doctest::Approx(25));
}

TEST_CASE("months are whole ones of the house's calendar") {
  const auto months =
      counted({utc("2026-01-10T00:00:00Z"), utc("2026-03-02T00:00:00Z"), bucket::month, {}});
  const auto rows = months.count(answer(months.sums(), {{"hp.power", always(250)}}), {}).rows;
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].start == utc("2026-01-01T05:00:00Z"));
  CHECK(rows[0].used.in(kilowatt_hour) == doctest::Approx(31 * 24));
  CHECK(rows[1].used.in(kilowatt_hour) == doctest::Approx(28 * 24));
  // Of March, its hour of spring is missing.
  CHECK(rows[2].used.in(kilowatt_hour) == doctest::Approx(31 * 24 - 1));
  CHECK(rows[2].end == utc("2026-04-01T04:00:00Z"));
}

TEST_CASE("what is not known counts for nothing, and how much was known is told") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  const auto day = counted({noon, noon + 1h, bucket::day, {}});
  const auto half = [&](float v) {
    return [=](time_point t) { return t < noon ? std::optional{v} : std::nullopt; };
  };
  auto rows =
      day.count(answer(day.sums(), {{"hp.power", half(100)}, {"hearth.cost", half(1)}}), {}).rows;
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].covered == doctest::Approx(0.5));
  CHECK(rows[0].used.in(watt_hour) == doctest::Approx(48 * 100));
  CHECK(rows[0].cost.in(us_dollar) == doctest::Approx(48));
  // Without a price power is known and its cost is not.
  rows = day.count(answer(day.sums(), {{"hp.power", always(100)}}), {}).rows;
  CHECK(rows[0].used.in(watt_hour) == doctest::Approx(9600));
  CHECK(rows[0].covered == 0);
  CHECK(day.count({}, {}).rows.size() == 1);
}

TEST_CASE("a thermostat is compared where both are known, and elsewhere taken for the house") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  const auto day = counted({noon, noon + 1h, bucket::day, {}});
  const auto morning = [&](float v) {
    return [=](time_point t) { return t < noon ? std::optional{v} : std::nullopt; };
  };
  const auto sums = answer(day.sums(), {{"hp.power", always(100)},
                                        {"hearth.cost", always(0.10F)},
                                        {"hearth.thermostat.power", morning(90)},
                                        {"hearth.thermostat.cost", morning(0.15F)}});
  const auto row = day.count(sums, {}).rows.at(0);
  REQUIRE(row.thermostat);
  CHECK(row.cost.in(us_dollar) == doctest::Approx(9.6));
  CHECK((*row.thermostat - row.cost).in(us_dollar) == doctest::Approx(48 * 0.05));
  CHECK((row.used - *row.thermostat_used).in(watt_hour) == doctest::Approx(48 * 10));
}

TEST_CASE(
    "heat that a day leaves in the store beyond the thermostat's is the house's to its good") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  const auto q = counted({noon, noon + 2h, bucket::interval, 1h});
  const auto same = std::map<std::string, std::function<std::optional<float>(time_point)>>{
      {"hp.power", always(100)},
      {"hearth.cost", always(0.10F)},
      {"hearth.thermostat.power", always(100)},
      {"hearth.thermostat.cost", always(0.10F)}};
  // The store was ahead by 30 cents before, by 80 after the first hour and by 20 after the second.
  const auto ahead = [&](time_point t) -> std::optional<float> {
    if (t < noon) return 0.30F;
    if (t < noon + 45min) return 0.50F;
    return t < noon + 1h ? 0.80F : 0.20F;
  };
  const auto rows =
      q.count(answer(q.sums(), same), answer(q.worth(), {{"hearth.store.worth", ahead}})).rows;
  REQUIRE(rows.size() == 2);
  CHECK((*rows[0].thermostat - rows[0].cost).in(us_dollar) == doctest::Approx(0.50));
  CHECK((*rows[1].thermostat - rows[1].cost).in(us_dollar) == doctest::Approx(-0.60));
  // A shadow that begins anew begins with as warm a store.
  const auto anew = [&](time_point t) {
    return t < noon + 1h ? std::optional<float>{} : std::optional{0.25F};
  };
  const auto later =
      q.count(answer(q.sums(), same), answer(q.worth(), {{"hearth.store.worth", anew}})).rows;
  CHECK((*later[0].thermostat - later[0].cost).in(us_dollar) == doctest::Approx(0));
  CHECK((*later[1].thermostat - later[1].cost).in(us_dollar) == doctest::Approx(0.25));
}

TEST_CASE("a question about money that is none is refused") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  CHECK_FALSE(money_count::of({noon, noon, bucket::day, {}}, maine, "hp.power"));
  CHECK_FALSE(money_count::of({noon, noon + 1h, bucket::interval, {}}, maine, "hp.power"));
  CHECK_FALSE(money_count::of({noon, noon + 1h, bucket::interval, 10min}, maine, "hp.power"));
  CHECK_FALSE(money_count::of({noon, noon + 24h * 60, bucket::interval, 15min}, maine, "hp.power"));
  CHECK(money_count::of({noon, noon + 24h * 3653, bucket::day, {}}, maine, "hp.power"));
}

TEST_CASE("a zone that is half an hour off has its own days") {
  const auto delhi = local_calendar{"Asia/Kolkata"};
  CHECK(delhi.day_of(utc("2026-01-15T12:00:00Z")) == utc("2026-01-14T18:30:00Z"));
  CHECK(delhi.day_after(utc("2026-01-15T12:00:00Z")) == utc("2026-01-15T18:30:00Z"));
  CHECK(local_calendar{"No/Where"}.month_after(utc("2026-12-15T12:00:00Z")) ==
        utc("2027-01-01T00:00:00Z"));
  // A midnight that was left out.
  const auto beirut = local_calendar{"Asia/Beirut"};
  CHECK(beirut.day_of(utc("2022-03-27T12:00:00Z")) == utc("2022-03-26T22:00:00Z"));
}
