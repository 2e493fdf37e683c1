#pragma once

#include "actors/planner/heat_model.hpp"
#include "actors/planner/heat_value.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <optional>
#include <vector>

namespace hearth {

/// What is expected of one slot.
struct slot_outlook {
  temperature outdoor;
  power load;          ///< heat that the house takes
  energy_price price;  ///< all that electricity costs
};

/// How things stand when the plan begins.
struct heat_state {
  temperature store;        ///< its mean
  bool running = false;     ///< the compressor
  duration since_change{};  ///< that it started or stopped
};

struct heat_problem {
  duration slot{};
  duration first{};                 ///< what is left of the first slot; the others are whole
  std::vector<slot_outlook> slots;  ///< at least one
  energy_price end_worth;           ///< of heat that is left at the end
};

struct planned_slot {
  double part = 0;     ///< of full power; 0: off
  energy electricity;  ///< that the heat pump uses
  temperature store;   ///< mean at the end of the slot
  energy unserved;     ///< heat the house asks for and does not get
  energy_price price;  ///< as it was expected
  /// What the opposite (off for on, on for off) would cost beyond; absent where there is no choice.
  std::optional<money> more_otherwise;
};

/// When the heat pump is to run. Slots have one length, but for the first, which begins at `start`
/// and ends at a multiple of it.
struct heat_plan {
  time_point start;
  duration slot{};
  duration first{};
  std::vector<planned_slot> slots;
  money
      cost;  ///< as it was made: electricity, starts, going without, less what is left in the store
  energy unserved;  ///< in all, as it was made
  /// From the command to start until the compressor is at full power, as time at full power that
  /// is lost.
  duration start_takes{};

  [[nodiscard]] time_point end() const;
  /// The same plan from the slot that begins at `t` on; nothing where none does.
  [[nodiscard]] std::optional<heat_plan> from(time_point t) const;
  /// When the slot that holds `t` began; `t` must be in the plan.
  [[nodiscard]] time_point slot_began(time_point t) const;
  /// The slot that holds `t`; null outside.
  [[nodiscard]] const planned_slot* at(time_point t) const;
};

/// A plan is made every quarter of an hour; one that is older than this is the last there was.
inline constexpr duration plan_fresh = std::chrono::hours{1};

/// A command reaches the compressor a little after it was given; minimum times are planned with
/// this much more, so that no plan runs into the interlock.
inline constexpr duration command_margin = std::chrono::minutes{1};

/// The plan of least expected cost: dynamic programming over the store's mean temperature and what
/// the compressor does (docs/planner/README.md). From any state it has an answer: what cannot be
/// warm is counted as unserved, what cannot be stored is not bought. Energy is conserved exactly:
/// levels of the store serve to compare, never to round. It never costs more on this model than a
/// thermostat would. Pure; about a millisecond for 192 slots.
heat_plan plan_heat(const heat_model& model, const heat_problem& problem, const heat_state& now,
                    time_point start);

/// What a house would buy in one slot of the market, by the price: the exact curve of its plan.
struct heat_offer {
  energy least;                    ///< is used at any price
  std::vector<offer_point> curve;  ///< from the dearest price on; each dearer than the next
  energy expected;                 ///< at the price that is expected: below it stands what it would
                                   ///< shed, and for how much; above it what it would take more
  energy most;                     ///< that can be used

  /// What is bought at this price of all that electricity costs.
  [[nodiscard]] energy at(energy_price price) const;
};

struct offered_plan {
  heat_plan plan;
  heat_offer offer;
};

/// The plan, and the offer for its first `length`, which is a whole number of the problem's slots,
/// the first of them whole. The energy of a contract is used at full power and in one run, from the
/// slot's start on or until its end: the offer compares every such run, minute by minute, with what
/// it leaves behind. Quantity falls with price: the points are the corners of the least cost's
/// lower convex hull.
offered_plan plan_offer(const heat_model& model, const heat_problem& problem, const heat_state& now,
                        time_point start, duration length);

/// What a thermostat would do: heats from empty up to a band above it. To compare with.
heat_plan thermostat_plan(const heat_model& model, const heat_problem& problem,
                          const heat_state& now, time_point start);

}  // namespace hearth
