#include "drivers/device_json.hpp"
#include "drivers/probe/mqtt_recognition.hpp"

#include <array>
#include <charconv>

namespace hearth {
namespace {

using nlohmann::json;

struct tasmota {
  bool says_so = false;  ///< its last will or its discovery, which nobody else has
  std::string full_topic;
  std::set<int> relays = {};
  std::set<std::string> channels = {"state"};
  std::set<std::string> sensors = {};
};

/// POWER is the only relay, POWER2 the second of several.
void add_relay(tasmota& to, std::string_view name) {
  constexpr auto power = std::string_view{"POWER"};
  if (!name.starts_with(power)) return;
  name.remove_prefix(power.size());
  auto number = 1;
  const auto* const end = name.data() + name.size();
  const auto [stopped, error] = std::from_chars(name.data(), end, number);
  if (!name.empty() && (error != std::errc{} || stopped != end)) return;
  if (number >= 1 && number <= 32) to.relays.insert(number);
}

void add_sensors(tasmota& to, const json& says) {
  constexpr auto meter = std::array<std::pair<const char*, const char*>, 4>{
      {{"Power", "power"}, {"Total", "energy"}, {"Voltage", "voltage"}, {"Current", "current"}}};
  for (const auto& [name, value] : says.items()) {
    if (const auto* const degrees = member_at(value, {"Temperature"});
        degrees && degrees->is_number())
      to.sensors.insert(name);
    if (name != "ENERGY") continue;
    for (const auto& [member, channel] : meter)
      if (member_at(value, {member})) to.channels.insert(channel);
  }
}

/// Its own announcement: which relays it has, and how its topics are built.
void add_discovery(std::map<std::string, tasmota>& devices, const json& says) {
  const auto* const topic = member_at(says, {"t"});
  const auto* const full = member_at(says, {"ft"});
  const auto* const relays = member_at(says, {"rl"});
  if (!topic || !topic->is_string()) return;
  auto& device = devices[topic->get<std::string>()];
  device.says_so = true;
  if (full && full->is_string()) device.full_topic = full->get<std::string>();
  if (!relays || !relays->is_array()) return;
  for (std::size_t i = 0; i < relays->size() && i < 32; ++i)
    if ((*relays)[i] == 1) device.relays.insert(static_cast<int>(i) + 1);
}

}  // namespace

/// Source: "Tasmota" documentation, MQTT: by default tele/<topic>/LWT, …/STATE and …/SENSOR, and
/// tasmota/discovery/<MAC>/config, of which t is the topic, ft its pattern and rl the relays (1).
std::vector<finding> find_tasmotas(const said_on& said, topic_set& taken) {
  auto devices = std::map<std::string, tasmota>{};
  for (const auto& [topic, payload] : said) {
    const auto levels = levels_of(topic);
    if (levels.size() < 3) continue;
    const auto last = levels.back();
    if (levels[0] == "tasmota" && levels[1] == "discovery") {
      taken.insert(topic);
      const auto says = object_in(payload);
      if (says && last == "config") add_discovery(devices, *says);
      continue;
    }
    if (levels[0] != "tele" && levels[0] != "stat") continue;
    const auto name = topic.substr(5, topic.size() - 6 - last.size());
    if (levels[0] == "tele" && last == "LWT" && (payload == "Online" || payload == "Offline"))
      devices[name].says_so = true;
    if (levels[0] == "stat" && last.starts_with("POWER") && (payload == "ON" || payload == "OFF"))
      add_relay(devices[name], last);
    if (levels[0] != "tele" || (last != "STATE" && last != "SENSOR")) continue;
    const auto says = object_in(payload);
    if (!says) continue;
    if (last == "SENSOR")
      add_sensors(devices[name], *says);
    else
      for (const auto& [key, value] : says->items()) add_relay(devices[name], key);
  }
  auto all = std::vector<finding>{};
  for (const auto& [name, is] : devices) {
    for (const auto* const kind : {"tele/", "stat/", "cmnd/"}) {
      const auto begins = kind + name + "/";
      for (auto at = said.lower_bound(begins); at != said.end() && at->first.starts_with(begins);
           ++at)
        taken.insert(at->first);
    }
    auto f = finding{.where = name,
                     .what = "device with Tasmota firmware",
                     .sure = is.says_so ? certainty::certain : certainty::likely,
                     .evidence = "relays: " + std::to_string(is.relays.size()) +
                                 ", thermometers: " + std::to_string(is.sensors.size())};
    all.push_back(std::move(f));
    auto& added = all.back();
    if (!is.full_topic.empty() && is.full_topic != "%prefix%/%topic%/") {
      added.evidence += "; its FullTopic is " + is.full_topic + ", Hearth needs %prefix%/%topic%/";
      continue;
    }
    for (const auto relay : is.relays)
      added.propose.push_back({.id = "relay",
                               .model = "tasmota-relay",
                               .options = {{"topic", name}, {"relay", std::to_string(relay)}},
                               .channels = {is.channels.begin(), is.channels.end()}});
    for (const auto& sensor : is.sensors)
      added.propose.push_back({.id = "thermometer",
                               .model = "tasmota-thermometer",
                               .options = {{"topic", name}, {"sensor", sensor}}});
  }
  return all;
}

}  // namespace hearth
