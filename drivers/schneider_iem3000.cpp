#include "drivers/schneider_iem3000.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/register_map.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace hearth {
namespace {

using format = register_row::format;

/// One line of Schneider's table, as printed.
struct iem_row {
  std::uint16_t number;  ///< "register address" of the document, one-based
  format as;
  std::string_view channel;
  hearth::unit unit;        ///< of the channel
  double per_printed_unit;  ///< channel units in one unit of the document (1000 for kW to W)
  double lowest, highest;   ///< in channel units; beyond: no value, but out_of_range
  std::string_view meaning;
};

// Source: Schneider Electric, "iEM3100 / iEM3200 / iEM3300 series, user manual", DOCA0005EN, table
// "Meter data" of holding registers (function code 03), high word first. iEM3455 and iEM3555 have
// the same list. On the wire an address is the printed number less one. The power factor is left
// out: its register tells the quadrant by values beyond 1.
// Ranges: current transformers to 10 kA; beyond that the bytes are wrong.
// clang-format off
constexpr auto table = std::array{
    //      number  format       channel           unit               per unit lowest highest  meaning (unit of the document)
    iem_row{3000, format::f32, "current_l1",     unit::ampere,              1,     0, 10'000, "line 1 (A)"},
    iem_row{3002, format::f32, "current_l2",     unit::ampere,              1,     0, 10'000, "line 2 (A)"},
    iem_row{3004, format::f32, "current_l3",     unit::ampere,              1,     0, 10'000, "line 3 (A)"},
    iem_row{3028, format::f32, "voltage_l1",     unit::volt,                1,     0,    600, "line 1 to neutral (V)"},
    iem_row{3030, format::f32, "voltage_l2",     unit::volt,                1,     0,    600, "line 2 to neutral (V)"},
    iem_row{3032, format::f32, "voltage_l3",     unit::volt,                1,     0,    600, "line 3 to neutral (V)"},
    iem_row{3054, format::f32, "power_l1",       unit::watt,             1000,  -6e6,    6e6, "line 1, positive when consumed (kW)"},
    iem_row{3056, format::f32, "power_l2",       unit::watt,             1000,  -6e6,    6e6, "line 2, positive when consumed (kW)"},
    iem_row{3058, format::f32, "power_l3",       unit::watt,             1000,  -6e6,    6e6, "line 3, positive when consumed (kW)"},
    iem_row{3060, format::f32, "power",          unit::watt,             1000, -18e6,   18e6, "total, positive when consumed (kW)"},
    iem_row{3068, format::f32, "reactive_power", unit::var,              1000, -18e6,   18e6, "total (kVAR)"},
    iem_row{3076, format::f32, "apparent_power", unit::volt_ampere,      1000,     0,   18e6, "total (kVA)"},
    iem_row{3110, format::f32, "frequency",      unit::hertz,               1,    40,     70, "of the voltages (Hz)"},
    iem_row{3204, format::u64, "energy_import",  unit::watt_hour,           1,     0,   1e13, "total active energy import (Wh)"},
    iem_row{3208, format::u64, "energy_export",  unit::watt_hour,           1,     0,   1e13, "total active energy export (Wh)"},
};
// clang-format on

register_row to_register(const iem_row& row) {
  return {.channel = std::string{row.channel},
          .where = register_row::table::holding,
          .address = static_cast<std::uint16_t>(row.number - 1),
          .as = row.as,
          .scale = row.per_printed_unit,
          .unit = row.unit,
          .lowest = row.lowest,
          .highest = row.highest};
}

}  // namespace

model schneider_iem3000_model() {
  auto spec = model_spec{
      .name = "schneider-iem3000",
      .title = "Schneider Electric iEM3155, iEM3255, iEM3355, iEM3455, iEM3555, three-phase meters",
      .bus_kinds = modbus_bus_kinds(),
      .options = {modbus_address_option()},
      .channels = {}};
  auto registers = std::vector<register_row>{};
  for (const auto& row : table) {
    spec.channels.push_back({std::string{row.channel}, row.unit, std::string{row.meaning}});
    registers.push_back(to_register(row));
  }
  return {std::move(spec), [registers](const layout& house, device_id device) {
            return reader_of({house, device, registers, read_limits{}});
          }};
}

}  // namespace hearth
