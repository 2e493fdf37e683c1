#pragma once

#include "drivers/simulated/performance.hpp"
#include "protocol/units.hpp"

#include <chrono>

/// An air-to-water heat pump as its house feels it: how much heat for how much electricity, and
/// when. Figures follow published field experience with cold-climate machines (warm-up 10–12 min,
/// defrosts of up to 20 min); they are typical, not one maker's.
namespace hearth::simulated {

using namespace std::chrono_literals;

/// Leaving water may be at most this hot; the machine stops itself, whoever asks it to run.
inline constexpr temperature leaving_water_max = celsius(80);
/// …and starts again once the water it would deliver is no hotter than this. Between the two a
/// machine that can modulate turns itself down to its least.
inline constexpr temperature leaving_water_restart = celsius(75);
/// Power at the start of the warm-up, as a part of full power; it rises steadily from there.
inline constexpr double warm_up_first_power = 0.2;
/// Frost forms between these outdoor temperatures: colder air is too dry, warmer air melts it.
inline constexpr temperature frost_above = celsius(-10);
inline constexpr temperature frost_below = celsius(5);
/// Power while defrosting, as a part of nameplate, and heat taken from the water, of capacity.
inline constexpr double defrost_power = 0.12;
inline constexpr double defrost_heat = 0.35;
/// Water colder than this is not cooled further by a defrost; its own electricity must do.
inline constexpr temperature defrost_water_min = celsius(15);

/// One machine, as built.
struct heat_pump_model {
  simulated::performance performance;
  power electric_max;  ///< nameplate; at this power heat is what the COP leaves of it
  power nominal;       ///< capacity at 0 °C outdoors and 45 °C leaving water
  double modulation_min = 1;
  seconds_real warm_up{10min};  ///< from start to the first useful heat
  seconds_real frost{54min};    ///< running time in frosty air until a defrost is due
  seconds_real defrost{6min};   ///< how long that takes
};

heat_pump_model heat_pump_of(const simulation_layout& s, power electric_max);

/// - off --wanted--> warming_up --warmed up--> running --frosted--> defrosting --melted--> running
/// - warming_up, running, defrosting --water above 80 °C--> cut_out --below 75 °C--> warming_up
/// - any --not wanted--> off
enum class heat_pump_phase : unsigned char { off, warming_up, running, defrosting, cut_out };

struct heat_pump_machine {
  heat_pump_phase phase = heat_pump_phase::off;
  seconds_real in_phase{};
  seconds_real frosted{};  ///< running time in frosty air since the last defrost
  bool operator==(const heat_pump_machine&) const = default;
};

/// What the machine finds around it for one step.
struct heat_pump_surroundings {
  bool wanted = false;  ///< enabled, and water flows
  temperature outdoor;
  temperature entering_water;
  temperature leaving_water;  ///< as it is or would be if it ran
  double part = 1;            ///< of full power, as commanded; less than its least is its least
};

/// Which phase holds for the next `step`. Pure: no clock.
heat_pump_machine advance(heat_pump_machine m, const heat_pump_model& is,
                          const heat_pump_surroundings& s, seconds_real step);

/// Heat and electricity of one moment: electric + from_air = to_water + to_outdoors, always.
struct heat_pump_flows {
  power electric;
  power from_air;     ///< the free heat
  power to_water;     ///< negative while defrosting
  power to_outdoors;  ///< warms the machine itself and melts frost
};

heat_pump_flows flows(const heat_pump_machine& m, const heat_pump_model& is,
                      const heat_pump_surroundings& s);

}  // namespace hearth::simulated
