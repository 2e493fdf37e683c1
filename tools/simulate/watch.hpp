#pragma once

#include "drivers/simulated/plant.hpp"
#include "layouts/layout.hpp"
#include "protocol/messages.hpp"
#include "tools/simulate/faults.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// What must hold in a simulated house whatever goes wrong, looked at from outside: from what the
/// plant really does and what was written to its relays, never from what the house believes.
namespace hearth::simulate {

/// A promise that was broken.
struct violation {
  time_point at;
  std::string promise;  ///< "minimum-off" …
  std::string text;
};

class watch {
 public:
  /// `spells`: what goes wrong. A promise that a broken part makes impossible is not asked for.
  watch(std::shared_ptr<const layout> house, std::vector<fault_spell> spells);

  void wrote(const relay_write& w);
  void happened(const event& e);
  /// How the plant stands now; to be called with every step.
  void look(const simulated::plant& plant, time_point now);
  /// No more to come.
  void end(time_point now);

  [[nodiscard]] const std::vector<violation>& violations() const { return violations_; }

 private:
  [[nodiscard]] bool sound(const std::string& point_prefix, time_point from, time_point to) const;
  void expect_fault_told(const fault_spell& s, const std::string& point, time_point now);
  void expect_mismatch_told(const fault_spell& s, time_point now);
  [[nodiscard]] bool told(const std::string& channel, std::string_view kind, time_point from,
                          time_point to) const;
  void blame(time_point at, std::string promise, std::string text);

  std::shared_ptr<const layout> house_;
  std::vector<fault_spell> spells_;
  std::vector<violation> violations_;
  std::map<std::string, channel_id> channels_;  ///< by point
  std::optional<bool> enabled_;                 ///< the heat pump's contact
  time_point switched_;                         ///< when that changed
  std::optional<time_point> too_hot_since_;
  bool cold_told_ = false, books_told_ = false;
  std::vector<event> events_;
  std::map<std::string, std::vector<std::pair<time_point, bool>>> writes_;  ///< by point
};

}  // namespace hearth::simulate
