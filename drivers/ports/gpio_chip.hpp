#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hearth {

/// An input line that the kernel watches, and goes on watching while nobody asks.
class watched_line {
 public:
  /// One change from inactive to active.
  struct rise {
    std::uint32_t number = 0;       ///< since the watch began, from 1; counts on beyond 2^32 from 0
    std::chrono::nanoseconds at{};  ///< by the kernel's monotonic clock
  };
  virtual ~watched_line() = default;
  /// Logical, debounced.
  virtual tl::expected<bool, int> level() = 0;
  /// The newest of those that were not asked for yet; nothing if there was none.
  virtual tl::expected<std::optional<rise>, int> newest() = 0;
};

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
  /// Claims a line as input and watches it; pulses shorter than `debounce` are not seen.
  virtual tl::expected<std::unique_ptr<watched_line>, int> watch(
      unsigned line, bool active_low, std::chrono::microseconds debounce) = 0;
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
