#include "layouts/fields.hpp"

/// The keys that say what the channels mean together: plant and tariff.
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
          relay("pump",
                "Relay of the primary pump; seen to run before the heat pump starts, and while it "
                "runs"),
          required(measure("max_power", dimension::power, 100, 1e6, "Electrical nameplate power")),
          or_else("10 min", measure("min_on", dimension::duration, 0, 2 * hour,
                                    "Once started it runs at least this long")),
          or_else("10 min", measure("min_off", dimension::duration, 0, 2 * hour,
                                    "Once stopped it rests at least this long")),
          or_else("6", within(1, 60,
                              plain("starts_per_hour", form::integer,
                                    "The compressor starts at most so often in any hour"))),
          list_of("cop", cop_section(),
                  "Coefficient of performance at a few points of the data sheet"),
      }};
  return keys;
}

const section& heating_curve_section() {
  static const section keys{
      "heating_curve",
      {
          required(measure("outdoor", dimension::temperature, -60, 60, "Outdoor temperature")),
          required(measure("supply", dimension::temperature, 15, 90,
                           "Temperature of the water that keeps all rooms warm then")),
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
          list_of("heating_curve", heating_curve_section(),
                  "Water the rooms need, by weather; the planner makes none hotter than it must"),
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

}  // namespace hearth
