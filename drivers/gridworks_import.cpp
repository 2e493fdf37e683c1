#include "drivers/gridworks_import.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>

namespace hearth {
namespace {

using nlohmann::json;

/// Larger than any house's, and small enough to be read at once.
constexpr std::size_t longest_file = 16'000'000;
constexpr std::size_t longest_name = 64;

/// Absent, or of another kind: empty.
std::string text_at(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}
std::optional<std::int64_t> whole_at(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return {};
  return found->get<std::int64_t>();
}
/// Those of its members that are objects.
std::vector<json> objects_at(const json& object, const char* key) {
  auto all = std::vector<json>{};
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return all;
  for (const auto& each : *found)
    if (each.is_object()) all.push_back(each);
  return all;
}

/// As a name in a layout: letters, digits, dots, dashes.
std::string name_from(std::string text) {
  for (auto& c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '.' && c != '_')
      c = '-';
  text.resize(std::min(text.size(), longest_name));
  while (!text.empty() && std::isalnum(static_cast<unsigned char>(text.front())) == 0)
    text.erase(text.begin());
  return text;
}

/// As it may stand in a comment: one line of printable characters.
std::string in_a_comment(std::string text) {
  for (auto& c : text)
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = ' ';
  return text;
}

std::string hexadecimal(std::int64_t number) {
  constexpr auto digits = std::string_view{"0123456789abcdef"};
  return std::string{"0x"} + digits[static_cast<std::size_t>(number >> 4 & 15)] +
         digits[static_cast<std::size_t>(number & 15)];
}

class importer {
 public:
  explicit importer(const json& from) : from_{from} {
    for (const auto* const list : {"OtherCacs", "ElectricMeterCacs"})
      for (const auto& c : objects_at(from, list))
        made_by_[text_at(c, "ComponentAttributeClassId")] = text_at(c, "MakeModel");
  }

  imported_layout all(std::string_view timezone) {
    for (const auto& [key, list] : from_.items())
      if (key.ends_with("Components") && list.is_array())
        for (const auto& component : list)
          if (component.is_object()) carry(component);
    for (const auto& c : objects_at(from_, "DataChannels")) account_for(c);
    for (const auto& c : objects_at(from_, "DerivedChannels"))
      out_.left.push_back(text_at(c, "Name") + ": reckoned from other channels (" +
                          text_at(c, "Strategy") + "); Hearth's planner and reports do their own");
    leave_the_plant();
    out_.yaml = text(timezone);
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string made_by(const json& component) const {
    const auto found = made_by_.find(text_at(component, "ComponentAttributeClassId"));
    return found == made_by_.end() ? "" : found->second;
  }

  void carry(const json& component) {
    const auto type = text_at(component, "TypeName");
    if (type == "i2c.multichannel.dt.relay.component.gt") return carry_relays(component);
    if (type == "dfr.component.gt") return carry_outputs(component);
    if (type == "electric.meter.component.gt" && made_by(component).starts_with("EGAUGE"))
      return carry_egauge(component);
    leave(component, type);
  }

  /// A component that has no counterpart, with the channels it feeds.
  void leave(const json& component, const std::string& type) {
    const auto maker = made_by(component);
    auto what = text_at(component, "DisplayName") + " (" + type +
                (maker.empty() ? "" : ", " + maker) + "): ";
    what += type.find("hubitat") != std::string::npos
                ? "a thermostat behind a Hubitat; use one that Zigbee, MQTT or Modbus reaches"
            : type.find("pico") != std::string::npos
                ? "a Wi-Fi module that posts its readings; wire the NTCs to an ADS1115 (model "
                  "ads1115-ntc) or use DS18B20 (model ds18b20)"
            : type.find("web.server") != std::string::npos ? "a web server of that program"
            : type.find("meter") != std::string::npos
                ? "no meter that Hearth knows; model modbus-generic reads any with a register table"
                : "nothing that Hearth knows";
    out_.left.push_back(what);
    for (const auto& c : objects_at(component, "ConfigList"))
      why_left_[text_at(c, "ChannelName")] = "of " + text_at(component, "DisplayName");
  }

  struct row {
    std::string key, channel, comment;
  };

  /// A device's lines; nothing without channels.
  void device(const std::string& id, const std::string& model, const std::string& bus,
              const std::string& options, std::vector<row> rows) {
    if (rows.empty()) return;
    devices_ += "  - id: " + id + "\n    model: " + model + "\n    bus: " + bus + "\n" + options +
                "    channels:\n";
    for (const auto& r : rows) {
      devices_ += "      " + r.key + ": " + r.channel + (r.comment.empty() ? "" : "    # ") +
                  in_a_comment(r.comment) + "\n";
      out_.carried.push_back(r.channel);
    }
  }

  /// A channel's name, once.
  std::optional<std::string> fresh_name(const json& config) {
    auto name = name_from(text_at(config, "ChannelName"));
    if (name.empty() || !names_.insert(name).second) return {};
    return name;
  }

  static std::vector<std::int64_t> addresses_of(const json& component, std::int64_t lowest,
                                                std::int64_t highest) {
    auto all = std::vector<std::int64_t>{};
    const auto list = component.find("I2cAddressList");
    if (list == component.end() || !list->is_array()) return all;
    for (const auto& each : *list)
      if (each.is_number_integer() && each.get<std::int64_t>() >= lowest &&
          each.get<std::int64_t>() <= highest)
        all.push_back(each.get<std::int64_t>());
    return all;
  }

  /// Their relays are counted over all boards, 16 on each.
  void carry_relays(const json& component) {
    constexpr auto on_a_board = std::int64_t{16};
    const auto boards = addresses_of(component, 0x20, 0x27);
    auto rows = std::map<std::size_t, std::vector<row>>{};
    for (const auto& c : objects_at(component, "ConfigList")) {
      const auto index = whole_at(c, "RelayIdx").value_or(0);
      const auto board = static_cast<std::size_t>((index - 1) / on_a_board);
      const auto name = index >= 1 && board < boards.size() ? fresh_name(c) : std::nullopt;
      if (!name) {
        why_left_[text_at(c, "ChannelName")] = "its relay is on no board of the file";
        continue;
      }
      rows[board].push_back({"r" + std::to_string((index - 1) % on_a_board + 1), *name,
                             "off: " + text_at(c, "DeEnergizedState") +
                                 ", on: " + text_at(c, "EnergizedState") + " (" +
                                 text_at(c, "WiringConfig") + ")"});
    }
    for (const auto& [board, of_it] : rows) {
      needs_i2c_ = true;
      device("relays-" + std::to_string(++boards_), "pcf8575-relays", "i2c",
             "    address: " + hexadecimal(boards[board]) + "\n", of_it);
    }
  }

  /// Two outputs on a module.
  void carry_outputs(const json& component) {
    const auto modules = addresses_of(component, 0x58, 0x5F);
    auto rows = std::map<std::size_t, std::vector<row>>{};
    for (const auto& c : objects_at(component, "ConfigList")) {
      const auto index = whole_at(c, "OutputIdx").value_or(0);
      const auto module = static_cast<std::size_t>((index - 1) / 2);
      const auto name = index >= 1 && module < modules.size() ? fresh_name(c) : std::nullopt;
      if (!name) {
        why_left_[text_at(c, "ChannelName")] = "its output is on no module of the file";
        continue;
      }
      const auto initial = whole_at(c, "InitialVoltsTimes100");
      rows[module].push_back({"out" + std::to_string((index - 1) % 2), *name,
                              initial ? "began at " + std::to_string(*initial) +
                                            " hundredths of a volt; here at 0 V until commanded"
                                      : ""});
    }
    for (const auto& [module, of_it] : rows) {
      needs_i2c_ = true;
      device("outputs-" + std::to_string(++modules_), "gp8403", "i2c",
             "    address: " + hexadecimal(modules[module]) + "\n", of_it);
    }
  }

  void carry_egauge(const json& component) {
    const auto host = name_from(text_at(component, "ModbusHost"));
    const auto port = whole_at(component, "ModbusPort").value_or(502);
    auto table = std::string{"    registers:\n"};
    auto rows = std::vector<row>{};
    for (const auto& c : objects_at(component, "ConfigList")) {
      const auto config = c.find("EgaugeRegisterConfig");
      const auto address =
          config != c.end() && config->is_object() ? whole_at(*config, "Address") : std::nullopt;
      const auto usable = address && *address >= 0 && *address < 65535 && !host.empty() &&
                          port >= 1 && port <= 65535 && text_at(*config, "Type") == "f32";
      const auto name = usable ? fresh_name(c) : std::nullopt;
      if (!name) {
        why_left_[text_at(c, "ChannelName")] = "its eGauge register is not a known f32";
        continue;
      }
      const auto key = "p" + std::to_string(*address);
      table += "      " + key + ": { table: input, address: " + std::to_string(*address) +
               ", format: f32, unit: W }\n";
      rows.push_back({key, *name, text_at(*config, "Name")});
    }
    if (rows.empty()) return leave(component, text_at(component, "TypeName"));
    const auto id = "egauge-" + std::to_string(++egauges_);
    egauge_buses_ += "  " + id + ": { kind: modbus-tcp, host: " + host +
                     ", port: " + std::to_string(port) + " }\n";
    device(id, "egauge", id, "    address: 1\n" + table, rows);
  }

  /// Whether a channel came over, or why it did not.
  void account_for(const json& channel) {
    const auto name = text_at(channel, "Name");
    if (std::ranges::find(out_.carried, name_from(name)) != out_.carried.end()) return;
    const auto why = why_left_.find(name);
    out_.left.push_back(
        "channel " + name + " (" + text_at(channel, "TelemetryName") +
        "): " + (why == why_left_.end() ? "no component of the file feeds it" : why->second));
  }

  void leave_the_plant() {
    auto nameplate = std::int64_t{0};
    for (const auto& n : objects_at(from_, "ShNodes"))
      if (n.value("InPowerMetering", json{}) == json(true))
        nameplate +=
            std::clamp<std::int64_t>(whole_at(n, "NameplatePowerW").value_or(0), 0, 1'000'000);
    const auto tanks = whole_at(from_, "TotalStoreTanks");
    auto zones = std::string{};
    if (const auto list = from_.find("ZoneList"); list != from_.end() && list->is_array())
      for (const auto& z : *list)
        if (z.is_string()) zones += (zones.empty() ? "" : ", ") + z.get<std::string>();
    out_.left.push_back(
        "the plant: a heat pump of " + std::to_string(nameplate) + " W, " +
        (tanks ? std::to_string(*tanks) : std::string{"?"}) + " store tanks, zones " +
        (zones.empty() ? "?" : zones) +
        ". Write `plant:` when its meter, tank and room sensors are in the layout; there a relay "
        "that is on must mean that the heat pump runs");
  }

  [[nodiscard]] std::string text(std::string_view timezone) const {
    auto site = std::string{};
    if (const auto node = from_.find("MyScadaGNode"); node != from_.end() && node->is_object())
      site = name_from(text_at(*node, "Alias"));
    // A site becomes part of MQTT topics.
    for (auto& c : site)
      c = std::isalnum(static_cast<unsigned char>(c)) != 0
              ? static_cast<char>(std::tolower(static_cast<unsigned char>(c)))
              : '-';
    auto yaml = std::string{
        "# yaml-language-server: $schema=hearth.schema.json\n"
        "# Made by `scada import gridworks`. Before it runs a house:\n"
        "#   - compare each relay's number with its board (scada run --dry-run lists them; try "
        "each "
        "by hand);\n"
        "#   - a relay that nobody commands is off (de-energised), as it was there;\n"
        "#   - add what is missing, which is:\n"};
    for (const auto& l : out_.left) yaml += "#     - " + in_a_comment(l) + "\n";
    yaml += "\nsite: " + (site.empty() ? std::string{"imported-house"} : site) +
            "\ntimezone: " + std::string{timezone} + "\n\n";
    if (!needs_i2c_ && egauge_buses_.empty())
      return yaml + "# Nothing of the file has a counterpart.\nbuses: {}\ndevices: []\n";
    yaml += "buses:\n";
    if (needs_i2c_) yaml += "  i2c: { kind: i2c, device: /dev/i2c-1 }\n";
    return yaml + egauge_buses_ + "\ndevices:\n" + devices_;
  }

  const json& from_;
  std::map<std::string, std::string> made_by_;   ///< by id of the component's class
  std::map<std::string, std::string> why_left_;  ///< by channel
  std::set<std::string> names_;
  std::string devices_, egauge_buses_;
  int boards_ = 0, modules_ = 0, egauges_ = 0;
  bool needs_i2c_ = false;
  imported_layout out_;
};

}  // namespace

result<imported_layout> import_gridworks(std::string_view text, std::string_view timezone) {
  if (text.size() > longest_file)
    return failed(fault_code::malformed, "the file is larger than any house's");
  // Deep nesting would end in the parser's recursion or in ours.
  const auto parsed = json::parse(
      text, [](int depth, json::parse_event_t, const json&) { return depth <= 32; }, false);
  if (parsed.is_discarded()) return failed(fault_code::malformed, "it is no JSON");
  if (!parsed.is_object() || !parsed.contains("ShNodes") || !parsed.contains("DataChannels"))
    return failed(fault_code::malformed,
                  "it has no ShNodes and DataChannels: is it a hardware-layout.json?");
  return importer{parsed}.all(timezone);
}

}  // namespace hearth
