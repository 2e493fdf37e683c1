#include "drivers/egauge.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/register_map.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace hearth {
namespace {

struct egauge_row {
  std::uint16_t number;  ///< as the document and the meter's own map print it
  std::string_view channel;
  hearth::unit unit;
  double lowest, highest;
  std::string_view meaning;
};

/// The map counts input registers (function code 04) from 30000, which is address 0 on the wire.
constexpr auto first_input = 30000;

// Source: eGauge, knowledge base, "Modbus output communication", table "Modbus register map":
// local data (channel checker), line voltages (RMS) from 30500, line frequencies from 31500; each a
// 32-bit float, high word first. Lines in the order L1, L2, L3.
// clang-format off
constexpr auto table = std::array{
    egauge_row{30500, "voltage_l1", unit::volt,   0, 1000, "line 1 to neutral (V)"},
    egauge_row{30502, "voltage_l2", unit::volt,   0, 1000, "line 2 to neutral (V)"},
    egauge_row{30504, "voltage_l3", unit::volt,   0, 1000, "line 3 to neutral (V)"},
    egauge_row{31500, "frequency",  unit::hertz, 40,   70, "of line 1 (Hz)"},
};
// clang-format on

register_row to_register(const egauge_row& row) {
  return {.channel = std::string{row.channel},
          .where = register_row::table::input,
          .address = static_cast<std::uint16_t>(row.number - first_input),
          .as = register_row::format::f32,
          .unit = row.unit,
          .lowest = row.lowest,
          .highest = row.highest};
}

/// The fixed registers, then those that the layout lists.
std::vector<register_row> registers_of(const option_map& options) {
  auto rows = std::vector<register_row>{};
  for (const auto& row : table) rows.push_back(to_register(row));
  if (const auto found = options.find("registers"); found != options.end()) {
    const auto& listed = std::get<std::vector<register_row>>(found->second);
    rows.insert(rows.end(), listed.begin(), listed.end());
  }
  return rows;
}

}  // namespace

model egauge_model() {
  auto spec = model_spec{
      .name = "egauge",
      .title = "eGauge energy meter, its own registers listed in the layout",
      .bus_kinds = modbus_bus_kinds(),
      .options = {modbus_address_option(),
                  {.key = "registers",
                   .kind = option_kind::registers,
                   .help = "further rows, as the meter's page 'Modbus Server' lists them; address: "
                           "the number there less 30000"}},
      .channels = {}};
  for (const auto& row : table)
    spec.channels.push_back({std::string{row.channel}, row.unit, std::string{row.meaning}});
  return {std::move(spec), [](const layout& house, device_id device) {
            return reader_of({house, device, registers_of(house[device].options), read_limits{}});
          }};
}

}  // namespace hearth
