#pragma once

#include "drivers/simulated/heat_pump.hpp"
#include "protocol/command.hpp"
#include "protocol/fault.hpp"
#include "protocol/messages.hpp"
#include "protocol/time.hpp"
#include "protocol/units.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What is known of a simulated run once it is over: the data that every form of telling it, from a
/// line on a terminal to a page for a household, is made of.
namespace hearth::simulate {

using degree_hours = quantity<struct degree_hours_dimension>;  ///< K·s
inline constexpr degree_hours kelvin_hour = degree_hours::from_si(3600);
constexpr degree_hours operator*(temperature_difference d, seconds_real t) {
  return degree_hours::from_si(d.si() * t.count());
}

/// A room this little under its setpoint is still comfortable; only what is more counts.
inline constexpr temperature_difference comfort_tolerance = 0.5 * kelvin;

/// One number for each slot, in four bytes: a year of a large house has three million of them.
class column {
 public:
  struct gap {
    std::size_t from, to;  ///< slots, `to` not included
    bool operator==(const gap&) const = default;
  };

  /// The number must be finite.
  void push(std::optional<double> value);
  void reserve(std::size_t slots) { values_.reserve(slots); }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  [[nodiscard]] std::optional<double> at(std::size_t slot) const;
  /// Slots without a number, in order.
  [[nodiscard]] const std::vector<gap>& gaps() const { return gaps_; }

 private:
  std::vector<float> values_;  ///< 0 in a gap
  std::vector<gap> gaps_;
};

/// How a room stands at the end of a slot.
struct room_climate {
  temperature is;
  std::optional<temperature> setpoint;
};

/// Some minutes of the house as it truly was, not as its sensors saw it: means of what flows, and
/// how things stand at the end.
struct told_slot {
  temperature outdoor;
  std::optional<energy_price> price;  ///< energy and distribution together
  power heat_pump, house;             ///< electric, mean
  power heat_to_water;                ///< mean; negative while defrosting
  power heat_to_zones;                ///< mean
  energy stored;                      ///< heat in the store above what the house can use
  std::vector<temperature> layers;    ///< hottest first
  std::vector<room_climate> rooms;    ///< in the order of `run_record::zones`
  authority in_charge = authority::local;
  simulated::heat_pump_phase phase = simulated::heat_pump_phase::off;
};

/// A column under the name that files give it, which ends in its unit.
struct named_column {
  std::string name;
  int digits = 0;     ///< after the point, in a file
  double finest = 1;  ///< what a plot can show
  const column* numbers = nullptr;
};

/// All slots of a run, evenly spaced and without a gap.
class slot_table {
 public:
  slot_table() = default;
  slot_table(time_point start, duration step, std::size_t layers, std::vector<std::string> zones);

  /// The number of layers and rooms must be as announced.
  void push(const told_slot& s);
  void reserve(std::size_t slots);

  [[nodiscard]] std::size_t size() const { return outdoor_.size(); }
  [[nodiscard]] time_point time(std::size_t slot) const {
    return start_ + step_ * static_cast<std::int64_t>(slot);
  }
  [[nodiscard]] duration step() const { return step_; }
  [[nodiscard]] const std::vector<std::string>& zones() const { return zones_; }
  [[nodiscard]] std::size_t layers() const { return layers_.size(); }
  [[nodiscard]] told_slot at(std::size_t slot) const;

  /// Everything above, in the order of a file. Names are unique whatever the zones are called.
  [[nodiscard]] std::vector<named_column> columns() const;

 private:
  time_point start_;
  duration step_ = std::chrono::minutes{5};
  std::vector<std::string> zones_;
  column outdoor_, price_, heat_pump_, house_, to_water_, to_zones_, stored_, in_charge_, phase_;
  std::vector<column> layers_, rooms_, setpoints_;
};

/// What happened, in order, as much as a report can hold: the first of each severity, so that a
/// flood of notes never hides an alarm. All are counted.
class event_list {
 public:
  static constexpr std::size_t most = 500;  ///< kept of each severity

  void push(event e);
  [[nodiscard]] std::uint64_t count(severity s) const {
    return counts_[static_cast<std::size_t>(s)];
  }
  /// Those that were kept, by time.
  [[nodiscard]] const std::vector<event>& kept() const { return kept_; }

 private:
  std::vector<event> kept_;
  std::array<std::uint64_t, 3> counts_{};
};

inline constexpr std::array authorities{authority::safety,   authority::admin,  authority::grid,
                                        authority::contract, authority::policy, authority::local};

/// Sums over the whole run, counted at every step of the simulation.
struct run_totals {
  money energy_cost;      ///< of the heat pump's electricity at its full price
  energy unpriced;        ///< electricity of the heat pump while no price was known
  energy electricity;     ///< of the heat pump
  energy heat_delivered;  ///< to the rooms
  energy heat_lost;       ///< of store and pipes
  energy store_start, store_end;
  energy balance_error;        ///< what the plant's books do not account for
  degree_hours comfort_below;  ///< all zones, below the setpoint by more than `comfort_tolerance`
  energy unserved_heat;        ///< asked for by a zone, and not there
  std::uint64_t heat_pump_starts = 0;
  std::optional<duration> shortest_run;  ///< of the compressor; absent: no run was over in time
  std::uint64_t interlock_interventions = 0;
  std::array<duration, authorities.size()> in_charge{};  ///< by rank
  std::uint64_t messages = 0;                            ///< both ways on the link
  std::string event_log_sha256;                          ///< hex
};

/// What the same weeks would have cost otherwise; a fault says why nobody knows.
struct run_baselines {
  result<money> thermostat = failed(fault_code::not_ready, "not simulated");
  result<money> timer = failed(fault_code::not_ready, "not simulated");
  result<money> bound = failed(fault_code::not_ready, "not computed");  ///< no control costs less
};

struct run_record {
  std::string site;
  std::string layout;       ///< the file's name
  std::string layout_hash;  ///< SHA-256, hex
  std::string version;      ///< of the program
  std::string control;      ///< "planner", "timer", "thermostat"
  bool with_node = false;
  std::optional<std::string> faults;  ///< the profile that faults were drawn from, if any
  std::uint64_t seed = 0;
  std::string time_zone;  ///< IANA name
  time_point from, to;
  std::vector<std::string> filled = {};  ///< rows that the files did not have, a sentence each
  seconds_real wall{};  ///< how long the simulation took; the only figure that two runs differ in
  slot_table slots;
  event_list events;
  run_totals totals;
  run_baselines baselines;
};

}  // namespace hearth::simulate
