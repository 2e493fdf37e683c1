#include "actors/planner/room_model.hpp"

#include <algorithm>
#include <cmath>

namespace hearth {
namespace {

/// Even a room that loses nothing is solved by the same formula.
constexpr auto least_rate_per_h = 1e-6;

double hours(duration d) { return std::chrono::duration<double, std::ratio<3600>>(d).count(); }

}  // namespace

std::vector<std::optional<temperature>> expected_room(const room_model& model,
                                                      room_warmth_state from,
                                                      std::span<const room_slot> slots) {
  auto out = std::vector<std::optional<temperature>>(slots.size());
  auto room_c = from.room.in_celsius();
  auto structure_c = from.structure.in_celsius();
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const auto& s = slots[i];
    if (!s.setpoint) break;
    // The structure hardly moves in a slot, so the room alone is solved exactly.
    const auto rate = std::max(model.loss_per_h + model.coupling_per_h, least_rate_per_h);
    const auto warms = model.free_k_per_h + model.usual_k_per_h[s.hour % room_model::hours_of_day] +
                       model.loss_per_h * s.outdoor.in_celsius() +
                       model.coupling_per_h * structure_c;
    const auto stays = std::exp(-rate * hours(s.length));
    const auto unheated = warms / rate + (room_c - warms / rate) * stays;
    const auto heated = unheated + model.heating_k_per_h / rate * (1 - stays);
    const auto asked = std::clamp(s.setpoint->in_celsius(), unheated, std::max(unheated, heated));
    const auto ends = unheated + std::clamp(s.heat, 0.0, 1.0) * (asked - unheated);
    structure_c += ((room_c + ends) / 2 - structure_c) *
                   -std::expm1(-hours(s.length) / hours(structure_follows));
    room_c = ends;
    out[i] = celsius(room_c);
  }
  return out;
}

}  // namespace hearth
