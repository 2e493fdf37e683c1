#include "layouts/draft.hpp"
#include "layouts/net_address.hpp"

#include <algorithm>

namespace hearth {
namespace {

struct broker_address {
  bool encrypted = false;
  std::string host;
};

/// "mqtts://host:8883", "mqtt://[::1]"; nothing if it is anything else.
std::optional<broker_address> parse_broker(std::string_view uri) {
  auto found = broker_address{};
  if (uri.starts_with("mqtts://"))
    found.encrypted = true;
  else if (!uri.starts_with("mqtt://"))
    return {};
  auto rest = uri.substr(uri.find("//") + 2);
  if (rest.starts_with('[')) {
    const auto close = rest.find(']');
    if (close == std::string_view::npos) return {};
    found.host = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
  } else {
    const auto colon = std::min(rest.find(':'), rest.size());
    found.host = rest.substr(0, colon);
    rest.remove_prefix(colon);
  }
  if (found.host.empty() || found.host.find_first_of("/@?# ") != std::string::npos) return {};
  if (!rest.empty() && (rest.front() != ':' || !port_from(rest.substr(1)))) return {};
  return found;
}

}  // namespace

void read_link(draft& d, section_reader& top) {
  auto link = top.inner("link");
  if (!link) return;
  auto& made = d.result.link.emplace();
  made.broker = link->text("broker").value_or("");
  made.ca = link->text("ca").value_or("");
  made.cert = link->text("cert").value_or("");
  made.key = link->text("key").value_or("");
  made.anyone_may_command = link->text("plain_text").has_value();
  made.remote_admin = link->flag("remote_admin").value_or(false);
  if (!link->find("broker") || made.broker.empty()) return;

  const auto at = link->place_of("broker");
  const auto address = parse_broker(made.broker);
  if (!address) {
    d.out.add(at, in_quotes(made.broker) + " is no address of a broker",
              "write it like 'mqtts://broker.example.net:8883'");
    return;
  }
  const auto leaves_in_plain = !address->encrypted && !is_loopback(address->host);
  if (link->find("plain_text") && !leaves_in_plain) {
    d.out.add(link->place_of("plain_text"),
              std::string{"'plain_text' is of no use with "} +
                  (address->encrypted ? "mqtts://" : "a broker on this machine"),
              "remove it");
    return;
  }
  if (leaves_in_plain && !link->find("plain_text")) {
    d.out.add(
        at,
        "an unencrypted link to " + in_quotes(address->host) +
            " would let anyone command this house",
        "use mqtts:// with ca, cert and key, or a broker on loopback (mqtt://127.0.0.1:1883)");
    return;
  }
  for (const auto* key : {"ca", "cert", "key"}) {
    if (address->encrypted && !link->find(key))
      d.out.add(link->at(), std::string{"'link' lacks '"} + key + "', which mqtts:// needs",
                link->row(key).help);
    if (!address->encrypted && link->find(key))
      d.out.add(link->place_of(key), std::string{"'"} + key + "' is of no use with mqtt://",
                "use mqtts://, or remove it");
  }
}

}  // namespace hearth
