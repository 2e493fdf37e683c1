#pragma once

#include "drivers/mqtt_client.hpp"

#include <cstddef>
#include <memory>

namespace hearth {

/// Publishes sent and not yet confirmed by the broker. Beyond: `publish` returns false.
inline constexpr std::size_t paho_outstanding = 256;
/// The same for live ones, so that a flood of them leaves room for what must arrive.
inline constexpr std::size_t paho_outstanding_live = paho_outstanding * 3 / 4;

/// A client over Paho: MQTT 5, the session kept by the broker for an hour, and for mqtts://
/// TLS 1.2 or newer with the broker's certificate and host name verified against `ca` (the
/// system's authorities if it is empty).
///
/// `connect` tries the address itself first, on a thread of its own; Paho then takes up to two
/// seconds to notice the new connection when the program has others. `connect` while connected or
/// under way starts nothing. After `disconnect` no event of the ended connection follows. A refused
/// subscription ends the connection with `mqtt_disconnected`. A payload longer than
/// `limits::message_bytes` arrives cut one byte after that limit, so that it can be recognised
/// without being held; the broker is asked not to send packets of more than 4 MiB at all. Once the
/// destructor has returned nothing is delivered; a client destroyed without `disconnect` still
/// leaves in order, without its will.
std::unique_ptr<mqtt_client> make_paho_client(mqtt_options options, mqtt_listener listener);

}  // namespace hearth
