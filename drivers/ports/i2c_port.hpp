#pragma once

#include "drivers/driver.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace hearth {

/// What the I²C port needs of an open adapter. Errors are the operating system's numbers, zero for
/// none.
class i2c_adapter {
 public:
  virtual ~i2c_adapter() = default;
  /// Writes, then reads with a repeated start; nothing of either where it is empty.
  virtual int transfer(std::uint8_t address, std::span<const std::uint8_t> write,
                       std::span<std::uint8_t> read) = 0;
};

using i2c_adapter_opener =
    std::function<tl::expected<std::unique_ptr<i2c_adapter>, int>(const std::string& device)>;

/// The kernel's, by its path: I2C_RDWR of linux/i2c-dev.h.
tl::expected<std::unique_ptr<i2c_adapter>, int> open_i2c_device(const std::string& device);

result<std::unique_ptr<port>> make_i2c_port(const layout& house, bus_id bus);
std::unique_ptr<port> make_i2c_port(std::string device, i2c_adapter_opener open);

}  // namespace hearth
