#include "drivers/sunspec_meter.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/sunspec.hpp"

#include <array>

namespace hearth {
namespace {

using enum sunspec_type;

// Source: SunSpec Alliance, information models 201 to 204 and 211 to 214
// (github.com/sunspec/models, json/model_203.json and json/model_213.json), offsets counted from
// the first point after the length.
// clang-format off
constexpr auto table = std::array{
    //            channel          unit             name        type  integer factor real  lowest highest power   meaning
    sunspec_point{"power",         unit::watt,      "W",         int16,    16, 20,   26, -10e6,   10e6, true,  "total, positive when consumed"},
    sunspec_point{"power_l1",      unit::watt,      "WphA",      int16,    17, 20,   28, -10e6,   10e6, true,  "line 1, positive when consumed"},
    sunspec_point{"power_l2",      unit::watt,      "WphB",      int16,    18, 20,   30, -10e6,   10e6, true,  "line 2, positive when consumed"},
    sunspec_point{"power_l3",      unit::watt,      "WphC",      int16,    19, 20,   32, -10e6,   10e6, true,  "line 3, positive when consumed"},
    sunspec_point{"current",       unit::ampere,    "A",         int16,     0,  4,    0, -30e3,   30e3, false, "of all lines"},
    sunspec_point{"current_l1",    unit::ampere,    "AphA",      int16,     1,  4,    2, -10e3,   10e3, false, "line 1"},
    sunspec_point{"current_l2",    unit::ampere,    "AphB",      int16,     2,  4,    4, -10e3,   10e3, false, "line 2"},
    sunspec_point{"current_l3",    unit::ampere,    "AphC",      int16,     3,  4,    6, -10e3,   10e3, false, "line 3"},
    sunspec_point{"voltage",       unit::volt,      "PhV",       int16,     5, 13,    8,     0,   1000, false, "line to neutral, average of active lines"},
    sunspec_point{"voltage_l1",    unit::volt,      "PhVphA",    int16,     6, 13,   10,     0,   1000, false, "line 1 to neutral"},
    sunspec_point{"voltage_l2",    unit::volt,      "PhVphB",    int16,     7, 13,   12,     0,   1000, false, "line 2 to neutral"},
    sunspec_point{"voltage_l3",    unit::volt,      "PhVphC",    int16,     8, 13,   14,     0,   1000, false, "line 3 to neutral"},
    sunspec_point{"frequency",     unit::hertz,     "Hz",        int16,    14, 15,   24,    40,     70, false, "of the voltages"},
    sunspec_point{"energy_export", unit::watt_hour, "TotWhExp",  acc32,    36, 52,   58,     0,   1e13, false, "total real energy exported"},
    sunspec_point{"energy_import", unit::watt_hour, "TotWhImp",  acc32,    44, 52,   66,     0,   1e13, false, "total real energy imported"},
};
// clang-format on

}  // namespace

model sunspec_meter_model() {
  return {{.name = "sunspec-meter",
           .title = "any meter that speaks SunSpec (models 201 to 204, 211 to 214)",
           .bus_kinds = modbus_bus_kinds(),
           .options = {modbus_address_option(),
                       {.key = "positive",
                        .kind = option_kind::choice,
                        .help = "what the meter itself counts as positive power: consumed (Fronius "
                                "and most) or exported (SolarEdge)",
                        .fallback = "consumed",
                        .choices = {"consumed", "exported"}}},
           .channels = channels_of(table)},
          [](const layout& house, device_id device) {
            const auto exported = text_option(house[device].options, "positive") == "exported";
            return make_sunspec(house, device, sunspec_kind::meter, table, exported ? -1 : 1);
          }};
}

}  // namespace hearth
