#pragma once

#include "layouts/model.hpp"

namespace hearth {

/// The bus that leads to the simulated plant. It has no options: what the plant is made of stands
/// under `simulation` in the layout.
inline bus_spec simulated_bus() {
  return {.kind = "simulated", .title = "the simulated house, instead of hardware", .options = {}};
}

}  // namespace hearth
