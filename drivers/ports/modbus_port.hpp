#pragma once

#include "drivers/driver.hpp"

#include <memory>

namespace hearth {

/// The port of a `modbus-tcp` or `modbus-rtu` bus, on libmodbus.
///
/// - Opened at the first request and again after it was lost. A TCP peer that does not even
///   accept is not tried again for a second: requests in between get the same fault at once.
/// - One request with its whole answer takes at most the bus's timeout, connecting included.
/// - A late answer is never taken for the next one. A TCP connection that failed is replaced. On a
///   serial line, which has no numbers to match answers by, the request after a silence first
///   listens for up to one more timeout and throws away what comes.
///
/// A fault only if the layout asks for a line that libmodbus cannot have.
result<std::unique_ptr<port>> make_modbus_port(const layout& house, bus_id bus);

}  // namespace hearth
