#include "layouts/draft.hpp"
#include "layouts/net_address.hpp"

namespace hearth {
namespace {

void read_history(draft& d, section_reader& top) {
  auto from = top.inner("history");
  if (!from) return;
  auto& made = d.result.history.emplace();
  const auto read = [&](std::string_view key, duration& into) {
    if (const auto seconds = from->number(key)) into = from_seconds(*seconds);
  };
  read("interval", made.interval);
  read("block", made.block);
  read("keep_finest", made.keep_finest);
  read("keep_minutes", made.keep_minutes);
  read("keep_quarters", made.keep_quarters);
  if (made.interval <= duration{0} || std::chrono::minutes{1} % made.interval != duration{0} ||
      made.interval % std::chrono::seconds{1} != duration{0})
    d.out.add(from->place_of("interval"),
              "'interval' must divide a minute into equal parts of whole seconds",
              "write 5 s, 10 s, 20 s, 30 s or 60 s");
}

void read_page(draft& d, section_reader& top) {
  auto from = top.inner("portal");
  if (!from) return;
  auto& made = d.result.portal.emplace();
  made.listen = from->text("listen").value_or("");
  made.cert = from->text("cert").value_or("");
  made.key = from->text("key").value_or("");
  made.metrics_token_sha256 = from->text("metrics_token_sha256").value_or("");
  const auto is_hex =
      made.metrics_token_sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (from->find("metrics_token_sha256") && (made.metrics_token_sha256.size() != 64 || !is_hex))
    d.out.add(from->place_of("metrics_token_sha256"), "this is no SHA-256 in hex",
              "'scada token' makes a token and the line for the layout");
  if (!from->find("listen") || made.listen.empty()) return;

  const auto address = listen_address_from(made.listen);
  if (!address) {
    d.out.add(from->place_of("listen"), in_quotes(made.listen) + " is no address with a port",
              "write it like '0.0.0.0:8443' or '127.0.0.1:8480'");
    return;
  }
  if (from->find("plain_text")) {
    if (!is_loopback(address->host))
      d.out.add(from->place_of("plain_text"),
                "without encryption, passwords would cross the house's network for all to read",
                "listen at 127.0.0.1, or give cert and key ('scada keys portal' makes both)");
    for (const auto* key : {"cert", "key"})
      if (from->find(key))
        d.out.add(from->place_of(key), std::string{"'"} + key + "' is of no use with 'plain_text'",
                  "remove one of them");
    return;
  }
  for (const auto* key : {"cert", "key"})
    if (!from->find(key))
      d.out.add(from->at(), std::string{"'portal' lacks '"} + key + "'",
                "'scada keys portal' makes cert and key; or say 'plain_text: "
                "on-this-machine-only'");
}

void read_home_assistant(draft& d, section_reader& top) {
  auto from = top.inner("home_assistant");
  if (!from) return;
  auto& made = d.result.home_assistant.emplace();
  made.prefix = from->text("prefix").value_or("homeassistant");
  if (made.prefix.empty() || made.prefix.find_first_of("+#") != std::string::npos ||
      made.prefix.front() == '/' || made.prefix.back() == '/')
    d.out.add(from->place_of("prefix"), "this cannot begin the name of an MQTT topic",
              "write it like 'homeassistant'");
  const auto name = from->text("bus");
  if (!name || !d.buses_known) return;
  const auto found = d.buses.find(*name);
  if (found == d.buses.end()) {
    d.out.add(from->place_of("bus"), "there is no bus " + in_quotes(*name),
              "name an mqtt bus of 'buses'");
    return;
  }
  made.bus = found->second;
  if (d.result[made.bus].kind != "mqtt")
    d.out.add(from->place_of("bus"), "bus " + in_quotes(*name) + " is no mqtt bus",
              "name the bus of the broker that Home Assistant listens at");
}

}  // namespace

void read_portal(draft& d, section_reader& top) {
  read_history(d, top);
  read_page(d, top);
  read_home_assistant(d, top);
  // What a page shows of the past has to be kept.
  if (d.result.portal && !d.result.history) d.result.history.emplace();
}

}  // namespace hearth
