#include "actors/history/money.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

const auto maine = local_calendar{"America/New_York"};

time_point utc(std::string_view text) { return *from_iso8601(text); }

/// What feeds would answer: one value by bucket, as a function of its start, and known in whole
/// unless `part` says how much of it.
history_answer answer(
    const history_query& q,
    const std::map<std::string, std::function<std::optional<float>(time_point)>>& values,
    const std::function<float(time_point)>& part = [](time_point) { return 1.0F; }) {
  auto out = history_answer{{}, q.interval};
  for (const auto& channel : q.channels) {
    const auto found = values.find(channel);
    if (found == values.end()) continue;
    auto& s = out.series.emplace_back();
    s.channel = channel;
    for (auto t = q.from; t < q.to; t += q.interval) {
      s.starts.push_back(t);
      s.values.push_back(found->second(t));
      const auto is_measured = channel == "hp.power" || channel == "hearth.cost";
      s.measured.push_back(!s.values.back() ? 0.0F : is_measured ? part(t) : 1.0F);
    }
  }
  return out;
}

const auto long_after = *from_iso8601("2099-01-01T00:00:00Z");

money_count counted(const money_query& q, time_point now = long_after) {
  auto made = money_count::of(q, maine, "hp.power", now);
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
  CHECK(rows[0].used->in(kilowatt_hour) == doctest::Approx(24));
  CHECK(rows[1].used->in(kilowatt_hour) == doctest::Approx(23));
  CHECK(rows[1].cost->in(us_dollar) == doctest::Approx(23 * 4 * 0.05));
  CHECK(rows[1].slots == 23 * 4);
  CHECK(rows[1].end == utc("2026-03-09T04:00:00Z"));
  CHECK(rows[1].covered == doctest::Approx(1));
  CHECK(rows[1].unknown == 0);
  CHECK_FALSE(rows[1].compared);

  const auto autumn =
      counted({utc("2026-11-01T12:00:00Z"), utc("2026-11-01T13:00:00Z"), bucket::day, {}});
  CHECK(autumn.count(answer(autumn.sums(), {{"hp.power", always(250)}}), {})
            .rows.at(0)
            .used->in(kilowatt_hour) == doctest::Approx(25));
}

TEST_CASE("months are whole ones of the house's calendar") {
  const auto months =
      counted({utc("2026-01-10T00:00:00Z"), utc("2026-03-02T00:00:00Z"), bucket::month, {}});
  const auto rows = months.count(answer(months.sums(), {{"hp.power", always(250)}}), {}).rows;
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].start == utc("2026-01-01T05:00:00Z"));
  CHECK(rows[0].used->in(kilowatt_hour) == doctest::Approx(31 * 24));
  CHECK(rows[1].used->in(kilowatt_hour) == doctest::Approx(28 * 24));
  // Of March, its hour of spring is missing.
  CHECK(rows[2].used->in(kilowatt_hour) == doctest::Approx(31 * 24 - 1));
  CHECK(rows[2].end == utc("2026-04-01T04:00:00Z"));
}

TEST_CASE("what is not known counts for nothing, and how much is lost is told") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  const auto day = counted({noon, noon + 1h, bucket::day, {}});
  const auto half = [&](float v) {
    return [=](time_point t) { return t < noon ? std::optional{v} : std::nullopt; };
  };
  auto rows =
      day.count(answer(day.sums(), {{"hp.power", half(100)}, {"hearth.cost", half(1)}}), {}).rows;
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].covered == doctest::Approx(0.5));
  CHECK(rows[0].slots == 96);
  CHECK(rows[0].unknown == 48);
  CHECK(rows[0].used->in(watt_hour) == doctest::Approx(48 * 100));
  CHECK(rows[0].cost->in(us_dollar) == doctest::Approx(48));
  // Without a price power is known and its cost is not: no cost is not a cost of nothing.
  rows = day.count(answer(day.sums(), {{"hp.power", always(100)}}), {}).rows;
  CHECK(rows[0].used->in(watt_hour) == doctest::Approx(9600));
  CHECK_FALSE(rows[0].cost);
  CHECK(rows[0].unknown == 96);
  CHECK(rows[0].covered == 0);
  rows = day.count({}, {}).rows;
  REQUIRE(rows.size() == 1);
  CHECK_FALSE(rows[0].used);
  CHECK_FALSE(rows[0].cost);
}

TEST_CASE("what is still to come of a day is not unknown") {
  const auto midnight = utc("2026-01-15T05:00:00Z");
  const auto today = counted({midnight, midnight + 24h, bucket::day, {}}, midnight + 130min);
  const auto row =
      today
          .count(answer(today.sums(), {{"hp.power", always(100)}, {"hearth.cost", always(0.10F)}}),
                 {})
          .rows.at(0);
  CHECK(row.slots == 8);
  CHECK(row.unknown == 0);
  CHECK(row.covered == doctest::Approx(1));
  CHECK(row.end == midnight + 24h);
}

TEST_CASE("a reading that is missed now and then makes no slot unknown") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  const auto q = counted({noon, noon + 1h, bucket::interval, 1h});
  const auto part = [&](time_point t) {
    return t == noon ? 0.95F : t == noon + 15min ? 0.5F : 1.F;
  };
  const auto row =
      q.count(answer(q.sums(), {{"hp.power", always(1)}, {"hearth.cost", always(1)}}, part), {})
          .rows.at(0);
  CHECK(row.slots == 4);
  CHECK(row.unknown == 1);
  CHECK(row.covered == doctest::Approx((0.95 + 0.5 + 2) / 4));
}

namespace {

using feeds = std::map<std::string, std::function<std::optional<float>(time_point)>>;

/// A quarter of an hour of the house costs 10 cents, one of the thermostat 15.
feeds house_and_thermostat() {
  return {{"hp.power", always(100)},
          {"hearth.cost", always(0.10F)},
          {"hearth.thermostat.power", always(90)},
          {"hearth.thermostat.cost", always(0.15F)}};
}
auto level_worth(const money_count& q) {
  return answer(q.worth(), {{"hearth.store.worth", always(0.30F)}});
}
double saved(const money_row& row) {
  REQUIRE(row.compared);
  return (row.compared->thermostat - row.compared->cost).in(us_dollar);
}

}  // namespace

TEST_CASE("house and thermostat are compared over the same slots, those in which both are known") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  const auto day = counted({noon, noon + 1h, bucket::day, {}});
  const auto morning = [&](float v) {
    return [=](time_point t) { return t < noon ? std::optional{v} : std::nullopt; };
  };
  auto values = house_and_thermostat();
  values["hearth.thermostat.power"] = morning(90);
  values["hearth.thermostat.cost"] = morning(0.15F);
  const auto row = day.count(answer(day.sums(), values), level_worth(day)).rows.at(0);
  REQUIRE(row.compared);
  CHECK(row.cost->in(us_dollar) == doctest::Approx(9.6));
  CHECK(row.compared->slots == 48);
  CHECK(row.compared->cost.in(us_dollar) == doctest::Approx(48 * 0.10));
  CHECK(saved(row) == doctest::Approx(48 * 0.05));
  CHECK(row.compared->used.in(watt_hour) == doctest::Approx(48 * 100));
  CHECK(row.compared->thermostat_used.in(watt_hour) == doctest::Approx(48 * 90));
}

TEST_CASE("a day that lost its power or its price for an hour has saved no more by that") {
  const auto midnight = utc("2026-01-15T05:00:00Z");
  const auto day = counted({midnight, midnight + 24h, bucket::day, {}});
  const auto gone = [&](float v) {
    return [=](time_point t) {
      return t < midnight + 3h || t >= midnight + 4h ? std::optional{v} : std::nullopt;
    };
  };
  for (const auto* lost : {"hp.power", "hearth.cost", "hearth.thermostat.cost"}) {
    CAPTURE(lost);
    auto values = house_and_thermostat();
    values[lost] = gone(*values[lost](midnight));
    if (lost == std::string{"hp.power"}) values["hearth.cost"] = gone(0.10F);
    const auto row = day.count(answer(day.sums(), values), level_worth(day)).rows.at(0);
    REQUIRE(row.compared);
    CHECK(row.compared->slots == 92);
    CHECK(saved(row) == doctest::Approx(92 * 0.05));
    CHECK(row.unknown == (lost == std::string{"hearth.thermostat.cost"} ? 0 : 4));
  }
}

TEST_CASE("of a slot that is known in part, the thermostat counts for that part") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  const auto q = counted({noon, noon + 1h, bucket::interval, 1h});
  // In each slot the meter was silent for two thirds.
  auto values = house_and_thermostat();
  values["hp.power"] = always(100.0F / 3);
  values["hearth.cost"] = always(0.10F / 3);
  const auto ahead = [&](time_point t) -> std::optional<float> {
    return t < noon ? 0.0F : t < noon + 15min ? 0.03F : 0.06F;
  };
  const auto row = q.count(answer(q.sums(), values, [](time_point) { return 1.0F / 3; }),
                           answer(q.worth(), {{"hearth.store.worth", ahead}}))
                       .rows.at(0);
  CHECK(saved(row) == doctest::Approx((4 * 0.05 + 0.06) / 3));
  CHECK(row.compared->thermostat_used.in(watt_hour) == doctest::Approx(4 * 90 / 3.0));
}

TEST_CASE(
    "heat that a day leaves in the store beyond the thermostat's is the house's to its good") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  const auto q = counted({noon, noon + 2h, bucket::interval, 1h});
  auto same = house_and_thermostat();
  same["hearth.thermostat.cost"] = always(0.10F);
  // The store was ahead by 30 cents before, by 80 after the first hour and by 20 after the second.
  const auto ahead = [&](time_point t) -> std::optional<float> {
    if (t < noon) return 0.30F;
    if (t < noon + 45min) return 0.50F;
    return t < noon + 1h ? 0.80F : 0.20F;
  };
  const auto rows =
      q.count(answer(q.sums(), same), answer(q.worth(), {{"hearth.store.worth", ahead}})).rows;
  REQUIRE(rows.size() == 2);
  CHECK(saved(rows[0]) == doctest::Approx(0.50));
  CHECK(saved(rows[1]) == doctest::Approx(-0.60));
}

TEST_CASE("what the stores are worth and was lost for a while is not taken for saved") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  const auto q = counted({noon, noon + 2h, bucket::interval, 1h});
  const auto answered = answer(q.sums(), house_and_thermostat());
  // Ahead by 30 cents all the time, and nobody said so for a quarter of an hour.
  const auto gap = [&](time_point t) {
    return t == noon + 30min ? std::nullopt : std::optional{0.30F};
  };
  auto rows = q.count(answered, answer(q.worth(), {{"hearth.store.worth", gap}})).rows;
  CHECK(rows[0].compared->slots == 2);
  CHECK(saved(rows[0]) == doctest::Approx(2 * 0.05));
  CHECK(saved(rows[1]) == doctest::Approx(4 * 0.05));
  // A thermostat that begins anew: with its first slot nobody knows from where.
  const auto anew = [&](time_point t) {
    return t < noon + 1h ? std::optional<float>{} : std::optional{0.25F};
  };
  rows = q.count(answered, answer(q.worth(), {{"hearth.store.worth", anew}})).rows;
  CHECK_FALSE(rows[0].compared);
  CHECK(saved(rows[1]) == doctest::Approx(3 * 0.05));
}

TEST_CASE("the total of days is what one row of their length would say") {
  const auto begin = utc("2026-01-01T05:00:00Z");
  auto values = house_and_thermostat();
  // The thermostat is known from the tenth on, the meter is lost on the twentieth.
  const auto from_tenth = [&](float v) {
    return [=](time_point t) { return t < begin + 9 * 24h ? std::nullopt : std::optional{v}; };
  };
  values["hearth.thermostat.power"] = from_tenth(90);
  values["hearth.thermostat.cost"] = from_tenth(0.15F);
  for (const auto* channel : {"hp.power", "hearth.cost"})
    values[channel] = [v = *values[channel](begin), begin](time_point t) {
      return t >= begin + 19 * 24h && t < begin + 20 * 24h ? std::nullopt : std::optional{v};
    };
  const auto days = counted({begin, begin + 31 * 24h, bucket::day, {}});
  const auto month = counted({begin, begin + 31 * 24h, bucket::month, {}});
  const auto all = days.count(answer(days.sums(), values), level_worth(days));
  const auto one = month.count(answer(month.sums(), values), level_worth(month)).rows.at(0);
  REQUIRE(all.rows.size() == 31);
  CHECK(all.total.start == one.start);
  CHECK(all.total.end == one.end);
  CHECK(all.total.cost->in(us_dollar) == doctest::Approx(30 * 9.6));
  CHECK(one.cost->in(us_dollar) == doctest::Approx(30 * 9.6));
  CHECK(all.total.unknown == 96);
  CHECK(one.unknown == 96);
  CHECK(all.total.compared->slots == 21 * 96);
  CHECK(saved(all.total) == doctest::Approx(21 * 4.8));
  CHECK(saved(one) == doctest::Approx(21 * 4.8));
  CHECK(all.total.covered == doctest::Approx(30.0 / 31));
  CHECK_FALSE(all.rows[19].cost);
}

TEST_CASE("a question about money that is none is refused") {
  const auto noon = utc("2026-01-15T17:00:00Z");
  CHECK_FALSE(money_count::of({noon, noon, bucket::day, {}}, maine, "hp.power", noon));
  CHECK_FALSE(money_count::of({noon, noon + 1h, bucket::interval, {}}, maine, "hp.power", noon));
  CHECK_FALSE(money_count::of({noon, noon + 1h, bucket::interval, 10min}, maine, "hp.power", noon));
  CHECK_FALSE(
      money_count::of({noon, noon + 24h * 60, bucket::interval, 15min}, maine, "hp.power", noon));
  CHECK(money_count::of({noon, noon + 24h * 3653, bucket::day, {}}, maine, "hp.power", noon));
}
