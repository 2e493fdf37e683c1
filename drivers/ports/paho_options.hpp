#pragma once

#include "drivers/mqtt_client.hpp"
#include "drivers/ports/broker_address.hpp"

#include <mqtt/connect_options.h>

#include <chrono>
#include <string>

namespace hearth {

inline constexpr auto mqtt_keep_alive = std::chrono::seconds{20};
inline constexpr auto mqtt_connect_timeout = std::chrono::seconds{5};
inline constexpr int at_most_once = 0;
inline constexpr int at_least_once = 1;

/// "ssl://127.0.0.1:8883": the broker in Paho's spelling.
std::string to_paho_uri(const broker_address& broker);

/// Everything of CONNECT: MQTT 5, a session that outlives the connection by an hour, the will,
/// and TLS that verifies both sides.
mqtt::connect_options connect_options_for(const mqtt_options& options,
                                          const broker_address& broker);

}  // namespace hearth
