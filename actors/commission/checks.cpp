#include "actors/commission/checks.hpp"

#include <algorithm>

namespace hearth {

std::vector<check> checks_of(const layout& house) {
  auto all = std::vector<check>{{check::kind::hands_off}};
  const auto add = [&](check c) {
    if (std::ranges::find(all, c) == all.end()) all.push_back(c);
  };
  const auto each = [&](bool actuators, check::kind what) {
    for (std::uint16_t i = 0; i < house.channels.size(); ++i)
      if (house.channels[i].actuator == actuators) add({what, channel_id{i}});
  };
  each(false, check::kind::sensor);
  if (!house.plant) {
    each(true, check::kind::actuator);
    return all;
  }
  const auto& plant = *house.plant;
  if (plant.store) add({check::kind::tank});
  for (const auto& zone : plant.zones) add({check::kind::room, zone.temperature_channel});
  if (plant.outdoor) add({check::kind::outdoor, *plant.outdoor});
  each(true, check::kind::actuator);
  const auto last = [&](channel_id c) {
    const auto moved = check{check::kind::actuator, c};
    if (std::erase(all, moved) > 0) all.push_back(moved);
  };
  if (plant.heat_pump.pump) last(*plant.heat_pump.pump);
  last(plant.heat_pump.enable);
  return all;
}

std::string_view word_of(check::kind what) {
  switch (what) {
  case check::kind::hands_off: return "hands-off";
  case check::kind::sensor: return "sensor";
  case check::kind::tank: return "tank";
  case check::kind::room:
  case check::kind::outdoor: return "range";
  case check::kind::actuator: return "actuator";
  }
  return "unknown";
}

bool is_done(const check& c, const layout& house, const std::vector<check_finding>& findings) {
  if (c.what == check::kind::hands_off) return false;
  const auto& subject = c.channel ? house[*c.channel].name : house.site;
  return std::ranges::any_of(findings, [&](const check_finding& f) {
    return f.check == word_of(c.what) && f.subject == subject;
  });
}

}  // namespace hearth
