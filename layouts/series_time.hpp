#pragma once

#include "layouts/series_options.hpp"
#include "layouts/time_zone.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace hearth {

/// Reads the times of one file, one after the other.
class series_clock {
 public:
  /// `column` is what the file calls its time column, for hints.
  series_clock(const series_options& options, column_unit unit, std::string_view column);

  struct unreadable {
    std::string message;
    std::string hint;
  };
  /// `after` is the time of the row before: it decides which of two equal hours is meant.
  tl::expected<time_point, unreadable> read(std::string_view text, std::optional<time_point> after);

  /// What else there is to know of a gap or of a step back between these times; may be empty.
  [[nodiscard]] std::string note_on(time_point from, time_point to) const;

 private:
  [[nodiscard]] unreadable no_time(std::string_view text) const;
  [[nodiscard]] std::string winter_hint(time_point near) const;

  series_hints hints_;
  column_unit unit_;
  std::string column_;
  std::string zone_;  ///< empty: times state theirs
  wall_clock clock_;
};

}  // namespace hearth
