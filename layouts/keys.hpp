#pragma once

#include "layouts/model.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Every key a layout may have, as data. The parser checks values against these rows and the
/// schema tells editors about them, so that the two cannot drift apart.
namespace hearth {

/// What may stand behind a key.
enum class form : unsigned char {
  text,      ///< any string
  site,      ///< the site's name: it becomes part of MQTT topics
  name,      ///< the name of a bus, device, channel or zone
  timezone,  ///< IANA name
  clock,     ///< "07:00"
  instant,   ///< "2020-01-13T05:00:00Z"
  integer,
  number,    ///< without unit; the key bears it where there is one
  range,     ///< [lowest, highest]
  quantity,  ///< a number with its unit
  flag,
  choice,
  channel,   ///< the name of a channel
  channels,  ///< a list of such names
  section,   ///< keys and values
  sections,  ///< a list of sections
  table,     ///< name → section
};

struct section;

struct field {
  std::string key = {};
  form is = form::text;
  std::string help = {};  ///< one line
  bool required = false;
  std::string fallback = {};  ///< as it would stand in YAML; empty: absent when absent
  hearth::dimension dimension = dimension::count;  ///< of a quantity
  std::vector<std::string> choices =
      {};                             ///< of a choice; words that may stand instead of a quantity
  std::optional<double> lowest = {};  ///< in the channel unit
  std::optional<double> highest = {};
  unit channel_unit = unit::count;  ///< of the channel named here
  bool commanded = false;           ///< the channel must be an actuator, and is owned here
  bool or_channel = false;          ///< a channel may stand instead of the quantity
  std::optional<form> brief = {};   ///< a single value that may stand instead of the section
  const section* inner = nullptr;   ///< of section, sections and table
};

struct section {
  std::string name;  ///< for schema and messages
  std::vector<field> fields;

  [[nodiscard]] const field* find(std::string_view key) const;
  [[nodiscard]] std::vector<std::string> keys() const;
};

/// The whole file; everything else hangs below.
const section& layout_section();
const section& plant_section();
const section& tariff_section();
const section& simulation_section();
/// What stands at every device, whatever its model.
const section& device_section();
/// One register of a generic device.
const section& register_section();

/// All keys of one bus or device of this kind.
section section_of(const bus_spec& bus);
section section_of(const model_spec& model);

/// The regular expression a name, site, clock or instant matches (the parser's checks say the
/// same).
std::string_view pattern_of(form f);

}  // namespace hearth
