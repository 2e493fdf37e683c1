#pragma once

#include <cstddef>
#include <cstdint>
#include <random>

namespace hearth::simulate {

/// Chance from a seed. The standard's distributions differ between libraries; this does not.
class dice {
 public:
  explicit dice(std::uint64_t seed) : random_{seed} {}

  /// From 0 to `n` − 1; `n` is positive.
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  /// From 0 to 1, 1 not included.
  double part() { return static_cast<double>(random_() >> 11) * 0x1p-53; }
  /// True so often.
  bool happens(double share) { return part() < share; }

 private:
  std::mt19937_64 random_;
};

}  // namespace hearth::simulate
