#include "actors/commission/safe_values.hpp"

namespace hearth {
namespace {

/// What the fail-safe state of a channel may be.
std::vector<measured> candidates(const layout& house, channel_id id) {
  const auto& channel = house[id];
  if (channel.unit == unit::on_off) return {switched(false), switched(true)};
  auto out = std::vector<measured>{};
  // Outputs say it as an option; the row of a register says it by its range.
  for (const auto& [key, value] : house[channel.device].options) {
    if (const auto* number = std::get_if<double>(&value)) out.push_back({*number, channel.unit});
    const auto* rows = std::get_if<std::vector<register_row>>(&value);
    if (!rows) continue;
    for (const auto& row : *rows) {
      if (row.channel != channel.key) continue;
      for (const auto bound : {row.lowest, row.highest})
        if (bound) out.push_back({*bound, channel.unit});
    }
  }
  out.push_back({0, channel.unit});
  return out;
}

}  // namespace

std::map<channel_id, measured> safe_values(const layout& house, model_finder find) {
  auto out = std::map<channel_id, measured>{};
  for (std::uint16_t i = 0; i < house.channels.size(); ++i) {
    const auto id = channel_id{i};
    const auto& channel = house[id];
    const auto* kind = channel.actuator ? find(house[channel.device].model) : nullptr;
    if (!kind) continue;
    for (const auto& value : candidates(house, id)) {
      // A driver may remember what it was told, so each trial has its own.
      const auto safe = kind->make(house, channel.device);
      const auto told = kind->make(house, channel.device);
      if (!safe->as_actuator() || !told->as_actuator()) break;
      const auto sent =
          told->as_actuator()->encode({id, value, authority::safety, "", {}, time_point::max()});
      if (!sent || *sent != safe->as_actuator()->make_safe(id)) continue;
      out.emplace(id, value);
      break;
    }
  }
  return out;
}

}  // namespace hearth
