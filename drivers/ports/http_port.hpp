#pragma once

#include "drivers/driver.hpp"
#include "drivers/http_bus.hpp"

#include <chrono>

namespace hearth {

/// What strangers on the network may take of this computer.
struct http_bounds {
  std::size_t connections = 32;  ///< beyond: 503, closed
  std::size_t of_one_address =
      8;  ///< the same, so that one broken module does not lock out the others
  std::chrono::milliseconds patience{10'000};  ///< for one whole request, however slowly it comes
  std::size_t posts_per_second = 20;           ///< of one sensor; beyond: 429
};

/// Sensors that post. `POST /sensors/DEVICE` with `Authorization: Bearer TOKEN` and a body of
/// `http_sensor.hpp` becomes a message under that path; the answer is 204, or says what is wrong.
/// It listens from the first request on, in a thread of its own, and tries again with each request
/// as long as its address is taken.
result<std::unique_ptr<port>> make_http_port(const layout& house, bus_id bus);

std::unique_ptr<port> make_http_port(std::string listen, std::vector<http_sensor_account> accounts,
                                     http_bounds bounds);

}  // namespace hearth
