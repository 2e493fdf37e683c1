#pragma once

#include "drivers/driver.hpp"
#include "drivers/mqtt_client.hpp"

namespace hearth {

/// The house's own broker. It connects when it is first used and again, after a loss, by later
/// calls (no sooner than 1 s after a failure, doubling to 60 s); every new connection subscribes
/// to all topics of all `listen` calls. Only a call waits for a connection, two seconds at most.
result<std::unique_ptr<port>> make_mqtt_port(const layout& house, bus_id bus);

/// The same over another client.
std::unique_ptr<port> make_mqtt_port(mqtt_options options, const mqtt_client_maker& make_client);

}  // namespace hearth
