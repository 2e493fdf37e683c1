#pragma once

#include "layouts/diagnostics.hpp"
#include "layouts/layout.hpp"
#include "layouts/model.hpp"
#include "layouts/reader.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace hearth {

/// A layout on its way: sections are read in file-independent order into `result`, and every
/// one goes on after an error, so that the user sees all of them.
struct draft {
  diagnostics& out;
  const catalog& known;
  layout result = {};

  std::map<std::string, bus_id, std::less<>> buses = {};
  /// False when `buses` itself is missing or wrong: then references to a bus are no further error.
  bool buses_known = false;
  std::map<std::string, channel_id, std::less<>> channels = {};
  /// Channels of devices too broken to say what they are: references to them are no further error.
  std::set<std::string, std::less<>> doubtful = {};
  /// Who commands an actuator, for messages.
  std::map<channel_id, std::string> owners = {};

  /// The channel `name` stands for, if it exists and fits `wanted`; if not, says so at `at`.
  /// `owner` is who would command it, for fields that command.
  std::optional<channel_id> resolve(const field& wanted, const std::string& name, position at,
                                    const std::string& owner);
  /// The same for a field of a section; nothing if the file does not have it.
  std::optional<channel_id> channel(section_reader& from, std::string_view key,
                                    const std::string& owner);
};

void read_link(draft& d, section_reader& top);
void read_buses(draft& d, section_reader& top);
void read_devices(draft& d, section_reader& top);
void read_plant(draft& d, section_reader& top);
void read_tariff(draft& d, section_reader& top);
void read_simulation(draft& d, section_reader& top);
/// History, portal and Home Assistant.
void read_portal(draft& d, section_reader& top);

/// The options of a bus or device that its spec knows, fallbacks filled in.
option_map read_options(draft& d, section_reader& from, const std::vector<option_spec>& specs);
/// The rows of a `registers` option.
std::vector<register_row> read_registers(draft& d, section_reader& device, std::string_view key);

/// The text at `key`, before anything is known about the map; empty if there is none.
std::string peek(const yaml_node& map, std::string_view key);

inline duration from_seconds(double seconds) {
  return std::chrono::round<duration>(seconds_real{seconds});
}

/// "07:30" → 450 min; the reader has checked the form.
inline std::chrono::minutes since_midnight(const std::string& clock) {
  return std::chrono::hours{std::stoi(clock.substr(0, 2))} +
         std::chrono::minutes{std::stoi(clock.substr(3))};
}

inline std::string in_line(position at) { return "line " + std::to_string(at.line); }

/// The keys of a map, for suggestions.
template <class Map>
std::vector<std::string> keys_of(const Map& map) {
  auto keys = std::vector<std::string>{};
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

}  // namespace hearth
