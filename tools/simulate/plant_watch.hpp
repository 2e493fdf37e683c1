#pragma once

#include "drivers/simulated/plant.hpp"
#include "layouts/layout.hpp"
#include "tools/simulate/faulty_port.hpp"
#include "tools/simulate/promise.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth::simulate {

/// What must hold for the equipment and the rooms, from what the plant really does and what was
/// written to its relays, never from what the house believes. A promise that a broken part makes
/// impossible is not asked for.
class plant_watch {
 public:
  plant_watch(std::shared_ptr<const layout> house, const misfortune& troubles);

  void wrote(const relay_write& w);
  /// Relays have fallen open.
  void lost_power(time_point now);
  /// How the plant stands now; to be called with every step.
  void look(const simulated::plant& plant, time_point now);

  [[nodiscard]] const std::vector<violation>& violations() const { return violations_; }

 private:
  [[nodiscard]] bool in_order(const period& when) const;
  void switched(bool on, time_point at);
  void watch_store(const simulated::plant& plant, time_point now);
  void watch_rooms(const simulated::plant& plant, time_point now);
  void watch_brain(const simulated::plant& plant, time_point now);
  void watch_books(const simulated::plant& plant, time_point now);
  void blame(time_point at, std::string promise, std::string text);

  std::shared_ptr<const layout> house_;
  misfortune troubles_;
  std::vector<violation> violations_;
  std::map<std::string, relay_write> last_;  ///< by point
  std::optional<bool> enabled_;              ///< the heat pump's contact
  time_point switched_;                      ///< when that changed
  std::optional<time_point> too_hot_since_, hot_, overloaded_;
  bool cold_told_ = false, books_told_ = false, brainless_told_ = false;
};

}  // namespace hearth::simulate
