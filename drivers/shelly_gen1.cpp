#include "drivers/shelly_gen1.hpp"

#include "drivers/device_json.hpp"
#include "drivers/device_parts.hpp"
#include "drivers/mqtt_bus.hpp"

#include <array>

namespace hearth {
namespace {

/// One topic below that of the relay and the channel it feeds.
struct meter_row {
  std::string_view topic;
  std::string_view channel;
  double scale;  ///< to the channel's unit
  plausible bounds;
};
constexpr std::array<meter_row, 2> meter_rows{{
    {"/power", "power", 1, {unit::watt, -20'000, 20'000}},
    {"/energy", "energy", 1.0 / 60, {unit::watt_hour, 0, 1e12}},  // told in watt-minutes
}};
constexpr plausible sensor_temperature{unit::celsius, -55, 125};
/// What the add-on says of a sensor that does not answer.
constexpr std::string_view no_sensor = "999";

result<measured> relay_state(std::string_view word) {
  if (word == "on") return switched(true);
  if (word == "off") return switched(false);
  if (word == "overpower")
    return failed(fault_code::refused, "the Shelly has switched itself off: too much power");
  return failed(fault_code::malformed, "a relay is on, off or overpower");
}

/// What all Shellies of this generation have in common.
class shelly {
 public:
  explicit shelly(std::string topic) : topic_{std::move(topic)} {}

  [[nodiscard]] std::string below(const std::string& what) const { return topic_ + "/" + what; }
  [[nodiscard]] std::vector<bus_request> ask() const {
    return {mqtt_publish{below("command"), "update"}};
  }
  /// The broker says it when the Shelly vanishes.
  [[nodiscard]] std::string availability() const { return below("online"); }
  [[nodiscard]] std::optional<fault> gone(const bus_message& message) const {
    if (message.topic != availability() || message.payload != "false") return {};
    return fault{fault_code::disconnected, "the broker no longer hears " + topic_};
  }

 private:
  std::string topic_;
};

class gen1_relay final : public actuator {
 public:
  gen1_relay(const layout& house, device_id device)
      : channels_{house, device},
        shelly_{text_option(house[device].options, "topic")},
        relay_{shelly_.below("relay/" +
                             std::to_string(integer_option(house[device].options, "relay")))},
        safe_on_{text_option(house[device].options, "fail_safe") == "closed"} {}

  [[nodiscard]] std::vector<std::string> topics() const override {
    auto topics = std::vector{relay_};
    for (const auto& row : meter_rows) topics.push_back(relay_ + std::string{row.topic});
    topics.push_back(shelly_.availability());
    return topics;
  }

  std::vector<bus_request> poll() override { return shelly_.ask(); }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    if (const auto gone = shelly_.gone(message)) return channels_.all(*gone, now);
    if (message.topic == relay_) return tell("state", relay_state(message.payload), now);
    for (const auto& row : meter_rows)
      if (message.topic == relay_ + std::string{row.topic})
        return tell(row.channel, number_from(message.payload, row.scale, row.bounds), now);
    return {};
  }

  result<std::vector<bus_request>> encode(const command& c) override {
    return wanted_state(c, channels_.find("state")).map([this](bool on) { return order(on); });
  }
  std::vector<bus_request> make_safe(channel_id) override { return order(safe_on_); }

 private:
  [[nodiscard]] std::vector<bus_request> order(bool on) const {
    return {mqtt_publish{relay_ + "/command", on ? "on" : "off"}};
  }
  [[nodiscard]] std::vector<reading> tell(std::string_view key, const result<measured>& value,
                                          time_point now) const {
    const auto channel = channels_.find(key);
    if (!channel) return {};
    return {{*channel, value, now}};
  }

  named_channels channels_;
  shelly shelly_;
  std::string relay_;
  bool safe_on_;
};

class gen1_thermometer final : public driver {
 public:
  gen1_thermometer(const layout& house, device_id device)
      : channels_{house, device},
        shelly_{text_option(house[device].options, "topic")},
        sensor_{shelly_.below("ext_temperature/" +
                              std::to_string(integer_option(house[device].options, "sensor")))} {}

  [[nodiscard]] std::vector<std::string> topics() const override {
    return {sensor_, shelly_.availability()};
  }
  std::vector<bus_request> poll() override { return shelly_.ask(); }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    if (const auto gone = shelly_.gone(message)) return channels_.all(*gone, now);
    if (message.topic != sensor_) return {};
    if (message.payload == no_sensor)
      return channels_.all(fault{fault_code::not_ready, "the add-on does not hear the sensor"},
                           now);
    return channels_.all(number_from(message.payload, 1, sensor_temperature), now);
  }

 private:
  named_channels channels_;
  shelly shelly_;
  std::string sensor_;
};

option_spec number_of(std::string key, std::string help, double highest) {
  auto option = option_spec{};
  option.key = std::move(key);
  option.kind = option_kind::integer;
  option.help = std::move(help);
  option.fallback = "0";
  option.lowest = 0;
  option.highest = highest;
  option.owned = true;
  return option;
}

option_spec gen1_topic() {
  return mqtt_topic_option("the Shelly's MQTT prefix, such as shellies/shelly1pm-B929CC");
}

}  // namespace

model shelly_gen1_relay_model() {
  auto spec = model_spec{};
  spec.name = "shelly-gen1-relay";
  spec.title = "Shelly 1, 1PM, 2.5, 4Pro or Plug relay (first generation)";
  spec.bus_kinds = {"mqtt"};
  spec.options = {gen1_topic(), number_of("relay", "the relay's number, from 0", 3),
                  fail_safe_option()};
  spec.channels = {{"state", unit::on_off, "the relay's output", true},
                   {"power", unit::watt, "active power through the relay"},
                   {"energy", unit::watt_hour, "energy through the relay since its last start"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<gen1_relay>(house, device);
          }};
}

model shelly_gen1_thermometer_model() {
  auto spec = model_spec{};
  spec.name = "shelly-gen1-thermometer";
  spec.title = "temperature sensor at the add-on of a Shelly 1 or 1PM (first generation)";
  spec.bus_kinds = {"mqtt"};
  spec.options = {gen1_topic(), number_of("sensor", "the sensor's number, from 0", 2)};
  spec.channels = {{"temperature", unit::celsius, "at the sensor"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<gen1_thermometer>(house, device);
          }};
}

}  // namespace hearth
