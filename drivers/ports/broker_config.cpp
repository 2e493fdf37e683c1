#include "drivers/ports/broker_config.hpp"

#include "drivers/ports/private_file.hpp"
#include "drivers/ports/shown_keys.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

constexpr auto first_line = std::string_view{
    "# Written by 'scada keys mosquitto'; write it anew "
    "instead of changing it.\n"};

/// Room for topic and properties around the largest message.
constexpr std::size_t packet_margin = 16 * 1024;

result<void> copy(const std::string& what, const std::filesystem::path& from,
                  const std::filesystem::path& to, readers who) {
  const auto text =
      who == readers::owner_only ? read_private_file(what, from) : read_text_file(what, from);
  if (!text) return tl::make_unexpected(text.error());
  return write_durably(to, *text, who, existing::is_replaced);
}

}  // namespace

std::string mosquitto_config(const broker_config& config, const std::filesystem::path& folder) {
  const auto file = [&](const std::string& name) { return (folder / name).string(); };
  auto text = std::string{first_line};
  if (!config.user.empty()) text += "user " + config.user + "\n";
  text +=
      "\nlistener " + std::to_string(config.port) +
      (config.listen.empty() ? "" : " " + config.listen) +
      "\n"
      "tls_version tlsv1.2\n"
      "cafile " +
      file("ca.crt") +
      "\n"
      "certfile " +
      file("broker.crt") +
      "\n"
      "keyfile " +
      file("broker.key") +
      "\n"
      "crlfile " +
      file("ca.crl") +
      "\n"
      "\n"
      "# Whoever connects shows a certificate, and its common name is the user of the acl.\n"
      "require_certificate true\n"
      "use_identity_as_username true\n"
      "allow_anonymous false\n"
      "allow_zero_length_clientid false\n"
      "acl_file " +
      file("acl") +
      "\n"
      "\n"
      "# Retained births outlive a restart. What is under way need not: a house keeps it until\n"
      "# the node has it.\n"
      "persistence true\n"
      "persistence_location " +
      config.data.string() +
      "/\n"
      "autosave_interval 300\n"
      "persistent_client_expiration 1d\n"
      "\n"
      "# No client may fill the broker's memory.\n"
      "message_size_limit " +
      std::to_string(limits::message_bytes) +
      "\n"
      "max_packet_size " +
      std::to_string(limits::message_bytes + packet_margin) +
      "\n"
      "max_queued_messages 10000\n"
      "max_queued_bytes 67108864\n"
      "\n"
      "# Small messages leave at once.\n"
      "set_tcp_nodelay true\n";
  return text;
}

std::string mosquitto_acl(const std::vector<std::string>& nodes) {
  auto text = std::string{first_line} +
              "\n# A house speaks and hears under its own name, which stands in its certificate.\n"
              "pattern write hearth/v1/%u/birth\n"
              "pattern write hearth/v1/%u/up/#\n"
              "pattern read hearth/v1/%u/down/#\n"
              "\n# A node hears every house and speaks to every house. It hears what other nodes "
              "say, too.\n";
  for (const auto& node : nodes)
    text += "user node:" + node +
            "\n"
            "topic read hearth/v1/+/birth\n"
            "topic read hearth/v1/+/up/#\n"
            "topic read hearth/v1/+/down/#\n"
            "topic write hearth/v1/+/down/#\n";
  return text;
}

result<std::string> write_mosquitto_folder(const std::filesystem::path& store,
                                           const std::filesystem::path& folder,
                                           broker_config config) {
  const auto keys = look_at_keys(store, {});
  if (!keys) return tl::make_unexpected(keys.error());
  auto brokers = std::vector<std::string>{};
  auto nodes = std::vector<std::string>{};
  for (const auto& key : *keys) {
    if (!key.facts || key.revoked.value_or(false)) continue;
    if (key.facts->role == key_role::broker) brokers.push_back(key.facts->name);
    if (key.facts->role == key_role::node) nodes.push_back(key.facts->name);
  }
  if (config.broker.empty()) {
    if (brokers.size() != 1)
      return failed(fault_code::malformed,
                    brokers.empty()
                        ? store.string() + " holds no broker; make one: scada keys broker NAME"
                        : "there are several brokers; say which: --broker NAME");
    config.broker = brokers.front();
  }
  if (std::ranges::find(brokers, config.broker) == brokers.end())
    return failed(fault_code::no_such_device,
                  store.string() + " holds no broker '" + config.broker + "'");
  auto ignored = std::error_code{};
  if (!std::filesystem::is_directory(folder, ignored))
    if (const auto made = make_private_folder(folder); !made)
      return tl::make_unexpected(made.error());
  if (std::filesystem::exists(folder / "mosquitto.conf", ignored)) {
    const auto old = read_text_file("configuration", folder / "mosquitto.conf");
    if (!old || !old->starts_with(first_line))
      return failed(fault_code::refused, (folder / "mosquitto.conf").string() +
                                             " is not of this program and stays as it is; name "
                                             "another folder");
  }
  if (config.stands.empty()) config.stands = std::filesystem::absolute(folder, ignored);
  const auto write = [&](const char* name, const std::string& text) {
    return write_durably(folder / name, text, readers::everybody, existing::is_replaced);
  };
  const auto& name = config.broker;
  auto done =
      copy("authority's certificate", store / "ca.crt", folder / "ca.crt", readers::everybody);
  if (done) done = copy("revocation list", store / "ca.crl", folder / "ca.crl", readers::everybody);
  if (done) done = copy("key", store / (name + ".key"), folder / "broker.key", readers::owner_only);
  if (done)
    done = copy("certificate", store / (name + ".crt"), folder / "broker.crt", readers::everybody);
  if (done) done = write("acl", mosquitto_acl(nodes));
  if (done) done = write("mosquitto.conf", mosquitto_config(config, config.stands));
  if (!done) return tl::make_unexpected(done.error());
  return config.broker;
}

}  // namespace hearth
