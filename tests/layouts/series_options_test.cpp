#include "layouts/series_options.hpp"

#include <doctest/doctest.h>

namespace hearth {
namespace {

using namespace std::chrono_literals;

std::string refusal_of_column(std::string_view word) {
  const auto parsed = parse_column_choice(word);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().find('\n') == std::string::npos);
  return parsed.error();
}

std::string refusal_of_fill(std::string_view word) {
  const auto parsed = parse_series_fill(word);
  REQUIRE_FALSE(parsed);
  CHECK(parsed.error().find('\n') == std::string::npos);
  return parsed.error();
}

TEST_CASE("--column says which column is meant and in which unit it is") {
  using enum column_unit;
  CHECK(parse_column_choice("outdoor_c=temperature") ==
        column_choice{"outdoor_c", "temperature", as_named});
  CHECK(parse_column_choice("outdoor_c=temp:fahrenheit") ==
        column_choice{"outdoor_c", "temp", fahrenheit});
  CHECK(parse_column_choice("lmp_usd_per_mwh=price:cents_per_kwh") ==
        column_choice{"lmp_usd_per_mwh", "price", cents_per_kwh});
  CHECK(parse_column_choice("time_utc=stamp:epoch_ms") ==
        column_choice{"time_utc", "stamp", epoch_ms});
  // Names of others may hold anything.
  CHECK(parse_column_choice("outdoor_c=Temp: roof=2") ==
        column_choice{"outdoor_c", "Temp: roof=2", as_named});
}

TEST_CASE("a --column that cannot be meant is refused in one line that says how it is written") {
  CHECK(refusal_of_column("temperature") ==
        "--column 'temperature': write it like outdoor_c=NAME or outdoor_c=NAME:fahrenheit");
  CHECK_FALSE(parse_column_choice(""));
  CHECK_FALSE(parse_column_choice("=x"));
  CHECK_FALSE(parse_column_choice("outdoor_c="));
  CHECK_FALSE(parse_column_choice("outdoor_c=:kelvin"));
  CHECK(refusal_of_column("outdor_c=x")
            .starts_with("--column 'outdor_c=x': there is no column 'outdor_c' to read; did you "
                         "mean 'outdoor_c'?"));
  CHECK(refusal_of_column("outdoor_c=x:farenheit") ==
        "--column 'outdoor_c=x:farenheit': unknown unit 'farenheit'; did you mean 'fahrenheit'? "
        "known are: celsius, fahrenheit, kelvin");
  CHECK(refusal_of_column("outdoor_c=x:usd_per_kwh") ==
        "--column 'outdoor_c=x:usd_per_kwh': outdoor_c cannot be in usd_per_kwh; "
        "known are: celsius, fahrenheit, kelvin");
}

TEST_CASE("--fill says how, and how long a gap may be") {
  CHECK(parse_series_fill("previous") == series_fill{"", fill_rule::previous, 24h});
  CHECK(parse_series_fill("linear:6h") == series_fill{"", fill_rule::linear, 6h});
  CHECK(parse_series_fill("outdoor_c=linear:90 min") ==
        series_fill{"outdoor_c", fill_rule::linear, 90min});
  CHECK(parse_series_fill("previous:400d") == series_fill{"", fill_rule::previous, 9600h});
}

TEST_CASE("a --fill that cannot be meant is refused in one line that says how it is written") {
  CHECK(refusal_of_fill("6h") ==
        "--fill '6h': write it like previous, linear:6h or outdoor_c=linear:6h");
  CHECK(refusal_of_fill("liner:6h").starts_with("--fill 'liner:6h': did you mean 'linear'?"));
  CHECK(refusal_of_fill("linear:6").find("no unit") != std::string::npos);
  CHECK(refusal_of_fill("linear:6 kW").find("kW") != std::string::npos);
  CHECK(refusal_of_fill("linear:0 s") ==
        "--fill 'linear:0 s': the longest gap must be between 1 s and ten years");
  CHECK_FALSE(parse_series_fill("linear:-6h"));
  CHECK_FALSE(parse_series_fill("linear:1e300 d"));
  CHECK_FALSE(parse_series_fill("time_utc=linear"));
  CHECK_FALSE(parse_series_fill("outdor_c=linear"));
  CHECK_FALSE(parse_series_fill(""));
}

TEST_CASE("the words of a command line become options, and contradictions are refused") {
  const auto options = parse_series_options({"outdoor_c=t", "time_utc=Date", "time_utc=Hour"},
                                            {"linear", "lmp_usd_per_mwh=previous:2h"}, "Etc/UTC");
  REQUIRE(options);
  CHECK(options->columns.size() == 3);
  CHECK(options->hints == series_hints::of_the_command_line);
  CHECK(options->time_zone == "Etc/UTC");
  CHECK(options->fill_of("outdoor_c").rule == fill_rule::linear);
  CHECK(options->fill_of("lmp_usd_per_mwh").longest == 2h);
  CHECK(series_options{}.fill_of("outdoor_c").rule == fill_rule::refuse);

  const auto twice = parse_series_options({"outdoor_c=a", "outdoor_c=b"}, {}, "");
  REQUIRE_FALSE(twice);
  CHECK(twice.error() == "--column 'outdoor_c=b': outdoor_c is already 'a'");
  const auto fills = parse_series_options({}, {"linear", "previous"}, "");
  REQUIRE_FALSE(fills);
  CHECK(fills.error() == "--fill 'previous': every column has a rule already");
  const auto zone = parse_series_options({}, {}, "America/NewYork");
  REQUIRE_FALSE(zone);
  CHECK(zone.error() ==
        "--time-zone: unknown time zone 'America/NewYork'; did you mean 'America/New_York'?");
}

TEST_CASE("numbers in the units of others become ours") {
  CHECK(converted(14, column_unit::fahrenheit) == doctest::Approx(-10));
  CHECK(converted(273.15, column_unit::kelvin) == doctest::Approx(0));
  CHECK(converted(0.05, column_unit::usd_per_kwh) == doctest::Approx(50));
  CHECK(converted(5, column_unit::cents_per_kwh) == doctest::Approx(50));
  CHECK(converted(7, column_unit::as_named) == 7);
}

}  // namespace
}  // namespace hearth
