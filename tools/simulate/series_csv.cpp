#include "tools/simulate/report.hpp"

#include <array>
#include <charconv>

namespace hearth::simulate {
namespace {

/// Without an exponent and without "-0.00". A double has at most 309 digits before the point.
void put(std::string& text, double value, int digits) {
  auto room = std::array<char, 350>{};
  const auto [end, error] = std::to_chars(room.data(), room.data() + room.size(), value,
                                          std::chars_format::fixed, digits);
  auto number = std::string_view{room.data(), static_cast<std::size_t>(end - room.data())};
  if (number.starts_with('-') && number.find_first_not_of("-0.") == std::string_view::npos)
    number.remove_prefix(1);
  text += number;
}

}  // namespace

std::string series_csv(const run_record& r) {
  const auto columns = r.slots.columns();
  constexpr auto field_typical = std::size_t{8};
  auto text = std::string{"time_utc"};
  text.reserve((columns.size() + 3) * field_typical * (r.slots.size() + 2));
  for (const auto& c : columns) text += "," + c.name;
  text += '\n';
  for (std::size_t i = 0; i < r.slots.size(); ++i) {
    text += to_iso8601(r.slots.time(i));
    for (const auto& c : columns) {
      text += ',';
      if (const auto value = c.numbers->at(i)) put(text, *value, c.digits);
    }
    text += '\n';
  }
  return text;
}

}  // namespace hearth::simulate
