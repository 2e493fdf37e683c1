#pragma once

#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"

#include <cstddef>
#include <optional>

namespace hearth {

/// What is in the tanks, as far as their sensors can be believed.
struct store_estimate {
  temperature top;  ///< the hottest believed layer
  temperature
      mean;  ///< of all water; layers without a believed sensor lie between their neighbours
  std::size_t believed = 0;  ///< sensors
  std::size_t doubted = 0;   ///< good readings that contradict the others: warm water lies on top
};

/// Nothing if no sensor can be believed.
std::optional<store_estimate> estimate_store(const store_layout& store, const snapshot& now);

}  // namespace hearth
