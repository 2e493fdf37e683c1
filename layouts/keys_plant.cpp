#include "layouts/fields.hpp"

/// The keys that say what the channels mean together: plant, tariff and simulation.
namespace hearth {

using namespace fields;

namespace {

constexpr double hour = 3600;
constexpr double highest_price = 10'000;  // USD/MWh; five times the worst hour on record

/// Sensors of the store, all in °C.
field layers() {
  auto f = channel("layers", unit::celsius, "Tank sensors, from the hottest to the coldest");
  f.is = form::channels;
  return f;
}

field setpoint() {
  auto f = measure("setpoint", dimension::temperature, 5, 35,
                   "How warm it should be: a temperature, or a channel that says so");
  f.channel_unit = unit::celsius;
  f.or_channel = true;
  return f;
}

field price(std::string key, std::string help) {
  return measure(std::move(key), dimension::money_per_energy, -highest_price, highest_price,
                 std::move(help));
}

field energy_price_or_node() {
  auto f = price("energy", "A flat price, or from-node: the cloud node sends prices");
  f.choices = {"from-node"};
  return f;
}

const section& distribution_section();

field distribution_price() {
  auto f = price("distribution", "What the grid costs on top: one price, or windows of the day");
  f.is = form::section;
  f.brief = form::quantity;
  f.inner = &distribution_section();
  return f;
}

const section& cop_section() {
  static const section keys{
      "cop",
      {
          required(measure("outdoor", dimension::temperature, -60, 60, "Outdoor temperature")),
          required(measure("leaving_water", dimension::temperature, 0, 110,
                           "Temperature of the water it makes")),
          required(number("cop", 0.5, 20, "Heat made per electricity used")),
      }};
  return keys;
}

const section& heat_pump_section() {
  static const section keys{
      "heat_pump",
      {
          required(relay("enable", "Relay that lets it run")),
          channel("power", unit::watt, "Its electricity meter"),
          relay("pump", "Relay of the primary pump; runs with the heat pump"),
          required(measure("max_power", dimension::power, 100, 1e6, "Electrical nameplate power")),
          or_else("10 min", measure("min_on", dimension::duration, 0, 2 * hour,
                                    "Once started it runs at least this long")),
          or_else("10 min", measure("min_off", dimension::duration, 0, 2 * hour,
                                    "Once stopped it rests at least this long")),
          list_of("cop", cop_section(),
                  "Coefficient of performance at a few points of the data sheet"),
      }};
  return keys;
}

const section& store_section() {
  static const section keys{
      "store",
      {
          required(measure("volume", dimension::volume, 10, 1e6, "Water of all tanks together")),
          required(layers()),
          required(
              measure("max", dimension::temperature, 30, 95, "The heat pump stops above this")),
          or_else("45 °C", measure("min_top", dimension::temperature, 5, 90,
                                   "Local control keeps the hottest layer at least this warm")),
      }};
  return keys;
}

const section& zone_section() {
  static const section keys{
      "zone",
      {
          required(name("id", "The zone's name")),
          required(channel("temperature", unit::celsius, "Its room sensor")),
          required(setpoint()),
          relay("call", "Relay of the valve or pump that gives it heat"),
          or_else("false", flag("critical", "A critical zone that gets too cold ends a contract")),
      }};
  return keys;
}

}  // namespace

const section& plant_section() {
  static const section keys{
      "plant",
      {
          required(keys_of("heat_pump", heat_pump_section(), "The heat pump")),
          keys_of("store", store_section(), "Its water tanks"),
          required(
              list_of("zones", zone_section(), "Rooms or floors that are heated by themselves")),
          channel("outdoor", unit::celsius, "Outdoor temperature"),
          channel("house_power", unit::watt, "Meter of the whole house"),
          measure("electrical_limit", dimension::power, 500, 1e6,
                  "The heat pump waits while the house would use more than this"),
          or_else("5 °C",
                  measure("freeze_limit", dimension::temperature, 1, 15,
                          "A zone or layer below this calls for heat whoever is in charge")),
      }};
  return keys;
}

namespace {

const section& window_section() {
  static const section keys{
      "window",
      {
          required(plain("from", form::clock, "Local time, \"07:00\"")),
          required(plain("to", form::clock, "Local time; earlier than `from` means past midnight")),
          or_else("every-day", choice("days", {"every-day", "weekdays"}, "On which days")),
          required(price("price", "Price in this window")),
      }};
  return keys;
}

const section& distribution_section() {
  static const section keys{
      "distribution",
      {
          required(price("default", "Price outside every window")),
          list_of("windows", window_section(),
                  "Daily windows with their own price; the first that matches holds"),
      }};
  return keys;
}

}  // namespace

const section& tariff_section() {
  static const section keys{"tariff",
                            {
                                or_else("from-node", energy_price_or_node()),
                                distribution_price(),
                            }};
  return keys;
}

namespace {

const section& simulated_zone_section() {
  static const section keys{
      "simulated zone",
      {
          required(name("id", "Name of a zone in `plant`")),
          or_else("150", number("conductance_w_per_k", 1, 10'000, "Loss to outdoors")),
          or_else("4000", number("capacity_wh_per_k", 10, 1e6, "Air, furniture and inner walls")),
          or_else("120", number("emitter_w_per_k", 1, 10'000,
                                "Heat given per kelvin between supply water and room")),
          or_else("0 W",
                  measure("internal_gain", dimension::power, 0, 1e5, "People and appliances")),
          or_else("20 °C", measure("initial", dimension::temperature, -40, 50,
                                   "Room temperature at the start")),
      }};
  return keys;
}

}  // namespace

const section& simulation_section() {
  static const section keys{
      "simulation",
      {
          required(text("weather", "CSV with columns time_utc,outdoor_c; relative to this file")),
          required(
              text("prices", "CSV with columns time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh")),
          plain("start", form::instant, "Left away: the first row of the weather file"),
          or_else("14 kW", measure("heat_pump_capacity", dimension::power, 100, 1e6,
                                   "Heat it makes at 0 °C outdoors and 45 °C leaving water")),
          or_else("400 W", measure("house_base_load", dimension::power, 0, 1e5,
                                   "What the rest of the house uses")),
          or_else("45 °C", measure("store_initial", dimension::temperature, 1, 95,
                                   "Temperature of all layers at the start")),
          or_else("0 K", measure("sensor_noise", dimension::temperature_difference, 0, 5,
                                 "Standard deviation of every thermometer")),
          or_else("1", within(0, 9e15,
                              plain("seed", form::integer, "The same seed gives the same noise"))),
          list_of("zones", simulated_zone_section(),
                  "How zones lose and keep heat; a zone not named gets the defaults"),
      }};
  return keys;
}

}  // namespace hearth
