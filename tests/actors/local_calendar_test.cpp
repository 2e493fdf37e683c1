#include "actors/local_calendar.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

time_point utc(std::string_view text) { return *from_iso8601(text); }

}  // namespace

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

TEST_CASE("a week begins with Monday's midnight by the clock on the wall") {
  const auto maine = local_calendar{"America/New_York"};
  CHECK(maine.minute_of_week(utc("2026-01-12T05:00:00Z")) == 0);
  CHECK(maine.minute_of_week(utc("2026-01-12T04:59:59Z")) == 7 * 24 * 60 - 1);
  CHECK(maine.minute_of_week(utc("2026-07-15T12:30:00Z")) == 2 * 24 * 60 + 8 * 60 + 30);
}

TEST_CASE("in the hour that a clock shows twice nothing begins a second time") {
  const auto maine = local_calendar{"America/New_York"};
  const auto sunday = 6 * 24 * 60;
  CHECK(maine.minute_of_week(utc("2026-11-01T05:30:00Z")) == sunday + 90);
  CHECK(maine.minute_of_week(utc("2026-11-01T05:59:00Z")) == sunday + 119);
  // One o'clock again, and half past.
  CHECK(maine.minute_of_week(utc("2026-11-01T06:00:00Z")) == sunday + 119);
  CHECK(maine.minute_of_week(utc("2026-11-01T06:30:00Z")) == sunday + 119);
  CHECK(maine.minute_of_week(utc("2026-11-01T07:00:00Z")) == sunday + 120);
}

TEST_CASE("a clock on the wall shows the house's time, with the date if it is asked for") {
  const auto maine = local_calendar{"America/New_York"};
  CHECK(maine.clock_text(utc("2026-01-15T23:30:59Z"), false) == "18:30");
  CHECK(maine.clock_text(utc("2026-01-16T02:05:00Z"), true) == "2026-01-15 21:05");
  CHECK(local_calendar{"No/Where"}.clock_text(utc("2026-01-15T23:30:00Z"), false) == "23:30");
}
