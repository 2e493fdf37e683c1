#include "drivers/emontx.hpp"

#include "drivers/device_json.hpp"
#include "drivers/device_parts.hpp"
#include "drivers/mqtt_bus.hpp"

#include <array>

namespace hearth {
namespace {

/// A kind of channel; the numbered ones are power1, power2 and so on. The node's names for it are
/// numbered alike.
struct quantity_row {
  std::string_view channel;
  int count;  ///< 0: there is one, without a number
  std::array<std::string_view, 3> names;
  plausible bounds;
  std::string_view help;
};
/// A temperature of 300 °C and more is how firmware says that a sensor is missing or broken.
constexpr std::array<quantity_row, 5> rows{{
    {"power", 6, {"power", "P", ""}, {unit::watt, -100'000, 100'000}, "at this clamp"},
    {"energy", 6, {"E", "", ""}, {unit::watt_hour, -1e12, 1e12}, "at this clamp, since its reset"},
    {"temperature", 6, {"temp", "T", "t"}, {unit::celsius, -55, 125}, "at this sensor"},
    {"voltage", 0, {"vrms", "Vrms", ""}, {unit::volt, 0, 500}, "of the mains"},
    {"pulses", 0, {"pulse", "pulsecount", ""}, {unit::count, 0, 1e12}, "counted since its reset"},
}};

std::string numbered(std::string_view name, int number) {
  return std::string{name} + (number > 0 ? std::to_string(number) : "");
}

/// Calls `what(row, number)` for each channel that there is.
template <class What>
void for_each_channel(What what) {
  for (const auto& row : rows)
    for (auto number = row.count == 0 ? 0 : 1; number <= row.count; ++number) what(row, number);
}

class emontx final : public driver {
 public:
  emontx(const layout& house, device_id device) : channels_{house, device} {
    const auto node = text_option(house[device].options, "base") + "/" +
                      text_option(house[device].options, "name") + "/";
    for_each_channel([&](const quantity_row& row, int number) {
      const auto channel = channels_.find(numbered(row.channel, number));
      if (!channel) return;
      for (const auto name : row.names)
        if (!name.empty()) topics_.push_back({node + numbered(name, number), *channel, row.bounds});
    });
  }

  [[nodiscard]] std::vector<std::string> topics() const override {
    auto all = std::vector<std::string>{};
    for (const auto& one : topics_) all.push_back(one.name);
    return all;
  }
  std::vector<bus_request> poll() override { return {bus_presence{}}; }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return after_poll(channels_, answers, now);
  }

  std::vector<reading> heard(const bus_message& message, time_point now) override {
    for (const auto& one : topics_)
      if (one.name == message.topic)
        return {{one.channel, number_from(message.payload, 1, one.bounds), now}};
    return {};
  }

 private:
  struct topic {
    std::string name;
    channel_id channel;
    plausible bounds;
  };

  named_channels channels_;
  std::vector<topic> topics_;
};

}  // namespace

model emontx_model() {
  auto base = option_spec{};
  base.key = "base";
  base.help = "emonHub's base topic";
  base.fallback = "emon";
  base.owned = true;
  auto name = option_spec{};
  name.key = "name";
  name.help = "the node's name in emonHub, such as emontx4";
  name.required = true;
  name.owned = true;
  auto spec = model_spec{};
  spec.name = "emontx";
  spec.title = "OpenEnergyMonitor emonTx or emonPi behind emonHub";
  spec.bus_kinds = {"mqtt"};
  spec.options = {base, name};
  for_each_channel([&](const quantity_row& row, int number) {
    spec.channels.push_back(
        {numbered(row.channel, number), row.bounds.unit, std::string{row.help}});
  });
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<emontx>(house, device);
          }};
}

}  // namespace hearth
