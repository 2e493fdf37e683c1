#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// The house's own broker, on which its devices speak.
bus_spec mqtt_bus();

/// Longest message of a device: four times the status of one with many relays. Beyond: cut to one
/// byte more, by which whoever hears it knows.
inline constexpr std::size_t longest_device_message = 16 * 1024;

/// The topic a device was given; owned together with the relay or sensor of that topic.
option_spec mqtt_topic_option(std::string help);

}  // namespace hearth
