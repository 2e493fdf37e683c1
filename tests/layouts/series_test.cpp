#include "layouts/series.hpp"

#include "tests/support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

namespace hearth {
namespace {

using namespace std::chrono_literals;

constexpr auto midnight = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 12}};

parsed_series weather(std::string_view csv) {
  return parse_series(csv, "weather.csv", weather_columns);
}

/// The one complaint of a file that has one, as "line:column: message".
std::string complaint(std::string_view csv) {
  const auto parsed = weather(csv);
  CHECK(parsed.columns.empty());
  REQUIRE(parsed.diagnostics.size() == 1);
  const auto& d = parsed.diagnostics.front();
  CHECK(d.file == "weather.csv");
  return std::to_string(d.at.line) + ":" + std::to_string(d.at.column) + ": " + d.message;
}

TEST_CASE("a row of a series holds from its time to the next, and nothing holds outside") {
  const auto parsed =
      weather("time_utc,outdoor_c\n2020-01-12T00:00:00Z,-3.5\n2020-01-12T01:00:00Z,4e0\n");
  CHECK(parsed.diagnostics.empty());
  REQUIRE(parsed.columns.size() == 1);
  const auto& s = parsed.columns.front();
  CHECK(s.start == midnight);
  CHECK(s.step == 1h);
  CHECK(s.end() == midnight + 2h);
  CHECK(s.at(midnight) == -3.5);
  CHECK(s.at(midnight + 1h - 1ms) == -3.5);
  CHECK(s.at(midnight + 1h) == 4.0);
  CHECK_FALSE(s.at(midnight - 1ms));
  CHECK_FALSE(s.at(midnight + 2h));
}

TEST_CASE("a repeated series starts over, before its data too") {
  const auto s = series{midnight, 1h, {1, 2, 3}};
  CHECK(s.repeated_at(midnight + 3h) == 1);
  CHECK(s.repeated_at(midnight + 3001h) == 2);
  CHECK(s.repeated_at(midnight - 1ms) == 3);
  CHECK(s.repeated_at(midnight - 3h) == 1);
}

TEST_CASE("columns are found by name, whatever stands beside them and whoever saved the file") {
  const auto parsed = parse_series(
      "\xEF\xBB\xBF note , distribution_usd_per_mwh,\"time_utc\",lmp_usd_per_mwh\r\n"
      "\"cold, windy\",50.13,2020-01-12T00:00:00Z,-12\r\n"
      "\r\n"
      ",487.63,2020-01-12T00:15:00Z, \"18.5\" \r\n",
      "prices.csv", price_columns);
  CHECK(parsed.diagnostics.empty());
  REQUIRE(parsed.columns.size() == 2);
  CHECK(parsed.columns[0] == series{midnight, 15min, {-12, 18.5}});
  CHECK(parsed.columns[1] == series{midnight, 15min, {50.13, 487.63}});
}

TEST_CASE("what is wrong with a series is said with its line and column") {
  const auto head =
      std::string{"time_utc,outdoor_c\n2020-01-12T00:00:00Z,1\n2020-01-12T01:00:00Z,2\n"};
  CHECK(complaint(head + "2020-01-12T04:00:00Z,3\n2020-01-12T05:00:00Z,3\n") ==
        "4:1: gap of 3 h after line 3; most rows are 1 h apart: 2 rows are missing, "
        "from 2020-01-12T02:00:00Z until 2020-01-12T04:00:00Z");
  CHECK(complaint(head + "2020-01-12T01:30:00Z,3\n") ==
        "4:1: only 30 min after line 3; most rows are 1 h apart");
  CHECK(complaint(head + "2020-01-12T01:00:00Z,3\n") ==
        "4:1: time 2020-01-12T01:00:00Z stands there twice");
  CHECK(complaint(head + "2020-01-12T00:00:00Z,3\n") ==
        "4:1: time 2020-01-12T00:00:00Z is before the row above it");
  CHECK(complaint(head + "2020-01-12T02:00:00Z,cold\n") ==
        "4:22: 'cold' is no number for outdoor_c");
  CHECK(complaint(head + "2020-01-12T02:00:00Z,nan\n") == "4:22: 'nan' is no number for outdoor_c");
  CHECK(complaint(head + "2020-01-12T02:00:00Z,1e999\n") ==
        "4:22: '1e999' is no number for outdoor_c");
  CHECK(complaint(head + "2020-01-12T02:00:00Z\n") == "4:21: no value for outdoor_c");
  CHECK(complaint(head + "yesterday,3\n2020-01-12T03:00:00Z,3\n") == "4:1: 'yesterday' is no time");
}

TEST_CASE("a series without its columns or rows is refused, and says what it has") {
  CHECK(complaint("") == "1:1: the file is empty");
  CHECK(complaint("\n \n") == "1:1: the file is empty");
  CHECK(complaint("time_utc,outdoor_c\n") ==
        "1:1: fewer than two rows: how long a row holds is unknown");
  CHECK(complaint("time_utc,outdoor_c\n2020-01-12,1\n") ==
        "1:1: fewer than two rows: how long a row holds is unknown");
  CHECK(complaint("time_utc,outdoor_c,outdoor_c\n") ==
        "1:20: column 'outdoor_c' stands there twice");

  const auto parsed = weather("time,outdoor_f\n2020-01-12,1\n");
  REQUIRE(parsed.diagnostics.size() == 2);
  CHECK(parsed.diagnostics[0].message == "no column 'time_utc'");
  CHECK(parsed.diagnostics[1].message == "no column 'outdoor_c'");
  CHECK(parsed.diagnostics[1].hint == "the first row names these: 'time, outdoor_f'");
}

TEST_CASE("every mistake of a series is told at once, up to a bound") {
  auto csv = std::string{"time_utc,outdoor_c\n"};
  for (auto i = 0; i < 100; ++i) csv += "x,y\n";
  const auto parsed = weather(csv);
  CHECK(parsed.columns.empty());
  REQUIRE(parsed.diagnostics.size() == series_diagnostics);
  CHECK(parsed.diagnostics[1].at.line == 2);
  CHECK(parsed.diagnostics[1].at.column == 3);
  CHECK(parsed.diagnostics.back().message.ends_with("(and 180 more in this file)"));
}

TEST_CASE("bytes of any kind give a diagnostic, never a crash") {
  auto csv = std::string{"time_utc,outdoor_c\n"};
  for (auto i = 0; i < 5000; ++i) csv += static_cast<char>(i * 7919 % 256);
  CHECK_FALSE(weather(csv).diagnostics.empty());
  CHECK_FALSE(weather("\"\"\"\n\",\"").diagnostics.empty());
  CHECK_FALSE(weather(std::string(3000, '\0')).diagnostics.empty());
}

TEST_CASE("a series file that is missing or is a folder is a diagnostic") {
  const auto missing = load_series("/nowhere/weather.csv", weather_columns);
  REQUIRE(missing.diagnostics.size() == 1);
  CHECK(missing.diagnostics[0].file == "/nowhere/weather.csv");
  CHECK(missing.diagnostics[0].message == "cannot be read: No such file or directory");
  const auto folder = load_series(testing::source("layouts"), weather_columns);
  REQUIRE(folder.diagnostics.size() == 1);
  CHECK(folder.diagnostics[0].message == "is not a file");
}

TEST_CASE("the shipped January is two whole weeks of cold with a dear hour and one that pays") {
  const auto outdoor =
      load_series(testing::source("layouts/samples/january-weather.csv"), weather_columns);
  const auto prices =
      load_series(testing::source("layouts/samples/january-prices.csv"), price_columns);
  REQUIRE(outdoor.columns.size() == 1);
  REQUIRE(prices.columns.size() == 2);
  CHECK(outdoor.columns[0].start == midnight + 5h);
  CHECK(outdoor.columns[0].end() - outdoor.columns[0].start == std::chrono::weeks{2});
  CHECK(prices.columns[0].start == outdoor.columns[0].start);
  CHECK(prices.columns[0].end() == outdoor.columns[0].end());
  const auto extremes = [](const series& s) {
    const auto [low, high] = std::minmax_element(s.values.begin(), s.values.end());
    return std::pair{*low, *high};
  };
  CHECK(extremes(outdoor.columns[0]).first < -22);
  CHECK(extremes(outdoor.columns[0]).second > 0);
  CHECK(extremes(prices.columns[0]) == std::pair{-12.4, 178.6});
  CHECK(extremes(prices.columns[1]) == std::pair{50.13, 487.63});
  // Monday the 13th, 07:00 in New York, is the first hour of the peak tariff.
  CHECK(prices.columns[1].at(midnight + 36h - 1ms) == 50.13);
  CHECK(prices.columns[1].at(midnight + 36h) == 487.63);
}

}  // namespace
}  // namespace hearth
