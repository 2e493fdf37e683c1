#pragma once

#include "protocol/units.hpp"

#include <array>
#include <optional>
#include <string_view>

/// The units a channel can be counted in, at run time: one table, used by layouts, drivers,
/// the wire and every printout, so that a unit is spelled in one place.
namespace hearth {

/// What a unit measures. Two units of one dimension convert; others never mix.
enum class dimension : unsigned char {
  power,
  reactive_power,
  apparent_power,
  energy,
  voltage,
  current,
  frequency,
  temperature,
  temperature_difference,
  volume,
  flow,
  pressure,
  duration,
  fraction,
  count,
  on_off,
  money_per_energy
};

/// The unit of a channel's number. Values on the blackboard and the wire are always in these.
enum class unit : unsigned char {
  watt,
  var,
  volt_ampere,
  watt_hour,
  volt,
  ampere,
  hertz,
  celsius,
  kelvin,
  litre,
  litre_per_minute,
  pascal,
  second,
  fraction,
  count,
  on_off,
  usd_per_mwh
};

struct unit_row {
  unit id;
  std::string_view symbol;  ///< as written in layouts and on the wire
  hearth::dimension dimension;
  std::string_view meaning;  ///< English, for help texts
  /// Readings are told to the node in steps of 10^this, well below what such sensors can tell.
  int told_exponent;
  /// A change that a live picture shows at once; smaller ones wait for the report of the slot.
  double noticeable;
};

inline constexpr std::array<unit_row, 17> unit_table{{
    {unit::watt, "W", dimension::power, "active power, positive when consumed", 0, 50},
    {unit::var, "var", dimension::reactive_power, "reactive power", 0, 50},
    {unit::volt_ampere, "VA", dimension::apparent_power, "apparent power", 0, 50},
    {unit::watt_hour, "Wh", dimension::energy, "cumulated energy; never decreases but at a reset",
     0, 500},
    {unit::volt, "V", dimension::voltage, "voltage", -1, 3},
    {unit::ampere, "A", dimension::current, "current", -2, 0.5},
    {unit::hertz, "Hz", dimension::frequency, "frequency", -2, 2},
    {unit::celsius, "°C", dimension::temperature, "temperature", -2, 0.5},
    {unit::kelvin, "K", dimension::temperature_difference, "temperature difference", -2, 0.5},
    {unit::litre, "L", dimension::volume, "volume", -1, 10},
    {unit::litre_per_minute, "L/min", dimension::flow, "flow", -1, 1},
    {unit::pascal, "Pa", dimension::pressure, "pressure", 2, 100000},
    {unit::second, "s", dimension::duration, "duration", -1, 60},
    {unit::fraction, "1", dimension::fraction, "ratio from 0 to 1 (power factor, valve position)",
     -3, 0.05},
    {unit::count, "count", dimension::count, "number of events", 0, 1},
    {unit::on_off, "on/off", dimension::on_off, "state of a switch: 1 on, 0 off", 0, 1},
    {unit::usd_per_mwh, "USD/MWh", dimension::money_per_energy, "price of energy", -2, 1},
}};

constexpr const unit_row& row_of(unit u) { return unit_table[static_cast<std::size_t>(u)]; }
constexpr std::string_view symbol(unit u) { return row_of(u).symbol; }
std::optional<unit> unit_from_symbol(std::string_view symbol);

/// A number with its unit: what a channel holds and a command asks for.
struct measured {
  double amount = 0;
  hearth::unit unit = hearth::unit::count;
  bool operator==(const measured&) const = default;
};

inline measured switched(bool on) { return {on ? 1.0 : 0.0, unit::on_off}; }
inline measured of(power p) { return {p.in(watt), unit::watt}; }
inline measured of(energy e) { return {e.in(watt_hour), unit::watt_hour}; }
inline measured of(temperature t) { return {t.in_celsius(), unit::celsius}; }

/// The quantity in `m`, or nothing if it measures something else.
template <class Quantity>
std::optional<Quantity> as(const measured& m);
template <>
std::optional<power> as<power>(const measured& m);
template <>
std::optional<energy> as<energy>(const measured& m);
template <>
std::optional<temperature> as<temperature>(const measured& m);
/// True when on.
template <>
std::optional<bool> as<bool>(const measured& m);

}  // namespace hearth
