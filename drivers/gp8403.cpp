#include "drivers/gp8403.hpp"

#include "drivers/device_parts.hpp"
#include "drivers/i2c_bus.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hearth {
namespace {

// Source: Guestgood, "GP8403" data sheet V1.0: register 0x01 sets the range of both outputs, 0x02
// and 0x04 hold 12 bits each, left-aligned, low byte first. Nothing can be read: an output is as it
// was acknowledged last, which every poll makes sure of by writing it again.
constexpr std::uint8_t range_register = 0x01;
constexpr std::uint8_t ten_volts = 0x11;
constexpr double full_scale_v = 10;
constexpr double steps = 4095;

struct output {
  std::string_view name;
  std::uint8_t address;
};
constexpr std::array outputs{output{"out0", 0x02}, output{"out1", 0x04}};

class gp8403 final : public actuator {
 public:
  gp8403(const layout& house, device_id device)
      : channels_{house, device},
        address_{static_cast<std::uint8_t>(integer_option(house[device].options, "address"))},
        safe_v_{number_option(house[device].options, "fail_safe")} {
    for (const auto& o : outputs)
      if (const auto id = channels_.find(o.name)) wired_.push_back({*id, o.address, safe_v_});
  }

  /// A module that lost its supply is at 0 V and 5 V full scale, and says nothing: so both are
  /// written again.
  std::vector<bus_request> poll() override {
    auto all = std::vector<bus_request>{range()};
    for (const auto& w : wired_) all.emplace_back(level(w));
    return all;
  }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    for (const auto& answer : answers)
      if (!answer) return channels_.all(answer.error(), now);
    if (answers.size() != wired_.size() + 1 || !std::ranges::all_of(answers, is_done))
      return channels_.all(fault{fault_code::malformed, "not acknowledged"}, now);
    auto readings = std::vector<reading>{};
    for (const auto& w : wired_)
      readings.push_back({w.channel, measured{w.volts, unit::volt}, now});
    return readings;
  }

  result<std::vector<bus_request>> encode(const command& c) override {
    const auto found = std::ranges::find(wired_, c.target, &wired::channel);
    if (found == wired_.end())
      return failed(fault_code::unsupported, "this channel takes no commands");
    if (c.value.unit != unit::volt)
      return failed(fault_code::unsupported, "an output is commanded in volts");
    if (!(c.value.amount >= 0 && c.value.amount <= full_scale_v))
      return failed(fault_code::out_of_range, "an output is between 0 and 10 V");
    found->volts = c.value.amount;
    return std::vector<bus_request>{range(), level(*found)};
  }

  std::vector<bus_request> make_safe(channel_id channel) override {
    const auto found = std::ranges::find(wired_, channel, &wired::channel);
    if (found == wired_.end()) return {};
    found->volts = safe_v_;
    return {range(), level(*found)};
  }

 private:
  struct wired {
    channel_id channel;
    std::uint8_t address;
    double volts;
  };

  static bool is_done(const result<bus_answer>& answer) {
    return std::holds_alternative<done>(*answer);
  }
  [[nodiscard]] i2c_transfer range() const {
    return {address_, {range_register, ten_volts}, 0, {}};
  }
  [[nodiscard]] i2c_transfer level(const wired& w) const {
    const auto counts = static_cast<std::uint16_t>(std::lround(w.volts / full_scale_v * steps));
    const auto left = static_cast<std::uint16_t>(counts << 4);
    return {
        address_,
        {w.address, static_cast<std::uint8_t>(left & 0xFF), static_cast<std::uint8_t>(left >> 8)},
        0,
        {}};
  }

  named_channels channels_;
  std::uint8_t address_;
  double safe_v_;
  std::vector<wired> wired_;
};

}  // namespace

model gp8403_model() {
  auto spec = model_spec{.name = "gp8403",
                         .title = "DFRobot DFR0971, two outputs of 0 to 10 V (GP8403)",
                         .bus_kinds = {i2c_kind},
                         .options = {i2c_address_option(0x58, 0x5F),
                                     {.key = "fail_safe",
                                      .kind = option_kind::quantity,
                                      .help = "both outputs when nobody commands them",
                                      .fallback = "0 V",
                                      .dimension = dimension::voltage,
                                      .lowest = 0,
                                      .highest = full_scale_v}},
                         .channels = {}};
  for (const auto& o : outputs)
    spec.channels.push_back(
        {std::string{o.name}, unit::volt, "as it was acknowledged last; it cannot be read", true});
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<gp8403>(house, device);
          }};
}

}  // namespace hearth
