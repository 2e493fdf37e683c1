#pragma once

#include "layouts/layout.hpp"

#include <map>
#include <string>
#include <vector>

namespace hearth {

/// What another layout of the same house leaves as it is. A bus stays if its name, kind and options
/// do; a device if its bus stays and its name, model, options, pace and channels (keys, names and
/// units) do. Whatever else differs begins anew. Pure.
struct layout_change {
  std::map<bus_id, bus_id> buses;             ///< those that stay: their place before, and now
  std::map<device_id, device_id> devices;     ///< the same
  std::map<channel_id, channel_id> channels;  ///< of these devices
  std::vector<std::string> words;  ///< for people: "device tanks: changed", "bus wire: new"; empty
                                   ///< where nothing differs
};

layout_change compare(const layout& before, const layout& now);

}  // namespace hearth
