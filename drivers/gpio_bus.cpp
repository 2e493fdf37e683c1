#include "drivers/gpio_bus.hpp"

namespace hearth {

bus_spec gpio_bus() {
  auto chip = option_spec{};
  chip.key = "chip";
  chip.help = "the chip's label, name or path; labels (pinctrl-bcm2835) survive renumbering";
  chip.fallback = "gpiochip0";
  return {"gpio", "GPIO pins of this computer", {chip}};
}

option_spec gpio_line_option(std::string key, std::string help) {
  auto line = option_spec{};
  line.key = std::move(key);
  line.kind = option_kind::integer;
  line.help = std::move(help);
  line.required = true;
  line.lowest = 0;
  line.highest = 1023;
  line.claims = "line";
  return line;
}

option_spec gpio_active_option() {
  auto active = option_spec{};
  active.key = "active";
  active.kind = option_kind::choice;
  active.help = "the level that means on; most relay boards are active low";
  active.fallback = "high";
  active.choices = {"high", "low"};
  return active;
}

std::vector<option_spec> gpio_line_options() {
  return {gpio_line_option("line", "the line's number on its chip (GPIO17 is line 17)"),
          gpio_active_option()};
}

option_spec gpio_debounce_option(std::string fallback) {
  auto debounce = option_spec{};
  debounce.key = "debounce";
  debounce.kind = option_kind::quantity;
  debounce.help = "how long a level must stand to count; what is shorter is bouncing or noise";
  debounce.fallback = std::move(fallback);
  debounce.dimension = dimension::duration;
  debounce.lowest = 0;
  debounce.highest = 10;
  return debounce;
}

std::chrono::microseconds debounce_of(const option_map& options) {
  return std::chrono::round<std::chrono::microseconds>(
      std::chrono::duration<double>{number_option(options, "debounce")});
}

}  // namespace hearth
