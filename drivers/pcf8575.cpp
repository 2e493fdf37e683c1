#include "drivers/pcf8575.hpp"

#include "drivers/device_parts.hpp"
#include "drivers/i2c_bus.hpp"

#include <algorithm>

namespace hearth {
namespace {

// Source: NXP, "PCF8575" data sheet (Rev. 5), section 8: no registers. Two bytes written are the
// latches of P00…P07 and P10…P17; two bytes read are what the pins have. A latch of 1 is a weak
// pull-up, which is also how the chip powers up: so a board whose relays pull when low has all of
// them off until it is told otherwise.
constexpr std::size_t relays = 16;
constexpr std::uint16_t all_released = 0xFFFF;

std::string name_of(std::size_t relay) { return "r" + std::to_string(relay + 1); }

class pcf8575_relays final : public actuator {
 public:
  pcf8575_relays(const layout& house, device_id device)
      : channels_{house, device},
        address_{static_cast<std::uint8_t>(integer_option(house[device].options, "address"))},
        active_low_{text_option(house[device].options, "active") == "low"} {
    const auto safe_on = text_option(house[device].options, "fail_safe") == "closed";
    for (std::size_t i = 0; i < relays; ++i)
      if (const auto id = channels_.find(name_of(i))) {
        wired_.push_back({*id, i});
        set(safe_, i, safe_on);
      }
    wanted_ = safe_;
  }

  std::vector<bus_request> poll() override { return {i2c_transfer{address_, {}, 2, {}}}; }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    const auto pins = only_answer<bytes>(answers).and_then(pins_of);
    if (!pins) return channels_.all(pins.error(), now);
    auto readings = std::vector<reading>{};
    for (const auto& w : wired_)
      readings.push_back(
          {w.channel, switched((*pins >> w.relay & 1) != (active_low_ ? 1 : 0)), now});
    return readings;
  }

  /// All 16 latches at once: those of other relays are written as they are wanted already, which
  /// moves none of them.
  result<std::vector<bus_request>> encode(const command& c) override {
    const auto* const target = find(c.target);
    return wanted_state(c, target ? std::optional{c.target} : std::nullopt).map([&](bool on) {
      set(wanted_, target->relay, on);
      return std::vector<bus_request>{latch(wanted_)};
    });
  }

  std::vector<bus_request> make_safe(channel_id channel) override {
    const auto* const target = find(channel);
    if (!target) return {};
    set(wanted_, target->relay, is_on(safe_, target->relay));
    return {latch(wanted_)};
  }

 private:
  struct wired {
    channel_id channel;
    std::size_t relay;
  };

  static result<std::uint16_t> pins_of(const bytes& got) {
    if (got.size() != 2) return failed(fault_code::malformed, "not two bytes");
    return static_cast<std::uint16_t>(got[0] | got[1] << 8);
  }
  [[nodiscard]] const wired* find(channel_id channel) const {
    const auto found = std::ranges::find(wired_, channel, &wired::channel);
    return found != wired_.end() ? &*found : nullptr;
  }
  void set(std::uint16_t& latches, std::size_t relay, bool on) const {
    const auto bit = static_cast<std::uint16_t>(1U << relay);
    const auto high = on != active_low_;
    latches = static_cast<std::uint16_t>(high ? latches | bit : latches & ~bit);
  }
  [[nodiscard]] bool is_on(std::uint16_t latches, std::size_t relay) const {
    return ((latches >> relay & 1) != 0) != active_low_;
  }
  [[nodiscard]] i2c_transfer latch(std::uint16_t latches) const {
    return {address_,
            {static_cast<std::uint8_t>(latches & 0xFF), static_cast<std::uint8_t>(latches >> 8)},
            0,
            {}};
  }

  named_channels channels_;
  std::uint8_t address_;
  bool active_low_;
  std::vector<wired> wired_;
  std::uint16_t safe_ = all_released;  ///< pins that no channel names stay released
  std::uint16_t wanted_ = all_released;
};

}  // namespace

model pcf8575_relays_model() {
  auto spec = model_spec{.name = "pcf8575-relays",
                         .title = "board of 16 relays on a PCF8575 (Krida and others)",
                         .bus_kinds = {i2c_kind},
                         .options = {i2c_address_option(0x20, 0x27),
                                     {.key = "active",
                                      .kind = option_kind::choice,
                                      .help = "the level that closes a relay; a board that is "
                                              "active high closes all of them at power-up",
                                      .fallback = "low",
                                      .choices = {"low", "high"}},
                                     fail_safe_option()},
                         .channels = {}};
  for (std::size_t i = 0; i < relays; ++i)
    spec.channels.push_back({name_of(i), unit::on_off,
                             "relay " + std::to_string(i + 1) + ", read back from its pin", true});
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<pcf8575_relays>(house, device);
          }};
}

}  // namespace hearth
