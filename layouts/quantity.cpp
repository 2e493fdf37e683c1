#include "layouts/quantity.hpp"

#include "layouts/suggest.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace hearth {
namespace {

/// channel value = number × factor + offset
struct spelling {
  std::string_view symbol;
  hearth::dimension dimension;
  double factor;
  double offset = 0;
};

/// The channel unit of each dimension comes first; two spellings of one unit stand side by side.
constexpr std::array spellings{
    spelling{"W", dimension::power, 1},
    spelling{"kW", dimension::power, 1e3},
    spelling{"MW", dimension::power, 1e6},
    spelling{"BTU/h", dimension::power, 0.29307107},
    spelling{"var", dimension::reactive_power, 1},
    spelling{"kvar", dimension::reactive_power, 1e3},
    spelling{"VA", dimension::apparent_power, 1},
    spelling{"kVA", dimension::apparent_power, 1e3},
    spelling{"Wh", dimension::energy, 1},
    spelling{"kWh", dimension::energy, 1e3},
    spelling{"MWh", dimension::energy, 1e6},
    spelling{"MJ", dimension::energy, 1e6 / 3600},
    spelling{"BTU", dimension::energy, 0.29307107},
    spelling{"V", dimension::voltage, 1},
    spelling{"mV", dimension::voltage, 1e-3},
    spelling{"kV", dimension::voltage, 1e3},
    spelling{"A", dimension::current, 1},
    spelling{"mA", dimension::current, 1e-3},
    spelling{"Hz", dimension::frequency, 1},
    spelling{"°C", dimension::temperature, 1},
    spelling{"C", dimension::temperature, 1},
    spelling{"°F", dimension::temperature, 1 / 1.8, -32 / 1.8},
    spelling{"F", dimension::temperature, 1 / 1.8, -32 / 1.8},
    spelling{"K", dimension::temperature_difference, 1},
    spelling{"L", dimension::volume, 1},
    spelling{"l", dimension::volume, 1},
    spelling{"m³", dimension::volume, 1e3},
    spelling{"m3", dimension::volume, 1e3},
    spelling{"gal", dimension::volume, 3.785411784},
    spelling{"L/min", dimension::flow, 1},
    spelling{"L/s", dimension::flow, 60},
    spelling{"L/h", dimension::flow, 1 / 60.0},
    spelling{"m³/h", dimension::flow, 1e3 / 60},
    spelling{"gpm", dimension::flow, 3.785411784},
    spelling{"Pa", dimension::pressure, 1},
    spelling{"kPa", dimension::pressure, 1e3},
    spelling{"mbar", dimension::pressure, 1e2},
    spelling{"bar", dimension::pressure, 1e5},
    spelling{"psi", dimension::pressure, 6894.757293},
    spelling{"s", dimension::duration, 1},
    spelling{"ms", dimension::duration, 1e-3},
    spelling{"min", dimension::duration, 60},
    spelling{"h", dimension::duration, 3600},
    spelling{"d", dimension::duration, 86400},
    spelling{"%", dimension::fraction, 0.01},
    spelling{"USD/MWh", dimension::money_per_energy, 1},
    spelling{"USD/kWh", dimension::money_per_energy, 1e3},
    spelling{"ct/kWh", dimension::money_per_energy, 10},
};

/// How each dimension is called in a sentence.
std::string_view noun_of(dimension d) {
  switch (d) {
  case dimension::power: return "a power";
  case dimension::reactive_power: return "a reactive power";
  case dimension::apparent_power: return "an apparent power";
  case dimension::energy: return "an energy";
  case dimension::voltage: return "a voltage";
  case dimension::current: return "a current";
  case dimension::frequency: return "a frequency";
  case dimension::temperature: return "a temperature";
  case dimension::temperature_difference: return "a temperature difference";
  case dimension::volume: return "a volume";
  case dimension::flow: return "a flow";
  case dimension::pressure: return "a pressure";
  case dimension::duration: return "a duration";
  case dimension::fraction: return "a fraction";
  case dimension::count: return "a number";
  case dimension::on_off: return "a switch state";
  case dimension::money_per_energy: return "a price of energy";
  }
  return "a quantity";
}

bool may_be_bare(dimension d) {
  return d == dimension::fraction || d == dimension::count || d == dimension::on_off;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Takes the number off the front; nothing if there is none or it is beyond what a double holds.
std::optional<double> take_number(std::string_view& text) {
  constexpr std::string_view typographic_minus = "\u2212";
  auto rest = text;
  auto sign = 1.0;
  if (rest.starts_with(typographic_minus)) {
    sign = -1;
    rest.remove_prefix(typographic_minus.size());
  } else if (!rest.empty() && (rest.front() == '-' || rest.front() == '+')) {
    sign = rest.front() == '-' ? -1 : 1;
    rest.remove_prefix(1);
  }
  // from_chars would also take "inf" and "nan".
  if (rest.empty() || !(rest.front() == '.' || (rest.front() >= '0' && rest.front() <= '9')))
    return {};
  auto value = 0.0;
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (error != std::errc{}) return {};
  text = rest.substr(static_cast<std::size_t>(stop - rest.data()));
  return sign * value;
}

tl::unexpected<quantity_error> complain(std::string message, std::string hint) {
  return tl::make_unexpected(quantity_error{std::move(message), std::move(hint)});
}

std::string write_it_like(dimension d) {
  return "write it like '" + std::string{example_of(d)} + "'";
}

tl::unexpected<quantity_error> wrong_unit(std::string_view text, std::string_view unit,
                                          dimension wanted) {
  const auto elsewhere = std::ranges::find(spellings, unit, &spelling::symbol);
  if (elsewhere != spellings.end())
    return complain(in_quotes(text) + " is " + std::string{noun_of(elsewhere->dimension)} +
                        ", but " + std::string{noun_of(wanted)} + " is wanted",
                    write_it_like(wanted));
  const auto known = unit_spellings(wanted);
  if (known.empty())
    return complain(in_quotes(text) + " has a unit, but a plain number is wanted",
                    write_it_like(wanted));
  const auto message = in_quotes(unit) + " is no unit of " +
                       std::string{noun_of(wanted).substr(noun_of(wanted).find(' ') + 1)};
  auto names = std::vector<std::string>{known.begin(), known.end()};
  return complain(message, suggestion(unit, names, listing::always));
}

}  // namespace

tl::expected<double, quantity_error> parse_quantity(std::string_view text, dimension wanted) {
  const auto whole = trimmed(text);
  auto rest = whole;
  const auto number = take_number(rest);
  if (!number)
    return complain(in_quotes(whole) + " is not " + std::string{noun_of(wanted)},
                    write_it_like(wanted));
  if (rest.size() > 1 && rest.front() == ',' && rest[1] >= '0' && rest[1] <= '9')
    return complain(
        in_quotes(whole) + " has a comma in its number",
        "write the decimal point as '.', such as '" + std::string{example_of(wanted)} + "'");
  const auto unit = trimmed(rest);
  if (unit.empty()) {
    if (may_be_bare(wanted)) return *number;
    return complain(
        in_quotes(whole) + " has no unit, but " + std::string{noun_of(wanted)} + " is wanted",
        write_it_like(wanted));
  }
  for (const auto& s : spellings) {
    if (s.dimension != wanted || s.symbol != unit) continue;
    const auto value = *number * s.factor + s.offset;
    if (std::isfinite(value)) return value;
    return complain(in_quotes(whole) + " is not " + std::string{noun_of(wanted)},
                    write_it_like(wanted));
  }
  return wrong_unit(whole, unit, wanted);
}

std::vector<std::string_view> unit_spellings(dimension d) {
  auto found = std::vector<std::string_view>{};
  for (const auto& s : spellings)
    if (s.dimension == d) found.push_back(s.symbol);
  return found;
}

std::string_view example_of(dimension d) {
  switch (d) {
  case dimension::power: return "9.7 kW";
  case dimension::reactive_power: return "300 var";
  case dimension::apparent_power: return "500 VA";
  case dimension::energy: return "500 Wh";
  case dimension::voltage: return "230 V";
  case dimension::current: return "16 A";
  case dimension::frequency: return "60 Hz";
  case dimension::temperature: return "45 °C";
  case dimension::temperature_difference: return "0.5 K";
  case dimension::volume: return "1360 L";
  case dimension::flow: return "12 L/min";
  case dimension::pressure: return "1.5 bar";
  case dimension::duration: return "10 min";
  case dimension::fraction: return "0.95";
  case dimension::count: return "1";
  case dimension::on_off: return "1";
  case dimension::money_per_energy: return "120 USD/MWh";
  }
  return "1";
}

std::string_view channel_symbol(dimension d) {
  if (may_be_bare(d)) return {};
  return std::ranges::find(spellings, d, &spelling::dimension)->symbol;
}

std::string plain_number(double amount) {
  auto text = std::array<char, 32>{};
  std::snprintf(text.data(), text.size(), "%.10g", amount);
  return text.data();
}

std::string with_unit(double amount, dimension d) {
  const auto symbol = channel_symbol(d);
  return plain_number(amount) + (symbol.empty() ? "" : " " + std::string{symbol});
}

}  // namespace hearth
