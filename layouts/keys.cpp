#include "layouts/keys.hpp"

#include "layouts/fields.hpp"
#include "layouts/layout.hpp"
#include "layouts/quantity.hpp"
#include "protocol/limits.hpp"

#include <algorithm>

namespace hearth {
namespace {

using namespace fields;

constexpr double hour = 3600;

std::string seconds_text(duration d) {
  return with_unit(seconds_real{d}.count(), dimension::duration);
}

const section& link_section() {
  static const section keys{
      "link",
      {
          required(
              text("broker", "mqtts://host:8883, or mqtt://127.0.0.1:1883 on this machine only")),
          text("ca", "The authority's certificate (PEM), relative to this file"),
          text("cert", "This site's certificate (PEM)"),
          text("key", "This site's private key (PEM)"),
          choice(
              "plain_text", {"anyone-may-listen-and-command"},
              "Lets mqtt:// leave this machine: whoever is on the way reads all and commands the "
              "house"),
          or_else("false", flag("remote_admin",
                                "Whether the cloud node may command with the rank of admin")),
      }};
  return keys;
}

const section& bus_section() {
  static const section keys{"bus", {required(choice("kind", {}, "What kind of bus it is"))}};
  return keys;
}

const section& report_section() {
  static const section keys{
      "report",
      {
          measure("every", dimension::duration, 1, hour, "A sample at least this often"),
          text("on_change", "A sample whenever it moved by this much, in the channel's unit"),
      }};
  return keys;
}

const section& channel_section() {
  static const section keys{
      "channel",
      {
          required(name("id", "The channel's name, unique in the house")),
          keys_of("report", report_section(),
                  "When a sample goes into the report; left away: once a slot"),
          measure("max_age", dimension::duration, 1, 24 * hour,
                  "A value older than this is stale; left away: three polls"),
      }};
  return keys;
}

const section& history_section() {
  static constexpr auto day = 24 * hour;
  static const auto usual = history_layout{};
  const auto since = [](std::string key, duration by_default, double lowest, double highest,
                        std::string help) {
    return or_else(seconds_text(by_default),
                   measure(std::move(key), dimension::duration, lowest, highest, std::move(help)));
  };
  static const section keys{
      "history",
      {
          since("interval", usual.interval, 1, 60,
                "Of the finest feeds; divides a minute without a rest"),
          since("block", usual.block, 10, hour,
                "How often what was measured is written; a power cut costs at most so much"),
          since("keep_finest", usual.keep_finest, day, 10 * 366 * day,
                "How long each value is kept; then the minute's mean is"),
          since("keep_minutes", usual.keep_minutes, day, 20 * 366 * day,
                "How long the minutes are kept; then the quarter of an hour's mean is"),
          since("keep_quarters", usual.keep_quarters, day, 50 * 366 * day,
                "How long the quarters of an hour are kept; the hours are kept for ever"),
      }};
  return keys;
}

const section& portal_section() {
  static const section keys{
      "portal",
      {
          required(text("listen", "Address and port: 0.0.0.0:8443 for the whole house")),
          text("cert", "The page's certificate (PEM), relative to this file"),
          text("key", "Its private key (PEM)"),
          choice("plain_text", {"on-this-machine-only"},
                 "Instead of cert and key: no encryption, on a loopback address"),
          text("metrics_token_sha256",
               "SHA-256, in hex, of the token that may read /metrics (scada token makes both)"),
      }};
  return keys;
}

const section& home_assistant_section() {
  static const section keys{
      "home_assistant",
      {
          required(text("bus", "An mqtt bus: the broker that Home Assistant listens at")),
          or_else("homeassistant", text("prefix", "Of its discovery topics")),
      }};
  return keys;
}

form form_of(option_kind kind) {
  switch (kind) {
  case option_kind::text: return form::text;
  case option_kind::integer: return form::integer;
  case option_kind::quantity: return form::quantity;
  case option_kind::flag: return form::flag;
  case option_kind::choice: return form::choice;
  case option_kind::registers: return form::table;
  }
  return form::text;
}

field field_of(const option_spec& option) {
  auto made = field{};
  made.key = option.key;
  made.is = form_of(option.kind);
  made.help = option.help;
  made.required = option.required;
  made.fallback = option.fallback;
  made.dimension = option.dimension;
  made.choices = option.choices;
  made.lowest = option.lowest;
  made.highest = option.highest;
  if (option.kind == option_kind::registers) made.inner = &register_section();
  return made;
}

std::vector<std::string> unit_symbols() {
  auto symbols = std::vector<std::string>{};
  for (const auto& row : unit_table) symbols.emplace_back(row.symbol);
  return symbols;
}

}  // namespace

const field* section::find(std::string_view key) const {
  const auto found = std::ranges::find(fields, key, &field::key);
  return found == fields.end() ? nullptr : &*found;
}

std::vector<std::string> section::keys() const {
  auto all = std::vector<std::string>{};
  for (const auto& f : fields) all.push_back(f.key);
  return all;
}

const section& register_section() {
  static const section keys{
      "register",
      {
          required(choice("table", {"coil", "discrete", "input", "holding"},
                          "Which Modbus table it is in")),
          required(within(0, 65535, plain("address", form::integer, "Zero-based, as on the wire"))),
          choice("format", {"bit", "u16", "s16", "u32", "s32", "f32", "u64", "s64", "f64"},
                 "How the number is encoded; coils and discrete inputs are bits"),
          choice("unit", unit_symbols(),
                 "Unit of the channel, after scale and offset; left away for bits: on/off"),
          or_else("1", plain("scale", form::number, "channel value = raw × scale + offset")),
          or_else("0", plain("offset", form::number, "channel value = raw × scale + offset")),
          or_else("big", choice("word_order", {"big", "little"}, "Which of two words comes first")),
          or_else("false", flag("writable",
                                "Whether it may be commanded; coils and holding registers only")),
          plain("range", form::range, "[lowest, highest]: outside is a fault, not a value"),
      }};
  return keys;
}

const section& device_section() {
  static const section keys{
      "device",
      {
          required(name("id", "The device's name, unique in the house")),
          required(choice("model", {}, "What it is")),
          required(text("bus", "Name of the bus it hangs on")),
          or_else(seconds_text(limits::poll_every_default),
                  measure("poll", dimension::duration, 0.1, hour, "How often it is read")),
          required(or_brief(
              form::name, table_of("channels", channel_section(),
                                   "What of it the house uses: key of the model → name, or more"))),
      }};
  return keys;
}

const section& layout_section() {
  static const section keys{
      "layout",
      {
          required(plain("site", form::site, "Name of the house on the wire")),
          required(plain("timezone", form::timezone, "IANA name, such as America/New_York")),
          keys_of("link", link_section(),
                  "The broker of the cloud node; left away: the house keeps to itself"),
          required(table_of("buses", bus_section(), "Wires, radios and ports devices hang on")),
          required(list_of("devices", device_section(), "Meters, sensors and relays")),
          keys_of("plant", plant_section(),
                  "What the channels mean together: heat pump, store, zones"),
          keys_of("tariff", tariff_section(), "What electricity costs"),
          keys_of("history", history_section(),
                  "What is kept of every channel on this machine; left away: nothing, or with a "
                  "portal all"),
          keys_of("portal", portal_section(), "The house's own page; left away: there is none"),
          keys_of("home_assistant", home_assistant_section(),
                  "Tells Home Assistant of the house; left away: nobody is told"),
          keys_of("simulation", simulation_section(), "What the simulated bus is made of"),
      }};
  return keys;
}

section section_of(const bus_spec& bus) {
  auto all = bus_section();
  all.name = bus.kind;
  for (const auto& option : bus.options) all.fields.push_back(field_of(option));
  return all;
}

section section_of(const model_spec& model) {
  auto all = device_section();
  all.name = model.name;
  for (const auto& option : model.options) all.fields.push_back(field_of(option));
  return all;
}

std::string_view pattern_of(form f) {
  if (f == form::site) return "^[a-z0-9-]{1,64}$";
  if (f == form::name || f == form::channel) return "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$";
  if (f == form::clock) return "^([01][0-9]|2[0-3]):[0-5][0-9]$";
  if (f == form::instant) return "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[-+][0-9:]+))?$";
  return {};
}

}  // namespace hearth
