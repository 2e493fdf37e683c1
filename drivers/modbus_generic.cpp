#include "drivers/modbus_generic.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/register_map.hpp"

#include <variant>

namespace hearth {
namespace {

/// No gap: an unknown device may refuse a whole read for one register that it does not have.
constexpr auto generic_limits = read_limits{.gap = 0};

class modbus_generic final : public actuator {
 public:
  explicit modbus_generic(register_map map) : map_{std::move(map)} {}

  std::vector<bus_request> poll() override { return map_.reads(); }
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return map_.decode(answers, now);
  }
  result<std::vector<bus_request>> encode(const command& c) override { return map_.encode(c); }
  std::vector<bus_request> make_safe(channel_id channel) override {
    return map_.make_safe(channel);
  }

 private:
  register_map map_;
};

}  // namespace

model modbus_generic_model() {
  return {
      {.name = "modbus-generic",
       .title = "any Modbus device, its registers listed in the layout",
       .bus_kinds = modbus_bus_kinds(),
       .options = {modbus_address_option(),
                   {.key = "registers",
                    .kind = option_kind::registers,
                    .help = "one row per channel: table, address, format, unit, scale, range; "
                            "writable: true for a relay",
                    .required = true}},
       .channels = {}},
      [](const layout& house, device_id device) {
        const auto& rows =
            std::get<std::vector<register_row>>(house[device].options.find("registers")->second);
        return std::make_unique<modbus_generic>(register_map{house, device, rows, generic_limits});
      }};
}

}  // namespace hearth
