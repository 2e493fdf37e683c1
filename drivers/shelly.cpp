#include "drivers/shelly.hpp"

#include "drivers/device_json.hpp"
#include "drivers/device_parts.hpp"
#include "drivers/mqtt_bus.hpp"

namespace hearth {
namespace {

using nlohmann::json;

constexpr plausible relay_power{unit::watt, -20'000, 20'000};
constexpr plausible relay_energy{unit::watt_hour, 0, 1e12};
constexpr plausible sensor_temperature{unit::celsius, -55, 125};

/// The topics of one Shelly and one of its components, such as "switch:0".
class component {
 public:
  component(std::string topic, std::string name)
      : topic_{std::move(topic)}, name_{std::move(name)} {}

  [[nodiscard]] std::vector<std::string> topics() const {
    return {status_topic(), topic_ + "/events/rpc", online_topic()};
  }
  [[nodiscard]] bus_request ask() const {
    return mqtt_publish{topic_ + "/command", "status_update"};
  }
  [[nodiscard]] bus_request order(bool on) const {
    return mqtt_publish{topic_ + "/command/" + name_, on ? "on" : "off"};
  }

  /// What a message says of this component: nothing, an object or a fault.
  [[nodiscard]] std::optional<result<json>> heard(const bus_message& message) const {
    if (message.topic == online_topic()) {
      if (message.payload != "false") return {};
      return failed(fault_code::disconnected, "the broker no longer hears " + topic_);
    }
    const auto object = object_in(message.payload);
    if (message.topic == status_topic()) {
      if (object) return *object;
      return failed(fault_code::malformed, topic_ + " sent a status that is no JSON object");
    }
    // Notifications of all components share a topic; one that can't be read may be another's.
    if (message.topic != topic_ + "/events/rpc" || !object) return {};
    const auto* const method = member_at(*object, {"method"});
    const auto* const changed = member_at(*object, {"params", name_});
    if (!method || *method != "NotifyStatus" || !changed) return {};
    return *changed;
  }

 private:
  [[nodiscard]] std::string status_topic() const { return topic_ + "/status/" + name_; }
  [[nodiscard]] std::string online_topic() const { return topic_ + "/online"; }

  std::string topic_;
  std::string name_;
};

class shelly_relay final : public actuator {
 public:
  shelly_relay(const layout& house, device_id device)
      : channels_{house, device},
        relay_{text_option(house[device].options, "topic"),
               "switch:" + std::to_string(integer_option(house[device].options, "relay"))},
        safe_on_{text_option(house[device].options, "fail_safe") == "closed"} {}

  [[nodiscard]] std::vector<std::string> topics() const override { return relay_.topics(); }
  std::vector<bus_request> poll() override { return {relay_.ask()}; }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    const auto status = relay_.heard(message);
    if (!status) return {};
    if (!*status) return channels_.all(status->error(), now);
    auto readings = std::vector<reading>{};
    const auto tell = [&](std::string_view key, const json* value, auto decode) {
      if (const auto channel = channels_.find(key); channel && value)
        readings.push_back({*channel, decode(*value), now});
    };
    tell("state", member_at(**status, {"output"}), [](const json& output) -> result<measured> {
      if (output.is_boolean()) return switched(output.get<bool>());
      return failed(fault_code::malformed, "the output is neither true nor false");
    });
    tell("power", member_at(**status, {"apower"}),
         [](const json& watts) { return number_in(watts, 1, relay_power); });
    tell("energy", member_at(**status, {"aenergy", "total"}),
         [](const json& watt_hours) { return number_in(watt_hours, 1, relay_energy); });
    return readings;
  }

  result<std::vector<bus_request>> encode(const command& c) override {
    return wanted_state(c, channels_.find("state")).map([this](bool on) {
      return std::vector<bus_request>{relay_.order(on)};
    });
  }

  std::vector<bus_request> make_safe(channel_id) override { return {relay_.order(safe_on_)}; }

 private:
  named_channels channels_;
  component relay_;
  bool safe_on_;
};

class shelly_thermometer final : public driver {
 public:
  shelly_thermometer(const layout& house, device_id device)
      : channels_{house, device},
        sensor_{text_option(house[device].options, "topic"),
                "temperature:" + std::to_string(integer_option(house[device].options, "sensor"))} {}

  [[nodiscard]] std::vector<std::string> topics() const override { return sensor_.topics(); }
  std::vector<bus_request> poll() override { return {sensor_.ask()}; }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    const auto status = sensor_.heard(message);
    if (!status) return {};
    if (!*status) return channels_.all(status->error(), now);
    const auto* const degrees = member_at(**status, {"tC"});
    if (!degrees) return {};
    return channels_.all(number_in(*degrees, 1, sensor_temperature), now);
  }

 private:
  named_channels channels_;
  component sensor_;
};

option_spec number_option_spec(std::string key, std::string help, std::string fallback) {
  auto option = option_spec{};
  option.key = std::move(key);
  option.kind = option_kind::integer;
  option.help = std::move(help);
  option.fallback = std::move(fallback);
  option.lowest = 0;
  option.highest = 255;
  option.owned = true;
  return option;
}

option_spec shelly_topic() {
  return mqtt_topic_option("the Shelly's MQTT prefix, such as shellyplus1pm-a8032ab12345");
}

}  // namespace

model shelly_relay_model() {
  auto spec = model_spec{};
  spec.name = "shelly-relay";
  spec.title = "Shelly Plus or Pro relay";
  spec.bus_kinds = {"mqtt"};
  spec.options = {shelly_topic(), number_option_spec("relay", "the relay's number, from 0", "0"),
                  fail_safe_option()};
  spec.channels = {{"state", unit::on_off, "the relay's output", true},
                   {"power", unit::watt, "active power through the relay"},
                   {"energy", unit::watt_hour, "energy through the relay since its reset"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<shelly_relay>(house, device);
          }};
}

model shelly_thermometer_model() {
  auto spec = model_spec{};
  spec.name = "shelly-thermometer";
  spec.title = "Shelly Plus or Pro temperature sensor";
  spec.bus_kinds = {"mqtt"};
  spec.options = {
      shelly_topic(),
      number_option_spec("sensor", "the sensor's number; add-ons count from 100", "100")};
  spec.channels = {{"temperature", unit::celsius, "at the sensor"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<shelly_thermometer>(house, device);
          }};
}

}  // namespace hearth
