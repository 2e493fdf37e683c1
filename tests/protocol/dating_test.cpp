#include "protocol/dating.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

constexpr time_point noon{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + 12h};

dating later_by(duration offset) { return {offset, date_trust::good, date_source::node}; }

}  // namespace

TEST_CASE("the date is house time and its offset, there and back") {
  const auto dates = later_by(3h + 7ms);
  CHECK(dates.utc(noon) == noon + 3h + 7ms);
  CHECK(dates.house(dates.utc(noon)) == noon);
  CHECK(exact_dates.utc(noon) == noon);
  CHECK(exact_dates.known());
  CHECK_FALSE(dating{}.known());
}

TEST_CASE("slots are aligned to the date, wherever house time stands") {
  CHECK(slot_start(noon, 5min, exact_dates) == noon);
  CHECK(slot_start(noon + 4min + 59s, 5min, exact_dates) == noon);
  CHECK(slot_start(noon, 5min, later_by(2min)) == noon - 2min);
  CHECK(slot_start(noon, 5min, later_by(-2min)) == noon - 3min);
  for (const auto offset : {duration{0}, duration{1234567}, -duration{60 * 365 * 24h}}) {
    const auto dates = later_by(offset);
    const auto start = slot_start(noon, 5min, dates);
    CHECK(dates.utc(start).time_since_epoch() % 5min == 0ms);
    CHECK(start <= noon);
    CHECK(noon - start < 5min);
  }
}
