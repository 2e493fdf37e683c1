#pragma once

#include "drivers/driver.hpp"

#include <string>
#include <vector>

namespace hearth {

/// Sensors that post to this computer, each with a token of its own.
bus_spec http_bus();

/// What a token's digest looks like in a layout: 64 hexadecimal digits.
bool is_sha256(std::string_view text);

/// The topic under which a port tells what was posted for this device, which is also its path:
/// "/sensors/boiler-room".
std::string http_topic(const layout& house, device_id device);

/// Longest body of one post: all a sensor of 14 channels can say is a quarter of it. Beyond: 413.
inline constexpr std::size_t longest_post = 4 * 1024;

/// One sensor that may post to a bus.
struct http_sensor_account {
  std::string topic;
  std::string token_sha256;  ///< hexadecimal; the layout, which travels, knows no more of the token
};
std::vector<http_sensor_account> http_accounts(const layout& house, bus_id bus);

}  // namespace hearth
