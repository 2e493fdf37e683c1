#include "drivers/zigbee2mqtt.hpp"

#include "drivers/device_json.hpp"
#include "drivers/device_parts.hpp"
#include "drivers/mqtt_bus.hpp"

#include <array>

namespace hearth {
namespace {

using nlohmann::json;

/// A number of the JSON object and the channel it feeds.
struct member_row {
  std::string_view member;
  std::string_view channel;
  double scale;  ///< to the channel's unit
  plausible bounds;
};
constexpr std::array<member_row, 4> meter_rows{{
    {"power", "power", 1, {unit::watt, -20'000, 20'000}},
    {"energy", "energy", 1000, {unit::watt_hour, 0, 1e12}},  // told in kWh
    {"voltage", "voltage", 1, {unit::volt, 0, 500}},
    {"current", "current", 1, {unit::ampere, 0, 100}},
}};
constexpr std::array<member_row, 4> sensor_rows{{
    {"temperature", "temperature", 1, {unit::celsius, -55, 125}},
    {"humidity", "humidity", 0.01, {unit::fraction, 0, 1}},          // told in %
    {"pressure", "pressure", 100, {unit::pascal, 30'000, 120'000}},  // told in hPa
    {"battery", "battery", 0.01, {unit::fraction, 0, 1}},            // told in %
}};

/// One device's topics, and what its availability is worth.
class zigbee_device {
 public:
  zigbee_device(const layout& house, device_id device)
      : base_{text_option(house[device].options, "base")},
        topic_{base_ + "/" + text_option(house[device].options, "name")} {}

  /// The device itself, then what tells that it or Zigbee2MQTT is gone: a broker delivers what it
  /// retains in this order, and the last word holds.
  [[nodiscard]] std::vector<std::string> topics() const {
    return {topic_, topic_ + "/availability", base_ + "/bridge/state"};
  }
  [[nodiscard]] std::string below(const std::string& what) const { return topic_ + "/" + what; }

  /// What a message says of this device: nothing, an object or a fault.
  [[nodiscard]] std::optional<result<json>> heard(const bus_message& message) const {
    if (message.topic == base_ + "/bridge/state" && is_offline(message.payload))
      return failed(fault_code::disconnected, "Zigbee2MQTT is not running");
    if (message.topic == below("availability") && is_offline(message.payload))
      return failed(fault_code::disconnected, "Zigbee2MQTT no longer hears " + topic_);
    if (message.topic != topic_) return {};
    if (auto object = object_in(message.payload)) return std::move(*object);
    return failed(fault_code::malformed, topic_ + " carries no JSON object");
  }

 private:
  /// Said as a word up to version 1, as an object since.
  static bool is_offline(const std::string& payload) {
    if (payload == "offline") return true;
    const auto object = object_in(payload);
    const auto* const state = object ? member_at(*object, {"state"}) : nullptr;
    return state && *state == "offline";
  }

  std::string base_;
  std::string topic_;
};

template <std::size_t Count>
void tell_numbers(const std::array<member_row, Count>& rows, const json& object,
                  const named_channels& channels, time_point now, std::vector<reading>& readings) {
  for (const auto& row : rows)
    if (const auto* const value = member_at(object, {row.member}))
      if (const auto channel = channels.find(row.channel))
        readings.push_back({*channel, number_in(*value, row.scale, row.bounds), now});
}

/// One member as a JSON object; a name from a layout may hold any bytes.
std::string object_of(const std::string& member, std::string_view value) {
  return json{{member, value}}.dump(-1, ' ', false, json::error_handler_t::replace);
}

result<measured> state_in(const json& word) {
  if (word == "ON") return switched(true);
  if (word == "OFF") return switched(false);
  if (word.is_null()) return failed(fault_code::not_ready, "the device has not told its state yet");
  return failed(fault_code::malformed, "a relay is ON or OFF");
}

result<measured> contact_in(const json& closed) {
  if (closed.is_boolean()) return switched(closed.get<bool>());
  return failed(fault_code::malformed, "a contact is true or false");
}

class zigbee2mqtt_relay final : public actuator {
 public:
  zigbee2mqtt_relay(const layout& house, device_id device)
      : channels_{house, device},
        device_{house, device},
        state_{text_option(house[device].options, "state")},
        safe_on_{text_option(house[device].options, "fail_safe") == "closed"} {}

  [[nodiscard]] std::vector<std::string> topics() const override { return device_.topics(); }
  std::vector<bus_request> poll() override {
    return {mqtt_publish{device_.below("get"), object_of(state_, "")}};
  }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    const auto said = device_.heard(message);
    if (!said) return {};
    if (!*said) return channels_.all(said->error(), now);
    auto readings = std::vector<reading>{};
    const auto* const word = member_at(**said, {state_});
    if (const auto channel = channels_.find("state"); channel && word)
      readings.push_back({*channel, state_in(*word), now});
    tell_numbers(meter_rows, **said, channels_, now, readings);
    return readings;
  }

  result<std::vector<bus_request>> encode(const command& c) override {
    return wanted_state(c, channels_.find("state")).map([this](bool on) { return order(on); });
  }
  std::vector<bus_request> make_safe(channel_id) override { return order(safe_on_); }

 private:
  [[nodiscard]] std::vector<bus_request> order(bool on) const {
    return {mqtt_publish{device_.below("set"), object_of(state_, on ? "ON" : "OFF")}};
  }

  named_channels channels_;
  zigbee_device device_;
  std::string state_;
  bool safe_on_;
};

class zigbee2mqtt_sensor final : public driver {
 public:
  zigbee2mqtt_sensor(const layout& house, device_id device)
      : channels_{house, device}, device_{house, device} {}

  [[nodiscard]] std::vector<std::string> topics() const override { return device_.topics(); }
  /// A sensor on a battery sleeps; asking it only fills Zigbee2MQTT's log.
  std::vector<bus_request> poll() override { return {bus_presence{}}; }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    const auto said = device_.heard(message);
    if (!said) return {};
    if (!*said) return channels_.all(said->error(), now);
    auto readings = std::vector<reading>{};
    tell_numbers(sensor_rows, **said, channels_, now, readings);
    const auto* const closed = member_at(**said, {"contact"});
    if (const auto channel = channels_.find("contact"); channel && closed)
      readings.push_back({*channel, contact_in(*closed), now});
    return readings;
  }

 private:
  named_channels channels_;
  zigbee_device device_;
};

option_spec base_topic() {
  auto base = option_spec{};
  base.key = "base";
  base.help = "Zigbee2MQTT's base topic";
  base.fallback = "zigbee2mqtt";
  base.owned = true;
  return base;
}

option_spec friendly_name() {
  auto name = option_spec{};
  name.key = "name";
  name.help = "the device's friendly name in Zigbee2MQTT";
  name.required = true;
  name.owned = true;
  return name;
}

}  // namespace

model zigbee2mqtt_relay_model() {
  auto state = option_spec{};
  state.key = "state";
  state.help = "what the relay is called in the device's messages, such as state_l2 for its second";
  state.fallback = "state";
  state.owned = true;
  auto spec = model_spec{};
  spec.name = "zigbee2mqtt-relay";
  spec.title = "Zigbee plug or relay behind Zigbee2MQTT";
  spec.bus_kinds = {"mqtt"};
  spec.options = {base_topic(), friendly_name(), state, fail_safe_option()};
  spec.channels = {{"state", unit::on_off, "the relay", true},
                   {"power", unit::watt, "active power through the device"},
                   {"energy", unit::watt_hour, "energy through the device since its reset"},
                   {"voltage", unit::volt, "at the device"},
                   {"current", unit::ampere, "through the device"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<zigbee2mqtt_relay>(house, device);
          }};
}

model zigbee2mqtt_sensor_model() {
  auto spec = model_spec{};
  spec.name = "zigbee2mqtt-sensor";
  spec.title = "Zigbee sensor behind Zigbee2MQTT";
  spec.bus_kinds = {"mqtt"};
  spec.options = {base_topic(), friendly_name()};
  spec.channels = {{"temperature", unit::celsius, "at the sensor"},
                   {"humidity", unit::fraction, "relative humidity of the air"},
                   {"pressure", unit::pascal, "of the air"},
                   {"battery", unit::fraction, "what is left in the battery"},
                   {"contact", unit::on_off, "on: closed"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<zigbee2mqtt_sensor>(house, device);
          }};
}

}  // namespace hearth
