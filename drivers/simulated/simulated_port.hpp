#pragma once

#include "drivers/driver.hpp"
#include "drivers/simulated/plant.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace hearth {

/// One name by which devices reach into the plant.
struct plant_point {
  std::string name;
  std::function<double(const simulated::plant&)> read;
  std::function<void(simulated::plant&, bool)> write;  ///< empty: a sensor
};

/// A simulated plant that a port drives on one thread while others look at it.
///
/// Its points, all numbers in the unit of their channel:
///   outdoor, heat_pump.leaving_water, store.layer.<0 = hottest …>, loop.water, zone.<name>     °C
///   heat_pump.power, house.power                                                    W
///   heat_pump.energy, house.energy                                                  Wh
///   heat_pump.enable, heat_pump.pump, zone.<name>.call                              0 or 1;
///   writable
class simulated_house {
 public:
  explicit simulated_house(simulated::plant plant);

  /// Lets the plant live until `now`, then reads a point.
  result<double> read(std::string_view point, time_point now);
  /// Lets the plant live until `now`, then moves a relay.
  result<void> write(std::string_view point, double value, time_point now);
  /// Tells the plant that a relay drives this point: it stands open instead of following its own
  /// rule. Anything but a relay's point is ignored here and a fault at the first transaction.
  void open(std::string_view point);
  /// The plant as it is: a copy, so that nobody sees it half a step on.
  [[nodiscard]] simulated::plant truth() const;

 private:
  [[nodiscard]] result<const plant_point*> find(std::string_view name) const;

  const std::vector<plant_point> points_;
  mutable std::mutex guard_;  ///< of the plant
  simulated::plant plant_;
};

/// What shines on level ground, W/m²: a column the weather file may have.
inline constexpr std::string_view solar_column = "solar_w_per_m2";

/// The house of a layout: its `plant` and `simulation`, with the weather of its file. Relays that
/// the layout has start open. A fault if the layout simulates nothing or its weather cannot be
/// read.
result<std::shared_ptr<simulated_house>> make_simulated_house(const layout& l);

/// A port to a house that others hold too, and that outlives the port (tests, the demo).
std::unique_ptr<port> make_simulated_port(std::shared_ptr<simulated_house> house);

/// A port to a house of its own. A layout has at most one simulated bus, for it has one plant.
result<std::unique_ptr<port>> make_simulated_port(const layout& l, bus_id bus);

}  // namespace hearth
