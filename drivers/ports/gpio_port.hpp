#pragma once

#include "drivers/driver.hpp"
#include "drivers/ports/gpio_chip.hpp"

namespace hearth {

/// The lines of one chip. A line is claimed as output by its first write, in one step with its
/// level; until then a read leaves its direction as it is, so that a relay keeps its state over
/// a restart. A line that is counted or debounced is an input that the kernel watches from the
/// first request on; totals are kept in `state_folder`. A chip that went is opened again by the
/// next call.
result<std::unique_ptr<port>> make_gpio_port(const layout& house, bus_id bus,
                                             const std::string& state_folder);

/// The same over another way to open chips, its totals in the file `totals`.
std::unique_ptr<port> make_gpio_port(std::string chip, std::string totals, gpio_chip_opener open);

}  // namespace hearth
