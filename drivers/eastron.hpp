#pragma once

#include "drivers/driver.hpp"

#include <cstdint>
#include <span>
#include <string_view>

/// What Eastron's meters have in common: every value is a 32-bit float, high word first, in two
/// input registers (function 04) that start at an even address.
namespace hearth {

/// One line of Eastron's table, as printed, and the range a real meter can be in.
struct eastron_row {
  std::uint16_t address;     ///< "start address" of the document, zero-based
  std::string_view channel;
  hearth::unit unit;         ///< of the channel
  double per_printed_unit;   ///< channel units in one unit of the document (1000 for kWh to Wh)
  double lowest, highest;    ///< in channel units; beyond: no value, but out_of_range
  std::string_view meaning;
};

/// A meter that is `table`. The table must outlive the model.
model eastron_meter(std::string_view name, std::string_view title,
                    std::span<const eastron_row> table);

}  // namespace hearth
