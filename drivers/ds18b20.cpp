#include "drivers/ds18b20.hpp"

#include "drivers/device_parts.hpp"

#include <charconv>

namespace hearth {
namespace {

/// What the sensor holds after power-up, before its first conversion: a cold solder joint in
/// the supply shows as a steady 85 °C.
constexpr int power_on_millidegrees = 85'000;
constexpr int lowest_millidegrees = -55'000;
constexpr int highest_millidegrees = 125'000;

class ds18b20 final : public driver {
 public:
  ds18b20(const layout& house, device_id device)
      : channels_{house, device}, slave_{text_option(house[device].options, "slave")} {}

  std::vector<bus_request> poll() override { return {onewire_read{slave_}}; }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    const auto value = only_answer<std::string>(answers).and_then(decode_ds18b20).map([](auto t) {
      return of(t);
    });
    return channels_.all(value, now);
  }

 private:
  named_channels channels_;
  std::string slave_;
};

}  // namespace

result<temperature> decode_ds18b20(std::string_view text) {
  // "73 01 4b 46 7f ff 0d 10 41 : crc=41 YES\n73 01 4b 46 7f ff 0d 10 41 t=23187\n"
  const auto malformed = [] {
    return failed(fault_code::malformed, "not the kernel's two lines about a DS18B20");
  };
  const auto line_end = text.find('\n');
  if (line_end == std::string_view::npos) return malformed();
  const auto first = text.substr(0, line_end);
  auto second = text.substr(line_end + 1);
  if (first.find(" : crc=") == std::string_view::npos) return malformed();
  if (first.ends_with(" NO"))
    return failed(fault_code::checksum,
                  "the sensor's bytes do not match their CRC; check the cable");
  if (!first.ends_with(" YES")) return malformed();

  const auto mark = second.find(" t=");
  if (mark == std::string_view::npos) return malformed();
  second = second.substr(mark + 3);
  auto millidegrees = 0;
  const auto* const end = second.data() + second.size();
  const auto [stopped, error] = std::from_chars(second.data(), end, millidegrees);
  if (error != std::errc{} || (stopped != end && *stopped != '\n')) return malformed();
  if (millidegrees == power_on_millidegrees)
    return failed(fault_code::not_ready, "85 °C is what the sensor says before it has measured");
  if (millidegrees < lowest_millidegrees || millidegrees > highest_millidegrees)
    return failed(fault_code::out_of_range, "a DS18B20 measures from -55 to 125 °C");
  return celsius(millidegrees / 1000.0);
}

model ds18b20_model() {
  auto slave = option_spec{};
  slave.key = "slave";
  slave.help = "the sensor's name below the bus's folder, such as 28-00000a1b2c3d";
  slave.required = true;
  slave.owned = true;
  auto spec = model_spec{};
  spec.name = "ds18b20";
  spec.title = "Maxim DS18B20 thermometer";
  spec.bus_kinds = {"onewire"};
  spec.options = {slave};
  spec.channels = {{"temperature", unit::celsius, "at the sensor"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<ds18b20>(house, device);
          }};
}

}  // namespace hearth
