#include "drivers/gpio_input.hpp"

#include "drivers/device_parts.hpp"
#include "drivers/gpio_bus.hpp"

namespace hearth {
namespace {

class gpio_input final : public driver {
 public:
  gpio_input(const layout& house, device_id device)
      : channels_{house, device},
        line_{static_cast<unsigned>(integer_option(house[device].options, "line"))},
        active_low_{text_option(house[device].options, "active") == "low"},
        debounce_{debounce_of(house[device].options)} {}

  std::vector<bus_request> poll() override { return {gpio_read{line_, active_low_, debounce_}}; }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return channels_.all(only_answer<bool>(answers).map(switched), now);
  }

 private:
  named_channels channels_;
  unsigned line_;
  bool active_low_;
  std::chrono::microseconds debounce_;
};

}  // namespace

model gpio_input_model() {
  auto spec = model_spec{};
  spec.name = "gpio-input";
  spec.title = "contact on a GPIO line";
  spec.bus_kinds = {"gpio"};
  spec.options = gpio_line_options();
  spec.options.push_back(gpio_debounce_option("20 ms"));
  spec.channels = {{"state", unit::on_off, "whether the contact is active"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<gpio_input>(house, device);
          }};
}

}  // namespace hearth
