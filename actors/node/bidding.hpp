#pragma once

#include "actors/node/outlook.hpp"
#include "actors/node/site_memory.hpp"
#include "actors/planner/heat_plan.hpp"
#include "actors/planner/price_outlook.hpp"

#include <optional>
#include <vector>

/// The node bids for a house: from how it stands, what is expected of the hours to come and its
/// plan to the exact price–quantity curve of one slot, and from that and the price at which the
/// market clears to a contract. The node is a price taker: the published price clears. Pure.
namespace hearth {

/// What electricity is expected to cost, the same for all houses of a node.
class market_view {
 public:
  explicit market_view(const std::string& timezone) : outlook_{tariff_layout{}, timezone} {}

  /// Learns what the hour that is costs, and looks ahead anew once an hour.
  void look(const outlook& world, time_point now);
  /// By the hour, from the one that holds `t` on, all that electricity costs, so many hours;
  /// nothing where no price is known or `t` lies before what was looked at.
  [[nodiscard]] std::vector<energy_price> from(time_point t, std::size_t hours) const;

 private:
  price_outlook outlook_;
  std::optional<time_point> hour_;  ///< that was looked ahead from
  std::vector<energy_price> ahead_;
};

/// What is bid for a house, and what it got.
struct house_bid {
  heat_offer offer;
  energy_price price;  ///< at which the slot cleared, all that electricity costs
  contract terms;      ///< what was bought at that price
};

/// A standing older than this says too little about the slot.
inline constexpr duration standing_fresh = std::chrono::minutes{10};

/// The state that a house will be in at `start`, going by how it stands and the contract in force.
heat_state state_at(time_point start, const standing& is, const contract* in_force);

/// For the slot that begins at `start`; nothing where the house, the price or the weather is not
/// known well enough, or its numbers are none to plan with.
std::optional<house_bid> bid_for(const site_memory& house, const outlook& world,
                                 const market_view& market, time_point start, duration length);

}  // namespace hearth
