#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// The house's own broker, on which its devices speak.
bus_spec mqtt_bus();

/// The topic a device was given; owned together with the relay or sensor of that topic.
option_spec mqtt_topic_option(std::string help);

}  // namespace hearth
