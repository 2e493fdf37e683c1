#pragma once

#include "layouts/parse.hpp"
#include "layouts/series_options.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The rows of a CSV file as fields, and what its first row says of the others.
namespace hearth {

struct csv_field {
  std::string_view text;
  int column = 1;  ///< where it starts, from 1
};

/// Collects what is wrong with one file and stops listing when the list helps no more.
class complaints {
 public:
  explicit complaints(std::string file) : file_{std::move(file)} {}

  void add(position at, std::string message, std::string hint = {});
  /// What follows is looked for in the whole file once more, so it gets a list of its own.
  void next_pass() { room_ += list_.size(); }
  [[nodiscard]] bool none() const { return list_.empty(); }
  /// So many that the rest of the file need not be read.
  [[nodiscard]] bool enough() const { return unlisted_ >= 10000; }
  /// In file order.
  std::vector<diagnostic> take();

 private:
  std::string file_;
  std::vector<diagnostic> list_;
  std::size_t room_ = 0;  ///< of earlier passes
  std::size_t unlisted_ = 0;
};

/// The comma, unless the first row has more semicolons or tabs.
char separator_of(std::string_view first_row);

/// The fields of one line into `fields`, trimmed and without quotes; a separator between quotes
/// separates nothing. What stands beyond the 4096th is left out.
void split_row(std::string_view line, char separator, std::vector<csv_field>& fields);

std::string_view trimmed_field(std::string_view text);

/// "--column outdoor_c=temp_f:fahrenheit": what to write to have `found` read as `column`, quoted
/// for a shell where the name needs it.
std::string option_for(std::string_view column, std::string_view found,
                       std::optional<column_unit> unit);

/// Where a column stands, and what its numbers mean.
struct found_column {
  std::size_t place = 0;
  column_unit unit = column_unit::as_named;
};

/// The time column, then the wanted ones; complains of those that are not there and says which
/// may be meant.
std::vector<found_column> find_columns(const std::vector<csv_field>& header, int line,
                                       std::span<const std::string_view> wanted,
                                       const series_options& options, complaints& wrong);

}  // namespace hearth
