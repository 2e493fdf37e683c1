#pragma once

#include "drivers/driver.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How busy the polls of its devices keep a serial line, reckoned before anything is wired.
namespace hearth {

/// A driver whose first polls look for its device and whose later ones are larger.
class settling_driver {
 public:
  virtual ~settling_driver() = default;
  /// The largest poll it makes once it has settled.
  [[nodiscard]] virtual std::vector<bus_request> settled_poll() const = 0;
};

/// How characters go over a line.
struct serial_format {
  std::int64_t baud = 9600;
  int bits = 10;  ///< of one character: 10 as 8N1; 11 as 8E1 or 8N2
};

/// Seconds that one read takes: the request, the whole answer, and the silence before each. The
/// time that the device thinks is not in it. Other requests take none.
double wire_time_s(const bus_request& request, serial_format line);

struct device_load {
  device_id device;
  double share = 0;  ///< of the line's time
};
struct line_load {
  serial_format line;
  double share = 0;  ///< of its time, all devices together; beyond 1 they cannot all be polled
  std::vector<device_load> devices;  ///< in the order of the layout
};

/// What the polls of its devices ask of a `modbus-rtu` bus; nothing for any other kind of bus, and
/// for a line without devices.
std::optional<line_load> poll_load(const layout& house, bus_id bus);

/// "load 43 % at 9600 baud"
std::string to_text(const line_load& load);

}  // namespace hearth
