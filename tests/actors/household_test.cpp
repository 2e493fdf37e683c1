#include "actors/household.hpp"

#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr auto whole_week = std::array<bool, 7>{true, true, true, true, true, true, true};

time_point utc(const char* text) { return *from_iso8601(text); }

household_wish wish_of(wish_kind kind, std::string zone = {},
                       std::optional<temperature> setpoint = {}) {
  return {"w1", kind, std::move(zone), setpoint, "Ann", noon, noon + 1h};
}

/// A house in which a test wishes and looks.
struct fixture {
  layout house = small_house();
  household wanted;
  dating dates = exact_dates;

  zone_setpoint at(time_point now, std::size_t zone = 0) {
    const auto seen = image{house, now};
    return setpoint_for(house.plant->zones[zone], house, wanted, dates, seen.now());
  }
  double degrees(time_point now, std::size_t zone = 0) {
    return at(now, zone).setpoint.value().in_celsius();
  }
  void wish(wish_kind kind, std::string zone = {}, std::optional<temperature> setpoint = {}) {
    wanted.wishes.push_back(wish_of(kind, std::move(zone), setpoint));
    wanted.wishes.back().id = "w" + std::to_string(wanted.wishes.size());
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "nobody wants anything, and the layout's setpoint holds") {
  const auto is = at(noon);
  CHECK(is.setpoint == celsius(20));
  CHECK(is.owed == celsius(20));
  CHECK(is.why.empty());
  CHECK_FALSE(is.wished_by);
}

TEST_CASE_FIXTURE(fixture,
                  "a wish holds from its beginning to its end and not a millisecond more") {
  wish(wish_kind::setpoint, "living", celsius(23));
  CHECK(degrees(noon - 1ms) == 20);
  CHECK(degrees(noon) == 23);
  CHECK(degrees(noon + 1h - 1ms) == 23);
  CHECK(degrees(noon + 1h) == 20);
  CHECK(degrees(noon, 1) == 20);
}

TEST_CASE_FIXTURE(fixture,
                  "an own setpoint stands over a boost, that over a holiday and a schedule") {
  house.timezone = "UTC";
  wanted.schedules["living"] = {{whole_week, 0min, celsius(21)}};
  CHECK(degrees(noon) == 21);
  CHECK(at(noon).why == "by its schedule, since 00:00");
  wish(wish_kind::holiday, {}, celsius(16));
  CHECK(degrees(noon) == 16);
  CHECK(degrees(noon, 1) == 16);
  CHECK(at(noon).wished_by == "w1");
  wish(wish_kind::boost, "living");
  CHECK(degrees(noon) == 18);
  CHECK(at(noon).owed == celsius(16));
  CHECK(at(noon).why == "boost by Ann until 13:00");
  CHECK(degrees(noon, 1) == 16);
  wish(wish_kind::setpoint, "living", celsius(15));
  CHECK(degrees(noon) == 15);
  CHECK(at(noon).owed == celsius(15));
  CHECK(at(noon).wished_by == "w3");
  CHECK(degrees(noon + 2h) == 21);
}

TEST_CASE_FIXTURE(fixture, "a holiday lowers and never raises") {
  house.plant->zones[1].setpoint = celsius(12);
  wish(wish_kind::holiday, {}, celsius(16));
  CHECK(degrees(noon, 0) == 16);
  CHECK(degrees(noon, 1) == 12);
  CHECK_FALSE(at(noon, 1).wished_by);
}

TEST_CASE_FIXTURE(fixture, "a boost of the house is for every zone, and ends at what is possible") {
  house.plant->zones[0].setpoint = celsius(29);
  wish(wish_kind::boost);
  CHECK(degrees(noon, 0) == 30);
  CHECK(degrees(noon, 1) == 22);
  house.plant->zones[0].setpoint = celsius(31);
  CHECK(degrees(noon, 0) == 31);
}

TEST_CASE_FIXTURE(fixture, "of two wishes of a kind the newer one decides, whatever their order") {
  wish(wish_kind::setpoint, "living", celsius(23));
  wish(wish_kind::setpoint, "living", celsius(18));
  wanted.wishes[0].since = noon + 1s;
  CHECK(degrees(noon) == 18);
  CHECK(degrees(noon + 1s) == 23);
  wanted.wishes[0].until = noon + 10min;
  CHECK(degrees(noon + 10min) == 18);
}

TEST_CASE_FIXTURE(fixture, "a schedule goes round the week in the local time of the house") {
  // 2020-01-15 is a Wednesday; New York is five hours behind.
  wanted.schedules["living"] = {
      {{true, true, true, true, true, false, false}, 6h + 30min, celsius(21)},
      {{true, true, true, true, true, false, false}, 22h, celsius(17)},
      {{false, false, false, false, false, true, true}, 8h, celsius(22)}};
  CHECK(degrees(utc("2020-01-15T11:29:59Z")) == 17);
  CHECK(degrees(utc("2020-01-15T11:30:00Z")) == 21);
  CHECK(degrees(utc("2020-01-16T02:59:59Z")) == 21);
  CHECK(degrees(utc("2020-01-16T03:00:00Z")) == 17);
  CHECK(degrees(utc("2020-01-18T12:59:00Z")) == 17);  // Friday's night goes on into Saturday
  CHECK(degrees(utc("2020-01-19T23:00:00Z")) == 22);
  CHECK(degrees(utc("2020-01-20T11:00:00Z")) == 22);  // Sunday's goes on until Monday's first
  CHECK(degrees(utc("2020-01-20T11:30:00Z")) == 21);
}

TEST_CASE_FIXTURE(fixture, "the one entry of a week holds all week") {
  wanted.schedules["living"] = {{{false, false, false, true}, 12h, celsius(18)}};
  for (int hours = 0; hours < 7 * 24; ++hours) CHECK(degrees(noon + hours * 1h) == 18);
}

TEST_CASE_FIXTURE(fixture, "a schedule follows the clock through the nights it is set") {
  wanted.schedules["living"] = {{whole_week, 0min, celsius(16)},
                                {whole_week, 1h + 30min, celsius(18)},
                                {whole_week, 2h + 30min, celsius(20)},
                                {whole_week, 6h, celsius(22)}};
  // Spring: 02:00 becomes 03:00, and the entry at 02:30 begins then.
  CHECK(degrees(utc("2020-03-08T06:59:59Z")) == 18);
  CHECK(degrees(utc("2020-03-08T07:00:00Z")) == 20);
  CHECK(degrees(utc("2020-03-08T10:00:00Z")) == 22);
  // Autumn: 01:30 is shown twice, and what began at the first goes on at the second.
  CHECK(degrees(utc("2020-11-01T05:29:59Z")) == 16);
  CHECK(degrees(utc("2020-11-01T05:30:00Z")) == 18);
  CHECK(degrees(utc("2020-11-01T06:10:00Z")) == 18);
  CHECK(degrees(utc("2020-11-01T06:59:59Z")) == 18);
  CHECK(degrees(utc("2020-11-01T07:29:59Z")) == 18);
  CHECK(degrees(utc("2020-11-01T07:30:00Z")) == 20);
}

TEST_CASE_FIXTURE(fixture, "without a date no schedule counts, wishes do") {
  house.timezone = "UTC";
  wanted.schedules["living"] = {{whole_week, 0min, celsius(17)}};
  dates = dating{};
  CHECK(degrees(noon) == 20);
  wish(wish_kind::boost, "living");
  CHECK(degrees(noon) == 22);
  CHECK(at(noon).why == "boost by Ann");
}

TEST_CASE_FIXTURE(fixture, "house time and date differ, and the schedule is by the date") {
  house.timezone = "UTC";
  wanted.schedules["living"] = {{whole_week, 0min, celsius(17)}, {whole_week, 13h, celsius(21)}};
  dates.offset = 2h;
  CHECK(degrees(noon) == 21);
  wish(wish_kind::boost, "living");
  CHECK(at(noon).why == "boost by Ann until 15:00");
}

TEST_CASE_FIXTURE(fixture, "a zone of its own thermostat is left to it") {
  auto& zone = house.plant->zones[0];
  zone.call.reset();
  zone.setpoint = hearth::testing::at::bed;
  CHECK(why_not_steered(zone, house).value() ==
        "zone living has a thermostat of its own and no relay that could be switched");
  wish(wish_kind::holiday, {}, celsius(15));
  wish(wish_kind::boost);
  CHECK(degrees(noon) == 20);
  CHECK(degrees(noon, 1) == 17);
  CHECK(objection_to(wish_of(wish_kind::boost, "living"), house) == why_not_steered(zone, house));
  CHECK(objection_to(schedules_by_zone{{"living", {}}}, house) == why_not_steered(zone, house));
  CHECK_FALSE(objection_to(wish_of(wish_kind::boost), house));
}

TEST_CASE_FIXTURE(fixture, "a zone without a relay is steered by a heat pump without a store") {
  auto& zone = house.plant->zones[0];
  zone.call.reset();
  CHECK(why_not_steered(zone, house).has_value());
  house.plant->store.reset();
  CHECK_FALSE(why_not_steered(zone, house));
}

TEST_CASE_FIXTURE(fixture, "a setpoint that cannot be read is boosted by nobody") {
  house.plant->zones[0].setpoint = hearth::testing::at::mid;
  auto seen = image{house, noon};
  seen.lose(hearth::testing::at::mid);
  wish(wish_kind::boost);
  const auto is = setpoint_for(house.plant->zones[0], house, wanted, dates, seen.now());
  CHECK_FALSE(is.setpoint);
  wish(wish_kind::holiday, {}, celsius(15));
  CHECK(setpoint_for(house.plant->zones[0], house, wanted, dates, seen.now()).setpoint ==
        celsius(17));
}

TEST_CASE_FIXTURE(fixture, "what cannot be wished is refused with a reason") {
  const auto why = [&](household_wish w) {
    const auto reason = objection_to(w, house);
    return reason ? *reason : std::string{};
  };
  const auto lasting = [](household_wish w, duration d) {
    w.until = w.since + d;
    return w;
  };
  using enum wish_kind;
  const auto own = wish_of(setpoint, "living", celsius(23));
  CHECK(why(own).empty());
  CHECK(why(wish_of(setpoint, "attic", celsius(23))) == "there is no zone 'attic' in this house");
  CHECK(why(wish_of(setpoint, "", celsius(23))) == "a setpoint is that of one zone");
  CHECK(why(wish_of(setpoint, "living")) == "a setpoint is from 5 to 30 °C");
  for (const auto degrees : {4.9, 30.1, -1e300, std::nan(""), HUGE_VAL})
    CHECK(why(wish_of(setpoint, "living", celsius(degrees))) == "a setpoint is from 5 to 30 °C");
  for (const auto degrees : {5.0, 30.0})
    CHECK(why(wish_of(setpoint, "living", celsius(degrees))).empty());
  CHECK(why(lasting(own, 7 * 24h)).empty());
  CHECK(why(lasting(own, 7 * 24h + 1ms)) == "it may last at most 168 h");
  CHECK(why(lasting(own, 0ms)) == "it would be over before it begins");
  CHECK(why(lasting(wish_of(boost), 4h)).empty());
  CHECK(why(lasting(wish_of(boost), 4h + 1ms)) == "it may last at most 4 h");
  CHECK(why(wish_of(boost, "living", celsius(23))) == "it takes no setpoint");
  CHECK(why(lasting(wish_of(holiday, "", celsius(15)), 60 * 24h)).empty());
  CHECK_FALSE(why(lasting(wish_of(holiday, "", celsius(15)), 61 * 24h)).empty());
  CHECK(why(wish_of(holiday, "living", celsius(15))) ==
        "it is for the whole house, not for one zone");
  CHECK(why(lasting(wish_of(hands_off), 24h)).empty());
  CHECK_FALSE(why(lasting(wish_of(hands_off), 25h)).empty());
  auto loud = own;
  loud.by = std::string(65, 'x');
  CHECK(why(loud) == "the name of who asks is too long");
  house.plant.reset();
  CHECK(why(wish_of(hands_off)) == "this house has no heat pump to run");
  CHECK(why(wish_of(boost)) == "this house has no heat pump to run");
  CHECK(why(own) == "there is no zone 'living' in this house");
}

TEST_CASE_FIXTURE(fixture, "a schedule that means nothing, or two things at once, is refused") {
  const auto why = [&](std::vector<schedule_entry> entries) {
    const auto reason = objection_to(schedules_by_zone{{"living", std::move(entries)}}, house);
    return reason ? *reason : std::string{};
  };
  CHECK(why({}).empty());
  CHECK(why({{whole_week, 6h, celsius(20)}, {whole_week, 22h, celsius(17)}}).empty());
  CHECK(why({{whole_week, 6h, celsius(31)}}) == "a setpoint is from 5 to 30 °C");
  CHECK(why({{whole_week, 24h, celsius(20)}}) == "a day has the times from 00:00 to 23:59");
  CHECK(why({{whole_week, -1min, celsius(20)}}) == "a day has the times from 00:00 to 23:59");
  CHECK(why({{{}, 6h, celsius(20)}}) == "the entry at 06:00 is for no day");
  CHECK(why({{whole_week, 6h, celsius(20)}, {{true}, 6h, celsius(17)}}) ==
        "two entries of zone living begin at 06:00 of the same day");
  auto endless = std::vector<schedule_entry>{};
  for (int i = 0; i < 57; ++i) endless.push_back({whole_week, i * 1min, celsius(20)});
  CHECK(why(endless) == "a schedule has at most 56 entries");
  CHECK(objection_to(schedules_by_zone{{"attic", {}}}, house) ==
        "there is no zone 'attic' in this house");
}
