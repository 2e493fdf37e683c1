#pragma once

#include "protocol/fault.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <cstddef>
#include <vector>

/// The least that warmth can cost: what a control which knew everything in advance would pay the
/// grid for the same heat, with the best machine physics allows. No control of the same house gets
/// below it, so it is the measure of how much of the possible one achieves. The mathematics, and
/// why each simplification can only lower the cost, stand in docs/simulate/bound.md.
namespace hearth::simulate {

/// What is known of one slot. Electricity is the heat pump's alone: what else the house uses costs
/// the same under every control.
struct bound_slot {
  energy heat_needed;       ///< taken out of the store, or asked for and left unserved
  energy_price price;       ///< all that a unit of electricity costs; may be negative
  double best_cop = 1;      ///< heat per electricity, the best at any moment of the slot
  energy heat_most;         ///< what the heat pump can give in the slot
  energy electricity_most;  ///< what it can use; also what it can waste at a negative price
};

/// How the store's losses are counted.
enum class loss_rule : unsigned char {
  /// The least that any order of charging and drawing within the slots can lose: a true bound.
  least_possible,
  /// A part of what is there when the slot begins, as hourly planners have it: for comparing with
  /// them. Not a bound: a store that is emptied within the slot loses less.
  at_slot_start,
};

/// The store as a bucket of energy above the coldest state that any control may leave it in.
struct bound_store {
  energy most;
  energy start;
  energy end;                ///< at least this much is left after the last slot
  energy rest;               ///< what the coldest state still holds above its surroundings
  double loss_per_hour = 0;  ///< part lost of all energy above the surroundings
  loss_rule losses = loss_rule::least_possible;
};

struct bound_problem {
  std::vector<bound_slot> slots;
  duration step{};  ///< of each slot
  bound_store store;
  energy unserved_most;  ///< heat the realised run left unserved, over all slots
};

struct bound_answer {
  money cost;  ///< proven: nothing within the constraints costs less
  energy electricity;
  energy unserved;
  std::vector<energy> store;  ///< after each slot
};

/// More slots than this are refused: five minutes each, they are a leap year and its day.
inline constexpr std::size_t bound_slots_most = 366 * 288 + 288;

/// The least cost, or a fault: `malformed` and `out_of_range` name a value that cannot be,
/// `not_ready` the slot whose heat cannot be had by any means, `timeout` and `unsupported` a solver
/// that gave up. Pure, and safe in several threads at once.
[[nodiscard]] result<bound_answer> least_cost(const bound_problem& problem);

}  // namespace hearth::simulate
