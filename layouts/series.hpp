#pragma once

#include "layouts/parse.hpp"
#include "layouts/series_options.hpp"
#include "protocol/time.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Weather and prices from CSV files: a header row, a `time_utc` column, one number per column
/// and row, rows evenly spaced. Columns are found by name; those not asked for are ignored.
/// `series_options` says how a file that looks different is to be read.
namespace hearth {

/// Numbers at even steps of time. A row holds from its time until the next; the last for one step.
struct series {
  time_point start;
  duration step{};             ///< always positive
  std::vector<double> values;  ///< never empty

  [[nodiscard]] time_point end() const {
    return start + step * static_cast<std::int64_t>(values.size());
  }
  /// Nothing before the first row and after the last.
  [[nodiscard]] std::optional<double> at(time_point t) const;
  /// For houses that outlive their file: the rows repeat for ever, before and after. Files of whole
  /// weeks keep the hour of day and the day of the week.
  [[nodiscard]] double repeated_at(time_point t) const;
  bool operator==(const series&) const = default;
};

inline constexpr std::array<std::string_view, 1> weather_columns{"outdoor_c"};
inline constexpr std::array<std::string_view, 2> price_columns{"lmp_usd_per_mwh",
                                                               "distribution_usd_per_mwh"};
inline constexpr std::array<std::string_view, 1> day_ahead_columns{"day_ahead_usd_per_mwh"};

/// Largest file read: a year of minutes has 20 MB. Beyond: a diagnostic.
inline constexpr std::size_t series_file_bytes = 64 * 1024 * 1024;
/// Mistakes listed of one file. Beyond: counted in the last one, for they mostly have one cause.
inline constexpr std::size_t series_diagnostics = 20;
/// Rows put in for missing ones in one column: two years of minutes. Beyond: a diagnostic.
inline constexpr std::size_t series_filled_rows = 1024 * 1024;
/// Filled gaps listed of one column. Beyond: only counted.
inline constexpr std::size_t series_filled_gaps = 100;

/// Rows that were not in the file, or had no value, and were filled.
struct filled_gap {
  int line = 0;  ///< of the first row without a value, or of the row after missing rows
  time_point from;
  time_point to;  ///< where the next real row begins, or the file ends
  std::size_t rows = 0;
  std::string note{};  ///< what else there is to know, such as clocks that are set back then
  bool operator==(const filled_gap&) const = default;
};

/// What was filled in one column: nothing is made up without being told.
struct filled_column {
  std::string column;
  fill_rule rule = fill_rule::refuse;
  std::size_t gaps = 0;
  std::size_t rows = 0;
  duration longest{};
  std::vector<filled_gap> listed;  ///< the first of them
};

/// "weather.csv: 7 rows of outdoor_c filled (linear) in 2 gaps, the longest 4 h\n", then a line
/// for each gap that is listed.
std::string to_text(const filled_column& filled, const std::string& file);

struct parsed_series {
  std::vector<series> columns;          ///< as asked for; empty exactly when there is a diagnostic
  std::vector<diagnostic> diagnostics;  ///< in file order
  std::vector<filled_column> filled{};  ///< only columns in which something was
};

/// Reads the named columns. Tolerates a byte order mark, CRLF, quotes, blank lines, and semicolons
/// or tabs between the fields. Never throws: whatever the bytes are, the answer is all the columns
/// or at least one diagnostic.
parsed_series parse_series(std::string_view csv, const std::string& file,
                           std::span<const std::string_view> columns,
                           const series_options& options = {});

/// The same from a file; a file that cannot be read is a diagnostic too.
parsed_series load_series(const std::filesystem::path& file,
                          std::span<const std::string_view> columns,
                          const series_options& options = {});

struct period {
  time_point from;
  time_point to;
  bool operator==(const period&) const = default;
};

/// The time that all of them have; nothing if there is none.
std::optional<period> common_period(std::span<const series> all);

/// Says in one line which time the file has and which was asked for, and offers what `--from` and
/// `--to` would have to be; nothing if the file has all of it.
std::optional<diagnostic> not_covered(const series& s, const std::string& file,
                                      const period& asked);

}  // namespace hearth
