#include "drivers/gpio_bus.hpp"

namespace hearth {

bus_spec gpio_bus() {
  auto chip = option_spec{};
  chip.key = "chip";
  chip.help = "the chip's label, name or path; labels (pinctrl-bcm2835) survive renumbering";
  chip.fallback = "gpiochip0";
  return {"gpio", "GPIO pins of this computer", {chip}};
}

std::vector<option_spec> gpio_line_options() {
  auto line = option_spec{};
  line.key = "line";
  line.kind = option_kind::integer;
  line.help = "the line's number on its chip (GPIO17 is line 17)";
  line.required = true;
  line.lowest = 0;
  line.highest = 1023;
  line.claims = "line";
  auto active = option_spec{};
  active.key = "active";
  active.kind = option_kind::choice;
  active.help = "the level that means on; most relay boards are active low";
  active.fallback = "high";
  active.choices = {"high", "low"};
  return {line, active};
}

}  // namespace hearth
