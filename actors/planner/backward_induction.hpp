#pragma once

#include "actors/planner/compressor_motion.hpp"
#include "actors/planner/heat_model.hpp"
#include "actors/planner/heat_plan.hpp"
#include "actors/planner/plan_parts.hpp"
#include "actors/planner/slot_physics.hpp"

#include <cstddef>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace hearth {

/// What a way to live through a slot of the market takes, and what it leaves behind.
struct way_to_live {
  double electricity_j = 0;
  double cost_usd = 0;  ///< all but electricity, now and later
};

/// V(slot, what the compressor is bound to, store), from the last slot to the first, and then the
/// plan from the first to the last, or the offer for a contract. Model and problem must outlive it;
/// the problem has a slot at least.
class backward_induction {
 public:
  backward_induction(const heat_model& m, const heat_problem& p, const heat_state& now);

  [[nodiscard]] heat_plan plan(time_point start) const;
  /// For the first `length`, a whole number of slots.
  [[nodiscard]] heat_offer offer(duration length) const;

 private:
  struct choice {
    double total = std::numeric_limits<double>::infinity();  ///< USD, from this slot on
    double part = 0;
    step_result does;
  };
  /// Where a step leads to on the grid, and what it takes.
  struct landing {
    double cost_usd;  ///< without its electricity
    double electricity_j;
    std::size_t level;
    double beyond;
    bool full;
  };

  void solve();
  /// What resting, starting and running on do in a slot, from each level.
  void live_through(const slot_physics& physics);
  /// V of one slot, for one thing that the compressor may be bound to.
  void least_at(std::size_t t, std::size_t m);
  /// The best, and the best of the opposite kind if there is a choice.
  [[nodiscard]] std::pair<choice, std::optional<choice>> decide(std::size_t t, double store_c,
                                                                compressor_motion is) const;
  /// The first `length` with one run, that begins so late and lasts so long; nothing where the
  /// compressor would be bound to more than the plan knows of.
  [[nodiscard]] std::optional<way_to_live> lived(duration begins, duration run,
                                                 duration length) const;

  [[nodiscard]] double part_of(std::size_t i, std::size_t of) const;
  [[nodiscard]] const least_slots& least_for(std::size_t t) const {
    return t == 0 ? least_at_first_ : least_;
  }
  [[nodiscard]] std::size_t motions() const { return on_states_ + off_states_; }
  [[nodiscard]] compressor_motion motion_at(std::size_t place) const {
    return place < off_states_ ? compressor_motion{false, place}
                               : compressor_motion{true, place - off_states_};
  }
  /// From slot `t` on, the compressor being bound like this.
  [[nodiscard]] const double* values(std::size_t t, compressor_motion m) const {
    return &values_[(t * motions() + (m.running ? off_states_ : 0) + m.bound) * levels];
  }
  [[nodiscard]] double level_c(std::size_t j) const {
    return lowest_c_ + static_cast<double>(j) * step_k_;
  }
  [[nodiscard]] landing land(const step_result& does) const;
  [[nodiscard]] static double at(const double* values, const landing& l, double price) {
    return l.cost_usd + l.electricity_j * price + values[l.level] +
           (values[l.level + 1] - values[l.level]) * l.beyond;
  }

  /// Levels of the store; some 0.3 K apart.
  static constexpr std::size_t levels = 150;

  const heat_model& model_;
  const heat_problem& problem_;
  least_slots least_, least_at_first_;
  plan_beginning now_;
  duration since_change_;
  std::size_t on_states_ = 1, off_states_ = 1;
  double lowest_c_ = 0, step_k_ = 1;
  std::vector<double> parts_;
  std::vector<landing> resting_, starting_, running_;  ///< by level and part
  std::vector<double> values_;  ///< USD from the slot on, by slot, motion and level
};

}  // namespace hearth
