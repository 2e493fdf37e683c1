#pragma once

#include "actors/node/bidding.hpp"
#include "actors/node/outlook.hpp"
#include "actors/node/site_memory.hpp"

#include <optional>
#include <string>
#include <vector>

/// What the node says to each house: prices, weather, heartbeats, and contracts. Those it either
/// bids for, slot by slot (`bidding.hpp`), or buys in the simplest way there is: an amount for each
/// of the cheapest hours of every local day. One pure function of what is known.
namespace hearth {

struct dispatch_options {
  bool bids = false;                        ///< for every slot; else, as the next four say
  int contracts_per_day = 8;                ///< 0 offers none
  power nameplate = 9.7 * kilowatt;         ///< of the heat pump
  double fraction = 0.8;                    ///< of the nameplate, promised as the slot's average
  std::string timezone = "UTC";             ///< IANA name: whose days are meant by "of each day"
  duration lead = std::chrono::minutes{5};  ///< a contract is offered so long before its slot
  duration repeat_after = std::chrono::seconds{60};     ///< an unanswered offer is repeated
  duration heartbeat_every = std::chrono::seconds{60};  ///< while a contract is in force
  duration horizon = std::chrono::hours{48};            ///< of the price and weather messages
};

/// Why these options cannot be used, in one sentence with the remedy; nothing if they can.
std::optional<std::string> validate(const dispatch_options& o, const outlook& world);

/// The slots with the `count` lowest prices of the local day that holds `t`, in order of time;
/// of equal ones the earlier. Slots without a price are never chosen.
std::vector<time_point> cheapest_slots(const hearth::prices& p, time_point t, int count,
                                       const std::string& timezone);

/// The name of the contract of a site's slot: the same after a restart, so that an offer made
/// again is a repeat and not an overlap.
std::string contract_id(const std::string& site, time_point start);

/// What is expected from the slot that holds `now` on, and of that slot what is true.
std::optional<prices> told_prices(const outlook& world, time_point now, duration horizon);
/// What electricity costs in the slot that begins at `start`, energy and distribution together.
std::optional<energy_price> clearing_price(const outlook& world, time_point start);

/// What to say to one house now. Without a view of the market nothing is bid.
std::vector<body> decide(const site_memory& house, const outlook& world, const dispatch_options& o,
                         time_point now, const market_view* market = nullptr);

}  // namespace hearth
