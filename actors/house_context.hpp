#pragma once

#include "actors/house_clock.hpp"
#include "layouts/layout.hpp"

#include <memory>

namespace hearth {

/// What every actor of a house is given: the house as data, and the time.
struct house_context {
  std::shared_ptr<const layout> house;
  house_clock clock;
};

}  // namespace hearth
