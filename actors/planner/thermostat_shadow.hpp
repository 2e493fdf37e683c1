#pragma once

#include "actors/planner/heat_plan.hpp"
#include "actors/planner/plan_news.hpp"

#include <optional>
#include <vector>

namespace hearth {

/// What the house would have done with a plain thermostat, told slot by slot as the slots end: the
/// same machine, store and load as they were learned, the air as it was felt, the price that held.
/// It has a store of its own, which begins as the true one stood. Pure.
class thermostat_shadow {
 public:
  /// What a slot was like, once it is over.
  struct slot_past {
    time_point start;
    duration length{};
    temperature outdoor;                ///< on average
    power load;                         ///< heat that the house took, as it was learned
    std::optional<energy_price> price;  ///< all that electricity cost; absent: nobody said
    temperature store;                  ///< the true one's mean at the end
    bool running = false;               ///< the true compressor at the end
    energy_price heat_worth;            ///< of heat in a store, at the end
  };

  /// Lives through one slot. The first, and one that does not follow the slot before, only says
  /// where to begin.
  void live(const heat_model& model, const slot_past& past);
  /// The house is not understood: what comes next begins anew.
  void forget() { now_.reset(); }

  /// Slots that it lived through since it was asked for last, oldest first.
  std::vector<thermostat_slot> take();

  /// A correction of the date by this much leaves two slots next to each other.
  static constexpr duration as_one = std::chrono::minutes{1};
  /// Slots kept until somebody takes them: two days. Beyond: the oldest go.
  static constexpr std::size_t most = 192;

 private:
  std::optional<heat_state> now_;
  time_point lived_until_;
  std::vector<thermostat_slot> told_;
};

}  // namespace hearth
