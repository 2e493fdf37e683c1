#include "protocol/dating.hpp"

namespace hearth {

std::string_view to_text(date_trust t) {
  switch (t) {
  case date_trust::unknown: return "unknown";
  case date_trust::assumed: return "assumed";
  case date_trust::good: return "good";
  }
  return "unknown";
}

std::string_view to_text(date_source s) {
  switch (s) {
  case date_source::nobody: return "nobody";
  case date_source::definition: return "definition";
  case date_source::system_clock: return "the system clock";
  case date_source::network_time: return "network time";
  case date_source::node: return "the node's clock";
  }
  return "nobody";
}

time_point slot_start(time_point t, duration length, const dating& dates) {
  const auto into = dates.utc(t).time_since_epoch() % length;
  // Before 1970 the remainder is negative.
  return t - (into < duration{0} ? into + length : into);
}

}  // namespace hearth
