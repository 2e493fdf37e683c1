#include "drivers/sunspec_inverter.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/sunspec.hpp"

#include <array>

namespace hearth {
namespace {

using enum sunspec_type;

// Source: SunSpec Alliance, information models 101 to 103 and 111 to 113
// (github.com/sunspec/models, json/model_103.json and json/model_113.json), offsets counted from
// the first point after the length. An inverter that sleeps measures nothing: frequency and
// voltages may be zero.
// clang-format off
constexpr auto table = std::array{
    //            channel          unit             name      type    integer factor real lowest highest power   meaning
    sunspec_point{"power",         unit::watt,      "W",       int16,     12, 13,   20, -10e6,   10e6, true,  "AC, negative while it delivers"},
    sunspec_point{"current",       unit::ampere,    "A",       uint16,     0,  4,    0,     0,   30e3, false, "AC, of all lines"},
    sunspec_point{"current_l1",    unit::ampere,    "AphA",    uint16,     1,  4,    2,     0,   10e3, false, "line 1"},
    sunspec_point{"current_l2",    unit::ampere,    "AphB",    uint16,     2,  4,    4,     0,   10e3, false, "line 2"},
    sunspec_point{"current_l3",    unit::ampere,    "AphC",    uint16,     3,  4,    6,     0,   10e3, false, "line 3"},
    sunspec_point{"voltage_l1",    unit::volt,      "PhVphA",  uint16,     8, 11,   14,     0,   1000, false, "line 1 to neutral"},
    sunspec_point{"voltage_l2",    unit::volt,      "PhVphB",  uint16,     9, 11,   16,     0,   1000, false, "line 2 to neutral"},
    sunspec_point{"voltage_l3",    unit::volt,      "PhVphC",  uint16,    10, 11,   18,     0,   1000, false, "line 3 to neutral"},
    sunspec_point{"frequency",     unit::hertz,     "Hz",      uint16,    14, 15,   22,     0,     70, false, "of the grid"},
    sunspec_point{"energy_export", unit::watt_hour, "WH",      acc32,     22, 24,   30,     0,   1e13, false, "delivered since it was built"},
    sunspec_point{"dc_current",    unit::ampere,    "DCA",     uint16,    25, 26,   32,     0,   30e3, false, "from the panels"},
    sunspec_point{"dc_voltage",    unit::volt,      "DCV",     uint16,    27, 28,   34,     0,   3000, false, "of the panels"},
    sunspec_point{"dc_power",      unit::watt,      "DCW",     int16,     29, 30,   36, -10e6,   10e6, false, "taken from the panels"},
    sunspec_point{"state",         unit::count,     "St",      enum16,    36, 36,   46,     1,      8, false, "1 off, 2 sleeping, 3 starting, 4 running, 5 throttled, 6 shutting down, 7 fault, 8 standby"},
};
// clang-format on

}  // namespace

model sunspec_inverter_model() {
  return {{.name = "sunspec-inverter",
           .title = "any inverter that speaks SunSpec (models 101 to 103, 111 to 113)",
           .bus_kinds = modbus_bus_kinds(),
           .options = {modbus_address_option()},
           .channels = channels_of(table)},
          [](const layout& house, device_id device) {
            return make_sunspec(house, device, sunspec_kind::inverter, table, -1);
          }};
}

}  // namespace hearth
