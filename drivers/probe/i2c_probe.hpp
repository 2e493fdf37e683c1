#pragma once

#include "drivers/probe/interview.hpp"

namespace hearth {

/// Scans the addresses 0x08 to 0x77 of an I²C bus.
///
/// A chip is looked for by reading one byte from it, never by the empty write with which others
/// scan: some EEPROMs take that for the begin of a write. The price is that a chip which cannot
/// be read at all stays unseen. Only where the chips that Hearth knows take the first byte written
/// for a register's number (0x48 to 0x4B) is such a number sent, to read that register; an old
/// PCF8591 there, which takes it for its control byte, would switch its analogue output off. A
/// relay board gets no byte at all: any would move relays.
probe_result probe_i2c(port& io, interview& asks, proposed_bus bus);

}  // namespace hearth
