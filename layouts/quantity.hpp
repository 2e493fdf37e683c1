#pragma once

#include "protocol/unit.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

/// Quantities as people write them: a number and a unit, "9.7 kW". A bare number is refused
/// wherever a unit could be meant, because a house once heated to 170 °C by mistake is one too
/// many.
namespace hearth {

struct quantity_error {
  std::string message;  ///< "'9.7 °C' is a temperature, but a power is wanted"
  std::string hint;     ///< "write it like '9.7 kW'"
};

/// The number of `text` in the channel unit of `wanted` (W, °C, s …). Always finite.
tl::expected<double, quantity_error> parse_quantity(std::string_view text, dimension wanted);

/// Every unit a quantity of this dimension may be written in; the channel unit first. Empty for
/// the dimensions that are plain numbers (count, fraction, on/off; a fraction may bear "%").
std::vector<std::string_view> unit_spellings(dimension d);

/// How a person would write one, such as "9.7 kW".
std::string_view example_of(dimension d);

/// The symbol of the channel unit; empty for plain numbers.
std::string_view channel_symbol(dimension d);

/// "95 °C": a number of the channel unit as text.
std::string with_unit(double amount, dimension d);

/// A number as short as it can be said, "0.5" or "9700".
std::string plain_number(double amount);

}  // namespace hearth
