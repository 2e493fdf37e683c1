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

std::optional<decimals> with(std::span<const double> values, int places) {
  auto out = decimals{-places, {}};
  out.numbers.reserve(values.size());
  for (const auto value : values) {
    const auto scaled = value * powers[static_cast<std::size_t>(places)];
    if (!(std::abs(scaled) < static_cast<double>(decimal_largest))) return {};
    const auto number = static_cast<std::int64_t>(std::llround(scaled));
    if (from_decimal(number, -places) != value) return {};
    out.numbers.push_back(number);
  }
  return out;
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
  for (auto places = 0; places <= decimal_digits; ++places) {
    auto found = with(values, places);
    if (!found) continue;
    shorten(*found);
    return found;
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
