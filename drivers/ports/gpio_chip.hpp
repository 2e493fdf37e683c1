#pragma once

#include <tl/expected.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hearth {

/// What the GPIO port needs of an open chip: libgpiod's calls and nothing more. Errors are the
/// operating system's numbers, zero for none.
class gpio_chip {
 public:
  virtual ~gpio_chip() = default;
  [[nodiscard]] virtual unsigned lines() const = 0;
  /// Claims a line as output that starts at `output`, or leaves its direction as it is.
  virtual int claim(unsigned line, bool active_low, std::optional<bool> output) = 0;
  virtual void release(unsigned line) = 0;
  virtual int write(unsigned line, bool on) = 0;
  virtual tl::expected<bool, int> read(unsigned line) = 0;
  /// Who holds the line; empty if nobody does or nobody knows.
  virtual std::string consumer(unsigned line) = 0;
};

/// Opens a chip by label, name or path.
using gpio_chip_opener =
    std::function<tl::expected<std::unique_ptr<gpio_chip>, int>(const std::string& chip)>;

/// The one on libgpiod.
tl::expected<std::unique_ptr<gpio_chip>, int> open_gpiod_chip(const std::string& chip);

}  // namespace hearth
