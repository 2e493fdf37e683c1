#pragma once

#include "layouts/parse.hpp"
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

/// Largest file read: a year of minutes has 20 MB. Beyond: a diagnostic.
inline constexpr std::size_t series_file_bytes = 64 * 1024 * 1024;
/// Mistakes listed of one file. Beyond: counted in the last one, for they mostly have one cause.
inline constexpr std::size_t series_diagnostics = 20;

struct parsed_series {
  std::vector<series> columns;          ///< as asked for; empty exactly when there is a diagnostic
  std::vector<diagnostic> diagnostics;  ///< in file order
};

/// Reads the named columns. Tolerates a byte order mark, CRLF, quotes and blank lines. Never
/// throws: whatever the bytes are, the answer is all the columns or at least one diagnostic.
parsed_series parse_series(std::string_view csv, const std::string& file,
                           std::span<const std::string_view> columns);

/// The same from a file; a file that cannot be read is a diagnostic too.
parsed_series load_series(const std::filesystem::path& file,
                          std::span<const std::string_view> columns);

}  // namespace hearth
