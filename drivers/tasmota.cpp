#include "drivers/tasmota.hpp"

#include "drivers/device_json.hpp"
#include "drivers/device_parts.hpp"
#include "drivers/mqtt_bus.hpp"

#include <array>

namespace hearth {
namespace {

using nlohmann::json;

/// One member of ENERGY and the channel it feeds.
struct energy_row {
  std::string_view member;
  std::string_view channel;
  double scale;  ///< to the channel's unit
  plausible bounds;
};
constexpr std::array<energy_row, 4> energy_rows{{
    {"Power", "power", 1, {unit::watt, -20'000, 20'000}},
    {"Total", "energy", 1000, {unit::watt_hour, 0, 1e12}},  // told in kWh
    {"Voltage", "voltage", 1, {unit::volt, 0, 500}},
    {"Current", "current", 1, {unit::ampere, 0, 100}},
}};
constexpr plausible sensor_temperature{unit::celsius, -55, 125};

fault offline(const std::string& topic) {
  return {fault_code::disconnected, "the broker no longer hears " + topic};
}
fault garbled(const bus_message& message) {
  return {fault_code::malformed, message.topic + " carries no JSON object"};
}

result<measured> power_state(std::string_view word) {
  if (word == "ON") return switched(true);
  if (word == "OFF") return switched(false);
  return failed(fault_code::malformed, "a relay is ON or OFF");
}

class tasmota_relay final : public actuator {
 public:
  tasmota_relay(const layout& house, device_id device)
      : channels_{house, device},
        topic_{text_option(house[device].options, "topic")},
        relay_{static_cast<std::size_t>(integer_option(house[device].options, "relay"))},
        safe_on_{text_option(house[device].options, "fail_safe") == "closed"} {
    // A device with one relay leaves its number out.
    names_.push_back("POWER" + std::to_string(relay_));
    if (relay_ == 1) names_.emplace_back("POWER");
  }

  [[nodiscard]] std::vector<std::string> topics() const override {
    auto topics =
        std::vector<std::string>{stat("RESULT"), stat("STATUS10"), tele("STATE"), tele("SENSOR")};
    for (const auto& name : names_) topics.push_back(stat(name));
    topics.push_back(tele("LWT"));  // last: the broker delivers what it retains in this order
    return topics;
  }

  std::vector<bus_request> poll() override {
    return {mqtt_publish{"cmnd/" + topic_ + "/" + names_.front(), ""},
            mqtt_publish{"cmnd/" + topic_ + "/STATUS", "10"}};
  }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    if (message.topic == tele("LWT"))
      return message.payload == "Offline" ? channels_.all(offline(topic_), now)
                                          : std::vector<reading>{};
    for (const auto& name : names_)
      if (message.topic == stat(name)) return state(power_state(message.payload), now);
    const auto holds_state = message.topic == stat("RESULT") || message.topic == tele("STATE");
    const auto holds_energy = message.topic == stat("STATUS10") || message.topic == tele("SENSOR");
    if (!holds_state && !holds_energy) return {};
    const auto object = object_in(message.payload);
    if (!object) return channels_.all(garbled(message), now);
    return holds_state ? heard_state(*object, now) : heard_energy(*object, now);
  }

  result<std::vector<bus_request>> encode(const command& c) override {
    return wanted_state(c, channels_.find("state")).map([this](bool on) { return order(on); });
  }

  std::vector<bus_request> make_safe(channel_id) override { return order(safe_on_); }

 private:
  [[nodiscard]] std::string stat(const std::string& what) const {
    return "stat/" + topic_ + "/" + what;
  }
  [[nodiscard]] std::string tele(const std::string& what) const {
    return "tele/" + topic_ + "/" + what;
  }

  [[nodiscard]] std::vector<bus_request> order(bool on) const {
    return {mqtt_publish{"cmnd/" + topic_ + "/" + names_.front(), on ? "ON" : "OFF"}};
  }

  [[nodiscard]] std::vector<reading> state(const result<measured>& value, time_point now) const {
    const auto channel = channels_.find("state");
    if (!channel) return {};
    return {{*channel, value, now}};
  }

  [[nodiscard]] std::vector<reading> heard_state(const json& object, time_point now) const {
    for (const auto& name : names_)
      if (const auto* const word = member_at(object, {name}))
        return state(power_state(word->is_string() ? word->get<std::string>() : ""), now);
    return {};  // the result of another command
  }

  [[nodiscard]] std::vector<reading> heard_energy(const json& object, time_point now) const {
    const auto* energy = member_at(object, {"ENERGY"});
    if (!energy) energy = member_at(object, {"StatusSNS", "ENERGY"});
    if (!energy) return {};
    auto readings = std::vector<reading>{};
    for (const auto& row : energy_rows) {
      const auto channel = channels_.find(row.channel);
      const auto* value = member_at(*energy, {row.member});
      // A device that meters each relay tells a list.
      if (value && value->is_array())
        value = relay_ <= value->size() ? &(*value)[relay_ - 1] : nullptr;
      if (channel && value)
        readings.push_back({*channel, number_in(*value, row.scale, row.bounds), now});
    }
    return readings;
  }

  named_channels channels_;
  std::string topic_;
  std::size_t relay_;
  bool safe_on_;
  std::vector<std::string> names_;
};

class tasmota_thermometer final : public driver {
 public:
  tasmota_thermometer(const layout& house, device_id device)
      : channels_{house, device},
        topic_{text_option(house[device].options, "topic")},
        sensor_{text_option(house[device].options, "sensor")} {}

  [[nodiscard]] std::vector<std::string> topics() const override {
    return {"stat/" + topic_ + "/STATUS10", "tele/" + topic_ + "/SENSOR",
            "tele/" + topic_ + "/LWT"};
  }

  std::vector<bus_request> poll() override {
    return {mqtt_publish{"cmnd/" + topic_ + "/STATUS", "10"}};
  }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    if (message.topic == "tele/" + topic_ + "/LWT")
      return message.payload == "Offline" ? channels_.all(offline(topic_), now)
                                          : std::vector<reading>{};
    if (message.topic != "tele/" + topic_ + "/SENSOR" &&
        message.topic != "stat/" + topic_ + "/STATUS10")
      return {};
    const auto object = object_in(message.payload);
    if (!object) return channels_.all(garbled(message), now);
    const auto* sensors = member_at(*object, {"StatusSNS"});
    if (!sensors) sensors = &*object;
    const auto* const degrees = member_at(*sensors, {sensor_, "Temperature"});
    if (!degrees) return {};
    const auto* const scale = member_at(*sensors, {"TempUnit"});
    return channels_.all(decode_degrees(*degrees, scale && *scale == "F"), now);
  }

 private:
  static result<measured> decode_degrees(const json& degrees, bool fahrenheit) {
    if (!fahrenheit || !degrees.is_number()) return number_in(degrees, 1, sensor_temperature);
    return number_in(temperature::from_fahrenheit(degrees.get<double>()).in_celsius(), 1,
                     sensor_temperature);
  }

  named_channels channels_;
  std::string topic_;
  std::string sensor_;
};

option_spec tasmota_topic() {
  return mqtt_topic_option("the device's %topic%, such as tasmota_A1B2C3");
}

}  // namespace

model tasmota_relay_model() {
  auto relay = option_spec{};
  relay.key = "relay";
  relay.kind = option_kind::integer;
  relay.help = "the relay's number, from 1";
  relay.fallback = "1";
  relay.lowest = 1;
  relay.highest = 32;
  relay.owned = true;
  auto spec = model_spec{};
  spec.name = "tasmota-relay";
  spec.title = "relay with Tasmota firmware";
  spec.bus_kinds = {"mqtt"};
  spec.options = {tasmota_topic(), relay, fail_safe_option()};
  spec.channels = {{"state", unit::on_off, "the relay", true},
                   {"power", unit::watt, "active power through the relay"},
                   {"energy", unit::watt_hour, "energy through the relay since its reset"},
                   {"voltage", unit::volt, "at the relay"},
                   {"current", unit::ampere, "through the relay"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<tasmota_relay>(house, device);
          }};
}

model tasmota_thermometer_model() {
  auto sensor = option_spec{};
  sensor.key = "sensor";
  sensor.help = "the sensor's name in the SENSOR message, such as DS18B20 or DS18B20-1";
  sensor.fallback = "DS18B20";
  sensor.owned = true;
  auto spec = model_spec{};
  spec.name = "tasmota-thermometer";
  spec.title = "temperature sensor with Tasmota firmware";
  spec.bus_kinds = {"mqtt"};
  spec.options = {tasmota_topic(), sensor};
  spec.channels = {{"temperature", unit::celsius, "at the sensor"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<tasmota_thermometer>(house, device);
          }};
}

}  // namespace hearth
