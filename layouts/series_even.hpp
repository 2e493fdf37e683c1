#pragma once

#include "layouts/series.hpp"
#include "layouts/series_header.hpp"
#include "layouts/series_time.hpp"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

/// From rows as they stand in a file to values at even steps: what is twice, backwards or uneven
/// is refused, what is missing is filled as far as the user allowed it.
namespace hearth {

struct raw_row {
  time_point time;
  int line = 0;
  int column = 1;                 ///< where its time stands
  bool after_unreadable = false;  ///< the row above has a time that nobody can read
};

/// A cell that says that it has no value.
struct absent_cell {
  std::size_t row = 0;
  int column = 1;
  std::string_view text;
};

struct raw_column {
  std::vector<double> values;       ///< one for each row
  std::vector<absent_cell> absent;  ///< in the order of rows; their values mean nothing
};

struct raw_series {
  std::vector<raw_row> rows;
  std::vector<raw_column> columns;
};

/// Whatever hinders it goes to `wrong`; the answer counts only if that stays empty.
parsed_series even_series(const raw_series& raw, std::span<const std::string_view> names,
                          const series_options& options, const series_clock& clock,
                          complaints& wrong);

}  // namespace hearth
