#include "tests/support/files.hpp"
#include "tests/support/series_text.hpp"

#include <cmath>
#include <random>
#include <sstream>
#include <utility>

namespace hearth {
namespace {

using namespace std::chrono_literals;
using namespace testing;

const auto pieces = std::vector<std::string>{",",
                                             ";",
                                             "\t",
                                             "\n",
                                             "\r\n",
                                             "\"",
                                             "nan",
                                             "-",
                                             "1e999",
                                             "1,5",
                                             "-9999",
                                             "time_utc",
                                             "outdoor_c",
                                             "\xEF\xBB\xBF",
                                             "\xFF\xFE",
                                             "Z",
                                             "+14:00",
                                             "2020-11-01 01:30",
                                             "0000-01-01",
                                             "9999-12-31T23:59:59Z",
                                             "99999999999999",
                                             std::string(1, '\0'),
                                             "2020-03-08 02:30",
                                             "-05:00",
                                             "1577836800"};

/// A file as a person, a spreadsheet or a broken disk might have left it.
std::string mutated(std::string csv, std::mt19937_64& random) {
  const auto below = [&](std::size_t n) { return n == 0 ? 0 : random() % n; };
  for (auto changes = 1 + below(4); changes > 0; --changes) {
    const auto at = below(csv.size() + 1);
    switch (below(5)) {
    case 0: csv.insert(at, pieces[below(pieces.size())]); break;
    case 1: csv.erase(at, below(60)); break;
    case 2:
      if (at < csv.size()) csv[at] = static_cast<char>(below(256));
      break;
    case 3: csv.insert(at, csv.substr(below(csv.size() + 1), below(100))); break;
    default: csv.resize(at > csv.size() / 2 ? at : csv.size()); break;
    }
  }
  return csv;
}

TEST_CASE("whatever happens to a file, the answer is even finite numbers or a diagnostic") {
  auto seeds = std::vector<std::string>(4, "time_utc,outdoor_c\n");
  seeds[3] = "time_utc;outdoor_c\r\n";
  for (auto i = 0; i < 24; ++i) {
    const auto t = *from_iso8601("2020-11-01T00:00:00Z") + i * 30min;
    const auto value = i % 7 == 3 ? std::string{} : std::to_string(i - 9);
    auto wall = to_iso8601(t);
    wall.pop_back();
    seeds[0] += to_iso8601(t) + "," + value + "\n";
    seeds[1] += wall + "," + value + "\n";
    seeds[2] += std::to_string(t.time_since_epoch().count() / 1000) + "," + value + "\n";
    seeds[3] += wall + ";\"" + value + "\"\r\n";
  }
  // One for each of the seeds, and some that fit none.
  const auto options = std::vector{
      series_words({}, {"linear"}),
      series_words({}, {"previous:3650d"}, "Europe/London"),
      series_words({"time_utc=time_utc:epoch_s"}, {"linear:400d"}),
      series_words({}, {"linear"}, "America/New_York"),
      series_options{},
      series_words({"outdoor_c=outdoor_c:fahrenheit", "time_utc=time_utc:epoch_ms"}),
  };
  auto random = std::mt19937_64{20201101};
  auto read = 0;
  for (auto run = 0; run < 20000; ++run) {
    const auto seed = random() % seeds.size();
    const auto fitting = random() % 4 != 0;
    const auto csv = mutated(seeds[seed], random);
    const auto parsed = weather_of(csv, options[fitting ? seed : random() % options.size()]);
    REQUIRE(parsed.columns.empty() != parsed.diagnostics.empty());
    REQUIRE(parsed.diagnostics.size() <= series_diagnostics);
    for (const auto& d : parsed.diagnostics) {
      REQUIRE(d.at.line >= 1);
      REQUIRE(d.at.column >= 1);
      REQUIRE(d.message.size() < 600);
    }
    if (parsed.columns.empty()) continue;
    ++read;
    const auto& s = parsed.columns.front();
    REQUIRE(s.step > 0ms);
    REQUIRE(s.values.size() >= 2);
    for (const auto v : s.values) REQUIRE(std::isfinite(v));
  }
  // Both answers occur, or the test would prove little.
  CHECK(read > 500);
  CHECK(read < 15000);
}

TEST_CASE("words of a command line never do harm either") {
  auto random = std::mt19937_64{7};
  for (auto run = 0; run < 5000; ++run) {
    const auto column = mutated("outdoor_c=temp:fahrenheit", random);
    const auto fill = mutated("outdoor_c=linear:6h", random);
    if (const auto parsed = parse_column_choice(column); !parsed) CHECK(!parsed.error().empty());
    if (const auto parsed = parse_series_fill(fill)) CHECK(parsed->longest > 0ms);
  }
}

TEST_CASE("a file of nothing but mistakes is given up on, and says that there are more") {
  auto csv = std::string{"time_utc,outdoor_c\n"};
  for (auto i = 0; i < 200000; ++i) csv += "x,y\n";
  const auto parsed = weather_of(csv, {});
  REQUIRE(parsed.diagnostics.size() == series_diagnostics);
  CHECK(parsed.diagnostics.back().message.find("(and more than 1000") != std::string::npos);
  CHECK_FALSE(weather_of(std::string(8'000'000, ','), {}).diagnostics.empty());
}

TEST_CASE("a year of real weather with holes torn into it is put together again, and told") {
  const auto file = source("../shared/data/weather-millinocket-2020.csv");
  if (!std::filesystem::exists(file)) {
    MESSAGE("skipped: the real year is not on this machine: " << file.string());
    return;
  }
  const auto whole = load_series(file, weather_columns);
  REQUIRE(whole.columns.size() == 1);
  CHECK(whole.columns[0].values.size() == 8784);
  CHECK_FALSE(
      not_covered(whole.columns[0], file.string(),
                  {*from_iso8601("2020-01-01T05:00:00Z"), *from_iso8601("2021-01-01T05:00:00Z")}));

  auto random = std::mt19937_64{1};
  auto torn = std::string{};
  auto lines = 0;
  auto gone = std::size_t{0};
  auto in = std::istringstream{contents_of(file)};
  for (auto line = std::string{}; std::getline(in, line); ++lines) {
    const auto keep = lines < 2 || lines == 8784 || random() % 50 != 0;
    if (keep)
      torn += line + "\n";
    else
      ++gone;
  }
  const auto filled = weather_of(torn, series_words({}, {"linear"}));
  REQUIRE(filled.columns.size() == 1);
  CHECK(filled.columns[0].values.size() == 8784);
  REQUIRE(filled.filled.size() == 1);
  CHECK(filled.filled[0].rows == gone);
  auto sum = 0.0;
  for (std::size_t i = 0; i < 8784; ++i)
    sum += std::abs(filled.columns[0].values[i] - whole.columns[0].values[i]);
  CHECK(sum / static_cast<double>(gone) < 1.5);
}

TEST_CASE("the real weather, prices and day-ahead prices have the whole of 2020 in common") {
  const auto folder = source("../shared/data");
  if (!std::filesystem::exists(folder)) {
    MESSAGE("skipped: the real year is not on this machine: " << folder.string());
    return;
  }
  auto all = load_series(folder / "weather-millinocket-2020.csv", weather_columns).columns;
  for (auto& s : load_series(folder / "prices-keene-2020.csv", price_columns).columns)
    all.push_back(std::move(s));
  for (auto& s : load_series(folder / "prices-isone-dayahead-2020.csv", day_ahead_columns).columns)
    all.push_back(std::move(s));
  REQUIRE(all.size() == 4);
  CHECK(common_period(all) ==
        period{*from_iso8601("2020-01-01T05:00:00Z"), *from_iso8601("2021-01-01T05:00:00Z")});
}

}  // namespace
}  // namespace hearth
