#include "drivers/sdm630.hpp"

#include "drivers/eastron.hpp"

#include <array>

namespace hearth {
namespace {

// Source: Eastron, "SDM630-Modbus protocol", table of input registers (function code 04).
// Ranges: 100 A and 276 V a phase are the most it measures; beyond twice that the bytes are wrong.
// clang-format off
constexpr auto table = std::array{
    //          address  channel           unit               per unit   lowest   highest  meaning (unit of the document)
    eastron_row{0x0000, "voltage_l1",      unit::volt,               1,       0,      500, "line 1 to neutral (V)"},
    eastron_row{0x0002, "voltage_l2",      unit::volt,               1,       0,      500, "line 2 to neutral (V)"},
    eastron_row{0x0004, "voltage_l3",      unit::volt,               1,       0,      500, "line 3 to neutral (V)"},
    eastron_row{0x0006, "current_l1",      unit::ampere,             1,       0,      200, "line 1 (A)"},
    eastron_row{0x0008, "current_l2",      unit::ampere,             1,       0,      200, "line 2 (A)"},
    eastron_row{0x000A, "current_l3",      unit::ampere,             1,       0,      200, "line 3 (A)"},
    eastron_row{0x000C, "power_l1",        unit::watt,               1,  -60000,    60000, "line 1, positive when consumed (W)"},
    eastron_row{0x000E, "power_l2",        unit::watt,               1,  -60000,    60000, "line 2, positive when consumed (W)"},
    eastron_row{0x0010, "power_l3",        unit::watt,               1,  -60000,    60000, "line 3, positive when consumed (W)"},
    eastron_row{0x0034, "power",           unit::watt,               1, -180000,   180000, "total system power, positive when consumed (W)"},
    eastron_row{0x0038, "apparent_power",  unit::volt_ampere,        1,       0,   180000, "total system volt amps (VA)"},
    eastron_row{0x003C, "reactive_power",  unit::var,                1, -180000,   180000, "total system VAr (VAr)"},
    eastron_row{0x003E, "power_factor",    unit::fraction,           1,      -1,        1, "total system, negative when exporting (none)"},
    eastron_row{0x0046, "frequency",       unit::hertz,              1,      40,       70, "of supply voltages (Hz)"},
    eastron_row{0x0048, "energy_import",   unit::watt_hour,       1000,       0,     1e10, "total import (kWh)"},
    eastron_row{0x004A, "energy_export",   unit::watt_hour,       1000,       0,     1e10, "total export (kWh)"},
};
// clang-format on

}  // namespace

model sdm630_model() {
  return eastron_meter("eastron-sdm630", "Eastron SDM630-Modbus, three-phase meter", table);
}

}  // namespace hearth
