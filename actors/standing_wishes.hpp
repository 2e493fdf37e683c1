#pragma once

#include "actors/household.hpp"
#include "protocol/contract.hpp"
#include "protocol/time.hpp"
#include "protocol/unit.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// What stands now besides local control, for whoever shows it.
struct standing_wishes {
  struct held {
    std::string id;       ///< of the request
    std::string channel;  ///< that admin holds; empty: the grid asks
    std::optional<measured> value;
    std::string what;  ///< "hold", "shed", "raise", "limit", "outage"
    std::string reason;
    time_point until;
  };
  std::vector<held> leases;
  std::vector<contract> contracts;       ///< running and agreed ahead, by their start; in UTC
  std::vector<zone_setpoint> setpoints;  ///< of each zone of the plant, as decided upon last
  household lived_by = {};               ///< what its people want, as the dispatcher was told it
};

}  // namespace hearth
