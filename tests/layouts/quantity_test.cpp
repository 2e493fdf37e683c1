#include "layouts/quantity.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

using namespace hearth;

namespace {

double value_of(std::string_view text, dimension d) {
  const auto parsed = parse_quantity(text, d);
  REQUIRE_MESSAGE(parsed.has_value(), std::string{text});
  return *parsed;
}

quantity_error complaint_about(std::string_view text, dimension d) {
  const auto parsed = parse_quantity(text, d);
  REQUIRE_MESSAGE(!parsed.has_value(), std::string{text});
  return parsed.error();
}

}  // namespace

TEST_CASE("a quantity becomes the number of its channel unit") {
  CHECK(value_of("9.7 kW", dimension::power) == 9700);
  CHECK(value_of("1360 L", dimension::volume) == 1360);
  CHECK(value_of("360 gal", dimension::volume) == doctest::Approx(1362.748));
  CHECK(value_of("10 min", dimension::duration) == 600);
  CHECK(value_of("500 ms", dimension::duration) == 0.5);
  CHECK(value_of("77 °C", dimension::temperature) == 77);
  CHECK(value_of("45 C", dimension::temperature) == 45);
  CHECK(value_of("170 °F", dimension::temperature) == doctest::Approx(76.6667));
  CHECK(value_of("-40 F", dimension::temperature) == doctest::Approx(-40));
  CHECK(value_of("0.5 K", dimension::temperature_difference) == 0.5);
  CHECK(value_of("120 USD/MWh", dimension::money_per_energy) == 120);
  CHECK(value_of("0.12 USD/kWh", dimension::money_per_energy) == 120);
  CHECK(value_of("12 ct/kWh", dimension::money_per_energy) == 120);
  CHECK(value_of("500 Wh", dimension::energy) == 500);
  CHECK(value_of("3.2 gpm", dimension::flow) == doctest::Approx(12.11332));
  CHECK(value_of("1.5 bar", dimension::pressure) == 150000);
  CHECK(value_of("95 %", dimension::fraction) == doctest::Approx(0.95));
  CHECK(value_of("0.95", dimension::fraction) == 0.95);
}

TEST_CASE("spaces, a missing space and a typographic minus are how people write") {
  CHECK(value_of("9.7kW", dimension::power) == 9700);
  CHECK(value_of("  9.7   kW ", dimension::power) == 9700);
  CHECK(value_of("\u221225 °C", dimension::temperature) == -25);
  CHECK(value_of("+5 °C", dimension::temperature) == 5);
  CHECK(value_of("1e3 W", dimension::power) == 1000);
}

TEST_CASE("a wrong dimension is named, with an example of the right one") {
  const auto wrong = complaint_about("9.7 °C", dimension::power);
  CHECK(wrong.message == "'9.7 °C' is a temperature, but a power is wanted");
  CHECK(wrong.hint == "write it like '9.7 kW'");
}

TEST_CASE("a number without a unit is refused where a unit could be meant") {
  CHECK(complaint_about("170", dimension::temperature).message ==
        "'170' has no unit, but a temperature is wanted");
}

TEST_CASE("a misspelt unit gets the right one suggested") {
  CHECK(complaint_about("9.7 kw", dimension::power).hint ==
        "did you mean 'kW'? known are: W, kW, MW, BTU/h");
  CHECK(complaint_about("10 mni", dimension::duration).hint.starts_with("did you mean 'min'?"));
}

TEST_CASE("what is no finite number is no quantity") {
  for (const auto* text : {"", " ", "kW", "inf kW", "nan W", "1e999 W", "1e308 MW", "--5 W",
                           "- 5 W", "0x10 W", "9.7.1 kW", "five W", "+-3 W", ". W", "9,7 kW"})
    CHECK_FALSE_MESSAGE(parse_quantity(text, dimension::power).has_value(), std::string{text});
}

TEST_CASE("every dimension's own example and channel unit can be read back") {
  for (auto i = 0; i <= static_cast<int>(dimension::money_per_energy); ++i) {
    const auto d = static_cast<dimension>(i);
    CHECK(std::isfinite(value_of(example_of(d), d)));
    CHECK(value_of(with_unit(12.5, d), d) == 12.5);
  }
}

TEST_CASE("every unit of the channel table is the first spelling of its dimension") {
  for (const auto& row : unit_table)
    if (!channel_symbol(row.dimension).empty()) CHECK(channel_symbol(row.dimension) == row.symbol);
}
