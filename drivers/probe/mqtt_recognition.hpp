#pragma once

#include "drivers/probe/finding.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// One function for each family of devices that speak MQTT: who of it is there, by what has been
/// said. Each adds the topics it accounts for to `taken`.
namespace hearth {

using said_on = std::map<std::string, std::string, std::less<>>;  ///< topic → latest payload
using topic_set = std::set<std::string, std::less<>>;

/// "a/b/c" as a, b, c.
std::vector<std::string_view> levels_of(std::string_view topic);

std::vector<finding> find_shellies_gen1(const said_on& said, topic_set& taken);
std::vector<finding> find_shellies_gen2(const said_on& said, topic_set& taken);
std::vector<finding> find_tasmotas(const said_on& said, topic_set& taken);
std::vector<finding> find_zigbee_devices(const said_on& said, topic_set& taken);
std::vector<finding> find_openevses(const said_on& said, topic_set& taken);
/// Nodes of OpenEnergyMonitor: emonTx and emonPi.
std::vector<finding> find_emons(const said_on& said, topic_set& taken);

}  // namespace hearth
