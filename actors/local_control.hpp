#pragma once

#include "actors/household.hpp"
#include "actors/planner/heat_plan.hpp"
#include "actors/snapshot.hpp"
#include "actors/tariff.hpp"
#include "layouts/layout.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace hearth {

/// What stands under a decision, from the best rung of the ladder to the last.
enum class local_mode : unsigned char {
  planner,            ///< follows a plan that was made a short while ago
  last_plan,          ///< follows an old one, as long as the store is as warm as the load needs
  tariff_timer,       ///< fills the store in the cheap hours, coasts in the dear ones
  thermostat,         ///< keeps the store warm; no better hours, or the date is unknown
  hardware_fallback,  ///< blind: relays are released and the equipment's own aquastats hold
};
std::string_view to_text(local_mode m);

/// What local control wants now.
struct local_wish {
  local_mode mode = local_mode::thermostat;
  bool heat_pump_on = false;
  std::string heat_pump_cause;
  std::vector<bool>
      calls;  ///< by zone of the plant; a blind zone is released to its wall thermostat
};

/// The house without anybody's advice: two-point control of zones and store, with hysteresis.
/// Always has an answer. Pure but for its memory of what it switched.
class local_control {
 public:
  explicit local_control(std::shared_ptr<const layout> house);

  /// `plan`: the newest, if there ever was one; `setpoints`: of each zone of the plant.
  local_wish decide(const snapshot& now, const tariff& prices, const heat_plan* plan,
                    const std::vector<zone_setpoint>& setpoints);
  /// By the setpoints of the layout.
  local_wish decide(const snapshot& now, const tariff& prices, const heat_plan* plan = nullptr);

 private:
  bool call(std::size_t zone, std::optional<temperature> wanted, const snapshot& now);
  /// A house without a store heats while a zone calls.
  void heat_zones(const snapshot& now, const std::vector<zone_setpoint>& setpoints,
                  local_wish& wish);
  void heat_store(const snapshot& now, const tariff& prices, const heat_plan* plan,
                  local_wish& wish);
  void follow(const heat_plan& plan, const planned_slot& slot, const snapshot& now,
              local_wish& wish);

  std::shared_ptr<const layout> house_;
  std::vector<bool> calls_;
  bool heating_ = false;
  std::optional<time_point> full_;  ///< while the store is: the plan that filled it
  bool empty_ = false;              ///< under an old plan, until the store is warm enough
};

/// The zone's setpoint by the layout, if it is known.
std::optional<temperature> setpoint_of(const zone_layout& zone, const snapshot& now);

}  // namespace hearth
