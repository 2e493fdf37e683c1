#include "actors/history/fold.hpp"

#include <doctest/doctest.h>

#include <vector>

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

namespace {

/// What a counter rose by in each of these slots.
std::vector<double> rises(const std::vector<measure>& slots) {
  auto out = std::vector<double>(slots.size());
  auto counter = counter_rise{};
  for (auto n = std::size_t{0}; n < slots.size(); ++n) counter.add(slots[n], out[n]);
  counter.end();
  return out;
}
measure at(float value) { return measure::of(value, 10); }
measure from_to(float lowest, float highest) {
  auto out = measure::of(lowest, 450);
  out.add(measure::of(highest, 450));
  return out;
}

}  // namespace

TEST_CASE("of a counter each step up counts where its later value stands, and the first has none") {
  CHECK(rises({at(1000), at(1004), at(1004), at(1010)}) == std::vector{0.0, 4.0, 0.0, 6.0});
  CHECK(rises({{}, at(1000), {}, {}, at(1009), {}}) == std::vector{0.0, 0.0, 0.0, 0.0, 9.0, 0.0});
  CHECK(rises({}).empty());
}

TEST_CASE("a counter that was reset or exchanged rose by nothing then, and counts on") {
  CHECK(rises({at(1000), at(1004), at(0), at(3)}) == std::vector{0.0, 4.0, 0.0, 3.0});
  CHECK(rises({at(1000), {}, at(900), at(901)}) == std::vector{0.0, 0.0, 0.0, 1.0});
}

TEST_CASE("a coarse slot of a counter begins with its lowest and ends with its highest value") {
  CHECK(rises({from_to(100, 110), from_to(112, 120), {}, from_to(150, 151)}) ==
        std::vector{10.0, 10.0, 0.0, 31.0});
  // Reset between two slots: also one whose counts are past the old ones by its end.
  CHECK(rises({from_to(100, 110), from_to(0, 8), from_to(9, 20)}) == std::vector{10.0, 8.0, 12.0});
  CHECK(rises({from_to(1, 5), from_to(0, 8), from_to(9, 20)}) == std::vector{4.0, 8.0, 12.0});
}

TEST_CASE("what a counter counted after a reset inside a coarse slot comes with the next one") {
  // 900 to 910, on to 913; then 0 to 4; then 5 to 9.
  CHECK(rises({from_to(900, 910), from_to(0, 913), from_to(5, 9)}) == std::vector{10.0, 3.0, 9.0});
  // In the first slot there is nobody knows how far it had counted, and it is no 913.
  CHECK(rises({from_to(0, 913), from_to(5, 9)}) == std::vector{0.0, 9.0});
  // And in the last one nothing is known of what comes.
  CHECK(rises({from_to(900, 910), from_to(0, 913)}) == std::vector{10.0, 3.0});
}

TEST_CASE("of what counts energy the rise is asked for, in its own unit") {
  CHECK(counts_energy("Wh"));
  CHECK_FALSE(counts_energy("W"));
  CHECK_FALSE(counts_energy("count"));
  CHECK(unit_of("Wh", fold::integral) == "Wh");
  CHECK(unit_of("kWh", fold::integral) == "kWh");
  CHECK(unit_of("Wh", fold::average) == "Wh");
}
