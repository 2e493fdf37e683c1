#pragma once

#include "protocol/unit.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a layout may say, as data. Drivers describe themselves in these terms and hand the
/// catalog to the parser, so that `layouts/` knows no driver and every option is checked,
/// listed in `--help` texts and in the JSON Schema from one description.
namespace hearth {

enum class option_kind : unsigned char {
  text,       ///< any string
  integer,    ///< a whole number, "0x48" too
  quantity,   ///< text with unit, "9.7 kW", or "20 °C"; checked against `dimension`
  flag,       ///< true or false
  choice,     ///< one of `choices`
  registers,  ///< a table of registers (generic Modbus device)
};

/// Every member has a default, so that a spec may name just those it cares about.
struct option_spec {
  std::string key;
  option_kind kind = option_kind::text;
  std::string help = {};  ///< one line
  bool required = false;
  std::string fallback = {};  ///< as it would stand in YAML; empty: absent when absent
  hearth::dimension dimension = dimension::count;  ///< for `quantity`
  std::vector<std::string> choices = {};           ///< for `choice`
  std::optional<double> lowest = {};  ///< for `integer` and `quantity` (in the channel unit)
  std::optional<double> highest = {};
  /// Two devices on one bus may not agree in all options of theirs that are owned: an "address",
  /// a "line", or a "topic" and a "relay" together.
  bool owned = false;
  /// The value names one "line" (or such) of the bus that no other device may name, whatever its
  /// model and option are called.
  std::string claims = {};
};

struct channel_spec {
  std::string name;  ///< the key under a device's `channels:`, such as "power"
  hearth::unit unit = unit::count;
  std::string help;
  bool actuator = false;  ///< can be commanded
};

struct model_spec {
  std::string name;                    ///< as in `model:`
  std::string title;                   ///< maker and device, for people
  std::vector<std::string> bus_kinds;  ///< the kinds of bus it may hang on
  std::vector<option_spec> options;
  std::vector<channel_spec> channels;  ///< empty when they stand in a `registers` option
};

struct bus_spec {
  std::string kind;  ///< as in `kind:`
  std::string title;
  std::vector<option_spec> options;
};

struct catalog {
  std::vector<bus_spec> buses;
  std::vector<model_spec> models;
};

}  // namespace hearth
