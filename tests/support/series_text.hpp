#pragma once

#include "layouts/series.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

namespace hearth::testing {

/// Options as a person gives them; they must be right.
inline series_options series_words(const std::vector<std::string>& columns,
                                   const std::vector<std::string>& fills = {},
                                   const std::string& zone = {}) {
  const auto options = parse_series_options(columns, fills, zone);
  REQUIRE_MESSAGE(options, (options ? "" : options.error()));
  return *options;
}

inline parsed_series weather_of(std::string_view csv, const series_options& options) {
  return parse_series(csv, "weather.csv", weather_columns, options);
}

/// The values of a file that must be readable.
inline std::vector<double> values_of(std::string_view csv, const series_options& options) {
  auto parsed = weather_of(csv, options);
  for (const auto& d : parsed.diagnostics) MESSAGE(to_text(d));
  REQUIRE(parsed.columns.size() == 1);
  return parsed.columns.front().values;
}

/// Everything that is wrong with a file, one line each: "4:1: message (hint)".
inline std::string wrong_in(std::string_view csv, const series_options& options) {
  const auto parsed = weather_of(csv, options);
  CHECK(parsed.columns.empty() == !parsed.diagnostics.empty());
  auto text = std::string{};
  for (const auto& d : parsed.diagnostics) {
    text += std::to_string(d.at.line) + ":" + std::to_string(d.at.column) + ": " + d.message;
    text += d.hint.empty() ? "\n" : " (" + d.hint + ")\n";
  }
  return text;
}

}  // namespace hearth::testing
