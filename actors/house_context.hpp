#pragma once

#include "actors/house_clock.hpp"
#include "drivers/clock_source.hpp"
#include "layouts/layout.hpp"

#include <memory>

namespace hearth {

/// What every actor of a house is given: the house as data, and the time.
struct house_context {
  std::shared_ptr<const layout> house;
  house_clock clock;
  /// What the date is found out from; empty where house time is UTC by definition (demo, test).
  clock_source system_clock = {};
};

}  // namespace hearth
