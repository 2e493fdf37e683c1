#include "tests/support/files.hpp"
#include "tests/support/series_text.hpp"

#include <cmath>

namespace hearth {
namespace {

using namespace std::chrono_literals;
using namespace testing;

constexpr auto midnight = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 12}};

std::string hour(int h) { return to_iso8601(midnight + h * 1h); }

/// "hour value" rows; the header is line 1.
std::string rows(const std::vector<std::pair<int, std::string>>& all) {
  auto csv = std::string{"time_utc,outdoor_c\n"};
  for (const auto& [h, value] : all) csv += hour(h) + "," + value + "\n";
  return csv;
}

const auto with_gaps =
    rows({{0, "0"}, {1, "1"}, {4, "4"}, {5, ""}, {6, "NaN"}, {7, "9"}, {8, "8"}});

TEST_CASE("each run of missing rows or values is told by line, with its length and a remedy") {
  CHECK(wrong_in(with_gaps, series_words({})) ==
        "4:1: gap of 3 h after line 3; most rows are 1 h apart: 2 rows are missing, from " +
            hour(2) + " until " + hour(4) +
            " (fill it with --fill previous or --fill linear)\n"
            "5:22: no value for outdoor_c in 2 rows, from " +
            hour(5) + " until " + hour(7) + " (fill it with --fill previous or --fill linear)\n");
  // In a layout there is no such option.
  CHECK(wrong_in(with_gaps, {}).find("--fill") == std::string::npos);
}

TEST_CASE("what may be filled is filled, counted and told") {
  const auto linear = weather_of(with_gaps, series_words({}, {"linear"}));
  REQUIRE(linear.columns.size() == 1);
  const auto expected = std::vector<double>{0, 1, 2, 3, 4, 4 + 5.0 / 3, 4 + 10.0 / 3, 9, 8};
  REQUIRE(linear.columns[0].values.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(linear.columns[0].values[i] == doctest::Approx(expected[i]));
  REQUIRE(linear.filled.size() == 1);
  const auto& filled = linear.filled.front();
  CHECK(filled.column == "outdoor_c");
  CHECK(filled.gaps == 2);
  CHECK(filled.rows == 4);
  CHECK(filled.longest == 2h);
  CHECK(filled.listed == std::vector<filled_gap>{{4, midnight + 2h, midnight + 4h, 2, ""},
                                                 {5, midnight + 5h, midnight + 7h, 2, ""}});
  CHECK(to_text(filled, "weather.csv") ==
        "weather.csv: 4 rows of outdoor_c filled (linear) in 2 gaps, the longest 2 h\n"
        "weather.csv:4: filled 2 rows, from " +
            hour(2) + " until " + hour(4) + "\nweather.csv:5: filled 2 rows, from " + hour(5) +
            " until " + hour(7) + "\n");
  CHECK(values_of(with_gaps, series_words({}, {"previous"})) ==
        std::vector<double>{0, 1, 1, 1, 4, 4, 4, 9, 8});
}

TEST_CASE("a file without gaps has nothing filled, whatever is allowed") {
  const auto parsed =
      weather_of(rows({{0, "0"}, {1, "1"}, {2, "2"}}), series_words({}, {"linear"}));
  CHECK(parsed.columns.size() == 1);
  CHECK(parsed.filled.empty());
}

TEST_CASE(
    "missing rows and empty cells beside them are one gap, and a limit counts them together") {
  const auto csv = rows({{0, "0"}, {1, "1"}, {2, ""}, {5, "-"}, {6, "6"}});
  CHECK(wrong_in(csv, series_words({}, {"linear:3h"})) ==
        "4:22: no value for outdoor_c in 4 rows, from " + hour(2) + " until " + hour(6) +
            " (it is longer than the 3 h that may be filled: to fill it nevertheless, --fill "
            "linear:4h)\n");
  CHECK(values_of(csv, series_words({}, {"linear:4h"})).size() == 7);
}

TEST_CASE("a gap beyond a day is filled only where the user says how long") {
  const auto csv = rows({{0, "0"}, {1, "1"}, {2, "2"}, {30, "3"}, {31, "4"}});
  CHECK(wrong_in(csv, series_words({})).find("--fill previous:27h or --fill linear:27h") !=
        std::string::npos);
  CHECK(wrong_in(csv, series_words({}, {"previous"})).find("longer than the 24 h") !=
        std::string::npos);
  CHECK(values_of(csv, series_words({}, {"previous:27h"})).size() == 32);
  CHECK(wrong_in(csv, series_words({}, {"outdoor_c=previous:26h"}))
            .find("--fill outdoor_c=previous:27h") != std::string::npos);
}

TEST_CASE("nothing is made up before the first value, nor a line drawn beyond the last") {
  CHECK(wrong_in(rows({{0, ""}, {1, "1"}, {2, "2"}}), series_words({}, {"linear"})) ==
        "2:22: no value for outdoor_c (nothing stands before it to fill it from: begin the file "
        "later)\n");
  const auto last = rows({{0, "0"}, {1, "1"}, {2, ""}});
  CHECK(wrong_in(last, series_words({}, {"linear"}))
            .find("nothing stands after it to draw a line to") != std::string::npos);
  CHECK(values_of(last, series_words({}, {"previous"})) == std::vector<double>{0, 1, 1});
}

TEST_CASE("one rule fills the weather, another the prices, and each is told") {
  const auto csv = "time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh\n" + hour(0) + ",10,1\n" +
                   hour(1) + ",20,2\n" + hour(3) + ",40,4\n";
  const auto parsed =
      parse_series(csv, "prices.csv", price_columns,
                   series_words({}, {"linear", "distribution_usd_per_mwh=previous"}));
  REQUIRE(parsed.columns.size() == 2);
  CHECK(parsed.columns[0].values == std::vector<double>{10, 20, 30, 40});
  CHECK(parsed.columns[1].values == std::vector<double>{1, 2, 2, 4});
  REQUIRE(parsed.filled.size() == 2);
  CHECK(parsed.filled[1].rule == fill_rule::previous);
  // Rows that are missing are missing in both columns, and told once.
  const auto refused = parse_series(csv, "prices.csv", price_columns);
  CHECK(refused.diagnostics.size() == 1);
}

TEST_CASE("a gap at the beginning is not taken for the step of the file") {
  const auto csv = rows({{0, "0"}, {3, "3"}, {4, "4"}, {5, "5"}});
  CHECK(wrong_in(csv, series_words({})).starts_with("3:1: gap of 3 h after line 2; most rows are"));
  CHECK(values_of(csv, series_words({}, {"linear"})) == std::vector<double>{0, 1, 2, 3, 4, 5});
}

TEST_CASE("rows that come twice, backwards or off the step are told with their lines") {
  CHECK(wrong_in(rows({{0, "0"}, {1, "1"}, {1, "1"}, {2, "2"}}), {}) ==
        "4:1: time " + hour(1) + " stands there twice (keep one of the lines 3 and 4)\n");
  CHECK(wrong_in(rows({{0, "0"}, {1, "1"}, {2, "2"}, {0, "0"}, {1, "1"}}), {}) ==
        "5:1: time " + hour(0) + " is before the row above it (sort the rows by time)\n");
  CHECK(wrong_in(rows({{0, "0"}, {1, "1"}, {2, "2"}}) + "2020-01-12T03:20:00Z,3\n",
                 series_words({}, {"linear"})) ==
        "5:1: gap of 1 h 20 min after line 4; most rows are 1 h apart (bring the rows to even "
        "steps)\n");
}

TEST_CASE("only so many rows are made up, and only so many gaps are listed") {
  const auto minutes =
      "time_utc,outdoor_c\n2017-01-01T00:00:00Z,0\n2017-01-01T00:01:00Z,0\n"
      "2017-01-01T00:02:00Z,0\n2020-01-01T00:00:00Z,0\n";
  CHECK(wrong_in(minutes, series_words({}, {"linear:3650d"}))
            .find("more than 1048576 rows would be filled") != std::string::npos);
  auto csv = std::string{"time_utc,outdoor_c\n"};
  for (auto i = 0; i < 1001; ++i) csv += hour(i) + (i % 2 == 0 ? ",1\n" : ",\n");
  const auto parsed = weather_of(csv, series_words({}, {"linear"}));
  REQUIRE(parsed.filled.size() == 1);
  CHECK(parsed.filled[0].gaps == 500);
  CHECK(parsed.filled[0].listed.size() == series_filled_gaps);
  CHECK(to_text(parsed.filled[0], "w.csv").ends_with("w.csv: filled 400 gaps more\n"));
}

TEST_CASE("a file that lacks a part of what is asked for says in one line what it has") {
  const auto s = series{midnight, 1h, std::vector<double>(48)};
  const auto file = std::string{"weather.csv"};
  CHECK_FALSE(not_covered(s, file, {midnight, midnight + 48h}));
  CHECK_FALSE(not_covered(s, file, {midnight + 1h, midnight + 2h}));
  const auto later = not_covered(s, file, {midnight + 24h, midnight + 72h});
  REQUIRE(later);
  CHECK(to_text(*later) ==
        "weather.csv: error: has 2020-01-12T00:00:00Z to 2020-01-14T00:00:00Z, but "
        "2020-01-13T00:00:00Z to 2020-01-15T00:00:00Z is asked for: write --from "
        "2020-01-13T00:00:00Z --to 2020-01-14T00:00:00Z or give a file that has it\n");
  const auto other_year = not_covered(s, file, {midnight + 9000h, midnight + 9001h});
  REQUIRE(other_year);
  CHECK(other_year->message.find("--from 2020-01-12T00:00:00Z --to 2020-01-14T00:00:00Z") !=
        std::string::npos);
}

TEST_CASE("files are simulated over the time that all of them have") {
  const auto weather = series{midnight, 1h, std::vector<double>(48)};
  const auto prices = series{midnight + 5h, 15min, std::vector<double>(4)};
  CHECK(common_period(std::vector{weather, prices}) == period{midnight + 5h, midnight + 6h});
  CHECK_FALSE(common_period(std::vector{prices, series{midnight, 5h, {1}}}));
  CHECK_FALSE(common_period({}));
}

}  // namespace
}  // namespace hearth
