#pragma once

#include "actors/planner/price_chain.hpp"

#include <span>
#include <vector>

namespace hearth {

/// Chains that cut up the same past differently. None is best in each season; the mean of what they
/// expect is good in each (figures in docs/planner/README.md).
class price_committee {
 public:
  price_committee();
  /// As `price_chain::learn`.
  void learn(std::size_t hour, energy_price day_ahead, energy_price real_time);
  [[nodiscard]] std::span<const price_chain> members() const { return members_; }

 private:
  std::vector<price_chain> members_;
};

}  // namespace hearth
