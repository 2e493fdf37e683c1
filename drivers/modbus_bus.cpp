#include "drivers/modbus_bus.hpp"

namespace hearth {
namespace {

/// Covers one whole request, connecting included. The longest allowed is still shorter than a
/// device waits for its bus.
option_spec timeout_option() {
  return {.key = "timeout",
          .kind = option_kind::quantity,
          .help = "longest time for one request and its whole answer",
          .fallback = "500 ms",
          .dimension = dimension::duration,
          .lowest = 0.02,
          .highest = 5};
}

}  // namespace

bus_spec modbus_tcp_bus() {
  return {.kind = modbus_tcp_kind,
          .title = "Modbus TCP server or gateway",
          .options = {
              {.key = "host",
               .kind = option_kind::text,
               .help = "address of the server; a name is looked up at each connect",
               .fallback = "127.0.0.1"},
              {.key = "port",
               .kind = option_kind::integer,
               .help = "TCP port of the server",
               .fallback = "502",
               .lowest = 1,
               .highest = 65535},
              timeout_option(),
          }};
}

bus_spec modbus_rtu_bus() {
  return {
      .kind = modbus_rtu_kind,
      .title = "Modbus RTU on a serial line (RS-485)",
      .options = {
          {.key = "port",
           .kind = option_kind::text,
           .help = "serial device; /dev/serial/by-id/… keeps its name over restarts",
           .required = true},
          {.key = "baud",
           .kind = option_kind::integer,
           .help = "1200, 2400, 4800, 9600, 19200, 38400, 57600 or 115200, as set at the device",
           .fallback = "9600",
           .lowest = 1200,
           .highest = 115200},
          {.key = "parity",
           .kind = option_kind::choice,
           .help = "as set at the device",
           .fallback = "none",
           .choices = {"none", "even", "odd"}},
          {.key = "stop_bits",
           .kind = option_kind::integer,
           .help = "as set at the device",
           .fallback = "1",
           .lowest = 1,
           .highest = 2},
          timeout_option(),
      }};
}

std::vector<std::string> modbus_bus_kinds() { return {modbus_rtu_kind, modbus_tcp_kind}; }

option_spec modbus_address_option() {
  return {.key = "address",
          .kind = option_kind::integer,
          .help = "Modbus unit, as set at the device",
          .required = true,
          .lowest = 1,
          .highest = 247,
          .owned = true};
}

}  // namespace hearth
