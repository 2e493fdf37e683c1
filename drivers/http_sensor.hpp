#pragma once

#include "drivers/driver.hpp"
#include "protocol/fault.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Sensor modules that post what they measure, as one JSON object whose members name channel and
/// unit: {"temperature_c": 21.5, "flow_l_per_min": 3.2}. The members are Hearth's own; any board
/// that can post can say them.
namespace hearth {

model http_sensor_model();

/// One member of a post.
struct posted {
  std::string channel;  ///< its key at the device
  result<measured> value;
};
/// What a body says, or why it says nothing. A member that no sensor has, or a body without any, is
/// a fault of the whole: whoever set the module up finds out at once.
result<std::vector<posted>> read_post(std::string_view body);
/// Why the poster is to be told off, or empty: the fault of the whole or of the first member that
/// has one. A sensor that has no value yet has done nothing wrong.
std::string objection_to(const result<std::vector<posted>>& post);

}  // namespace hearth
