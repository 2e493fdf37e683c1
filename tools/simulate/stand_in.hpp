#pragma once

#include "drivers/driver.hpp"
#include "drivers/simulated/simulated_port.hpp"
#include "layouts/layout.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

/// A real house on a simulated plant: its buses and drivers give way to stand-ins that answer for
/// each channel, while plant, tariff, link and every channel's name stay as they are. What a
/// channel stands for is known from its role in `plant`; one without a role shows a value of its
/// kind.
namespace hearth::simulate {

/// The same house on stand-ins, with a control tick of `step` and no device polled more often. A
/// layout whose buses are all simulated keeps its devices. What it does not say of its simulation
/// is what `simulation_layout` says.
layout on_stand_ins(const layout& real, duration step);

/// The points of the plant that this layout's channels stand for, by channel.
std::map<channel_id, std::string> roles_of(const layout& house);

/// The registry's models and the one that stands in.
const model* find_model(std::string_view name);

/// Every relay that has a role in the plant opens, as without power.
void open_relays(const layout& stood_in, simulated_house& plant);

/// The port of the one simulated bus of such a layout: points of the plant, and "other.CHANNEL" for
/// channels without a role there.
std::unique_ptr<port> make_stand_in_port(const layout& stood_in,
                                         std::shared_ptr<simulated_house> plant);

}  // namespace hearth::simulate
