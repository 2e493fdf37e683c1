#include "drivers/gpio_relay.hpp"

#include "drivers/device_parts.hpp"
#include "drivers/gpio_bus.hpp"

namespace hearth {
namespace {

class gpio_relay final : public actuator {
 public:
  gpio_relay(const layout& house, device_id device)
      : channels_{house, device},
        line_{static_cast<unsigned>(integer_option(house[device].options, "line"))},
        active_low_{text_option(house[device].options, "active") == "low"},
        safe_on_{text_option(house[device].options, "fail_safe") == "closed"} {}

  std::vector<bus_request> poll() override { return {gpio_read{line_, active_low_}}; }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return channels_.all(only_answer<bool>(answers).map(switched), now);
  }

  result<std::vector<bus_request>> encode(const command& c) override {
    return wanted_state(c, channels_.find("state")).map([this](bool on) {
      return std::vector<bus_request>{gpio_write{line_, active_low_, on}};
    });
  }

  std::vector<bus_request> make_safe(channel_id) override {
    return {gpio_write{line_, active_low_, safe_on_}};
  }

 private:
  named_channels channels_;
  unsigned line_;
  bool active_low_;
  bool safe_on_;
};

}  // namespace

model gpio_relay_model() {
  auto spec = model_spec{};
  spec.name = "gpio-relay";
  spec.title = "relay on a GPIO line";
  spec.bus_kinds = {"gpio"};
  spec.options = gpio_line_options();
  spec.options.push_back(fail_safe_option());
  spec.channels = {{"state", unit::on_off, "the relay, read back from the line", true}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<gpio_relay>(house, device);
          }};
}

}  // namespace hearth
