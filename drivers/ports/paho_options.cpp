#include "drivers/ports/paho_options.hpp"

namespace hearth {
namespace {

constexpr std::int32_t session_expiry_s = 3600;
constexpr std::int32_t largest_packet_bytes = 4 * 1024 * 1024;

mqtt::ssl_options tls_options(const mqtt_options& options) {
  auto tls = mqtt::ssl_options{};
  if (!options.ca.empty()) tls.set_trust_store(options.ca);
  if (!options.cert.empty()) tls.set_key_store(options.cert);
  if (!options.key.empty()) tls.set_private_key(options.key);
  tls.set_enable_server_cert_auth(true);
  tls.set_verify(true);
  // Paho can name one version, not a lowest one. Ciphers that came with 1.2 rule the older
  // versions out, and those of 1.3 are always allowed.
  tls.set_enabled_cipher_suites("HIGH+TLSv1.2:!aNULL");
  return tls;
}

}  // namespace

std::string to_paho_uri(const broker_address& broker) {
  const auto numeric_v6 = broker.host.find(':') != std::string::npos;
  return (broker.tls ? "ssl://" : "tcp://") + (numeric_v6 ? "[" + broker.host + "]" : broker.host) +
         ":" + std::to_string(broker.port);
}

mqtt::connect_options connect_options_for(const mqtt_options& options,
                                          const broker_address& broker) {
  auto connecting = mqtt::connect_options{};
  connecting.set_mqtt_version(MQTTVERSION_5);
  connecting.set_clean_start(!options.keep_session);
  connecting.set_automatic_reconnect(false);
  connecting.set_keep_alive_interval(mqtt_keep_alive);
  connecting.set_connect_timeout(mqtt_connect_timeout);
  // Not by Paho's builder, which leaves a pointer into a temporary (paho.mqtt.cpp issue 362).
  auto properties = mqtt::properties{};
  if (options.keep_session)
    properties.add({mqtt::property::SESSION_EXPIRY_INTERVAL, session_expiry_s});
  properties.add({mqtt::property::MAXIMUM_PACKET_SIZE, largest_packet_bytes});
  connecting.set_properties(properties);
  if (options.will)
    connecting.set_will(
        mqtt::will_options{options.will->topic, options.will->payload, at_least_once, true});
  if (broker.tls) connecting.set_ssl(tls_options(options));
  return connecting;
}

}  // namespace hearth
