#include "drivers/probe/proposal.hpp"

#include "drivers/registry.hpp"
#include "protocol/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <set>

namespace hearth {
namespace {

/// Leaves room for a number and for the channel's own name within the 64 of a name.
constexpr std::size_t longest_id = 32;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// A value in YAML; nothing if no line can hold it.
std::optional<std::string> yaml_value(const std::string& text) {
  if (text.empty() || printable(text) != text) return {};
  constexpr auto words = std::array{"null", "true", "false", "yes", "no", "on", "off"};
  const auto plain = (is_letter_or_digit(text.front()) || text.front() == '/') &&
                     std::ranges::all_of(text,
                                         [](char c) {
                                           return is_letter_or_digit(c) || c == '/' || c == '-' ||
                                                  c == '_' || c == '.';
                                         }) &&
                     std::ranges::find(words, text) == words.end();
  if (plain) return text;
  auto quoted = std::string{"\""};
  for (const auto c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

bool fits(const option_spec& option, const std::string& value) {
  if (!yaml_value(value)) return false;
  if (option.kind != option_kind::integer) return true;
  char* end = nullptr;
  const auto number = static_cast<double>(std::strtol(value.c_str(), &end, 0));
  return *end == '\0' && number >= option.lowest.value_or(number) &&
         number <= option.highest.value_or(number);
}

/// What no two devices of a bus may have alike, as the parser will say it.
std::string owned_by(const proposed_device& device) {
  auto what = std::string{};
  for (const auto& option : find_model(device.model)->spec.options) {
    if (!option.owned) continue;
    const auto given =
        std::ranges::find(device.options, option.key, [](const auto& each) { return each.first; });
    what +=
        option.key + " " + (given == device.options.end() ? option.fallback : given->second) + "\n";
  }
  return what;
}

/// Those of the model that it is to have, in the model's order.
std::vector<std::string> channels_of(const proposed_device& device, const model_spec& spec) {
  auto keys = std::vector<std::string>{};
  for (const auto& channel : spec.channels)
    if (device.channels.empty() ||
        std::ranges::find(device.channels, channel.name) != device.channels.end())
      keys.push_back(channel.name);
  return keys;
}

/// The lines of a device, from "- id:" on, without their indentation.
std::vector<std::string> lines_of(const proposed_device& device, const std::string& id,
                                  const std::string& bus) {
  auto lines = std::vector<std::string>{"- id: " + id, "  model: " + device.model, "  bus: " + bus};
  for (const auto& [key, value] : device.options)
    lines.push_back("  " + key + ": " + yaml_value(value).value_or("\"\""));
  lines.emplace_back("  channels:");
  for (const auto& key : channels_of(device, find_model(device.model)->spec))
    lines.push_back("    " + key + ": " + as_name(id + "." + key));
  return lines;
}

class writer {
 public:
  explicit writer(const probe_result& of) : of_{of} {}

  std::string all() {
    for (const auto& f : of_.found) add(f);
    const auto live = std::ranges::any_of(of_.found, [](const finding& f) {
      return is_certain_enough(f) && std::ranges::any_of(f.propose, is_known);
    });
    return bus() + "\ndevices:" + (live ? "\n" : " []\n") + devices_;
  }

 private:
  static bool is_certain_enough(const finding& f) {
    return f.sure == certainty::certain || f.sure == certainty::likely;
  }

  [[nodiscard]] std::string bus() const {
    auto text = "buses:\n  " + of_.bus.name + ": { kind: " + of_.bus.kind;
    for (const auto& [key, value] : of_.bus.options)
      text += ", " + key + ": " + yaml_value(value).value_or("\"\"");
    return text + " }\n";
  }

  void add(const finding& f) {
    comment(f.where + ": " + f.what + " (" + std::string{to_text(f.sure)} + ")");
    for (const auto& device : f.propose) {
      if (!is_known(device)) {
        comment((find_model(device.model) ? "its names fit no layout" : "no model yet for it") +
                (device.model.empty() ? "" : ": " + device.model));
        continue;
      }
      if (const auto owned = owned_by(device); !owned.empty() && !owned_.insert(owned).second) {
        comment("the same place on the bus as one above");
        continue;
      }
      if (!device.note.empty()) comment(device.note);
      if (!is_certain_enough(f)) comment("Take the '# ' away once you are sure:");
      for (const auto& line : lines_of(device, free_id(device.id), of_.bus.name))
        devices_ += (is_certain_enough(f) ? "  " : "  # ") + line + "\n";
    }
  }

  void comment(const std::string& text) { devices_ += "  # " + printable(text) + "\n"; }

  std::string free_id(const std::string& wanted) {
    const auto name = as_name(std::string_view{wanted}.substr(0, longest_id));
    auto id = name;
    for (auto n = 2; !ids_.insert(id).second; ++n) id = name + "-" + std::to_string(n);
    return id;
  }

  const probe_result& of_;
  std::string devices_;
  std::set<std::string> ids_;
  std::set<std::string> owned_;
};

}  // namespace

std::string as_name(std::string_view text) {
  constexpr std::size_t longest = 64;
  auto name = std::string{};
  for (const auto c : text) {
    const auto fits = is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
    if (name.empty() && !is_letter_or_digit(c)) continue;
    name += fits ? c : '-';
  }
  name.resize(std::min(name.size(), longest));
  return name.empty() ? "device" : name;
}

bool is_known(const proposed_device& device) {
  const auto* const found = find_model(device.model);
  if (!found) return false;
  const auto& spec = found->spec;
  const auto given = [&](const option_spec& option) {
    return std::ranges::any_of(device.options,
                               [&](const auto& each) { return each.first == option.key; });
  };
  const auto is_accepted = [&](const auto& each) {
    const auto option = std::ranges::find(spec.options, each.first, &option_spec::key);
    return option != spec.options.end() && fits(*option, each.second);
  };
  return std::ranges::all_of(device.options, is_accepted) &&
         std::ranges::all_of(spec.options,
                             [&](const auto& o) { return !o.required || given(o); }) &&
         !channels_of(device, spec).empty();
}

std::string layout_lines(const probe_result& result) { return writer{result}.all(); }

std::string starter_layout(std::string_view site, std::string_view timezone,
                           const probe_result& result) {
  return "# Begun by scada probe: what answered on one bus. Give the channels the names of the\n"
         "# house, add the other buses, then the plant (docs/operating/manual.md).\n\n"
         "site: " +
         std::string{site} + "\ntimezone: " + std::string{timezone} + "\n\n" + layout_lines(result);
}

}  // namespace hearth
