#pragma once

#include "actors/planner/compressor_motion.hpp"
#include "actors/planner/heat_model.hpp"
#include "actors/planner/heat_plan.hpp"
#include "actors/planner/slot_physics.hpp"
#include "protocol/units.hpp"

#include <optional>

namespace hearth {

/// Where a plan begins: what no house can be is held at what it can.
struct plan_beginning {
  double store_c;
  compressor_motion is;
  plan_beginning(const heat_model& m, const heat_problem& p, const heat_state& now);
};

heat_plan nothing_planned(const heat_model& m, const heat_problem& p, time_point start);

/// One slot more, with what it costs.
void add(heat_plan& to, const slot_outlook& o, double part, const step_result& does,
         std::optional<money> more_otherwise);

/// Of what is in the store at the end, beyond the heat of rooms.
money end_value(const heat_model& m, const heat_problem& p, double store_c);

}  // namespace hearth
