#pragma once

#include "drivers/probe/interview.hpp"
#include "drivers/probe/modbus_probe.hpp"

#include <cstdint>
#include <optional>

namespace hearth {

/// Whether somebody answers as `unit`, and what it is by its registers. `twice`: a unit that is
/// silent about input registers is asked for a holding register too. Nothing: silence, or bytes
/// that nobody can read, which the tally counts.
std::optional<finding> recognise_modbus(port& io, interview& asks, std::uint8_t unit, bool twice);

/// What it says of itself, added to what is known of it.
void add_identity(finding& of, const modbus_identity& identity);

}  // namespace hearth
