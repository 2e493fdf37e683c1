#pragma once

#include "drivers/ports/modbus_port.hpp"
#include "tests/support/small_layout.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace hearth::testing {

/// A driver and its port, as device actor and bus actor would use them.
struct device_on_tcp {
  device_on_tcp(const model& what, int tcp_port, option_map options,
                const std::vector<std::string>& keys, double timeout_s = 2)
      : house{small_layout(tcp_bus(tcp_port, timeout_s), what.spec, std::move(options), keys)},
        port{make_modbus_port(house, bus_id{0}).value()},
        driver{what.make(house, device_id{0})} {}

  std::vector<reading> poll() {
    now += std::chrono::seconds{10};
    auto answers = std::vector<result<bus_answer>>{};
    for (const auto& request : driver->poll()) answers.push_back(port->transact(request, now));
    return driver->decode(answers, now);
  }

  layout house;
  std::unique_ptr<hearth::port> port;
  std::unique_ptr<hearth::driver> driver;
  time_point now{};
};

}  // namespace hearth::testing
