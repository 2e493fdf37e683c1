#include "drivers/probe/mqtt_survey.hpp"

#include "protocol/limits.hpp"
#include "tests/support/probe_support.hpp"

#include <random>

using namespace hearth;
using namespace hearth::testing;

namespace {

const auto broker = proposed_bus{"broker", "mqtt", {{"broker", "mqtt://127.0.0.1:1883"}}};

probe_result survey(const std::vector<bus_message>& said) {
  auto s = mqtt_survey{};
  for (const auto& message : said) s.heard(message);
  return s.result(broker);
}

const auto zigbee_list = std::string{R"([
  {"type":"Coordinator","friendly_name":"Coordinator","definition":null},
  {"type":"EndDevice","friendly_name":"Bad oben/Süd","definition":{"vendor":"Aqara","model":"WSDCGQ11LM",
   "description":"Temperature sensor","exposes":[{"type":"numeric","property":"temperature"},
   {"type":"numeric","property":"humidity"},{"type":"numeric","property":"linkquality"}]}},
  {"type":"Router","friendly_name":"plug","definition":{"vendor":"IKEA","model":"E1603","description":"Plug",
   "exposes":[{"type":"switch","features":[{"type":"binary","property":"state"}]},
   {"type":"numeric","property":"power"}]}},
  {"type":"EndDevice","friendly_name":"0x00158d0001","definition":null}])"};

}  // namespace

TEST_CASE("Shellies of the second generation are found by what they say, each part proposed") {
  const auto result = survey(
      {{"shellyplus1pm-a8", "x"},
       {"shellyplus1pm-a8/online", "true"},
       {"shellyplus1pm-a8/status/switch:0", R"({"id":0,"output":true,"apower":12.5})"},
       {"shellyplus1pm-a8/status/temperature:100", R"({"id":100,"tC":20.5})"},
       {"shellyplus1pm-a8/status/sys", R"({"mac":"A8"})"},
       {"house/pro/events/rpc",
        R"({"src":"shellypro2-b","method":"NotifyStatus","params":{"ts":1,"switch:1":{"id":1}}})"}});
  const auto* const plus = find_at(result, "shellyplus1pm-a8");
  REQUIRE(plus);
  CHECK(plus->sure == certainty::certain);
  const auto* const pro = find_at(result, "house/pro");
  REQUIRE(pro);
  CHECK(pro->evidence.find("Generic status update") != std::string::npos);
  const auto house = accepted(result);
  CHECK(models_in(house) ==
        std::vector<std::string>{"shelly-relay", "shelly-relay", "shelly-thermometer"});
  CHECK(text_option(house.devices[0].options, "topic") == "house/pro");
  CHECK(integer_option(house.devices[0].options, "relay") == 1);
  CHECK(integer_option(house.devices[2].options, "sensor") == 100);
}

TEST_CASE("Shellies of the first generation are found by their topics and announcements") {
  const auto result =
      survey({{"shellies/announce", R"({"id":"shelly1pm-B929CC","model":"SHSW-PM"})"},
              {"shellies/shelly1pm-B929CC/relay/0", "on"},
              {"shellies/shelly1pm-B929CC/relay/0/power", "1.5"},
              {"shellies/shelly1-5/online", "true"},
              {"shellies/new/online", "true"},
              {"shellies/new/status/switch:0", R"({"id":0})"}});
  const auto* const with_meter = find_at(result, "shellies/shelly1pm-B929CC");
  REQUIRE(with_meter);
  CHECK(with_meter->what.find("SHSW-PM") != std::string::npos);
  CHECK(with_meter->sure == certainty::certain);
  REQUIRE(with_meter->propose.size() == 1);
  CHECK(with_meter->propose[0].channels.size() == 3);
  CHECK(find_at(result, "shellies/shelly1-5"));
  CHECK(find_at(result, "shellies/new")->what == "Shelly Plus or Pro");
  CHECK(result.found.size() == 3);
  accepted(result);
}

TEST_CASE("Tasmotas are found by discovery and by telemetry") {
  const auto result = survey(
      {{"tasmota/discovery/DC4F22/config",
        R"({"t":"tasmota_DC4F22","ft":"%prefix%/%topic%/","rl":[1,1,0,2]})"},
       {"tele/boiler/LWT", "Online"},
       {"tele/boiler/STATE", R"({"POWER":"ON"})"},
       {"tele/boiler/SENSOR",
        R"({"DS18B20":{"Temperature":48.2},"ENERGY":{"Power":1200,"Total":3.1},"TempUnit":"C"})"},
       {"stat/washing/machine", "ON"},
       {"tasmota/discovery/AA/config", R"({"t":"other","ft":"home/%topic%/%prefix%/","rl":[1]})"}});
  CHECK(find_at(result, "tasmota_DC4F22")->sure == certainty::certain);
  CHECK(find_at(result, "other")->evidence.find("FullTopic") != std::string::npos);
  CHECK(find_at(result, "other")->propose.empty());
  CHECK(find_at(result, "stat")->sure == certainty::unknown);
  CHECK(result.found.size() == 4);
  CHECK(models_in(accepted(result)) == std::vector<std::string>{"tasmota-relay",
                                                                "tasmota-thermometer",
                                                                "tasmota-relay", "tasmota-relay"});
}

TEST_CASE("Zigbee2MQTT's list names its devices, and a device without a model says so") {
  const auto result = survey({{"zigbee2mqtt/bridge/devices", zigbee_list},
                              {"zigbee2mqtt/plug", R"({"state":"ON"})"},
                              {"attic/bridge/state", "online"}});
  REQUIRE(result.found.size() == 4);
  CHECK(find_at(result, "attic")->what == "Zigbee2MQTT");
  CHECK(find_at(result, "zigbee2mqtt/Bad oben/Süd")->what.find("WSDCGQ11LM") != std::string::npos);
  CHECK(find_at(result, "zigbee2mqtt/0x00158d0001")->propose.empty());
  const auto lines = layout_lines(result);
  const auto has_model = find_model("zigbee2mqtt-relay") != nullptr;
  CHECK((lines.find("no model yet for it: zigbee2mqtt-relay") == std::string::npos) == has_model);
  accepted(result);
}

TEST_CASE("OpenEVSE and OpenEnergyMonitor share emon/ and are told apart") {
  const auto result = survey({{"openevse/announce/55ad", R"({"mqtt":"emon/openevse-55ad"})"},
                              {"emon/openevse-55ad/amp", "16"},
                              {"emon/emontx4/P1", "512"},
                              {"emon/emontx4/E1", "1234"},
                              {"garage/pilot", "32"},
                              {"garage/amp", "0"},
                              {"garage/wh", "0"},
                              {"door/pilot", "32"}});
  CHECK(find_at(result, "emon/openevse-55ad")->sure == certainty::certain);
  CHECK(find_at(result, "garage")->sure == certainty::likely);
  CHECK(find_at(result, "emon/emontx4")->evidence == "E1, P1");
  CHECK(find_at(result, "emon/emontx4")->propose.at(0).channels ==
        std::vector<std::string>{"energy1", "power1"});
  CHECK(find_at(result, "door")->sure == certainty::unknown);
  CHECK(result.found.size() == 4);
  accepted(result);
}

TEST_CASE("topics nobody knows are counted in groups, and too many of anything have a bound") {
  auto s = mqtt_survey{};
  for (auto i = 0; i < 40; ++i)
    for (auto n = 0; n < 3; ++n) s.heard({"g" + std::to_string(i) + "/" + std::to_string(n), "1"});
  auto result = s.result(broker);
  CHECK(result.found.size() == survey_strangers);
  CHECK(result.found[0].evidence == "3 topics, such as g0/0");
  REQUIRE(result.remarks.size() == 1);
  CHECK(result.remarks[0].find("10 more groups") == 0);
  const auto large = std::string(limits::message_bytes, 'x');
  for (std::size_t i = 0; i < survey_topics + 10; ++i)
    s.heard({"many/" + std::to_string(i), large});
  CHECK(s.topics() == survey_topics);
  result = s.result(broker);
  CHECK(result.remarks.back().find("more than 5000 topics") != std::string::npos);
}

TEST_CASE("whatever a broker says, a survey ends with lines that are accepted") {
  auto random = std::mt19937{20};
  const auto seeds = std::vector<bus_message>{
      {"zigbee2mqtt/bridge/devices", zigbee_list},
      {"tele/boiler/SENSOR", R"({"DS18B20":{"Temperature":48.2},"ENERGY":{"Power":[1]}})"},
      {"tasmota/discovery/A/config", R"({"t":"t","ft":"%prefix%/%topic%/","rl":[1,1]})"},
      {"shellies/announce", R"({"id":"x","model":"SHSW-PM"})"},
      {"a/status/switch:0", R"({"id":0,"apower":1})"},
      {"a/events/rpc", R"({"src":"a","method":"NotifyStatus","params":{"switch:0":{}}})"},
      {"openevse/announce/1", R"({"mqtt":"emon/o"})"},
      {"emon/a/b", "1"}};
  for (auto round = 0; round < 400; ++round) {
    auto s = mqtt_survey{};
    for (auto message : seeds)
      for (auto copy = 0; copy < 4; ++copy) {
        auto& text = copy % 2 == 0 ? message.payload : message.topic;
        if (!text.empty()) text[random() % text.size()] = static_cast<char>(random());
        s.heard(message);
      }
    accepted(s.result(broker));
  }
  for (const auto* const topic : {"", "/", "//", "///", "tele//LWT", "stat/x", "a/b/", "shellies/",
                                  "shellies//relay/0", "/events/rpc", "/bridge/devices"})
    accepted(survey({{topic, "Online"}, {topic, "{}"}, {topic, "[]"}, {topic, "ON"}}));
  accepted(survey({{"z/bridge/devices", std::string(200'000, '[')}}));
}

TEST_CASE("what a terminal would obey is shown as question marks") {
  CHECK(printable("a\x1b[2Jb\tc\r\n") == "a?[2Jb?c??");
  CHECK(printable("\xC2\x9B"
                  "31m ü \xFF") == "??31m ü ?");
  const auto result = survey(
      {{"tele/\x1b]0;x\x07/LWT", "Online"}, {"tele/\x1b]0;x\x07/STATE", R"({"POWER":"ON"})"}});
  CHECK(layout_lines(result).find('\x1b') == std::string::npos);
  CHECK(layout_lines(result).find("fit no layout") != std::string::npos);
}

TEST_CASE("a number beyond what a model allows makes no proposal, nor does a place taken already") {
  const auto result = survey({{"boiler/status/switch:1", R"({"id":1})"},
                              {"boiler/online", "true"},
                              {"tele/boiler/LWT", "Online"},
                              {"tele/boiler/STATE", R"({"POWER1":"ON","POWER2":"ON"})"}});
  CHECK(models_in(accepted(result)) == std::vector<std::string>{"shelly-relay", "tasmota-relay"});
  CHECK(layout_lines(result).find("the same place on the bus") != std::string::npos);
  CHECK_FALSE(is_known({"r", "tasmota-relay", {{"topic", "t"}, {"relay", "33"}}}));
  CHECK_FALSE(is_known({"r", "tasmota-relay", {{"topic", "t"}, {"relay", "1x"}}}));
  CHECK_FALSE(is_known({"r", "tasmota-relay", {{"relay", "1"}}}));
  CHECK_FALSE(is_known({"r", "tasmota-relay", {{"topic", "t"}, {"colour", "red"}}}));
  CHECK(is_known({"r", "tasmota-relay", {{"topic", "t"}, {"relay", "32"}}}));
}

TEST_CASE("names of a layout are made of any text, and no two devices get the same") {
  CHECK(as_name("Bad oben/Süd") == "Bad-oben-S--d");
  CHECK(as_name("../..") == "device");
  CHECK(as_name("") == "device");
  auto twice = probe_result{.bus = {"wire", "onewire"}};
  for (const auto* const slave : {"28-000000000001", "28-000000000002"})
    twice.found.push_back({.where = slave,
                           .sure = certainty::certain,
                           .propose = {{"thermometer", "ds18b20", {{"slave", slave}}}}});
  const auto house = accepted(twice);
  CHECK(house.devices[0].name == "thermometer");
  CHECK(house.devices[1].name == "thermometer-2");
}

TEST_CASE(
    "a value that no YAML line holds makes no proposal, and one that needs quotes gets them") {
  auto result = probe_result{.bus = {"wire", "onewire"}};
  for (const auto* const slave : {"a\nb", "it's: \"so\" \\ #1", "null", ""})
    result.found.push_back({.where = "x",
                            .sure = certainty::certain,
                            .propose = {{"t", "ds18b20", {{"slave", slave}}}}});
  const auto house = accepted(result);
  REQUIRE(house.devices.size() == 2);
  CHECK(text_option(house.devices[0].options, "slave") == "it's: \"so\" \\ #1");
  CHECK(text_option(house.devices[1].options, "slave") == "null");
}
