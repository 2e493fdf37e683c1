#include "drivers/device_json.hpp"
#include "drivers/probe/mqtt_recognition.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace hearth {
namespace {

using nlohmann::json;

std::string text_at(const json& object, std::string_view key) {
  const auto* const found = member_at(object, {key});
  return found && found->is_string() ? found->get<std::string>() : std::string{};
}

/// "switch:0" as the number after `kind`.
std::optional<int> number_after(std::string_view component, std::string_view kind) {
  if (!component.starts_with(kind)) return {};
  component.remove_prefix(kind.size());
  auto number = 0;
  const auto* const end = component.data() + component.size();
  const auto [stopped, error] = std::from_chars(component.data(), end, number);
  if (error != std::errc{} || stopped != end || number < 0 || number > 255) return {};
  return number;
}

/// A relay, and whether it has a meter.
using relays = std::map<int, bool>;

void propose_relays(finding& f, const std::string& model, const relays& of) {
  for (const auto& [number, metered] : of)
    f.propose.push_back(
        {.id = "relay",
         .model = model,
         .options = {{"topic", f.where}, {"relay", std::to_string(number)}},
         .channels = metered ? std::vector<std::string>{"state", "power", "energy"}
                             : std::vector<std::string>{"state"},
         .note = "set its own power-on state and auto-off timer as well (docs/operating/pi.md)"});
}
void propose_thermometers(finding& f, const std::string& model, const std::set<int>& sensors) {
  for (const auto number : sensors)
    f.propose.push_back({.id = "thermometer",
                         .model = model,
                         .options = {{"topic", f.where}, {"sensor", std::to_string(number)}}});
}

struct gen1 {
  std::string product;
  hearth::relays relays = {};
  std::set<int> sensors = {};
};

struct gen2 {
  bool speaks_rpc = false;
  bool tells_presence = false;
  hearth::relays relays = {};
  std::set<int> sensors = {};
  std::size_t statuses = 0;

  void has(std::string_view component, const json& status) {
    if (const auto relay = number_after(component, "switch:"))
      relays[*relay] |= member_at(status, {"apower"}) != nullptr;
    if (const auto sensor = number_after(component, "temperature:")) sensors.insert(*sensor);
  }
};

/// What a Shelly of the second generation says of its parts, besides those with a number.
bool is_component(std::string_view name) {
  constexpr auto whole = std::array{"sys", "wifi", "mqtt", "cloud", "ble", "ws", "eth"};
  return name.find(':') != std::string_view::npos ||
         std::find(whole.begin(), whole.end(), name) != whole.end();
}

}  // namespace

/// Source: "Shelly API Reference, Gen1", MQTT: everything is below shellies/<id>/; who is there
/// says so on shellies/announce.
std::vector<finding> find_shellies_gen1(const said_on& said, topic_set& taken) {
  constexpr auto begins = std::string_view{"shellies/"};
  auto devices = std::map<std::string, gen1>{};
  for (auto at = said.lower_bound(begins); at != said.end() && at->first.starts_with(begins);
       ++at) {
    const auto& [topic, payload] = *at;
    const auto levels = levels_of(topic);
    if (!taken.insert(topic).second) continue;
    if (levels.back() == "announce") {
      const auto who = object_in(payload);
      const auto id = who ? text_at(*who, "id") : std::string{};
      if (!id.empty()) devices[id].product = text_at(*who, "model");
      continue;
    }
    if (levels.size() < 3) continue;
    auto& device = devices[std::string{levels[1]}];
    if (levels.size() < 4) continue;
    const auto number = number_after(levels[3], "");
    if (number && levels[2] == "relay") device.relays[*number] |= levels.back() == "power";
    if (number && levels[2] == "ext_temperature") device.sensors.insert(*number);
  }
  auto all = std::vector<finding>{};
  for (const auto& [id, is] : devices) {
    auto f = finding{
        .where = std::string{begins} + id,
        .what = "Shelly of the first generation" + (is.product.empty() ? "" : ", " + is.product),
        .sure = certainty::certain,
        .evidence = "relays: " + std::to_string(is.relays.size()) +
                    ", thermometers: " + std::to_string(is.sensors.size())};
    propose_relays(f, "shelly-gen1-relay", is.relays);
    propose_thermometers(f, "shelly-gen1-thermometer", is.sensors);
    all.push_back(std::move(f));
  }
  return all;
}

/// Source: "Shelly API Docs, Gen2+", MQTT: <prefix>/online, <prefix>/events/rpc and, if switched
/// on, <prefix>/status/<component>.
std::vector<finding> find_shellies_gen2(const said_on& said, topic_set& taken) {
  auto devices = std::map<std::string, gen2>{};
  for (const auto& [topic, payload] : said) {
    if (taken.contains(topic)) continue;
    const auto levels = levels_of(topic);
    if (levels.size() < 3) continue;
    const auto last = levels.back();
    const auto kind = levels[levels.size() - 2];
    const auto prefix = topic.substr(0, topic.size() - last.size() - kind.size() - 2);
    const auto rpc = kind == "events" && last == "rpc";
    if (!rpc && !(kind == "status" && is_component(last))) continue;
    const auto says = object_in(payload);
    if (!says) continue;
    if (!rpc) {
      ++devices[prefix].statuses;
      devices[prefix].has(last, *says);
    } else if (member_at(*says, {"method"}) && member_at(*says, {"src"})) {
      devices[prefix].speaks_rpc = true;
      if (const auto* const parts = member_at(*says, {"params"}); parts && parts->is_object())
        for (const auto& [name, part] : parts->items()) devices[prefix].has(name, part);
    } else {
      continue;
    }
    taken.insert(topic);
  }
  auto all = std::vector<finding>{};
  for (auto& [prefix, is] : devices) {
    is.tells_presence = said.contains(prefix + "/online");
    for (const auto* const own : {"/online", "/command", "/rpc"})
      if (said.contains(prefix + own)) taken.insert(prefix + own);
    auto f =
        finding{.where = prefix,
                .what = "Shelly Plus or Pro",
                .sure = is.speaks_rpc || is.tells_presence ? certainty::certain : certainty::likely,
                .evidence = "relays: " + std::to_string(is.relays.size()) +
                            ", thermometers: " + std::to_string(is.sensors.size())};
    if (is.statuses == 0)
      f.evidence += "; switch on its 'Generic status update over MQTT', which Hearth needs";
    propose_relays(f, "shelly-relay", is.relays);
    propose_thermometers(f, "shelly-thermometer", is.sensors);
    all.push_back(std::move(f));
  }
  return all;
}

}  // namespace hearth
