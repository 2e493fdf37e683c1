#include "drivers/device_json.hpp"
#include "drivers/probe/mqtt_recognition.hpp"

#include <array>
#include <charconv>

namespace hearth {
namespace {

bool is_number(std::string_view text) {
  auto value = 0.0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stopped == end;
}

std::string text_at(const nlohmann::json& object, std::string_view key) {
  const auto* const found = member_at(object, {key});
  return found && found->is_string() ? found->get<std::string>() : std::string{};
}

/// What nodes call a quantity, and the channel it is: P1 and power1 are power1.
struct input_name {
  std::string_view name, channel;
  bool numbered;
};
constexpr std::array input_names{
    input_name{"power", "power", true},   input_name{"P", "power", true},
    input_name{"E", "energy", true},      input_name{"temp", "temperature", true},
    input_name{"T", "temperature", true}, input_name{"t", "temperature", true},
    input_name{"vrms", "voltage", false}, input_name{"Vrms", "voltage", false},
    input_name{"pulse", "pulses", false}, input_name{"pulsecount", "pulses", false},
};

std::vector<std::string> channels_for(const std::vector<std::string>& inputs) {
  auto channels = std::vector<std::string>{};
  for (const auto& input : inputs)
    for (const auto& known : input_names) {
      if (!input.starts_with(known.name)) continue;
      const auto number = input.substr(known.name.size());
      const auto is_one = number.size() == 1 && number[0] >= '1' && number[0] <= '9';
      if (known.numbered ? is_one : number.empty())
        channels.push_back(std::string{known.channel} + number);
    }
  return channels;
}

}  // namespace

std::vector<std::string_view> levels_of(std::string_view topic) {
  auto levels = std::vector<std::string_view>{};
  for (auto slash = topic.find('/'); slash != std::string_view::npos; slash = topic.find('/')) {
    levels.push_back(topic.substr(0, slash));
    topic.remove_prefix(slash + 1);
  }
  levels.push_back(topic);
  return levels;
}

/// Source: OpenEVSE, "openevse_esp32_firmware", docs/mqtt.md: openevse/announce/<id> is kept by the
/// broker and names the base topic, below which are amp, wh, pilot and more.
std::vector<finding> find_openevses(const said_on& said, topic_set& taken) {
  auto announced = std::map<std::string, std::string>{};
  auto bases = std::map<std::string, certainty>{};
  for (const auto& [topic, payload] : said) {
    if (topic.starts_with("openevse/announce/")) {
      const auto who = object_in(payload);
      const auto base = who ? text_at(*who, "mqtt") : std::string{};
      if (!base.empty()) {
        bases[base] = certainty::certain;
        announced[base] = topic;
      }
      taken.insert(topic);
      continue;
    }
    constexpr auto pilot = std::string_view{"/pilot"};
    if (!topic.ends_with(pilot) || !is_number(payload)) continue;
    const auto base = topic.substr(0, topic.size() - pilot.size());
    if (said.contains(base + "/amp") && said.contains(base + "/wh"))
      bases.try_emplace(base, certainty::likely);
  }
  auto all = std::vector<finding>{};
  for (const auto& [base, sure] : bases) {
    for (auto at = said.lower_bound(base + "/");
         at != said.end() && at->first.starts_with(base + "/"); ++at)
      taken.insert(at->first);
    all.push_back(
        {.where = base,
         .what = "OpenEVSE charging station",
         .sure = sure,
         .evidence = sure == certainty::certain ? "it announces itself" : "tells amp, wh and pilot",
         .propose = {{.id = "car", .model = "openevse", .options = {{"topic", base}}}}});
    if (const auto topic = announced.find(base); topic != announced.end())
      all.back().propose[0].options.emplace_back("announce", topic->second);
  }
  return all;
}

/// Source: OpenEnergyMonitor, "emonhub" documentation: emon/<node>/<input>, a number each.
std::vector<finding> find_emons(const said_on& said, topic_set& taken) {
  auto nodes = std::map<std::string, std::vector<std::string>>{};
  for (const auto& [topic, payload] : said) {
    const auto levels = levels_of(topic);
    if (levels.size() != 3 || levels[0] != "emon" || taken.contains(topic) || !is_number(payload))
      continue;
    nodes[std::string{levels[1]}].emplace_back(levels[2]);
  }
  auto all = std::vector<finding>{};
  for (const auto& [node, inputs] : nodes) {
    const auto topic = "emon/" + node;
    auto f = finding{.where = topic,
                     .what = "OpenEnergyMonitor node (emonTx, emonPi)",
                     .sure = certainty::likely};
    for (const auto& input : inputs) {
      taken.insert(topic + "/" + input);
      f.evidence += (f.evidence.empty() ? "" : ", ") + input;
    }
    if (auto channels = channels_for(inputs); !channels.empty())
      f.propose = {{.id = node,
                    .model = "emontx",
                    .options = {{"name", node}},
                    .channels = std::move(channels)}};
    all.push_back(std::move(f));
  }
  return all;
}

}  // namespace hearth
