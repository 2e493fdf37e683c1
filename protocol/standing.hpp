#pragma once

#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <optional>
#include <vector>

/// What whoever plans for a house must know of it.
namespace hearth {

/// Heat per electricity of a heat pump, as its maker measured it.
struct cop_point {
  temperature outdoor;
  temperature leaving_water;
  double cop = 0;
  bool operator==(const cop_point&) const = default;
};

/// How hot the water must be that warms the rooms.
struct supply_point {
  temperature outdoor;
  temperature supply;
  bool operator==(const supply_point&) const = default;
};

/// Heat pump, store and house as few numbers, most of them learned. What they mean together is
/// `heat_model`'s business, in actors/planner.
struct house_model {
  // The store.
  double heat_j_per_k = 0;  ///< that warms all its water by a kelvin
  /// The supply that the rooms need, by ascending outdoor temperature; never empty.
  std::vector<supply_point> curve;
  /// Of a store whose top is just hot enough for the rooms, the mean is colder by this part of what
  /// the top is above them: the rest is water as it came back.
  double drained = 0;
  temperature full;          ///< mean beyond which the heat pump cannot charge it
  temperature surroundings;  ///< where it stands
  double loss_per_hour = 0;  ///< part lost of all heat above the surroundings
  /// This far below empty nothing is left that could warm a room; in between a part of the load.
  temperature_difference of_little_use;

  // The heat pump.
  std::vector<cop_point> cop;             ///< empty: as usual in northern New England
  double cop_factor = 1;                  ///< of the table, as the house has seen it at 50 °C
  double cop_factor_per_k = 0;            ///< … and more for hotter leaving water
  temperature_difference leaving_beyond;  ///< of the water that leaves it, above the store's mean
  power electric;                         ///< it uses at 0 °C outdoors with the store at 40 °C
  double electric_w_per_outdoor_k = 0;
  double electric_w_per_store_k = 0;
  power electric_most;      ///< nameplate
  double least_part = 1;    ///< of its full power; 1: on or off
  duration warm_up{};       ///< from a start to the first heat
  double warm_up_part = 1;  ///< of full power, on average while it warms up
  duration min_on{}, min_off{};
  duration start_lag{};  ///< from a command until its meter shows that it runs
  money start_cost;      ///< wear

  // The house.
  power load;                       ///< at 0 °C outdoors
  double load_w_per_outdoor_k = 0;  ///< negative: colder air takes more

  bool operator==(const house_model&) const = default;
};

/// A house as its own planner knows it: how it is made and how it stands. Live: newest wins.
struct standing {
  time_point at;
  temperature mean;                    ///< of all water in the store
  temperature top;                     ///< the hottest layer
  bool running = false;                ///< the compressor
  duration since_change{};             ///< that it started or stopped
  std::optional<temperature> outdoor;  ///< at its own thermometer
  house_model model;
  /// What the load is usually beyond what the outdoor temperature says, by hour of the day in UTC;
  /// 24 of them.
  std::vector<power> usual_beyond;
  bool operator==(const standing&) const = default;
};

}  // namespace hearth
