#pragma once

#include "drivers/probe/modbus_probe.hpp"
#include "layouts/layout.hpp"

namespace hearth {

/// Opens a Modbus bus once more, for function 43/14, which libmodbus does not read: a port must not
/// hold it meanwhile. Empty if it cannot be opened. Each call blocks up to the bus's timeout.
modbus_identifier make_modbus_identifier(const layout& house, bus_id bus);

}  // namespace hearth
