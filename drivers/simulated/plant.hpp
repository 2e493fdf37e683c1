#pragma once

#include "drivers/simulated/emitter.hpp"
#include "drivers/simulated/heat_pump.hpp"
#include "drivers/simulated/room.hpp"
#include "drivers/simulated/stratified_store.hpp"
#include "drivers/simulated/sun.hpp"
#include "layouts/layout.hpp"
#include "layouts/series.hpp"

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// A house in winter, as physics: heat pump, store, loop, rooms, meters. `docs/plant.md` has the
/// equations, where the numbers are from, and what is left out.
///
///   air ──► heat pump ──► store ──► loop ──► rooms ◄──► structure ──► outdoors
///   grid ──►    │           │        │         ▲
///               ▼           ▼        ▼         └── people, appliances, sun
///           outdoors    basement  outdoors
///
/// Every joule is taken from one account and put into another, so the books balance to rounding.
namespace hearth::simulated {

/// The length of every step. Steps begin at whole multiples of it since the epoch, so that what
/// happens depends on when relays move, never on how often somebody looks; what a relay does holds
/// for the whole step it moves in.
inline constexpr duration step_length = 10s;
/// A leap of the clock longer than this was a clock being set, not time that passed; the plant
/// lives through the last week of it only, so that one call stays short.
inline constexpr duration leap_longest = std::chrono::weeks{1};

/// Where all heat came from and went since the start. Losses are positive when they leave.
struct books {
  energy electric_in;    ///< by the heat pump; what the base load turns into counts as gains
  energy ambient_in;     ///< free heat, from the outdoor air
  energy gains_in;       ///< people and appliances
  energy solar_in;       ///< through windows
  energy lost_outdoors;  ///< all that leaves to outdoors: machine, pipes and walls
  energy lost_store;     ///< to the basement
  energy stored_change;  ///< of store, loop and rooms, from their temperatures

  // On the way, and each component's share of what is lost and stored.
  energy made;          ///< by the heat pump into the store, defrosts subtracted
  energy drawn;         ///< from the store into the loop
  energy emitted;       ///< from the loop into the rooms: the heat delivered
  energy lost_machine;  ///< by warm-up and defrost
  energy lost_pipes;    ///< of the loop, to outdoors
  energy lost_walls;
  energy store_change, loop_change, rooms_change;

  /// Zero but for rounding.
  [[nodiscard]] energy imbalance() const {
    return throughput() - lost_outdoors - lost_store - stored_change;
  }
  /// The same of heat pump, store, loop and rooms.
  [[nodiscard]] std::array<energy, 4> imbalances() const {
    return {electric_in + ambient_in - made - lost_machine,
            made - drawn - lost_store - store_change, drawn - emitted - lost_pipes - loop_change,
            emitted + gains_in + solar_in - lost_walls - rooms_change};
  }
  /// What went in: the measure of a good rounding.
  [[nodiscard]] energy throughput() const { return electric_in + ambient_in + gains_in + solar_in; }
};

/// The whole house. A value: copy it to look at it, or to try what would happen. What never changes
/// is shared between copies.
class plant {
 public:
  /// `sun` is what shines on level ground, W/m²; without it a share of a clear sky's does.
  plant(const plant_layout& p, const simulation_layout& s, std::shared_ptr<const series> weather,
        std::shared_ptr<const series> sun = {});

  /// Lets the house live until the last step that ends by `now`. The first call sets its clock; an
  /// earlier `now` is ignored. Weather beyond its file starts over.
  void advance(time_point now);

  // What relays do. All stand open at first.
  void enable(bool on) { enabled_ = on; }
  /// The part of its full power the heat pump runs at, from its least to 1. Until told, all of it.
  void modulate(double part) { part_ = part; }
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
  /// Of the sensors in the tanks, hottest first.
  [[nodiscard]] std::size_t layer_count() const { return store_.size() / layers_per_sensor_; }
  [[nodiscard]] temperature layer(std::size_t sensor) const {
    return store_.layer(sensor * layers_per_sensor_ + layers_per_sensor_ / 2);
  }
  /// All the water, layer by layer as it is computed.
  [[nodiscard]] const stratified_store& store() const { return store_; }
  /// Water in the pipes between store and rooms: the first to freeze.
  [[nodiscard]] temperature loop_water() const { return celsius(loop_c_); }
  [[nodiscard]] std::size_t zone_count() const { return zones_.size(); }
  [[nodiscard]] const std::string& zone_name(std::size_t zone) const;
  [[nodiscard]] temperature room(std::size_t zone) const { return celsius(zones_[zone].is.room_c); }
  [[nodiscard]] temperature structure(std::size_t zone) const {
    return celsius(zones_[zone].is.structure_c);
  }
  [[nodiscard]] power heat_pump_power() const { return heat_pump_power_; }
  [[nodiscard]] power house_power() const;
  [[nodiscard]] energy heat_pump_energy() const { return books_.electric_in; }
  [[nodiscard]] energy house_energy() const { return books_.electric_in + base_energy_; }

  // The truth, for tests, the demo and whoever keeps accounts.
  [[nodiscard]] heat_pump_phase phase() const { return machine_.phase; }
  [[nodiscard]] const heat_pump_model& heat_pump() const;
  [[nodiscard]] simulated::books books() const;

 private:
  /// What the house is made of.
  struct design;
  struct zone {
    room_state is;
    double solar_w = 0;
    double gains_w = 0;
    std::optional<bool> call;
  };
  struct draw {
    volume water;
    energy heat;
  };
  struct contents {
    energy store, loop, rooms;
  };

  void look_up(time_point t);
  void step();
  draw heat_up_water();
  draw heat_zones();
  energy cool_pipes();
  [[nodiscard]] contents stored() const;

  std::shared_ptr<const design> design_;
  std::size_t layers_per_sensor_;
  stratified_store store_;
  std::vector<zone> zones_;
  std::vector<double> emitted_j_;  ///< into each zone in this step
  double loop_c_ = 0;
  contents at_start_;

  bool enabled_ = false;
  double part_ = 1;
  std::optional<bool> pump_;
  heat_pump_machine machine_;
  std::optional<time_point> now_;
  temperature outdoor_;
  temperature leaving_water_;
  power heat_pump_power_;
  energy base_energy_;
  simulated::books books_;  ///< without the sums that books() makes
};

}  // namespace hearth::simulated
