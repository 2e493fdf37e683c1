#pragma once

#include "protocol/fault.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// What this machine has that a bus of a layout could be, and who uses it already. Looks only:
/// opens no bus and claims no line.
namespace hearth {

struct gpio_chip_entry {
  std::string name;   ///< "gpiochip0"
  std::string label;  ///< "pinctrl-bcm2711"; survives renumbering
  unsigned lines = 0;
};
struct gpio_line_entry {
  unsigned line = 0;
  std::string name;  ///< "GPIO17"; may be empty
  bool output = false;
  bool active_low = false;
  bool used = false;
  std::string consumer;  ///< who uses it, where the kernel knows
};
struct adapter_entry {
  std::string device;  ///< "/dev/i2c-1"
  std::string name;    ///< as its driver calls it; may be empty
};
struct machine_buses {
  std::vector<gpio_chip_entry> chips;
  std::vector<adapter_entry> i2c;
  std::vector<std::string> onewire;  ///< names of slaves
  std::vector<std::string> serial;   ///< by-id where there is such a name
  std::vector<std::string> closed;   ///< chips that may not be opened
};

/// Everything below `root`. Chips are known by the kernel, so only a real root has them.
machine_buses list_machine_buses(const std::filesystem::path& root = "/");

/// The lines of a chip, by its label, name or path.
result<std::vector<gpio_line_entry>> list_gpio_lines(const std::string& chip);

/// The names in the folder of a 1-Wire bus.
result<std::vector<std::string>> list_onewire_slaves(const std::filesystem::path& folder);

/// A running program that has a device open, or may have.
struct device_holder {
  long process = 0;
  std::string program;
  bool certain = true;  ///< false: a scada of another user, which does not let us look
};
/// Who holds `device`, besides this program; of several, any.
std::optional<device_holder> holder_of(const std::filesystem::path& device);

}  // namespace hearth
