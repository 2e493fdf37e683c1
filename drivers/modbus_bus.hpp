#pragma once

#include "layouts/model.hpp"

#include <string>
#include <vector>

/// What a layout may say of a Modbus bus and of any device on one.
namespace hearth {

inline constexpr auto modbus_tcp_kind = "modbus-tcp";
inline constexpr auto modbus_rtu_kind = "modbus-rtu";

bus_spec modbus_tcp_bus();
bus_spec modbus_rtu_bus();

/// Registers mean the same on both wires, so a Modbus device may hang on either.
std::vector<std::string> modbus_bus_kinds();

/// The unit a device answers as; every Modbus device has it.
option_spec modbus_address_option();

}  // namespace hearth
