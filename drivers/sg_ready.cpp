#include "drivers/sg_ready.hpp"

#include "drivers/device_parts.hpp"
#include "drivers/gpio_bus.hpp"

#include <array>

namespace hearth {
namespace {

struct contacts {
  bool first, second;
};

/// By operating state, less one.
constexpr auto states = std::array{contacts{true, false}, contacts{false, false},
                                   contacts{false, true}, contacts{true, true}};
constexpr auto normal = std::size_t{1};

class sg_ready final : public actuator {
 public:
  sg_ready(const layout& house, device_id device)
      : channels_{house, device},
        first_{static_cast<unsigned>(integer_option(house[device].options, "line_1"))},
        second_{static_cast<unsigned>(integer_option(house[device].options, "line_2"))},
        active_low_{text_option(house[device].options, "active") == "low"} {}

  std::vector<bus_request> poll() override {
    return {gpio_read{first_, active_low_}, gpio_read{second_, active_low_}};
  }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    if (answers.size() != 2)
      return channels_.all(fault{fault_code::malformed, "not two answers to two requests"}, now);
    const auto first = only_answer<bool>(answers.first(1));
    const auto second = only_answer<bool>(answers.last(1));
    if (!first) return channels_.all(first.error(), now);
    if (!second) return channels_.all(second.error(), now);
    auto state = std::size_t{0};
    while (states[state].first != *first || states[state].second != *second) ++state;
    return channels_.all(measured{static_cast<double>(state + 1), unit::count}, now);
  }

  result<std::vector<bus_request>> encode(const command& c) override {
    if (c.target != channels_.find("state"))
      return failed(fault_code::unsupported, "this channel takes no commands");
    for (auto state = std::size_t{0}; state < states.size(); ++state)
      if (c.value == measured{static_cast<double>(state + 1), unit::count})
        return writes(states[state]);
    return failed(fault_code::out_of_range, "SG-Ready has the states 1, 2, 3 and 4");
  }

  std::vector<bus_request> make_safe(channel_id) override { return writes(states[normal]); }

 private:
  /// Contact 1 opens first and closes last: on its way to any state the heat pump passes 2 or 3 if
  /// it passes any, never the one that locks it.
  [[nodiscard]] std::vector<bus_request> writes(contacts wanted) const {
    const auto first = gpio_write{first_, active_low_, wanted.first};
    const auto second = gpio_write{second_, active_low_, wanted.second};
    if (wanted.first) return {second, first};
    return {first, second};
  }

  named_channels channels_;
  unsigned first_, second_;
  bool active_low_;
};

}  // namespace

model sg_ready_model() {
  auto spec = model_spec{};
  spec.name = "gpio-sg-ready";
  spec.title = "SG-Ready input of a heat pump, on two GPIO lines";
  spec.bus_kinds = {"gpio"};
  spec.options = {gpio_line_option("line_1", "the line of contact 1, which alone locks the pump"),
                  gpio_line_option("line_2", "the line of contact 2, which alone invites it"),
                  gpio_active_option()};
  spec.channels = {{"state", unit::count,
                    "1 locked, 2 normal, 3 more is welcome, 4 start; read back from the lines",
                    true}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<sg_ready>(house, device);
          }};
}

}  // namespace hearth
