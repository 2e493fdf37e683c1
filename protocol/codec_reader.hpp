#pragma once

// Private to codec_*decode.cpp: how one field is checked.

#include "protocol/codec_words.hpp"
#include "protocol/limits.hpp"
#include "protocol/messages.hpp"

#include <cmath>

namespace hearth {

inline constexpr time_point earliest_told = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
inline constexpr time_point latest_told = std::chrono::sys_days{std::chrono::year{2200} / 1 / 1};

/// Checks fields one by one and remembers the first that may not be; what it gives back for a
/// bad one is never used. So reading a message is one straight line per field.
class field_reader {
 public:
  std::optional<fault> problem;

  void refuse(std::string_view field, std::string_view why) {
    if (!problem) problem = fault{fault_code::malformed, std::string{field}.append(why)};
  }
  std::string text(const std::string& value, std::string_view field) {
    if (value.size() > limits::text_bytes) refuse(field, " is longer than 1024 bytes");
    return value;
  }
  std::string name(const std::string& value, std::string_view field) {
    if (value.empty()) refuse(field, " is empty");
    return text(value, field);
  }
  time_point time(std::int64_t unix_ms, std::string_view field) {
    // Compared before it becomes a time, so that no sum can overflow.
    if (unix_ms < earliest_told.time_since_epoch().count() ||
        unix_ms >= latest_told.time_since_epoch().count())
      refuse(field, " is missing or not between the years 2000 and 2200");
    return time_point{duration{unix_ms}};
  }
  duration length(std::uint32_t seconds, std::string_view field) {
    if (seconds == 0) refuse(field, " must be above zero");
    return std::chrono::seconds{seconds};
  }
  double number(double value, std::string_view field) {
    if (!std::isfinite(value)) refuse(field, " is not a finite number");
    return value;
  }
  double number(bool present, double value, std::string_view field) {
    if (!present) refuse(field, " is missing");
    return number(value, field);
  }
  template <class Native, class Wire, std::size_t Count>
  Native word(const wire_words::table<Native, Wire, Count>& words, Wire wire,
              std::string_view field) {
    const auto native = wire_words::from_wire(words, wire);
    if (!native) refuse(field, " is missing or a word of another version");
    return native.value_or(words.front().first);
  }
  template <class Quantity, class Numbers>
  std::vector<Quantity> series(const Numbers& numbers, Quantity (*make)(double),
                               std::string_view field) {
    auto out = std::vector<Quantity>{};
    if (static_cast<std::size_t>(numbers.size()) > limits::series_slots)
      refuse(field, " has more than 672 slots");
    else
      for (auto value : numbers) out.push_back(make(number(value, field)));
    return out;
  }

  fault reason(const ::hearth::v1::Fault& f, std::string_view field) {
    return {word(wire_words::fault_codes, f.code(), field), text(f.detail(), field)};
  }
  measured quantity(const ::hearth::v1::Measured& m, std::string_view field) {
    return {number(m.has_amount(), m.amount(), field), word(wire_words::units, m.unit(), field)};
  }
};

}  // namespace hearth
