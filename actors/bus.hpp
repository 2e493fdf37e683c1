#pragma once

#include "drivers/driver.hpp"

#include <functional>
#include <string_view>
#include <vector>

namespace hearth {

/// Carries out `batch` on `io`, one request after the other. After the first answer that says
/// nobody is there (timeout, disconnected) the rest is answered alike without trying, so that a
/// silent device costs its bus one timeout per batch. `now` is asked before each request.
std::vector<result<bus_answer>> carry_out(port& io, const std::vector<bus_request>& batch,
                                          const std::function<time_point()>& now);

/// Whether an MQTT topic filter ("a/+/c", "a/#") matches `topic`.
bool topic_matches(std::string_view filter, std::string_view topic);

}  // namespace hearth
