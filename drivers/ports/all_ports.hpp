#pragma once

#include "drivers/driver.hpp"

#include <map>
#include <string>

namespace hearth {

/// A maker for every kind of bus in the catalog: the ends that touch real hardware and networks.
/// What a bus has counted is kept in `state_folder`.
std::map<std::string, port_maker> all_ports(const std::string& state_folder);

}  // namespace hearth
