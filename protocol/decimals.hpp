#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// Measured numbers as whole numbers and a power of ten, which take a byte or two on the wire where
/// a double takes nine. Exact: what has no such form is not given one.
namespace hearth {

inline constexpr int decimal_digits = 9;  ///< exponents go from -9 to 9
/// Beyond it a double no longer tells neighbouring whole numbers apart.
inline constexpr std::int64_t decimal_largest = std::int64_t{1} << 53;

struct decimals {
  int exponent = 0;                   ///< `numbers` count 10^exponent
  std::vector<std::int64_t> numbers;  ///< none is beyond `decimal_largest`
};

/// All of `values` in one power of ten, the largest that holds them to the last bit; nothing if
/// none does.
std::optional<decimals> as_decimals(std::span<const double> values);

struct decimal {
  int exponent = 0;  ///< `number` counts 10^exponent
  std::int64_t number = 0;
};
/// The same for one value.
std::optional<decimal> as_decimal(double value);

/// The double nearest to number × 10^exponent: what `as_decimals` was made from.
double from_decimal(std::int64_t number, int exponent);

/// Bytes of `number` on the wire (zigzag, seven bits a byte).
std::size_t varint_bytes(std::int64_t number);

}  // namespace hearth
