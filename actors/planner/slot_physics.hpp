#pragma once

#include "actors/planner/heat_model.hpp"
#include "actors/planner/heat_plan.hpp"

#include <algorithm>
#include <chrono>

namespace hearth {

/// What happens to the store's mean in a slot, K; and what that takes.
struct step_result {
  double store_c = 0;
  double electricity_j = 0;
  double unserved_j = 0;
  double cost_usd = 0;  ///< of going without and of a start, not of electricity
  bool full = false;    ///< there was no room for all the heat, and the run has ended
};

/// One slot's circumstances, so that a step is cheap.
class slot_physics {
 public:
  slot_physics(const heat_model& m, const slot_outlook& o, duration length)
      : model_{m},
        outdoor_{o.outdoor},
        machine_{cop_line_of(m.cop, o.outdoor)},
        empty_c_{m.empty_at(o.outdoor).in_celsius()},
        full_c_{m.full.in_celsius()},
        surroundings_c_{m.surroundings.in_celsius()},
        seconds_{std::chrono::duration<double>(length).count()},
        k_per_j_{1 / m.heat_j_per_k},
        load_k_{o.load.si() * seconds_ * k_per_j_},
        little_k_{std::max(m.of_little_use.in(kelvin), 1e-3)},
        warm_up_s_{std::min(std::chrono::duration<double>(m.warm_up).count(), seconds_)},
        lost_{m.loss_per_hour * seconds_ / 3600} {}

  /// What the machine would do at full power with the store at this temperature.
  struct full_power {
    double electric_w, cop;
  };
  [[nodiscard]] full_power machine_at(double store_c) const {
    const auto store = celsius(store_c);
    return {model_.electric_at(outdoor_, store).si(), model_.cop_at(machine_, store)};
  }

  /// How far the store is below empty; negative above.
  [[nodiscard]] double below_empty_k(double store_c) const { return empty_c_ - store_c; }

  [[nodiscard]] step_result rest(double store_c) const { return balance(store_c, 0); }

  /// Runs at this part of full power until there is no room for more heat. A run that has no room
  /// ends: no machine holds a full store full for nothing.
  [[nodiscard]] step_result run(double store_c, const step_result& idle, full_power full,
                                double part, bool starts) const {
    return run(store_c, idle, full, part, starts, starts ? warm_up_s_ : 0.0);
  }
  /// The same, of which it warms up so long.
  [[nodiscard]] step_result run(double store_c, const step_result& idle, full_power full,
                                double part, bool starts, double warming_s) const {
    const auto room_j = std::max(full_c_ - idle.store_c, 0.0) * model_.heat_j_per_k;
    const auto heat_w = part * full.electric_w * full.cop;
    const auto wished_j = heat_w * (seconds_ - warming_s);
    const auto heat_j = std::min(wished_j, room_j);
    auto out = balance(store_c, heat_j);
    out.full = heat_j < wished_j;
    out.electricity_j =
        heat_j / full.cop + part * full.electric_w * model_.warm_up_part * warming_s;
    if (starts) out.cost_usd += model_.start_cost.si();
    return out;
  }

 private:
  /// What comes, less what is lost and what the house takes. Below empty it gets a part of that, by
  /// how far below the slot ends: u / load = (empty − (end + u)) / little, all in kelvin of the
  /// store.
  [[nodiscard]] step_result balance(double store_c, double heat_j) const {
    const auto lost_k = lost_ * (store_c - surroundings_c_);
    const auto all_served_c = store_c + heat_j * k_per_j_ - lost_k - load_k_;
    const auto unserved_k =
        std::clamp(load_k_ * (empty_c_ - all_served_c) / (little_k_ + load_k_), 0.0, load_k_);
    const auto unserved_j = unserved_k * model_.heat_j_per_k;
    return {all_served_c + unserved_k, 0, unserved_j, unserved_j * unserved_price.si()};
  }

  const heat_model& model_;
  temperature outdoor_;
  cop_line machine_;
  double empty_c_, full_c_, surroundings_c_;
  double seconds_;
  double k_per_j_;
  double load_k_;
  double little_k_;
  double warm_up_s_;
  double lost_;
};

}  // namespace hearth
