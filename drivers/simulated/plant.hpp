#pragma once

#include "drivers/simulated/heat_pump.hpp"
#include "drivers/simulated/stratified_store.hpp"
#include "layouts/layout.hpp"
#include "layouts/series.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

/// A house in winter, as physics: heat pump, store, rooms, meters.
///
///   air ──► heat pump ──► store ──► zones ──► outdoors
///   grid ──►    │           └─────────────► basement
///               └► outdoors (warming itself up, melting frost)
///
/// Every joule is taken from one account and put into another, so the books balance to rounding.
namespace hearth::simulated {

/// The longest step of the integration, far shorter than anything it should show.
inline constexpr duration step_longest = 10s;
/// A leap of the clock longer than this was a clock being set, not time that passed; the plant
/// lives through the last week of it only, so that one call stays short.
inline constexpr duration leap_longest = std::chrono::weeks{1};

/// Where all heat came from and went since the start. Losses are positive when they leave.
struct books {
  energy electric_in;    ///< by the heat pump; what the base load turns into counts as gains
  energy ambient_in;     ///< free heat, from the outdoor air
  energy gains_in;       ///< people and appliances
  energy lost_outdoors;  ///< through the walls, and by warm-up and defrost
  energy lost_store;     ///< to the basement
  energy stored_change;  ///< of store and rooms, from their temperatures

  /// Zero but for rounding.
  [[nodiscard]] energy imbalance() const {
    return electric_in + ambient_in + gains_in - lost_outdoors - lost_store - stored_change;
  }
  /// What went in: the measure of a good rounding.
  [[nodiscard]] energy throughput() const { return electric_in + ambient_in + gains_in; }
};

/// The whole house. A value: copy it to look at it, or to try what would happen.
class plant {
 public:
  plant(const plant_layout& p, const simulation_layout& s, std::shared_ptr<const series> weather);

  /// Lets the house live until `now`. The first call sets its clock; an earlier `now` is ignored.
  /// Weather beyond its file starts over.
  void advance(time_point now);

  // What relays do. All stand open at first.
  void enable(bool on) { enabled_ = on; }
  /// The heat pump's circulator. Until first told, it runs with the heat pump.
  void pump(bool on) { pump_ = on; }
  /// A zone's valve. Until first told, a thermostatic one keeps the zone at its initial warmth.
  void call(std::size_t zone, bool on) { zones_[zone].call = on; }

  [[nodiscard]] bool enabled() const { return enabled_; }
  [[nodiscard]] bool pumping() const { return pump_.value_or(enabled_); }
  [[nodiscard]] bool calling(std::size_t zone) const;

  // What sensors and meters see.
  [[nodiscard]] temperature outdoor() const { return outdoor_; }
  [[nodiscard]] temperature leaving_water() const { return leaving_water_; }
  [[nodiscard]] const stratified_store& store() const { return store_; }
  [[nodiscard]] std::size_t zone_count() const { return zones_.size(); }
  [[nodiscard]] const std::string& zone_name(std::size_t zone) const {
    return zones_[zone].is.name;
  }
  [[nodiscard]] temperature room(std::size_t zone) const { return celsius(zones_[zone].room_c); }
  [[nodiscard]] power heat_pump_power() const { return heat_pump_power_; }
  [[nodiscard]] power house_power() const { return heat_pump_power_ + base_load_; }
  [[nodiscard]] energy heat_pump_energy() const { return books_.electric_in; }
  [[nodiscard]] energy house_energy() const { return books_.electric_in + base_energy_; }

  // The truth, for tests and the demo.
  [[nodiscard]] heat_pump_phase phase() const { return machine_.phase; }
  [[nodiscard]] simulated::books books() const;

 private:
  struct zone {
    simulation_layout::zone is;
    double room_c = 0;
    std::optional<bool> call;
  };
  struct draw {
    volume water;
    energy heat;
  };

  [[nodiscard]] temperature outdoor_at(time_point t) const;
  void step(seconds_real dt);
  draw heat_up_water(seconds_real dt);
  draw heat_zones(seconds_real dt);
  [[nodiscard]] draw wish(const zone& z, seconds_real dt) const;
  void live(zone& z, energy heat, seconds_real dt);
  [[nodiscard]] energy stored() const;

  std::shared_ptr<const series> weather_;
  power electric_max_;
  power capacity_;
  power base_load_;
  stratified_store store_;
  std::vector<zone> zones_;
  energy stored_at_start_;

  bool enabled_ = false;
  std::optional<bool> pump_;
  heat_pump_machine machine_;
  std::optional<time_point> now_;
  temperature outdoor_;
  temperature leaving_water_;
  power heat_pump_power_;
  energy base_energy_;
  simulated::books books_;  ///< without `stored_change`
};

}  // namespace hearth::simulated
