#pragma once

#include "drivers/ports/gpio_chip.hpp"

namespace hearth {

/// Watches a line through the kernel's own interface (linux/gpio.h, version 2; Linux 5.10 or
/// newer): libgpiod 1.6 speaks version 1, which neither debounces nor numbers the edges, and keeps
/// but 16 of them. Version 2 numbers each edge, so that the newest one tells how many there were,
/// however late it is read. Errors are the operating system's numbers.
tl::expected<std::unique_ptr<watched_line>, int> watch_line(const std::string& chip_path,
                                                            unsigned line, bool active_low,
                                                            std::chrono::microseconds debounce,
                                                            const char* consumer);

}  // namespace hearth
