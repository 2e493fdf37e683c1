#pragma once

#include "drivers/driver.hpp"

namespace hearth {

/// The house's own broker, on which its devices speak.
bus_spec mqtt_bus();

/// The topic a device was given. Whoever commands the device owns it; sensors may share it.
option_spec mqtt_topic_option(std::string help);

}  // namespace hearth
