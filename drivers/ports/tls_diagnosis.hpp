#pragma once

#include "drivers/mqtt_client.hpp"
#include "drivers/ports/broker_address.hpp"

#include <chrono>
#include <functional>

namespace hearth {

/// A diagnosis takes no longer than this, besides the name service and the TCP connection.
inline constexpr auto diagnosis_longest = std::chrono::seconds{4};

/// Why TLS with this broker fails, in words for who can mend it: Paho keeps what OpenSSL told it
/// to itself. Makes one TLS handshake of its own, says no word of MQTT, and hangs up. It ends early
/// when `wanted` turns false, which it asks every few hundredths of a second.
fault why_no_tls(const broker_address& broker, const mqtt_options& options,
                 const std::function<bool()>& wanted);

}  // namespace hearth
