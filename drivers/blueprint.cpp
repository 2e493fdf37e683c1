#include "drivers/blueprint.hpp"

#include "drivers/modbus_bus.hpp"
#include "drivers/register_map.hpp"

#include <array>

namespace hearth {
namespace {

// 1. The register table, in the order of the maker's document, and where that can be found: an
// electrician with the PDF in hand must be able to check it line by line.
//
// Source: Blueprint Heaters, "BP1 Modbus protocol", section 4.
const auto table = std::array{
    // What the water has, tenths of a degree. The sensor is a clamp that cannot be colder or hotter.
    register_row{.channel = "temperature",
                 .where = register_row::table::input,
                 .address = 0x0001,
                 .as = register_row::format::s16,
                 .scale = 0.1,
                 .unit = unit::celsius,
                 .lowest = -20,
                 .highest = 120},
    // The contactor. Read back from the same coil, so that a heater that did not obey is seen.
    register_row{.channel = "heating",
                 .where = register_row::table::coil,
                 .address = 0x0000,
                 .as = register_row::format::bit,
                 .unit = unit::on_off,
                 .writable = true,
                 .lowest = {},
                 .highest = {}},
};

// 2. The driver: requests out, readings in. It does no I/O, knows no clock and never throws. A
// device that cannot be commanded derives from `driver` and stops after `decode`.
class blueprint final : public actuator {
 public:
  blueprint(const layout& house, device_id device) : map_{house, device, table, read_limits{}} {}

  /// What to ask; only channels the layout names are in the map.
  std::vector<bus_request> poll() override { return map_.reads(); }

  /// What the answers mean. Whatever comes, a reading per channel goes out: a value or a fault.
  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return map_.decode(answers, now);
  }

  /// The write a command needs. Whether it worked is what the next poll reads.
  result<std::vector<bus_request>> encode(const command& c) override { return map_.encode(c); }

  /// The write that is right when nobody is in charge any more. Here: contactor off.
  std::vector<bus_request> make_safe(channel_id channel) override {
    return map_.make_safe(channel);
  }

 private:
  register_map map_;
};

}  // namespace

// 3. What a layout may say of it. The parser checks options and channels against this, so the
// driver itself never meets a wrong one.
model blueprint_model() {
  return {{.name = "blueprint",
           .title = "Blueprint Heaters BP1, switched immersion heater",
           .bus_kinds = modbus_bus_kinds(),
           .options = {modbus_address_option()},
           .channels = {{"temperature", unit::celsius, "water at the top of the tank"},
                        {"heating", unit::on_off, "contactor of the element", true}}},
          [](const layout& house, device_id device) {
            return std::make_unique<blueprint>(house, device);
          }};
}

}  // namespace hearth
