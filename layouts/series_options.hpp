#pragma once

#include "protocol/time.hpp"

#include <tl/expected.hpp>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// How a CSV file that was not made for Hearth is to be read: which column is which, what its
/// numbers and times mean, which gaps may be filled. Written by a person as words of a command
/// line.
namespace hearth {

inline constexpr std::string_view series_time_column = "time_utc";

/// What the numbers (or times) of a column mean. `as_named` is what our own name of it says.
enum class column_unit : unsigned char {
  as_named,
  celsius,
  fahrenheit,
  kelvin,
  usd_per_mwh,
  usd_per_kwh,
  cents_per_kwh,
  iso8601,
  epoch_s,
  epoch_ms
};

std::string_view name_of(column_unit u);
/// The units that a column of this name, one of ours, may be given in; its own first.
std::span<const column_unit> units_for(std::string_view column);
/// A number in the unit of our column. Only for units of numbers, not of times.
double converted(double number, column_unit from);
/// The unit that another's column name tells, such as fahrenheit for "Temp (°F)"; nothing if none.
std::optional<column_unit> unit_told_by(std::string_view column);

/// "our `column` is called `found` in the file, and its numbers are in `unit`".
struct column_choice {
  std::string column;
  std::string found;
  column_unit unit = column_unit::as_named;
  bool operator==(const column_choice&) const = default;
};

/// What stands in the place of rows that are not there.
enum class fill_rule : unsigned char { refuse, previous, linear };
std::string_view name_of(fill_rule r);

/// Longer gaps than this are only filled where the user says how long.
inline constexpr duration series_default_fill = std::chrono::hours{24};

struct series_fill {
  std::string column;  ///< ours; empty for every column that has no rule of its own
  fill_rule rule = fill_rule::refuse;
  duration longest = series_default_fill;  ///< a longer gap stays a mistake
  bool operator==(const series_fill&) const = default;
};

/// Whose words a hint uses: of somebody who can mend only the file, or who gives options too.
enum class series_hints : unsigned char { of_the_file, of_the_command_line };

struct series_options {
  std::vector<column_choice> columns;
  std::string time_zone;  ///< IANA, of times that state none; empty: such times are mistakes
  std::vector<series_fill> fills;
  series_hints hints = series_hints::of_the_file;

  [[nodiscard]] series_fill fill_of(std::string_view column) const;
};

/// The columns that `--column` and `--fill` may name: those of every file of a simulation.
inline constexpr std::array<std::string_view, 5> series_columns{
    "outdoor_c", "lmp_usd_per_mwh", "distribution_usd_per_mwh", "day_ahead_usd_per_mwh",
    series_time_column};

/// Each answers with a value or with one line that says what is wrong and how it is written.

/// "outdoor_c=temperature" or "outdoor_c=temp:fahrenheit". A name with a colon may be given too.
tl::expected<column_choice, std::string> parse_column_choice(std::string_view word);
/// "previous", "linear:6h" or "outdoor_c=linear:6h".
tl::expected<series_fill, std::string> parse_series_fill(std::string_view word);

/// Everything the command line said of its files. An empty `time_zone` is none.
tl::expected<series_options, std::string> parse_series_options(
    const std::vector<std::string>& column_words, const std::vector<std::string>& fill_words,
    const std::string& time_zone);

}  // namespace hearth
