#include "drivers/sdm120.hpp"

#include "drivers/eastron.hpp"

#include <array>

namespace hearth {
namespace {

// Source: Eastron, "SDM120-Modbus protocol", table of input registers (function code 04).
// Ranges: 45 A and 276 V are the most it measures; beyond twice that the bytes are wrong.
// clang-format off
constexpr auto table = std::array{
    //          address  channel           unit               per unit  lowest   highest  meaning (unit of the document)
    eastron_row{0x0000, "voltage",         unit::volt,               1,      0,      500, "line to neutral (V)"},
    eastron_row{0x0006, "current",         unit::ampere,             1,      0,      100, "(A)"},
    eastron_row{0x000C, "power",           unit::watt,               1, -25000,    25000, "active power, positive when consumed (W)"},
    eastron_row{0x0012, "apparent_power",  unit::volt_ampere,        1,      0,    25000, "(VA)"},
    eastron_row{0x0018, "reactive_power",  unit::var,                1, -25000,    25000, "(VAr)"},
    eastron_row{0x001E, "power_factor",    unit::fraction,           1,     -1,        1, "negative when exporting (none)"},
    eastron_row{0x0046, "frequency",       unit::hertz,              1,     40,       70, "(Hz)"},
    eastron_row{0x0048, "energy_import",   unit::watt_hour,       1000,      0,     1e10, "import active energy (kWh)"},
    eastron_row{0x004A, "energy_export",   unit::watt_hour,       1000,      0,     1e10, "export active energy (kWh)"},
};
// clang-format on

}  // namespace

model sdm120_model() {
  return eastron_meter("eastron-sdm120", "Eastron SDM120-Modbus, single-phase meter", table);
}

}  // namespace hearth
