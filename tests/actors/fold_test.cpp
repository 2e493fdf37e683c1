#include "actors/history/fold.hpp"

#include <doctest/doctest.h>

using namespace hearth;

TEST_CASE("what was measured longer weighs more, and the extremes are those of all of it") {
  auto hour = measure::of(10, 600);
  hour.add(measure::of(40, 300));
  hour.add(measure{});
  CHECK(folded(hour, fold::average) == 20.0F);
  CHECK(folded(hour, fold::lowest) == 10.0F);
  CHECK(folded(hour, fold::highest) == 40.0F);
  // 10 W for ten minutes and 40 W for five.
  CHECK(*folded(hour, fold::integral) == doctest::Approx(10 / 6.0 + 40 / 12.0));
}

TEST_CASE("the extremes of what is below zero are its own and not zero") {
  auto night = measure{};
  night.add(measure::of(-12, 10));
  night.add(measure::of(-9, 10));
  CHECK(folded(night, fold::lowest) == -12.0F);
  CHECK(folded(night, fold::highest) == -9.0F);
}

TEST_CASE("of nothing measured nothing is said, by no fold") {
  for (const auto how : {fold::average, fold::lowest, fold::highest, fold::integral})
    CHECK_FALSE(folded(measure{}, how));
}

TEST_CASE("an integral has the unit of what was added up") {
  CHECK(unit_of("W", fold::integral) == "Wh");
  CHECK(unit_of("USD/h", fold::integral) == "USD");
  CHECK(unit_of("°C", fold::integral) == "°C·h");
  CHECK(unit_of("W", fold::highest) == "W");
}
