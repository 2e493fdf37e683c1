#pragma once

#include "drivers/driver.hpp"

#include <filesystem>
#include <string>
#include <vector>

/// A conversation with a device, byte for byte, as a text file: the test of its driver.
///
///     # What this shows, in a sentence.
///     device: eastron-sdm120 address=1   (and other options; a quantity in its channel's unit)
///     channels: voltage power            (of a generic device: its registers, all of them)
///     register: relay coil 0x0000 bit on/off writable
///     timeout: 200 ms                    (of the bus; 2 s unless it is what the file is about)
///
///     poll                               or: write relay 1 on/off · safe relay
///     >> 01 04 00 00 00 02 71 CB         the driver must ask exactly this
///     << 01 04 04 43 66 33 33 5A FA      and the device answers; without `<<` it is silent
///     <~ 01 04 …                         comes only after the driver has given up
///     == voltage 230.2 V                 then the reading must be this
///     == power fault timeout             or that; a write must end in `== done` or `== fault …`
///
/// A `poll` ends in one `==` per channel. After a timeout the rest of a poll is not asked, as a
/// bus actor does it.
namespace hearth::testing {

/// Plays `file` through the driver of `what` and the real serial port on a pseudo terminal.
/// Every difference is one line, "file:line: …"; none means the driver does what the file says.
std::vector<std::string> differences(const std::filesystem::path& file, const model& what);

}  // namespace hearth::testing
