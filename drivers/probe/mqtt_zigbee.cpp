#include "drivers/device_json.hpp"
#include "drivers/probe/mqtt_recognition.hpp"

namespace hearth {
namespace {

using nlohmann::json;

constexpr auto usual_base = std::string_view{"zigbee2mqtt"};

std::string text_at(const json& object, std::string_view key) {
  const auto* const found = member_at(object, {key});
  return found && found->is_string() ? found->get<std::string>() : std::string{};
}

/// Its relays by what they are called in messages, and its other members.
struct exposed {
  std::vector<std::string> relays = {};
  std::vector<std::string> others = {};
};

exposed exposed_by(const json& device) {
  auto all = exposed{};
  const auto* const list = member_at(device, {"definition", "exposes"});
  if (!list || !list->is_array()) return all;
  for (const auto& each : *list) {
    const auto* const features = member_at(each, {"features"});
    const auto is_switch = text_at(each, "type") == "switch";
    if (is_switch && features && features->is_array())
      for (const auto& feature : *features)
        if (const auto name = text_at(feature, "property"); name.starts_with("state"))
          all.relays.push_back(name);
    if (!features)
      if (const auto name = text_at(each, "property"); !name.empty()) all.others.push_back(name);
  }
  return all;
}

finding found_device(const std::string& base, const json& device) {
  const auto name = text_at(device, "friendly_name");
  const auto* const definition = member_at(device, {"definition"});
  auto f = finding{.where = base + "/" + name, .sure = certainty::certain};
  f.what = definition && definition->is_object()
               ? "Zigbee: " + text_at(*definition, "vendor") + " " + text_at(*definition, "model") +
                     ", " + text_at(*definition, "description")
               : "a Zigbee device that Zigbee2MQTT does not know";
  const auto has = exposed_by(device);
  for (const auto& member : has.others) f.evidence += (f.evidence.empty() ? "" : ", ") + member;
  if (f.evidence.empty()) f.evidence = "in the list of Zigbee2MQTT";
  auto options = option_texts{};
  if (base != usual_base) options.emplace_back("base", base);
  options.emplace_back("name", name);
  for (const auto& relay : has.relays) {
    auto one = proposed_device{.id = name, .model = "zigbee2mqtt-relay", .options = options};
    if (relay != "state") one.options.emplace_back("state", relay);
    one.channels = has.others;
    one.channels.emplace_back("state");
    f.propose.push_back(std::move(one));
  }
  if (has.relays.empty() && !has.others.empty())
    f.propose.push_back(
        {.id = name, .model = "zigbee2mqtt-sensor", .options = options, .channels = has.others});
  return f;
}

}  // namespace

/// Source: Zigbee2MQTT's documentation, "MQTT Topics and Messages": <base>/bridge/devices is kept
/// by the broker and lists every device with what it exposes.
std::vector<finding> find_zigbee_devices(const said_on& said, topic_set& taken) {
  auto all = std::vector<finding>{};
  auto bases = std::set<std::string>{};
  for (const auto& [topic, payload] : said)
    for (const auto* const known : {"/bridge/devices", "/bridge/state", "/bridge/info"})
      if (topic.ends_with(known) && topic.size() > std::string_view{known}.size())
        bases.insert(topic.substr(0, topic.size() - std::string_view{known}.size()));
  for (const auto& base : bases) {
    for (auto at = said.lower_bound(base + "/");
         at != said.end() && at->first.starts_with(base + "/"); ++at)
      taken.insert(at->first);
    const auto list = said.find(base + "/bridge/devices");
    const auto devices = list != said.end() ? json::parse(list->second, nullptr, false) : json{};
    if (!devices.is_array()) {
      all.push_back({.where = base,
                     .what = "Zigbee2MQTT",
                     .sure = certainty::likely,
                     .evidence = "its list of devices was not heard, or is too long"});
      continue;
    }
    for (const auto& device : devices)
      if (device.is_object() && !text_at(device, "friendly_name").empty() &&
          text_at(device, "type") != "Coordinator")
        all.push_back(found_device(base, device));
  }
  return all;
}

}  // namespace hearth
