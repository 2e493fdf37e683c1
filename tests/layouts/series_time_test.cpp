#include "tests/support/series_text.hpp"

namespace hearth {
namespace {

using namespace std::chrono_literals;
using namespace testing;

constexpr auto new_york = "America/New_York";

/// A file of these times, with 0, 1 … 49, 0 … as values.
std::string at_times(const std::vector<std::string>& times) {
  auto csv = std::string{"time_utc,outdoor_c\n"};
  for (std::size_t i = 0; i < times.size(); ++i)
    csv += times[i] + "," + std::to_string(i % 50) + "\n";
  return csv;
}

series read(const std::vector<std::string>& times, const series_options& options) {
  const auto parsed = weather_of(at_times(times), options);
  for (const auto& d : parsed.diagnostics) MESSAGE(to_text(d));
  REQUIRE(parsed.columns.size() == 1);
  return parsed.columns.front();
}

TEST_CASE("times may state an offset, hang on a wall or count from 1970") {
  const auto noon = *from_iso8601("2020-01-15T12:00:00Z");
  CHECK(read({"2020-01-15T07:00:00-05:00", "2020-01-15 08:00:00-0500"}, {}).start == noon);
  const auto local = series_words({}, {}, new_york);
  CHECK(read({"2020-01-15 07:00", "2020-01-15 08:00"}, local).start == noon);
  CHECK(read({"2020-01-15T07:00:00", "2020-01-15 08:00:00"}, local).start == noon);
  // What states its zone needs no other.
  CHECK(read({"2020-01-15T12:00:00Z", "2020-01-15 08:00"}, local).start == noon);
  CHECK(read({"2020-01-15", "2020-01-16"}, local).start == *from_iso8601("2020-01-15T05:00:00Z"));
  CHECK(read({"1579089600", "1579093200.0"}, series_words({"time_utc=time_utc:epoch_s"})).start ==
        noon);
  CHECK(read({"1579089600000", "1579093200000"}, series_words({"time_utc=time_utc:epoch_ms"}))
            .start == noon);
}

TEST_CASE("a time that cannot be read offers the option that would read it") {
  const auto plain = series_words({});
  CHECK(wrong_in(at_times({"2020-01-15 07:00"}), plain) ==
        "2:1: '2020-01-15 07:00' states no time zone (say whose clock it is: "
        "--time-zone America/New_York, or --time-zone UTC)\n");
  CHECK(wrong_in(at_times({"1579089600"}), plain) ==
        "2:1: '1579089600' is no time (if it counts from 1970: "
        "--column time_utc=time_utc:epoch_s)\n");
  CHECK(wrong_in(at_times({"1579089600000"}), plain).find("time_utc:epoch_ms") !=
        std::string::npos);
  CHECK(wrong_in(at_times({"1579089600000"}), series_words({"time_utc=time_utc:epoch_s"})) ==
        "2:1: '1579089600000' is no time in seconds since 1970 (it would be one in milliseconds: "
        "--column time_utc=time_utc:epoch_ms)\n");
  CHECK(wrong_in(at_times({"2020-01-15T07:00:00Z"}), series_words({"time_utc=time_utc:epoch_s"}))
            .find("it is ISO 8601: --column time_utc=time_utc)") != std::string::npos);
  CHECK(wrong_in(at_times({"1/15/2020 07:00"}), plain)
            .find("'1/15/2020 07:00' is no time (write UTC times like") != std::string::npos);
  CHECK(wrong_in(at_times({"1e300", "inf", "99999999999999999999"}),
                 series_words({"time_utc=time_utc:epoch_ms"}))
            .find("2:1: '1e300' is no time since 1970") != std::string::npos);
  // Whoever can mend only the file is told how to mend it.
  CHECK(wrong_in(at_times({"2020-01-15 07:00"}), {})
            .find("write UTC times like 2020-01-15T05:00:00Z)") != std::string::npos);
}

TEST_CASE("the hour that clocks skip is no gap, and the one they repeat is told apart by order") {
  const auto local = series_words({}, {}, new_york);
  const auto spring =
      read({"2020-03-08 00:00", "2020-03-08 01:00", "2020-03-08 03:00", "2020-03-08 04:00"}, local);
  CHECK(spring.start == *from_iso8601("2020-03-08T05:00:00Z"));
  CHECK(spring.values.size() == 4);
  const auto autumn = read({"2020-11-01 00:30", "2020-11-01 01:00", "2020-11-01 01:30",
                            "2020-11-01 01:00", "2020-11-01 01:30", "2020-11-01 02:00"},
                           local);
  CHECK(autumn.start == *from_iso8601("2020-11-01T04:30:00Z"));
  CHECK(autumn.end() == *from_iso8601("2020-11-01T07:30:00Z"));
  CHECK(autumn.values == std::vector<double>{0, 1, 2, 3, 4, 5});
  // A file that begins with the repeated hour has both, too.
  CHECK(read({"2020-11-01 01:00", "2020-11-01 01:00", "2020-11-01 02:00"}, local).start ==
        *from_iso8601("2020-11-01T05:00:00Z"));
  // Thrice is too often.
  CHECK(wrong_in(at_times({"2020-11-01 01:00", "2020-11-01 01:00", "2020-11-01 01:00"}), local) ==
        "4:1: time 2020-11-01T06:00:00Z stands there twice (keep one of the lines 3 and 4)\n");
}

TEST_CASE("a clock that knows no summer time is told by the hour it lacks or should not have") {
  const auto local = series_words({}, {}, new_york);
  const auto autumn = std::vector<std::string>{"2020-10-31 23:00", "2020-11-01 00:00",
                                               "2020-11-01 01:00", "2020-11-01 02:00"};
  CHECK(wrong_in(at_times(autumn), local) ==
        "5:1: gap of 2 h after line 4; most rows are 1 h apart: 1 row is missing, from "
        "2020-11-01T06:00:00Z until 2020-11-01T07:00:00Z (fill it with --fill previous or --fill "
        "linear; clocks of America/New_York are set back then, and the file has the repeated hour "
        "once; if its clock knows no summer time: --time-zone Etc/GMT+5)\n");
  const auto spring =
      std::vector<std::string>{"2020-03-08 01:00", "2020-03-08 02:00", "2020-03-08 03:00"};
  CHECK(wrong_in(at_times(spring), local) ==
        "3:1: '2020-03-08 02:00' does not exist in America/New_York, where clocks are set forward "
        "then (if its clock knows no summer time: --time-zone Etc/GMT+5)\n");
  // Even where the hour is filled it is said what it may mean.
  const auto filled = weather_of(at_times(autumn), series_words({}, {"linear"}, new_york)).filled;
  REQUIRE(filled.size() == 1);
  REQUIRE(filled[0].listed.size() == 1);
  CHECK(filled[0].listed[0].note.find("--time-zone Etc/GMT+5") != std::string::npos);
  CHECK(to_text(filled[0], "w.csv").find("; clocks of America/New_York are set back then") !=
        std::string::npos);
  const auto winter = series_words({}, {}, "Etc/GMT+5");
  CHECK(read(autumn, winter).values.size() == 4);
  CHECK(read(spring, winter).start == *from_iso8601("2020-03-08T06:00:00Z"));
}

TEST_CASE("a year of local hours reads like the same year in UTC") {
  const auto local = series_words({}, {}, new_york);
  auto times = std::vector<std::string>{};
  const auto from = *from_iso8601("2020-01-01T05:00:00Z");
  for (auto hour = 0; hour < 8784; ++hour) {
    // New York: four hours behind UTC from 2020-03-08T07:00Z until 2020-11-01T06:00Z.
    const auto t = from + hour * 1h;
    const auto summer =
        t >= *from_iso8601("2020-03-08T07:00:00Z") && t < *from_iso8601("2020-11-01T06:00:00Z");
    auto text = to_iso8601(t - (summer ? 4h : 5h));
    text.pop_back();
    times.push_back(text);
  }
  const auto year = read(times, local);
  CHECK(year.start == from);
  CHECK(year.step == 1h);
  REQUIRE(year.values.size() == 8784);
  CHECK(year.values.back() == 33);
}

TEST_CASE("a zone that nobody knows is a mistake of the options, not of a row") {
  auto options = series_options{};
  options.time_zone = "Maine";
  const auto text = wrong_in(at_times({"2020-01-15 07:00", "2020-01-15 08:00"}), options);
  CHECK(text.starts_with("1:1: unknown time zone 'Maine'"));
}

}  // namespace
}  // namespace hearth
