#include "actors/tariff.hpp"

#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

time_point utc(const char* text) {
  const auto t = from_iso8601(text);
  REQUIRE(t);
  return *t;
}

double distribution_usd(const tariff& t, const char* at) {
  return t.distribution(utc(at)).in(usd_per_mwh);
}

tariff new_york(tariff_layout terms = two_price_tariff()) {
  return {std::move(terms), "America/New_York"};
}

tariff_layout night_tariff(bool weekdays_only = false) {
  auto t = tariff_layout{};
  t.distribution = 200 * usd_per_mwh;
  t.windows = {{22h, 6h, weekdays_only, 40 * usd_per_mwh}};
  return t;
}

prices published(time_point start, std::vector<double> energy,
                 std::vector<double> distribution = {}) {
  auto p = prices{start, 1h, {}, {}};
  for (const auto e : energy) p.energy.push_back(e * usd_per_mwh);
  for (const auto d : distribution) p.distribution.push_back(d * usd_per_mwh);
  return p;
}

}  // namespace

TEST_CASE("a window begins with its first minute and ends before its last") {
  const auto t = new_york();
  CHECK(distribution_usd(t, "2020-01-15T11:59:59Z") == doctest::Approx(50));
  CHECK(distribution_usd(t, "2020-01-15T12:00:00Z") == doctest::Approx(400));
  CHECK(distribution_usd(t, "2020-01-15T16:59:59Z") == doctest::Approx(400));
  CHECK(distribution_usd(t, "2020-01-15T17:00:00Z") == doctest::Approx(50));
}

TEST_CASE("a window of weekdays leaves Saturday and Sunday alone, by the local calendar") {
  const auto t = new_york();
  CHECK(distribution_usd(t, "2020-01-17T22:00:00Z") == doctest::Approx(400));  // Friday 17:00
  CHECK(distribution_usd(t, "2020-01-18T22:00:00Z") == doctest::Approx(50));   // Saturday
  CHECK(distribution_usd(t, "2020-01-19T13:00:00Z") == doctest::Approx(50));   // Sunday
  // Saturday already in UTC, still Friday evening in New York.
  CHECK(distribution_usd(t, "2020-01-18T00:30:00Z") == doctest::Approx(400));
}

TEST_CASE("a window across midnight belongs to the day on which it began") {
  const auto t = new_york(night_tariff(true));
  CHECK(distribution_usd(t, "2020-01-15T04:00:00Z") == doctest::Approx(40));   // Tuesday 23:00
  CHECK(distribution_usd(t, "2020-01-15T08:00:00Z") == doctest::Approx(40));   // Wednesday 03:00
  CHECK(distribution_usd(t, "2020-01-15T11:00:00Z") == doctest::Approx(200));  // Wednesday 06:00
  CHECK(distribution_usd(t, "2020-01-18T08:00:00Z") ==
        doctest::Approx(40));  // Saturday 03:00, Friday's
  CHECK(distribution_usd(t, "2020-01-19T04:00:00Z") == doctest::Approx(200));  // Saturday 23:00
  CHECK(distribution_usd(t, "2020-01-20T08:00:00Z") ==
        doctest::Approx(200));  // Monday 03:00, Sunday's
}

TEST_CASE("the first window that matches holds") {
  auto terms = tariff_layout{};
  terms.distribution = 1 * usd_per_mwh;
  terms.windows = {{8h, 9h, false, 2 * usd_per_mwh}, {7h, 10h, false, 3 * usd_per_mwh}};
  const auto t = tariff{terms, "UTC"};
  CHECK(distribution_usd(t, "2020-01-15T07:30:00Z") == doctest::Approx(3));
  CHECK(distribution_usd(t, "2020-01-15T08:30:00Z") == doctest::Approx(2));
  CHECK(distribution_usd(t, "2020-01-15T09:30:00Z") == doctest::Approx(3));
}

TEST_CASE(
    "on the day that summer time begins the night is an hour shorter, and windows keep to the wall "
    "clock") {
  const auto t = new_york(night_tariff());
  // 2020-03-08: 02:00 EST becomes 03:00 EDT at 07:00Z.
  CHECK(t.local_text(utc("2020-03-08T06:59:00Z")) == "Sun 01:59");
  CHECK(t.local_text(utc("2020-03-08T07:00:00Z")) == "Sun 03:00");
  CHECK(distribution_usd(t, "2020-03-08T03:00:00Z") == doctest::Approx(40));   // Saturday 22:00 EST
  CHECK(distribution_usd(t, "2020-03-08T09:59:00Z") == doctest::Approx(40));   // 05:59 EDT
  CHECK(distribution_usd(t, "2020-03-08T10:00:00Z") == doctest::Approx(200));  // 06:00 EDT
  CHECK(distribution_usd(t, "2020-03-09T02:00:00Z") == doctest::Approx(40));   // Sunday 22:00 EDT
}

TEST_CASE("on the day that summer time ends the hour that comes twice costs the same twice") {
  auto terms = tariff_layout{};
  terms.distribution = 200 * usd_per_mwh;
  terms.windows = {{1h, 2h, false, 40 * usd_per_mwh}};
  const auto t = new_york(terms);
  // 2020-11-01: 02:00 EDT becomes 01:00 EST at 06:00Z.
  CHECK(t.local_text(utc("2020-11-01T05:30:00Z")) == "Sun 01:30");
  CHECK(t.local_text(utc("2020-11-01T06:30:00Z")) == "Sun 01:30");
  CHECK(distribution_usd(t, "2020-11-01T04:59:00Z") == doctest::Approx(200));
  CHECK(distribution_usd(t, "2020-11-01T05:30:00Z") == doctest::Approx(40));
  CHECK(distribution_usd(t, "2020-11-01T06:30:00Z") == doctest::Approx(40));
  CHECK(distribution_usd(t, "2020-11-01T07:00:00Z") == doctest::Approx(200));
}

TEST_CASE("what the node publishes holds in its slots, and the layout outside them") {
  auto t = new_york();
  t.learn(published(utc("2020-01-15T12:00:00Z"), {30, 31}, {77, 78}));
  CHECK(distribution_usd(t, "2020-01-15T11:59:59Z") == doctest::Approx(50));
  CHECK(distribution_usd(t, "2020-01-15T12:00:00Z") == doctest::Approx(77));
  CHECK(distribution_usd(t, "2020-01-15T13:59:59Z") == doctest::Approx(78));
  CHECK(distribution_usd(t, "2020-01-15T14:00:00Z") == doctest::Approx(400));
  CHECK(t.total(utc("2020-01-15T12:00:00Z"))->in(usd_per_mwh) == doctest::Approx(50 + 77));
}

TEST_CASE(
    "energy prices of the node count where the layout names none, and newer ones replace all "
    "before") {
  auto terms = two_price_tariff();
  terms.energy.reset();
  auto t = new_york(terms);
  CHECK_FALSE(t.energy(noon));
  CHECK_FALSE(t.total(noon));
  t.learn(published(noon, {30, -150}));
  CHECK(t.energy(noon)->in(usd_per_mwh) == doctest::Approx(30));
  CHECK(t.total(noon)->in(usd_per_mwh) == doctest::Approx(430));
  CHECK(t.energy(noon + 1h)->in(usd_per_mwh) == doctest::Approx(-150));
  CHECK_FALSE(t.energy(noon - 1ms));
  CHECK_FALSE(t.energy(noon + 2h));
  t.learn(published(noon + 1h, {99}));
  CHECK_FALSE(t.energy(noon));
  CHECK(t.energy(noon + 1h)->in(usd_per_mwh) == doctest::Approx(99));
}

TEST_CASE("prices without slots or without length say nothing") {
  auto terms = two_price_tariff();
  terms.energy.reset();
  auto t = new_york(terms);
  t.learn(published(noon, {}));
  CHECK_FALSE(t.energy(noon));
  auto endless = published(noon, {30});
  endless.slot = 0ms;
  t.learn(endless);
  CHECK_FALSE(t.energy(noon));
  CHECK(distribution_usd(t, "2020-01-15T12:00:00Z") == doctest::Approx(400));
}

TEST_CASE("hours are cheap below the middle of the tariff, and a flat tariff has no cheap hours") {
  const auto t = new_york();
  CHECK(t.cheap(noon) == false);
  CHECK(t.cheap(noon + 6h) == true);
  auto flat = tariff_layout{};
  flat.distribution = 100 * usd_per_mwh;
  CHECK_FALSE(tariff(flat, "UTC").cheap(noon));
  flat.windows = {{7h, 12h, false, 100 * usd_per_mwh}};
  CHECK_FALSE(tariff(flat, "UTC").cheap(noon));
}

TEST_CASE("an unknown time zone counts as UTC") {
  const auto t = tariff{two_price_tariff(), "Mars/Olympus"};
  CHECK(t.local_text(noon) == "Wed 12:00");
  CHECK(distribution_usd(t, "2020-01-15T07:00:00Z") == doctest::Approx(400));
}

TEST_CASE("the tariff goes by the date and not by house time") {
  auto t = new_york();
  // 12:00 UTC is 07:00 in New York, the first dear minute.
  CHECK(t.cheap(noon) == false);
  t.redate({6h, date_trust::good, date_source::node});
  CHECK(t.cheap(noon) == true);
  CHECK(t.local_text(noon) == "Wed 13:00");
  t.redate({-1min, date_trust::assumed, date_source::system_clock});
  CHECK(t.cheap(noon) == true);
}

TEST_CASE("prices of the node keep their dates, whenever the house learns the date") {
  auto t = new_york({});
  t.redate(dating{});
  t.learn(published(noon, {10, 20, 30}, {1, 2, 3}));
  CHECK_FALSE(t.energy(noon));
  t.redate({1h, date_trust::good, date_source::node});
  CHECK(t.energy(noon) == 20 * usd_per_mwh);
  CHECK(t.distribution(noon) == 2 * usd_per_mwh);
  t.redate({2h, date_trust::good, date_source::node});
  CHECK(t.energy(noon) == 30 * usd_per_mwh);
}

TEST_CASE("while the date is unknown no hour is cheap and none is dear") {
  auto t = new_york();
  t.redate(dating{});
  CHECK_FALSE(t.dated());
  for (auto hour = 0; hour < 24; ++hour) {
    CHECK_FALSE(t.cheap(noon + hour * 1h));
    CHECK(t.distribution(noon + hour * 1h) == two_price_tariff().distribution);
  }
}
