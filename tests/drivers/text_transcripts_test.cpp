#include "drivers/gpio_relay.hpp"
#include "drivers/pcf8575.hpp"
#include "drivers/registry.hpp"
#include "drivers/request_text.hpp"
#include "drivers/shelly.hpp"
#include "drivers/shelly_gen1.hpp"
#include "drivers/tasmota.hpp"
#include "drivers/zigbee2mqtt.hpp"
#include "tests/support/files.hpp"
#include "tests/support/one_device.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <sstream>

using namespace hearth;
using namespace hearth::testing;

// A transcript is a conversation with one device, line by line:
//   option KEY VALUE           as in the layout, before all else
//   channels CHANNEL…          those that the layout names; all unless said
//   poll | command CHANNEL on|off|NUMBER UNIT | safe CHANNEL
//   refused CHANNEL on|off|NUMBER UNIT     such a command is a fault
//   >> REQUEST                 what the driver must ask for then, in order, and nothing else
//   << ANSWER                  to the requests of a poll: done, on, off, a text, "fault CODE",
//                              "bytes XX XX", "pulses TOTAL" or "pulses TOTAL LATELY MILLISECONDS"
//   later SECONDS              house time goes on
//   << TOPIC PAYLOAD           otherwise: what the device says unasked
//   == CHANNEL VALUE UNIT      every reading that follows from it, and no other
//   == CHANNEL fault CODE

namespace {

const auto now = from_iso8601("2020-01-15T05:00:00Z").value();

std::string text_of(const reading& r, const layout& house) {
  const auto& name = house[r.channel].name;
  if (!r.value) return name + " fault " + std::string{to_text(r.value.error().code)};
  auto text = std::ostringstream{};
  text << name << " " << r.value->amount << " " << symbol(r.value->unit);
  return text.str();
}

fault_code code_from(const std::string& word) {
  for (auto code = 0; code <= static_cast<int>(fault_code::unsupported); ++code)
    if (to_text(static_cast<fault_code>(code)) == word) return static_cast<fault_code>(code);
  FAIL("unknown fault code ", word);
  return {};
}

result<bus_answer> answer_from(std::string text) {
  if (text.starts_with("fault ")) return failed(code_from(text.substr(6)), "from the transcript");
  if (text == "done") return done{};
  if (text == "on" || text == "off") return text == "on";
  if (text.starts_with("pulses ")) {
    auto counted = pulses{};
    auto lately = pulses::pace{};
    auto ms = std::int64_t{0};
    auto in = std::istringstream{text.substr(7)};
    in >> counted.total;
    if (in >> lately.pulses >> ms) {
      lately.in = std::chrono::milliseconds{ms};
      counted.lately = lately;
    }
    return counted;
  }
  if (text.starts_with("bytes")) {
    auto all = bytes{};
    auto in = std::istringstream{text.substr(5)};
    for (auto b = 0; in >> std::hex >> b;) all.push_back(static_cast<std::uint8_t>(b));
    return all;
  }
  for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n"))
    text.replace(at, 2, "\n");
  return text;
}

class conversation {
 public:
  conversation(const model& of, const std::map<std::string, std::string>& options,
               const std::vector<std::string>& channels)
      : house_{one_device(of.spec, options)} {
    if (!channels.empty())
      std::erase_if(house_.devices[0].channels, [&](channel_id id) {
        return std::ranges::find(channels, house_[id].name) == channels.end();
      });
    driver_ = of.make(house_, {0});
  }

  void play(const std::string& line) {
    const auto rest = [&](std::size_t from) { return line.size() > from ? line.substr(from) : ""; };
    if (line.starts_with(">> ")) return expect_request(rest(3));
    if (line.starts_with("== ")) return expect_reading(rest(3));
    finish();
    if (line == "poll") return ask(driver_->poll(), true);
    if (line.starts_with("later ")) {
      now_ += std::chrono::seconds{std::stoi(rest(6))};
      return;
    }
    if (line.starts_with("safe "))
      return ask(actuator_of()->make_safe(*house_.find_channel(rest(5))), false);
    if (line.starts_with("command ")) {
      const auto requests = actuator_of()->encode(command_of(rest(8)));
      REQUIRE(requests);
      return ask(*requests, false);
    }
    if (line.starts_with("refused ")) {
      CHECK_FALSE(actuator_of()->encode(command_of(rest(8))));
      return;
    }
    REQUIRE(line.starts_with("<< "));
    hear(rest(3));
  }

  /// Nothing may be left that the transcript does not tell.
  void finish() {
    CHECK_MESSAGE(requests_.empty(), "also asked: ", requests_.empty() ? "" : requests_.front());
    CHECK_MESSAGE(readings_.empty(), "also read: ", readings_.empty() ? "" : readings_.front());
    requests_.clear();
    readings_.clear();
  }

 private:
  [[nodiscard]] command command_of(const std::string& words) const {
    auto in = std::istringstream{words};
    auto name = std::string{};
    auto value = std::string{};
    auto symbol = std::string{};
    in >> name >> value >> symbol;
    const auto what = value == "on" || value == "off"
                          ? switched(value == "on")
                          : measured{std::stod(value), unit_from_symbol(symbol).value()};
    return {*house_.find_channel(name), what, authority::admin, "", now_, now_};
  }

  actuator* actuator_of() {
    auto* const found = driver_->as_actuator();
    REQUIRE(found);
    return found;
  }

  void ask(const std::vector<bus_request>& requests, bool poll) {
    for (const auto& request : requests) requests_.push_back(request_text(request));
    unanswered_ = poll ? requests.size() : 0;
    answers_.clear();
  }

  void hear(const std::string& text) {
    if (unanswered_ == 0) {
      const auto space = text.find(' ');
      const auto message = bus_message{text.substr(0, space),
                                       space == std::string::npos ? "" : text.substr(space + 1)};
      const auto topics = driver_->topics();
      CHECK_MESSAGE(std::find(topics.begin(), topics.end(), message.topic) != topics.end(),
                    "not subscribed: ", message.topic);
      return tell(driver_->heard(message, now_));
    }
    answers_.push_back(answer_from(text));
    if (--unanswered_ == 0) tell(driver_->decode(answers_, now_));
  }

  void tell(const std::vector<reading>& readings) {
    for (const auto& r : readings) {
      CHECK(r.at == now_);
      readings_.push_back(text_of(r, house_));
    }
  }

  void expect_request(const std::string& text) {
    REQUIRE_FALSE(requests_.empty());
    CHECK(requests_.front() == text);
    requests_.pop_front();
  }
  void expect_reading(const std::string& text) {
    REQUIRE_FALSE(readings_.empty());
    CHECK(readings_.front() == text);
    readings_.pop_front();
  }

  layout house_;
  time_point now_ = now;
  std::unique_ptr<driver> driver_;
  std::deque<std::string> requests_;
  std::deque<std::string> readings_;
  std::vector<result<bus_answer>> answers_;
  std::size_t unanswered_ = 0;
};

void play_file(const model& of, const std::filesystem::path& file) {
  auto options = std::map<std::string, std::string>{};
  auto channels = std::vector<std::string>{};
  auto talk = std::optional<conversation>{};
  auto lines = std::istringstream{contents_of(file)};
  auto number = 0;
  for (auto line = std::string{}; std::getline(lines, line);) {
    INFO(file.filename().string(), ":", ++number, ": ", line);
    if (line.empty() || line.starts_with("#")) continue;
    if (line.starts_with("option ")) {
      const auto space = line.find(' ', 7);
      options[line.substr(7, space - 7)] = line.substr(space + 1);
      continue;
    }
    if (line.starts_with("channels ")) {
      auto in = std::istringstream{line.substr(9)};
      for (auto name = std::string{}; in >> name;) channels.push_back(name);
      continue;
    }
    if (!talk) talk.emplace(of, options, channels);
    talk->play(line);
  }
  REQUIRE(talk);
  talk->finish();
}

/// Every model but those that speak in registers, whose transcripts are bytes, and the simulated.
std::vector<model> text_models() {
  auto all = models();
  std::erase_if(all, [](const model& m) {
    return std::ranges::any_of(m.spec.bus_kinds, [](const std::string& kind) {
      return kind.starts_with("modbus") || kind == "simulated";
    });
  });
  return all;
}

}  // namespace

TEST_CASE("every device that speaks text behaves as its transcripts tell, failures included") {
  for (const auto& of : text_models()) {
    INFO(of.spec.name);
    auto with_fault = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator{source("tests/transcripts/" + of.spec.name)}) {
      play_file(of, entry.path());
      if (contents_of(entry.path()).find(" fault ") != std::string::npos) ++with_fault;
    }
    CHECK_MESSAGE(with_fault > 0, "no transcript of a failure");
  }
}

namespace {

/// What these models require, for tests that are not about it.
std::map<std::string, std::string> made_up_options() {
  return {{"line", "1"},
          {"line_1", "1"},
          {"line_2", "2"},
          {"pulses_per_kwh", "1000"},
          {"pulses_per_litre", "450"},
          {"slave", "28-1"},
          {"topic", "t"},
          {"name", "n"},
          {"token_sha256", std::string(64, '0')},
          {"address", "72"},
          {"a", "0.001129"},
          {"b", "0.000234"},
          {"c", "8.8e-8"}};
}

}  // namespace

TEST_CASE("no text a device can send makes a driver throw or invent a value") {
  auto texts = std::vector<std::string>{
      "",
      "{",
      "[]",
      "null",
      "true",
      "1 W",
      "0x10",
      "nan",
      "-inf",
      "1e999",
      "1\n",
      std::string(16 * 1024, '1'),
      "\"x\"",
      "NaN",
      "{\"output\":NaN}",
      "{\"apower\":1e999}",
      std::string(1'000'000, '['),
      std::string(1'000'000, 'x'),
      std::string(15'000, '['),
      std::string{"\0\xff\xfe", 3},
      "{\"params\":[]}",
      "{\"method\":1,\"params\":{\"switch:0\":[]}}",
      "{\"method\":\"NotifyStatus\",\"params\":{\"switch:0\":[]}}",
      "{\"output\":1,\"apower\":\"1\",\"aenergy\":[1],\"tC\":{}}",
      "{\"POWER\":1,\"POWER1\":[],\"ENERGY\":[[]],\"DS18B20\":1,\"TempUnit\":[]}",
      "{\"ENERGY\":{\"Power\":[],\"Total\":\"x\",\"Voltage\":{},\"Current\":true}}",
      "{\"StatusSNS\":7}",
      "{\"state\":true,\"temperature\":\"20\",\"contact\":\"closed\",\"battery\":[],\"energy\":{}}",
      "{\"DS18B20\":{\"Temperature\":\"warm\"},\"TempUnit\":\"F\"}"};
  for (auto depth = std::string{"{\"a\":"}; depth.size() < 12'000; depth += "{\"a\":")
    texts.push_back(depth + "1");
  texts.resize(60);
  for (const auto& of : text_models()) {
    INFO(of.spec.name);
    const auto house = one_device(of.spec, made_up_options());
    const auto device = of.make(house, {0});
    for (const auto& text : texts) {
      for (const auto& topic : device->topics())
        for (const auto& r : device->heard({topic, text}, now)) CHECK_FALSE(r.value);
      const auto answer = result<bus_answer>{text};
      for (const auto& r : device->decode({&answer, 1}, now)) CHECK_FALSE(r.value);
    }
    CHECK(device->heard({"another/topic", "{}"}, now).empty());
    for (const auto& r : device->decode({}, now)) CHECK_FALSE(r.value);
  }
}

TEST_CASE("a relay takes on and off on its state and nothing else") {
  for (const auto& of :
       {gpio_relay_model(), shelly_relay_model(), shelly_gen1_relay_model(), tasmota_relay_model(),
        zigbee2mqtt_relay_model(), pcf8575_relays_model()}) {
    INFO(of.spec.name);
    const auto house = one_device(of.spec, made_up_options());
    const auto device = of.make(house, {0});
    auto* const relay = device->as_actuator();
    REQUIRE(relay);
    auto c = command{{0}, hearth::of(1 * watt), authority::admin, "", now, now};
    const auto with_power = relay->encode(c);
    REQUIRE_FALSE(with_power);
    CHECK(with_power.error().code == fault_code::unsupported);
    c = command{{99}, switched(true), authority::admin, "", now, now};
    CHECK_FALSE(relay->encode(c));
  }
}

TEST_CASE(
    "a device that the broker says is gone is a fault on all its channels at once, and a value "
    "again with its next message") {
  struct availability {
    model of;
    std::map<std::string, std::string> options;
    bus_message gone, back, says;
  };
  const auto all = std::vector<availability>{
      {shelly_relay_model(),
       {{"topic", "s"}},
       {"s/online", "false"},
       {"s/online", "true"},
       {"s/status/switch:0", R"({"output":true})"}},
      {shelly_thermometer_model(),
       {{"topic", "s"}},
       {"s/online", "false"},
       {"s/online", "true"},
       {"s/status/temperature:100", R"({"tC":41.5})"}},
      {shelly_gen1_relay_model(),
       {{"topic", "s"}},
       {"s/online", "false"},
       {"s/online", "true"},
       {"s/relay/0", "on"}},
      {shelly_gen1_thermometer_model(),
       {{"topic", "s"}},
       {"s/online", "false"},
       {"s/online", "true"},
       {"s/ext_temperature/0", "41.5"}},
      {tasmota_relay_model(),
       {{"topic", "t"}},
       {"tele/t/LWT", "Offline"},
       {"tele/t/LWT", "Online"},
       {"stat/t/POWER", "ON"}},
      {tasmota_thermometer_model(),
       {{"topic", "t"}},
       {"tele/t/LWT", "Offline"},
       {"tele/t/LWT", "Online"},
       {"tele/t/SENSOR", R"({"DS18B20":{"Temperature":41.5}})"}},
      {zigbee2mqtt_relay_model(),
       {{"name", "plug"}},
       {"zigbee2mqtt/plug/availability", "offline"},
       {"zigbee2mqtt/plug/availability", "online"},
       {"zigbee2mqtt/plug", R"({"state":"ON"})"}},
      {zigbee2mqtt_relay_model(),
       {{"name", "plug"}},
       {"zigbee2mqtt/bridge/state", R"({"state":"offline"})"},
       {"zigbee2mqtt/bridge/state", R"({"state":"online"})"},
       {"zigbee2mqtt/plug", R"({"state":"ON"})"}},
      {zigbee2mqtt_sensor_model(),
       {{"name", "hall"}},
       {"zigbee2mqtt/hall/availability", R"({"state":"offline"})"},
       {"zigbee2mqtt/hall/availability", R"({"state":"online"})"},
       {"zigbee2mqtt/hall", R"({"temperature":20.5})"}},
  };
  for (const auto& one : all) {
    INFO(one.of.spec.name, " ", one.gone.topic);
    const auto house = one_device(one.of.spec, one.options);
    const auto device = one.of.make(house, {0});
    // Last: a broker delivers what it retains in this order, and an old state must not win.
    const auto topics = device->topics();
    const auto data = std::find(topics.begin(), topics.end(), one.says.topic) - topics.begin();
    CHECK(std::find(topics.begin(), topics.end(), one.gone.topic) - topics.begin() > data);
    const auto gone = device->heard(one.gone, now);
    CHECK(gone.size() == house.channels.size());
    for (const auto& r : gone) {
      REQUIRE_FALSE(r.value);
      CHECK(r.value.error().code == fault_code::disconnected);
    }
    CHECK(device->heard(one.back, now).empty());
    const auto says = device->heard(one.says, now);
    REQUIRE(says.size() == 1);
    CHECK(says.front().value);
  }
}
