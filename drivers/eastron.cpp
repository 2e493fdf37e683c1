#include "drivers/eastron.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/register_map.hpp"

#include <string>

namespace hearth {
namespace {

/// The document allows 40 parameters, so 80 registers, in one read, and the meters answer the
/// gaps between parameters with zeros: one read fetches everything up to the power factor.
constexpr auto eastron_limits = read_limits{.registers = 80, .gap = 16};

register_row to_register(const eastron_row& row) {
  return {.channel = std::string{row.channel},
          .where = register_row::table::input,
          .address = row.address,
          .as = register_row::format::f32,
          .scale = row.per_printed_unit,
          .unit = row.unit,
          .lowest = row.lowest,
          .highest = row.highest};
}

}  // namespace

model eastron_meter(std::string_view name, std::string_view title,
                    std::span<const eastron_row> table) {
  auto spec = model_spec{.name = std::string{name},
                         .title = std::string{title},
                         .bus_kinds = modbus_bus_kinds(),
                         .options = {modbus_address_option()},
                         .channels = {}};
  auto registers = std::vector<register_row>{};
  for (const auto& row : table) {
    spec.channels.push_back({std::string{row.channel}, row.unit, std::string{row.meaning}});
    registers.push_back(to_register(row));
  }
  return {std::move(spec), [registers](const layout& house, device_id device) {
            return reader_of({house, device, registers, eastron_limits});
          }};
}

}  // namespace hearth
