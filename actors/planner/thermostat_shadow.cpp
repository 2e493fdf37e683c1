#include "actors/planner/thermostat_shadow.hpp"

#include <utility>

namespace hearth {
namespace {

/// A run that filled the store has ended with the slot; so far its arithmetic may be off.
constexpr auto as_good_as_full = 1e-6 * kelvin;

}  // namespace

void thermostat_shadow::live(const heat_model& model, const slot_past& past) {
  const auto end = past.start + past.length;
  if (!now_ || std::chrono::abs(past.start - lived_until_) > as_one) {
    // Nothing binds a thermostat's compressor to what the plan's was doing.
    now_ = heat_state{past.store, past.running, std::chrono::hours{24}};
    lived_until_ = end;
    return;
  }
  const auto slot = heat_problem{past.length,
                                 past.length,
                                 {{past.outdoor, past.load, past.price.value_or(energy_price{})}},
                                 {}};
  const auto did = thermostat_plan(model, slot, *now_, past.start).slots.front();
  const auto ran = did.part > 0;
  const auto filled = ran && model.full - did.store < as_good_as_full;
  auto since = ran == now_->running ? now_->since_change + past.length : past.length;
  if (filled) since = duration{};
  now_ = heat_state{did.store, ran && !filled, since};
  lived_until_ = end;
  if (told_.size() == most) told_.erase(told_.begin());
  const auto ahead = (past.store - did.store).in(kelvin)*model.heat_j_per_k;
  told_.push_back({past.start, past.length, did.electricity, past.price, did.store,
                   past.heat_worth * energy::from_si(ahead)});
}

std::vector<thermostat_slot> thermostat_shadow::take() { return std::exchange(told_, {}); }

}  // namespace hearth
