#include "layouts/fields.hpp"

/// The keys that say what the simulated bus is made of. `docs/plant.md` has the equations behind
/// them and where their defaults are from.
namespace hearth {

using namespace fields;

namespace {

constexpr double hour = 3600;

const section& simulated_zone_section() {
  static const section keys{
      "simulated zone",
      {
          required(name("id", "Name of a zone in `plant`")),
          or_else("150", number("conductance_w_per_k", 1, 10'000, "Loss to outdoors")),
          or_else("4000", number("capacity_wh_per_k", 10, 1e6, "Air, furniture and inner walls")),
          or_else("120", number("emitter_w_per_k", 1, 10'000,
                                "Heat given per kelvin between supply water and room, at 40 K")),
          or_else("1", number("emitter_exponent", 1, 1.6,
                              "Of the mean water's excess: 1 fan coil, 1.1 floor, 1.3 radiator")),
          measure("flow", dimension::flow, 0.1, 1000,
                  "Water while it calls; left away: it comes back at 0.6 of its excess"),
          or_else("0 W", measure("internal_gain", dimension::power, 0, 1e5,
                                 "Appliances and lights, all day")),
          or_else("0", number("occupants", 0, 100, "People, 75 W each while they are at home")),
          or_else("0", number("structure_wh_per_k", 0, 1e6,
                              "Walls and floors behind the room; 0: the room is all there is")),
          or_else("400", number("structure_w_per_k", 1, 1e5, "Between room and structure")),
          or_else("0.5", number("structure_loss", 0, 1,
                                "Part of the loss to outdoors that passes through the structure")),
          or_else("0", number("window_m2", 0, 1000, "Glass that lets the sun in")),
          or_else("south", choice("windows_face", {"north", "east", "south", "west"},
                                  "Where the glass looks")),
          or_else("20 °C", measure("initial", dimension::temperature, -40, 50,
                                   "Room temperature at the start")),
      }};
  return keys;
}

const section& performance_section() {
  static const section keys{
      "performance",
      {
          required(measure("outdoor", dimension::temperature, -60, 60, "Outdoor temperature")),
          required(measure("leaving_water", dimension::temperature, 0, 110,
                           "Temperature of the water it makes")),
          required(measure("capacity", dimension::power, 100, 1e6, "Heat at full power")),
          required(number("cop", 1, 20, "Heat made per electricity used")),
      }};
  return keys;
}

const section& simulated_heat_pump_section() {
  static const section keys{
      "simulated heat pump",
      {
          list_of("table", performance_section(),
                  "Its data sheet, a full grid of points; left away: a typical one"),
          or_else("1", number("modulation_min", 0.05, 1,
                              "Least part of full power it can run at; 1: on or off")),
          or_else("10 min", measure("warm_up", dimension::duration, 0, hour,
                                    "From its start to the first useful heat")),
          or_else("54 min", measure("frost", dimension::duration, 300, 24 * hour,
                                    "Running in frosty air until a defrost is due")),
          or_else("6 min", measure("defrost", dimension::duration, 0, hour, "How long that takes")),
      }};
  return keys;
}

const section& simulated_store_section() {
  static const section keys{
      "simulated store",
      {
          or_else(
              "1",
              within(1, 6, plain("tanks", form::integer, "Tanks in series, besides the buffer"))),
          measure("buffer", dimension::volume, 10, 1e5,
                  "A first tank of this size, out of the store's volume"),
          or_else("1", within(1, 8,
                              plain("layers_per_sensor", form::integer,
                                    "How finely the water is divided"))),
          or_else("0", number("mixing", 0, 1,
                              "Part of the water that flows in that stirs the next layer")),
          number("loss_w_per_k", 0, 100, "Of each tank; left away: 0.5 % of its heat an hour"),
          or_else("12 °C", measure("surroundings", dimension::temperature, -20, 40,
                                   "Where the tanks stand")),
      }};
  return keys;
}

const section& simulated_loop_section() {
  static const section keys{
      "simulated loop",
      {
          or_else("40 L",
                  measure("volume", dimension::volume, 1, 1e4, "Water in pipes and emitters")),
          or_else("5", number("loss_w_per_k", 0, 1000, "Of the pipes, to the rooms")),
          or_else("0",
                  number("exposed_w_per_k", 0, 1000, "Of pipes that lie in the cold, to outdoors")),
      }};
  return keys;
}

const section& sensors_section() {
  static const section keys{
      "simulated sensors",
      {
          or_else("0 K", measure("bias", dimension::temperature_difference, 0, 5,
                                 "Standard deviation between thermometers, each constant")),
          or_else("0 s", measure("lag", dimension::duration, 0, hour,
                                 "Time constant with which thermometers follow")),
      }};
  return keys;
}

const section& away_section() {
  static const section keys{
      "away",
      {
          required(plain("from", form::clock, "Standard time, \"08:00\"")),
          required(plain("to", form::clock, "Standard time; earlier than `from`: past midnight")),
      }};
  return keys;
}

const section& place_section() {
  static const section keys{
      "place",
      {
          or_else("45.7", number("latitude", -90, 90, "Degrees north")),
          or_else("-68.7", number("longitude", -180, 180, "Degrees east")),
          or_else("0.5", number("clearness", 0, 1,
                                "Part of a clear sky's sun, where the weather file has no "
                                "solar_w_per_m2")),
          or_else("0.5", number("window_transmittance", 0, 1,
                                "Part of the sun that glass, frames and curtains let in")),
      }};
  return keys;
}

}  // namespace

const section& simulation_section() {
  static const section keys{
      "simulation",
      {
          text("weather",
               "CSV with columns time_utc,outdoor_c; relative to this file; for a simulated bus"),
          text("prices",
               "CSV with columns time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh; the same"),
          plain("start", form::instant, "Left away: the first row of the weather file"),
          or_else("14 kW", measure("heat_pump_capacity", dimension::power, 100, 1e6,
                                   "Heat it makes at 0 °C outdoors and 45 °C leaving water")),
          keys_of("heat_pump", simulated_heat_pump_section(), "The machine"),
          or_else("400 W", measure("house_base_load", dimension::power, 0, 1e5,
                                   "What the rest of the house uses")),
          or_else("45 °C", measure("store_initial", dimension::temperature, 1, 95,
                                   "Temperature of all layers at the start")),
          keys_of("store", simulated_store_section(), "The tanks"),
          keys_of("loop", simulated_loop_section(), "Pipes between store and rooms"),
          or_else("0 K", measure("sensor_noise", dimension::temperature_difference, 0, 5,
                                 "Standard deviation of every thermometer")),
          keys_of("sensors", sensors_section(), "What else is wrong with thermometers"),
          or_else("1", within(0, 9e15,
                              plain("seed", form::integer, "The same seed gives the same noise"))),
          keys_of("place", place_section(), "Where the house stands under the sun"),
          keys_of("away", away_section(), "When nobody is at home, Monday to Friday"),
          list_of("zones", simulated_zone_section(),
                  "How zones lose and keep heat; a zone not named gets the defaults"),
      }};
  return keys;
}

}  // namespace hearth
