#pragma once

#include "protocol/fault.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// A mosquitto configuration in which a house's certificate opens its own topics and no others.
namespace hearth {

struct broker_config {
  std::string broker;            ///< whose certificate it shows; empty: the only one there is
  std::filesystem::path stands;  ///< where the folder will stand; empty: where it is written
  std::filesystem::path data = "/var/lib/mosquitto";  ///< retained births outlive a restart there
  std::uint16_t port = 8883;
  std::string listen;  ///< address of one interface; empty: all
  std::string user;    ///< whom a broker started by root becomes; empty: mosquitto
};

std::string mosquitto_config(const broker_config& config, const std::filesystem::path& folder);
/// The rights of every house by pattern, and those of these nodes.
std::string mosquitto_acl(const std::vector<std::string>& nodes);

/// Fills `folder` with all a broker needs of the keys in `store` (and not with the authority's
/// key): mosquitto.conf, acl, certificates, key, revocation list. What it wrote before is
/// replaced, a configuration it did not write is refused. The name of the broker.
result<std::string> write_mosquitto_folder(const std::filesystem::path& store,
                                           const std::filesystem::path& folder,
                                           broker_config config);

}  // namespace hearth
