#include "protocol/decimals.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace hearth {
namespace {

// Every one of these is exact as a double, so that one division or product rounds once.
constexpr std::array<double, decimal_digits + 1> powers{1,   1e1, 1e2, 1e3, 1e4,
                                                        1e5, 1e6, 1e7, 1e8, 1e9};

/// What `value` counts of 10^-places, if that is a whole number.
std::optional<std::int64_t> with(double value, int places) {
  const auto scaled = value * powers[static_cast<std::size_t>(places)];
  if (!(std::abs(scaled) < static_cast<double>(decimal_largest))) return {};
  const auto number = static_cast<std::int64_t>(std::llround(scaled));
  if (from_decimal(number, -places) != value) return {};
  return number;
}

/// The same of all, in `out`; false if one is none.
bool with(std::span<const double> values, int places, std::vector<std::int64_t>& out) {
  out.clear();
  for (const auto value : values) {
    const auto number = with(value, places);
    if (!number) return false;
    out.push_back(*number);
  }
  return true;
}

/// Takes the zeros off the end of all numbers at once.
void shorten(decimals& d) {
  const auto any = std::any_of(d.numbers.begin(), d.numbers.end(), [](auto n) { return n != 0; });
  while (any && d.exponent < decimal_digits &&
         std::all_of(d.numbers.begin(), d.numbers.end(), [](auto n) { return n % 10 == 0; })) {
    for (auto& n : d.numbers) n /= 10;
    ++d.exponent;
  }
}

}  // namespace

double from_decimal(std::int64_t number, int exponent) {
  const auto power = powers[static_cast<std::size_t>(std::abs(exponent))];
  return exponent < 0 ? static_cast<double>(number) / power : static_cast<double>(number) * power;
}

std::optional<decimals> as_decimals(std::span<const double> values) {
  auto out = decimals{};
  out.numbers.reserve(values.size());
  for (auto places = 0; places <= decimal_digits; ++places) {
    if (!with(values, places, out.numbers)) continue;
    out.exponent = -places;
    shorten(out);
    return out;
  }
  return {};
}

std::optional<decimal> as_decimal(double value) {
  for (auto places = 0; places <= decimal_digits; ++places) {
    const auto found = with(value, places);
    if (!found) continue;
    auto out = decimal{-places, *found};
    while (out.number != 0 && out.exponent < decimal_digits && out.number % 10 == 0) {
      out.number /= 10;
      ++out.exponent;
    }
    return out;
  }
  return {};
}

std::size_t varint_bytes(std::int64_t number) {
  auto left = (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
  auto bytes = std::size_t{1};
  while ((left >>= 7) != 0) ++bytes;
  return bytes;
}

}  // namespace hearth
