#include "layouts/schema.hpp"

#include "drivers/registry.hpp"
#include "layouts/keys.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <string>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Runs the independent validator on files of the source tree.
int check_with_python(const std::string& verdict, const std::string& folder,
                      const std::vector<std::string>& names) {
  auto command = "/usr/bin/python3 '" + source("tests/layouts/schema_check.py").string() + "' '" +
                 source("layouts/hearth.schema.json").string() + "' " + verdict;
  for (const auto& name : names) command += " '" + source(folder + name + ".yaml").string() + "'";
  return std::system(command.c_str());
}

}  // namespace

TEST_CASE("the committed schema is the one the catalog and the table of keys make") {
  const auto file = source("layouts/hearth.schema.json");
  const auto made = json_schema(known_catalog());
  if (std::getenv("HEARTH_WRITE_GOLDEN")) std::ofstream{file, std::ios::binary} << made;
  CHECK_MESSAGE(contents_of(file) == made,
                "run layouts_test with HEARTH_WRITE_GOLDEN=1 and read the difference");
}

TEST_CASE("every key a bus or device may have stands in the schema") {
  const auto schema = nlohmann::json::parse(json_schema(known_catalog()));
  for (const auto& key : layout_section().keys()) CHECK(schema["properties"].contains(key));
  for (const auto& bus : known_catalog().buses)
    for (const auto& key : section_of(bus).keys())
      CHECK(schema["$defs"]["bus-" + bus.kind]["properties"].contains(key));
  for (const auto& model : known_catalog().models) {
    const auto& described = schema["$defs"]["device-" + model.name]["properties"];
    for (const auto& key : section_of(model).keys()) CHECK(described.contains(key));
    for (const auto& channel : model.channels)
      CHECK(described["channels"]["properties"].contains(channel.name));
  }
}

TEST_CASE("no option of a bus or model hides a key that every bus or device has") {
  for (const auto& bus : known_catalog().buses)
    for (const auto& option : bus.options) CHECK(option.key != "kind");
  for (const auto& model : known_catalog().models)
    for (const auto& option : model.options) CHECK(device_section().find(option.key) == nullptr);
}

TEST_CASE("an independent validator accepts the examples") {
  CHECK(check_with_python(
            "valid", "layouts/",
            {"simulated-house", "maine-house", "pi-bench", "leaky-house", "tight-house"}) == 0);
}

TEST_CASE("an independent validator refuses what an editor can know to be wrong") {
  CHECK(check_with_python("invalid", "tests/layouts/bad/",
                          {"unknown_key",
                           "top_level_missing",
                           "site_name",
                           "bus_kind",
                           "bus_options",
                           "bus_option_missing",
                           "unknown_model",
                           "device_option",
                           "line_range",
                           "poll_unit",
                           "poll_dimension",
                           "channel_key",
                           "channel_name",
                           "plant_cop",
                           "plant_wrong_dimension",
                           "zone_setpoint",
                           "tariff",
                           "tariff_flat",
                           "simulation",
                           "simulation_physics",
                           "registers",
                           "decimal_comma"}) == 0);
}
