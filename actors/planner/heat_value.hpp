#pragma once

#include "actors/planner/price_chain.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace hearth {

/// The store as a bucket of heat above the coldest state that is of use.
struct heat_store {
  energy most;
  energy rest;               ///< what the coldest state still holds above its surroundings
  double loss_per_hour = 0;  ///< part lost of all energy above the surroundings
};

/// What is expected of one slot.
struct heat_slot {
  energy load;              ///< heat that the house takes
  double cop = 1;           ///< heat per electricity
  energy electricity_most;  ///< that the heat pump can use
  energy_price day_ahead;   ///< of the market
  energy_price added;       ///< what is paid beyond the market's price
  std::size_t hour = 0;     ///< of the day, as the price chains count it
};

struct heat_outlook {
  heat_store store;
  duration slot{};               ///< of each; a part of an hour that fills it, or an hour
  std::vector<heat_slot> slots;  ///< the first is the one that begins
  energy_price end_worth;        ///< of heat that is left at the end
};

/// What heat in the store is worth from some time on: the least expected cost by the energy there,
/// convex, because cost is linear and so are the limits. Between levels it is linear, so that no
/// energy comes or goes by rounding.
class heat_value {
 public:
  /// `cost` at equally spaced energies from none to `most`; at least two.
  heat_value(std::vector<double> cost_usd, energy most);

  [[nodiscard]] energy step() const { return step_; }
  /// Filling pays up to here, if a unit of heat costs so much.
  [[nodiscard]] energy worth_filling_to(energy_price of_heat) const;
  /// The least expected cost with this energy in the store. Below none, the house goes without:
  /// see `unserved_price`.
  [[nodiscard]] money cost(energy in_store) const;
  /// What more heat is worth beyond level `i`.
  [[nodiscard]] energy_price worth_beyond(std::size_t i) const;
  [[nodiscard]] std::size_t levels() const { return cost_.size(); }

 private:
  std::vector<double> cost_;  ///< USD
  energy step_;
};

/// Heat that the house does without costs as much as the dearest anybody would pay to be warm.
inline constexpr energy_price unserved_price = 3'000 * usd_per_mwh;

/// From the end of the first slot on, as the mean of what each chain expects. Backward induction
/// over store energy and state of the market (stochastic dynamic programming; Bertsekas, Dynamic
/// Programming and Optimal Control, ch. 1): in each slot and state the heat pump fills the store up
/// to where more heat is worth less than it costs, as far as its power goes. The outlooks are
/// equally likely, of one length and of one store; a colder and a warmer one make it keep a reserve
/// where being wrong is dear. There must be an outlook, a chain and two slots.
heat_value value_after_first_slot(std::span<const heat_outlook> outlooks,
                                  std::span<const price_chain> chains);

struct heat_decision {
  energy electricity;
  energy store_after;
  energy unserved;
};
/// The best for the first slot at this price of the market.
heat_decision best_now(const heat_outlook& outlook, const heat_value& after, energy in_store,
                       energy_price market);

/// At a market price of at most this, so much electricity is bought in the first slot, and no less
/// than the next dearer point says.
struct offer_point {
  energy_price price;
  energy electricity;
  bool operator==(const offer_point&) const = default;
};
/// The whole curve, from the dearest price on: each point where the quantity changes. What the
/// house needs to stay warm is bought at any price up to that of going without.
std::vector<offer_point> offer_curve(const heat_outlook& outlook, const heat_value& after,
                                     energy in_store);

}  // namespace hearth
