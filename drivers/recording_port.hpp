#pragma once

#include "drivers/driver.hpp"
#include "drivers/registry.hpp"

#include <functional>
#include <string>

namespace hearth {

/// Takes whole lines of one device's transcript. Called from any thread.
using transcript_writer = std::function<void(const std::string& device, std::string lines)>;

/// How a device's transcript begins: what it is, its options and its channels.
std::string transcript_head(const layout& house, device_id device);

/// Ports that write down what goes over the bus, `>> REQUEST` and `<< ANSWER`, under the name of
/// the device that the request addresses, and change nothing. `poll` stands before each poll. What
/// addresses no device of the layout, and what a bus hears of none, goes under the bus's name.
port_maker written_down(port_maker make, transcript_writer write, model_finder find = find_model);

}  // namespace hearth
