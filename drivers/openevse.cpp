#include "drivers/openevse.hpp"

#include "drivers/device_json.hpp"
#include "drivers/device_parts.hpp"
#include "drivers/mqtt_bus.hpp"

#include <array>
#include <cmath>

namespace hearth {
namespace {

/// A topic below the base that carries a number, and the channel it feeds.
struct number_row {
  std::string_view topic;
  std::string_view channel;
  double scale;  ///< to the channel's unit
  plausible bounds;
};
constexpr std::array<number_row, 6> number_rows{{
    {"amp", "current", 0.001, {unit::ampere, 0, 100}},  // told in mA
    {"voltage", "voltage", 1, {unit::volt, 0, 500}},
    {"power", "power", 1, {unit::watt, 0, 50'000}},
    {"total_energy", "energy", 1000, {unit::watt_hour, 0, 1e12}},  // told in kWh
    {"pilot", "pilot", 1, {unit::ampere, 0, 100}},
    {"temp", "temperature", 0.1, {unit::celsius, -55, 125}},  // told in tenths
}};

/// What the pilot signal can say (IEC 61851-1, SAE J1772).
constexpr plausible limit{unit::ampere, 6, 80};

/// State 3 charges; 4 to 11 are errors, in which it does not.
result<measured> charging_in(std::string_view state) {
  const auto number = number_from(state, 1, {unit::count, 0, 255});
  if (!number) return number;
  if (number->amount >= 4 && number->amount <= 11)
    return failed(fault_code::refused, "the charger is in error state " + std::string{state});
  return switched(number->amount == 3);
}

result<measured> flag_in(std::string_view word, std::string_view on, std::string_view off) {
  if (word == on) return switched(true);
  if (word == off) return switched(false);
  return failed(fault_code::malformed, "neither " + std::string{on} + " nor " + std::string{off});
}

result<measured> limit_in(const std::string& claim) {
  const auto object = object_in(claim);
  if (!object) return failed(fault_code::malformed, "the claim is no JSON object");
  const auto* const amperes = member_at(*object, {"charge_current"});
  if (!amperes) return failed(fault_code::not_ready, "no limit is set: its own settings hold");
  return number_in(*amperes, 1, limit);
}

class openevse final : public actuator {
 public:
  openevse(const layout& house, device_id device)
      : channels_{house, device}, base_{text_option(house[device].options, "topic")} {
    if (has_option(house[device].options, "announce"))
      announce_ = text_option(house[device].options, "announce");
  }

  [[nodiscard]] std::vector<std::string> topics() const override {
    auto topics = std::vector<std::string>{};
    for (const auto& row : number_rows) topics.push_back(below(row.topic));
    for (const auto* const other : {"state", "vehicle", "status", "claim"})
      topics.push_back(below(other));
    if (!announce_.empty()) topics.push_back(announce_);  // last, as its word holds
    return topics;
  }

  std::vector<bus_request> poll() override { return {bus_presence{}}; }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    const auto& said = message.payload;
    const auto& topic = message.topic;
    if (!announce_.empty() && topic == announce_) return announced(said, now);
    for (const auto& row : number_rows)
      if (topic == below(row.topic)) return tell(row.channel, number_said(row, said), now);
    if (topic == below("state")) return tell("charging", charging_in(said), now);
    if (topic == below("vehicle")) return tell("vehicle", flag_in(said, "1", "0"), now);
    if (topic == below("status")) return tell("enable", flag_in(said, "active", "disabled"), now);
    if (topic == below("claim")) return tell("current_limit", limit_in(said), now);
    return {};
  }

  result<std::vector<bus_request>> encode(const command& c) override {
    if (c.target != channels_.find("current_limit"))
      return wanted_state(c, channels_.find("enable")).map([this](bool on) {
        return order("override", on ? R"({"state":"active"})" : R"({"state":"disabled"})");
      });
    if (c.value.unit != unit::ampere || !(c.value.amount >= limit.lowest) ||
        c.value.amount > limit.highest)
      return failed(fault_code::unsupported, "a charger is limited to 6 A up to 80 A");
    // It knows whole amperes; the smaller one keeps what was asked for.
    const auto amperes = static_cast<int>(std::floor(c.value.amount));
    return order("claim", "{\"charge_current\":" + std::to_string(amperes) + "}");
  }

  std::vector<bus_request> make_safe(channel_id channel) override {
    if (channel == channels_.find("current_limit")) return order("claim", "release");
    return order("override", "clear");
  }

 private:
  [[nodiscard]] std::string below(std::string_view what) const {
    return base_ + "/" + std::string{what};
  }
  [[nodiscard]] std::vector<bus_request> order(std::string_view what, std::string payload) const {
    return {mqtt_publish{below(what) + "/set", std::move(payload)}};
  }
  [[nodiscard]] std::vector<reading> tell(std::string_view key, const result<measured>& value,
                                          time_point now) const {
    const auto channel = channels_.find(key);
    if (!channel) return {};
    return {{*channel, value, now}};
  }

  /// The gateway says "false" for a thermometer that is not fitted.
  static result<measured> number_said(const number_row& row, const std::string& said) {
    if (said == "false") return failed(fault_code::not_ready, "the charger has no value");
    return number_from(said, row.scale, row.bounds);
  }

  [[nodiscard]] std::vector<reading> announced(const std::string& said, time_point now) const {
    const auto object = object_in(said);
    const auto* const state = object ? member_at(*object, {"state"}) : nullptr;
    if (!state || *state != "disconnected") return {};
    return channels_.all(fault{fault_code::disconnected, "the broker no longer hears " + base_},
                         now);
  }

  named_channels channels_;
  std::string base_;
  std::string announce_;  ///< empty: the layout names none
};

}  // namespace

model openevse_model() {
  auto announce = option_spec{};
  announce.key = "announce";
  announce.help =
      "its announce topic, such as openevse/announce/7b2c, which tells when it vanishes; without, "
      "its values only grow stale";
  auto spec = model_spec{};
  spec.name = "openevse";
  spec.title = "OpenEVSE charger of electric vehicles";
  spec.bus_kinds = {"mqtt"};
  spec.options = {mqtt_topic_option("the charger's base topic, such as openevse-7b2c"), announce};
  spec.channels = {
      {"enable", unit::on_off, "may charge; uncommanded, its own schedule says so", true},
      {"current_limit", unit::ampere, "at most so much, in whole amperes", true},
      {"charging", unit::on_off, "charges now"},
      {"vehicle", unit::on_off, "a vehicle is connected"},
      {"power", unit::watt, "into the vehicle"},
      {"current", unit::ampere, "into the vehicle"},
      {"voltage", unit::volt, "measured, or as it was set"},
      {"energy", unit::watt_hour, "delivered in the charger's life"},
      {"pilot", unit::ampere, "what the vehicle is told it may take"},
      {"temperature", unit::celsius, "inside the charger"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<openevse>(house, device);
          }};
}

}  // namespace hearth
