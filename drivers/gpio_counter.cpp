#include "drivers/gpio_counter.hpp"

#include "drivers/device_parts.hpp"
#include "drivers/gpio_bus.hpp"

#include <algorithm>

namespace hearth {
namespace {

/// What a pulse is worth.
struct worth {
  std::string total_key;
  unit total_unit;
  double total_of_one;
  std::string pace_key;
  unit pace_unit;
  double pace_of_one_per_second;
};

/// So long must a line have been silent from the start on to be said to stand still.
constexpr auto still_after = std::chrono::seconds{60};

class gpio_counter final : public driver {
 public:
  gpio_counter(const layout& house, device_id device, worth pulse)
      : channels_{house, device},
        line_{static_cast<unsigned>(integer_option(house[device].options, "line"))},
        active_low_{text_option(house[device].options, "active") == "low"},
        debounce_{debounce_of(house[device].options)},
        pulse_{std::move(pulse)} {}

  std::vector<bus_request> poll() override { return {gpio_count{line_, active_low_, debounce_}}; }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    const auto counted = only_answer<pulses>(answers);
    if (!counted) return channels_.all(counted.error(), now);
    auto readings = std::vector<reading>{};
    if (const auto channel = channels_.find(pulse_.total_key))
      readings.push_back(
          {*channel,
           measured{static_cast<double>(counted->total) * pulse_.total_of_one, pulse_.total_unit},
           now});
    const auto pace = per_second(*counted, now).map([this](double pulses_per_second) {
      return measured{pulses_per_second * pulse_.pace_of_one_per_second, pulse_.pace_unit};
    });
    if (const auto channel = channels_.find(pulse_.pace_key))
      readings.push_back({*channel, pace, now});
    return readings;
  }

 private:
  result<double> per_second(const pulses& counted, time_point now) {
    const auto first = !total_;
    const auto more = total_ && counted.total != *total_;
    total_ = counted.total;
    if (first || more) silent_since_ = now;
    if (counted.lately && counted.lately->in.count() > 0)
      pace_ = static_cast<double>(counted.lately->pulses) /
              std::chrono::duration<double>{counted.lately->in}.count();
    const auto silent = now - silent_since_;
    if (!pace_ && silent >= still_after) pace_ = 0;
    if (!pace_) return failed(fault_code::not_ready, "two pulses are needed for a pace");
    if (silent.count() <= 0) return *pace_;
    // Had it been faster, another pulse would have come.
    return std::min(*pace_, 1 / std::chrono::duration<double>{silent}.count());
  }

  named_channels channels_;
  unsigned line_;
  bool active_low_;
  std::chrono::microseconds debounce_;
  worth pulse_;
  std::optional<std::uint64_t> total_;
  std::optional<double> pace_;  ///< pulses per second
  time_point silent_since_{};
};

option_spec pulses_per(std::string key, std::string help) {
  auto option = option_spec{};
  option.key = std::move(key);
  option.kind = option_kind::integer;
  option.help = std::move(help);
  option.required = true;
  option.lowest = 1;
  option.highest = 1'000'000;
  return option;
}

model_spec counter_spec(std::string name, std::string title, std::string debounce) {
  auto spec = model_spec{};
  spec.name = std::move(name);
  spec.title = std::move(title);
  spec.bus_kinds = {"gpio"};
  spec.options = gpio_line_options();
  spec.options.push_back(gpio_debounce_option(std::move(debounce)));
  return spec;
}

}  // namespace

model gpio_energy_counter_model() {
  // An S0 pulse lasts at least 30 ms.
  auto spec = counter_spec("gpio-energy-counter", "S0 pulses of an electricity meter", "10 ms");
  spec.options.push_back(pulses_per("pulses_per_kwh", "as printed on the meter (imp/kWh)"));
  spec.channels = {{"energy", unit::watt_hour, "counted since the line's first pulse"},
                   {"power", unit::watt, "from the time between pulses"}};
  return {
      spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
        const auto watt_hours =
            1000.0 / static_cast<double>(integer_option(house[device].options, "pulses_per_kwh"));
        return std::make_unique<gpio_counter>(
            house, device,
            worth{"energy", unit::watt_hour, watt_hours, "power", unit::watt, watt_hours * 3600});
      }};
}

model gpio_flow_counter_model() {
  auto spec = counter_spec("gpio-flow-counter", "hall flow sensor or water meter", "0 s");
  spec.options.push_back(
      pulses_per("pulses_per_litre", "of the sensor's data sheet, such as 450 for a YF-S201"));
  spec.channels = {{"volume", unit::litre, "counted since the line's first pulse"},
                   {"flow", unit::litre_per_minute, "from the time between pulses"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            const auto litres = 1.0 / static_cast<double>(integer_option(house[device].options,
                                                                         "pulses_per_litre"));
            return std::make_unique<gpio_counter>(
                house, device,
                worth{"volume", unit::litre, litres, "flow", unit::litre_per_minute, litres * 60});
          }};
}

model gpio_pulse_counter_model() {
  auto spec = counter_spec("gpio-pulse-counter", "contact whose pulses count", "0 s");
  spec.channels = {{"total", unit::count, "pulses since the line's first"},
                   {"frequency", unit::hertz, "from the time between pulses"}};
  return {spec, [](const layout& house, device_id device) -> std::unique_ptr<driver> {
            return std::make_unique<gpio_counter>(
                house, device, worth{"total", unit::count, 1, "frequency", unit::hertz, 1});
          }};
}

}  // namespace hearth
