#include "drivers/gridworks_import.hpp"

#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <random>

using namespace hearth;
using namespace hearth::testing;
using nlohmann::json;

namespace {

/// A small house as that program writes it: two relays on two boards, an output, an eGauge, and a
/// thermostat that has no counterpart.
json small_house() {
  return json::parse(R"({
    "MyScadaGNode": {"Alias": "d1.isone.maple.scada"},
    "TotalStoreTanks": 3, "ZoneList": ["main"],
    "ShNodes": [{"Name": "hp", "InPowerMetering": true, "NameplatePowerW": 9500}],
    "DataChannels": [
      {"Name": "hp-off-relay6", "TelemetryName": "RelayState"},
      {"Name": "zone-relay18", "TelemetryName": "RelayState"},
      {"Name": "dist-010v", "TelemetryName": "VoltsTimesTen"},
      {"Name": "hp-pwr", "TelemetryName": "PowerW"},
      {"Name": "main-temp", "TelemetryName": "AirTempFTimes1000"},
      {"Name": "of-nobody", "TelemetryName": "PowerW"}],
    "DerivedChannels": [{"Name": "usable-energy", "Strategy": "layer-by-layer"}],
    "ElectricMeterCacs": [{"ComponentAttributeClassId": "e", "MakeModel": "EGAUGE__4030"}],
    "ElectricMeterComponents": [{
      "ComponentAttributeClassId": "e", "TypeName": "electric.meter.component.gt",
      "ModbusHost": "eGauge14875.local", "ModbusPort": 502, "DisplayName": "eGauge",
      "ConfigList": [{"ChannelName": "hp-pwr", "EgaugeRegisterConfig":
        {"Address": 9006, "Name": "Heat pump", "Type": "f32", "Unit": "W"}}]}],
    "OtherComponents": [
      {"TypeName": "i2c.multichannel.dt.relay.component.gt", "I2cAddressList": [32, 33],
       "ConfigList": [
         {"ChannelName": "hp-off-relay6", "RelayIdx": 6, "DeEnergizedState": "RelayClosed",
          "EnergizedState": "RelayOpen", "WiringConfig": "NormallyClosed"},
         {"ChannelName": "zone-relay18", "RelayIdx": 18}]},
      {"TypeName": "dfr.component.gt", "I2cAddressList": [94],
       "ConfigList": [{"ChannelName": "dist-010v", "OutputIdx": 1, "InitialVoltsTimes100": 20}]},
      {"TypeName": "hubitat.poller.component.gt", "DisplayName": "Thermostat",
       "ConfigList": [{"ChannelName": "main-temp"}]}]
  })");
}

layout parsed(const imported_layout& made) {
  const auto read = parse_layout(made.yaml, "imported.yaml", ".", known_catalog());
  for (const auto& d : read.diagnostics) MESSAGE(to_text(d));
  REQUIRE(read.layout);
  return *read.layout;
}

}  // namespace

TEST_CASE("a GridWorks house becomes a layout that can be checked, each relay on its board") {
  const auto made = import_gridworks(small_house().dump(), "America/New_York").value();
  const auto house = parsed(made);
  CHECK(house.site == "d1-isone-maple-scada");
  const auto key_and_device = [&](const char* channel) {
    const auto id = house.find_channel(channel);
    REQUIRE(id);
    for (const auto& d : house.devices)
      if (std::ranges::find(d.channels, *id) != d.channels.end())
        return d.name + "." + house[*id].key;
    return std::string{};
  };
  CHECK(key_and_device("hp-off-relay6") == "relays-1.r6");
  CHECK(key_and_device("zone-relay18") == "relays-2.r2");
  CHECK(key_and_device("dist-010v") == "outputs-1.out0");
  CHECK(key_and_device("hp-pwr") == "egauge-1.p9006");
  CHECK(made.yaml.find("off: RelayClosed, on: RelayOpen (NormallyClosed)") != std::string::npos);
}

TEST_CASE("what a GridWorks file has and Hearth has not is named, with what to do about it") {
  const auto made = import_gridworks(small_house().dump(), "UTC").value();
  const auto told = [&](std::string_view words) {
    const auto in_list = std::ranges::any_of(
        made.left, [&](const std::string& l) { return l.find(words) != std::string::npos; });
    return in_list && made.yaml.find(words) != std::string::npos;
  };
  CHECK(told("Hubitat"));
  CHECK(told("channel main-temp (AirTempFTimes1000): of Thermostat"));
  CHECK(told("channel of-nobody (PowerW): no component of the file feeds it"));
  CHECK(told("usable-energy"));
  CHECK(told("a heat pump of 9500 W, 3 store tanks, zones main"));
}

TEST_CASE("a GridWorks house with two meters and more boards has each under a name of its own") {
  auto house = small_house();
  auto meter = house["ElectricMeterComponents"][0];
  meter["ModbusHost"] = "other.local";
  meter["ConfigList"][0]["ChannelName"] = "of-nobody";
  house["ElectricMeterComponents"].push_back(meter);
  auto boards = house["OtherComponents"][0];
  boards["I2cAddressList"] = {36, 37};
  boards["ConfigList"][0]["ChannelName"] = "another-relay";
  boards["ConfigList"].erase(1);
  house["OtherComponents"].push_back(boards);
  const auto made = parsed(import_gridworks(house.dump(), "UTC").value());
  CHECK(made.buses.size() == 3);
  CHECK(made.devices.size() == 6);
}

TEST_CASE("what is no GridWorks file is a fault with a sentence") {
  for (const auto* text : {"", "{", "[]", "null", "{}", R"({"ShNodes":[]})"}) {
    const auto made = import_gridworks(text, "UTC");
    REQUIRE_FALSE(made);
    CHECK_FALSE(made.error().detail.empty());
  }
  CHECK_FALSE(import_gridworks(std::string(1'000'000, '['), "UTC"));
}

TEST_CASE("no file that somebody has damaged makes a layout that cannot be parsed") {
  auto chance = std::mt19937{5};
  const auto whole = small_house().dump();
  auto made_layouts = 0;
  for (auto i = 0; i < 3000; ++i) {
    auto text = whole;
    for (auto k = chance() % 4 + 1; k > 0; --k)
      text[chance() % text.size()] = static_cast<char>(chance() % 95 + 32);
    const auto made = import_gridworks(text, "UTC");
    if (!made) continue;
    ++made_layouts;
    const auto read = parse_layout(made->yaml, "imported.yaml", ".", known_catalog());
    for (const auto& d : read.diagnostics) {
      INFO(made->yaml);
      CHECK_MESSAGE(read.layout, to_text(d));
    }
  }
  CHECK(made_layouts > 300);
}

TEST_CASE("the GridWorks layout of a real house is accepted, and every channel is accounted for") {
  const auto file = std::filesystem::path{source("../shared/data/gridworks/hardware-layout.json")};
  if (!std::filesystem::exists(file)) {
    MESSAGE("skipped: there is no " << file);
    return;
  }
  const auto text = contents_of(file);
  const auto made = import_gridworks(text, "America/New_York").value();
  const auto house = parsed(made);
  CHECK(made.carried.size() == 17);
  CHECK(house.channels.size() == made.carried.size());
  for (const auto& c : json::parse(text)["DataChannels"]) {
    const auto name = c["Name"].get<std::string>();
    const auto is_carried = std::ranges::find(made.carried, name) != made.carried.end();
    const auto is_left = std::ranges::any_of(
        made.left, [&](const std::string& l) { return l.starts_with("channel " + name + " "); });
    CHECK_MESSAGE(is_carried != is_left, name);
  }
}
