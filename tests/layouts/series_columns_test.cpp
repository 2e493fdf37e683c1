#include "tests/support/series_text.hpp"

namespace hearth {
namespace {

using namespace std::chrono_literals;
using namespace testing;

TEST_CASE("columns of other names are read as the command line says, in our units") {
  const auto csv =
      "Hour;Temp (°F)\n2020-01-12T00:00:00Z;14\n2020-01-12T01:00:00Z;32\n"
      "2020-01-12T02:00:00Z;50\n";
  const auto values =
      values_of(csv, series_words({"time_utc=Hour", "outdoor_c=Temp (°F):fahrenheit"}));
  REQUIRE(values.size() == 3);
  CHECK(values[0] == doctest::Approx(-10));
  CHECK(values[1] == doctest::Approx(0));
  CHECK(values[2] == doctest::Approx(10));
}

TEST_CASE("of several names for the time each file takes the one it has, its own at last") {
  const auto options = series_words({"time_utc=Hour", "time_utc=Date"});
  const auto rows = std::string{"2020-01-12T00:00:00Z,1\n2020-01-12T01:00:00Z,2\n"};
  CHECK(values_of("Date,outdoor_c\n" + rows, options).size() == 2);
  CHECK(values_of("Hour,outdoor_c\n" + rows, options).size() == 2);
  CHECK(values_of("time_utc,outdoor_c\n" + rows, options).size() == 2);
}

TEST_CASE("a column that is not there is told with those that are and the option to write") {
  CHECK(wrong_in("Date,outdoor_f\n", series_words({})) ==
        "1:1: no column 'time_utc' (the first row names these: 'Date, outdoor_f'; "
        "perhaps --column time_utc=Date)\n"
        "1:1: no column 'outdoor_c' (the first row names these: 'Date, outdoor_f'; "
        "perhaps --column outdoor_c=outdoor_f:fahrenheit)\n");
  CHECK(wrong_in("time_utc,Air temperature\n", series_words({})) ==
        "1:1: no column 'outdoor_c' (the first row names these: 'time_utc, Air temperature'; "
        "perhaps --column 'outdoor_c=Air temperature')\n");
  CHECK(wrong_in("time_utc,x\n", series_words({})) ==
        "1:1: no column 'outdoor_c' (the first row names these: 'time_utc, x'; "
        "say which it is: --column outdoor_c=NAME)\n");
  CHECK(wrong_in("time_utc,temp\n", series_words({"outdoor_c=tmep"}))
            .starts_with("1:1: no column 'tmep' (the first row names these: 'time_utc, temp'; "
                         "perhaps --column outdoor_c=temp)"));
}

TEST_CASE("a price per kilowatt-hour is suggested with its unit") {
  const auto parsed = parse_series("time_utc,price_usd_per_kwh,delivery_cents\n", "prices.csv",
                                   price_columns, series_words({}));
  REQUIRE(parsed.diagnostics.size() == 2);
  CHECK(parsed.diagnostics[0].hint.ends_with(
      "perhaps --column lmp_usd_per_mwh=price_usd_per_kwh:usd_per_kwh"));
}

TEST_CASE("a column whose name tells another unit is refused until somebody says which it is") {
  const auto csv =
      std::string{"time_utc,outdoor_f\n2020-01-12T00:00:00Z,14\n2020-01-12T01:00:00Z,32\n"};
  CHECK(wrong_in(csv, series_words({"outdoor_c=outdoor_f"})) ==
        "1:10: column 'outdoor_f' seems to be in fahrenheit (say which it is: "
        "--column outdoor_c=outdoor_f:fahrenheit, or :celsius)\n");
  CHECK(values_of(csv, series_words({"outdoor_c=outdoor_f:celsius"})) ==
        std::vector<double>{14, 32});
}

TEST_CASE("semicolons and tabs separate too, and a decimal comma is refused by its name") {
  CHECK(values_of("time_utc;outdoor_c\n2020-01-12T00:00:00Z;1.5\n2020-01-12T01:00:00Z;2\n", {}) ==
        std::vector<double>{1.5, 2});
  CHECK(values_of("time_utc\toutdoor_c\r\n2020-01-12T00:00:00Z\t1.5\r\n2020-01-12T01:00:00Z\t2\r\n",
                  {}) == std::vector<double>{1.5, 2});
  CHECK(wrong_in("time_utc;outdoor_c\n2020-01-12T00:00:00Z;1,5\n2020-01-12T01:00:00Z;2\n", {}) ==
        "2:22: '1,5' has a decimal comma: write a point\n");
  // Between commas it would be taken for two numbers.
  CHECK(wrong_in("time_utc,outdoor_c\n2020-01-12T00:00:00Z,1,5\n2020-01-12T01:00:00Z,2,\n", {}) ==
        "2:24: 3 fields, but the first row names 2 columns (write decimals with a point, and "
        "quotes around commas)\n");
}

TEST_CASE("a temperature that Earth never had is refused, for it marks a missing value or is °F") {
  const auto rows = [](const std::string& value) {
    return "time_utc,outdoor_c\n2020-01-12T00:00:00Z,1\n2020-01-12T01:00:00Z," + value + "\n";
  };
  CHECK(wrong_in(rows("-9999"), {}) ==
        "3:22: '-9999' is no temperature on Earth for outdoor_c (leave the cell empty if there is "
        "no value)\n");
  CHECK(wrong_in(rows("95"), series_words({}))
            .ends_with("are they °F? --column outdoor_c=outdoor_c:fahrenheit)\n"));
  CHECK(values_of(rows("-60"), {}).back() == -60);
}

TEST_CASE("a file in UTF-16 or with lines of old Macintoshes is refused by what it is") {
  CHECK(wrong_in(std::string{"\xFF\xFEt\0i\0", 6}, {}) == "1:1: is UTF-16 (save it as UTF-8)\n");
  CHECK(wrong_in("time_utc,outdoor_c\r2020-01-12T00:00:00Z,1\r", {}) ==
        "1:1: its lines end with carriage returns alone (end them with line feeds)\n");
}

}  // namespace
}  // namespace hearth
