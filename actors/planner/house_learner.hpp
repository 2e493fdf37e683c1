#pragma once

#include "actors/planner/heat_model.hpp"
#include "actors/planner/linear_fit.hpp"
#include "actors/planner/store_estimate.hpp"
#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// One number that was learned, for people.
struct learned_number {
  std::string name;
  std::string unit;
  double value = 0;
  double doubt = 0;  ///< one standard deviation
  std::size_t samples = 0;
};

/// Learns what a house is like from its own sensors: what it takes while the heat pump rests, what
/// the heat pump gives and uses while it runs, and how cold the store's mean is when its top
/// is no longer warm enough. Every number starts as assumed and stays within what is possible.
/// Pure.
class house_learner {
 public:
  /// The layout has a store.
  explicit house_learner(std::shared_ptr<const layout> house);

  /// Once per snapshot. `hour` of the day, in any one time zone.
  void observe(const snapshot& now, const std::optional<store_estimate>& store, std::size_t hour);

  [[nodiscard]] heat_model model() const;
  /// What the load of this hour of the day is usually beyond `model().load_at`.
  [[nodiscard]] power usual_beyond(std::size_t hour) const;
  /// It was seen to run often enough that its power is known, and not only assumed.
  [[nodiscard]] bool knows_the_heat_pump() const { return electric_.samples() >= 2; }
  /// Why the model should not be trusted, in one sentence; nothing if it may.
  [[nodiscard]] std::optional<std::string> misfit() const;
  [[nodiscard]] std::vector<learned_number> numbers() const;

 private:
  static constexpr std::size_t hours_of_day = 24;

  /// The heat pump's power in its last hour of running, beside what it was thought to use: a
  /// machine that defrosts every hour uses less than the same one in dry cold.
  struct running_hour {
    struct part {
      double seconds = 0, used_j = 0, outdoor_k_s = 0, store_k_s = 0;
    };
    std::vector<part> parts;
    std::optional<time_point> last;

    void add(time_point now, power used, temperature outdoor, temperature store, double seconds);
    /// Used, as a part of what was learned before; 1 until half an hour was seen, and when that was
    /// long ago.
    [[nodiscard]] double ratio(const linear_fit<3>& electric, time_point now) const;
  };

  /// A stretch in which the heat pump did one thing.
  struct span {
    bool running = false;
    time_point from, to;
    temperature first, last;  ///< of the store
    double outdoor_k_s = 0;   ///< integrals over time
    double store_k_s = 0;
    double electric_j = 0;
  };

  void feel_emptiness(const store_estimate& store, temperature required, bool running);
  void end_span();
  void learn_from(const span& s);
  void learn_load(double load_kw, double outdoor_c, double weight, std::size_t hour);

  std::shared_ptr<const layout> house_;
  heat_model assumed_;
  linear_fit<2> load_;      ///< kW, of 1 and °C outdoors
  linear_fit<3> electric_;  ///< kW, of 1, °C outdoors, K of the store above its reference
  linear_fit<2> factor_;    ///< of the COP, of 1 and K of the leaving water
  double drained_;
  std::array<double, hours_of_day> beyond_kw_{};
  std::array<std::size_t, hours_of_day> beyond_samples_{};
  std::optional<span> span_;
  running_hour lately_;
  std::optional<time_point> seen_;
  std::optional<time_point> changed_;  ///< the heat pump, as it was seen
  std::optional<bool> running_;
  std::size_t hour_ = 0;
  bool top_was_hot_ = false;  ///< enough for the rooms
};

}  // namespace hearth
