#include "drivers/http_sensor.hpp"

#include "drivers/device_json.hpp"
#include "drivers/device_parts.hpp"
#include "drivers/http_bus.hpp"

#include <algorithm>
#include <array>

namespace hearth {
namespace {

using nlohmann::json;

struct member_row {
  std::string_view member;
  std::string_view channel;
  double scale;  ///< to the channel's unit
  plausible bounds;
  std::string_view help;
};
constexpr plausible warmth{unit::celsius, -55, 200};
constexpr std::array<member_row, 14> rows{{
    {"temperature_c", "temperature", 1, warmth, "at the sensor"},
    {"temperature2_c", "temperature2", 1, warmth, "at the second sensor"},
    {"temperature3_c", "temperature3", 1, warmth, "at the third sensor"},
    {"temperature4_c", "temperature4", 1, warmth, "at the fourth sensor"},
    {"humidity_percent", "humidity", 0.01, {unit::fraction, 0, 1}, "of the air, relative"},
    {"flow_l_per_min", "flow", 1, {unit::litre_per_minute, -1000, 1000}, "through the pipe"},
    {"volume_l", "volume", 1, {unit::litre, 0, 1e12}, "that has flowed since the meter's reset"},
    {"pressure_bar", "pressure", 1e5, {unit::pascal, -1e5, 25e5}, "in the pipe"},
    {"power_w", "power", 1, {unit::watt, -100'000, 100'000}, "active power"},
    {"energy_wh", "energy", 1, {unit::watt_hour, 0, 1e12}, "since the meter's reset"},
    {"voltage_v", "voltage", 1, {unit::volt, -1000, 1000}, "at the sensor"},
    {"current_a", "current", 1, {unit::ampere, -1000, 1000}, "through the sensor"},
    {"pulses", "pulses", 1, {unit::count, 0, 1e12}, "counted since the module's reset"},
    {"closed", "contact", 1, {unit::on_off, 0, 1}, "on: closed"},
}};

result<measured> value_of(const member_row& row, const json& said) {
  if (row.bounds.unit != unit::on_off) return number_in(said, row.scale, row.bounds);
  if (said.is_boolean()) return switched(said.get<bool>());
  return failed(fault_code::malformed, "neither true nor false");
}

std::string all_members() {
  auto all = std::string{};
  for (const auto& row : rows) all += (all.empty() ? "" : ", ") + std::string{row.member};
  return all;
}

class http_sensor final : public driver {
 public:
  http_sensor(const layout& house, device_id device)
      : channels_{house, device},
        topic_{http_topic(house, device)},
        has_token_{is_sha256(text_option(house[device].options, "token_sha256"))} {}

  [[nodiscard]] std::vector<std::string> topics() const override { return {topic_}; }
  std::vector<bus_request> poll() override { return {bus_presence{}}; }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    if (!has_token_)
      return channels_.all(
          fault{fault_code::unsupported,
                "'token_sha256' is no token's digest; 'scada token' makes a token and prints it"},
          now);
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    if (message.topic != topic_) return {};
    const auto post = read_post(message.payload);
    if (!post) return channels_.all(post.error(), now);
    auto readings = std::vector<reading>{};
    for (const auto& one : *post)
      if (const auto channel = channels_.find(one.channel))
        readings.push_back({*channel, one.value, now});
    return readings;
  }

 private:
  named_channels channels_;
  std::string topic_;
  bool has_token_;
};

}  // namespace

result<std::vector<posted>> read_post(std::string_view body) {
  const auto object = object_in(body);
  if (!object) return failed(fault_code::malformed, "the body is no JSON object");
  if (object->empty()) return failed(fault_code::malformed, "the body says nothing");
  auto all = std::vector<posted>{};
  for (const auto& [member, said] : object->items()) {
    const auto row = std::ranges::find(rows, member, &member_row::member);
    if (row == rows.end())
      return failed(fault_code::malformed,
                    "there is a member that no sensor has; those there are: " + all_members());
    all.push_back({std::string{row->channel}, value_of(*row, said)});
  }
  return all;
}

std::string objection_to(const result<std::vector<posted>>& post) {
  if (!post) return post.error().detail;
  for (const auto& one : *post)
    if (!one.value && one.value.error().code != fault_code::not_ready)
      return one.channel + ": " + one.value.error().detail;
  return {};
}

model http_sensor_model() {
  auto token = option_spec{};
  token.key = "token_sha256";
  token.help = "digest of the token that the sensor sends; 'scada token' makes both";
  token.required = true;
  auto spec = model_spec{};
  spec.name = "http-sensor";
  spec.title = "sensor that posts what it measures over HTTP";
  spec.bus_kinds = {"http"};
  spec.options = {token};
  for (const auto& row : rows)
    spec.channels.push_back({std::string{row.channel}, row.bounds.unit, std::string{row.help}});
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<http_sensor>(house, device);
          }};
}

}  // namespace hearth
