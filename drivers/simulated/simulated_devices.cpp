#include "drivers/simulated/simulated_devices.hpp"

#include "drivers/simulated/sensor_error.hpp"
#include "drivers/simulated/simulated_bus.hpp"

#include <cassert>
#include <utility>

namespace hearth {
namespace {

/// A channel and the point of the plant that feeds it.
struct tap {
  channel_id channel;
  std::string point;
  hearth::unit unit;
};

std::vector<bus_request> reads_of(const std::vector<tap>& taps) {
  auto requests = std::vector<bus_request>{};
  for (const auto& t : taps) requests.emplace_back(plant_read{t.point});
  return requests;
}

result<measured> value_of(const tap& t, const result<bus_answer>& answer) {
  if (!answer) return tl::make_unexpected(answer.error());
  if (const auto* number = std::get_if<double>(&*answer)) return measured{*number, t.unit};
  return failed(fault_code::malformed,
                "point '" + t.point + "' answered with something else than a number");
}

std::vector<reading> decoded(const std::vector<tap>& taps,
                             std::span<const result<bus_answer>> answers, time_point now) {
  assert(answers.size() == taps.size());
  auto readings = std::vector<reading>{};
  for (std::size_t i = 0; i < taps.size(); ++i)
    readings.push_back({taps[i].channel, value_of(taps[i], answers[i]), now});
  return readings;
}

class thermometer final : public driver {
 public:
  thermometer(std::vector<tap> taps, simulated::sensor_error error)
      : taps_{std::move(taps)}, error_{error} {}

  std::vector<bus_request> poll() override { return reads_of(taps_); }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    auto readings = decoded(taps_, answers, now);
    for (auto& r : readings)
      if (r.value) r.value->amount = error_.shown(r.value->amount, now);
    return readings;
  }

 private:
  std::vector<tap> taps_;
  simulated::sensor_error error_;
};

class meter final : public driver {
 public:
  explicit meter(std::vector<tap> taps) : taps_{std::move(taps)} {}

  std::vector<bus_request> poll() override { return reads_of(taps_); }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return decoded(taps_, answers, now);
  }

 private:
  std::vector<tap> taps_;
};

class relay final : public actuator {
 public:
  relay(std::vector<tap> taps, std::string point, bool safe)
      : taps_{std::move(taps)}, point_{std::move(point)}, safe_{safe} {}

  std::vector<bus_request> poll() override { return reads_of(taps_); }

  std::vector<reading> decode(std::span<const result<bus_answer>> answers,
                              time_point now) override {
    return decoded(taps_, answers, now);
  }

  result<std::vector<bus_request>> encode(const command& c) override {
    const auto on = as<bool>(c.value);
    if (!on) return failed(fault_code::unsupported, "a relay can only be switched on or off");
    return std::vector{write(*on)};
  }

  std::vector<bus_request> make_safe(channel_id) override { return {write(safe_)}; }

 private:
  [[nodiscard]] bus_request write(bool on) const { return plant_write{point_, on ? 1.0 : 0.0}; }

  std::vector<tap> taps_;
  std::string point_;
  bool safe_;
};

/// The channels of a device that the layout names, all on the point `of`.
std::vector<tap> taps_of(const layout& l, device_id d) {
  auto taps = std::vector<tap>{};
  for (const auto id : l[d].channels)
    taps.push_back({id, text_option(l[d].options, "of"), l[id].unit});
  return taps;
}

option_spec point_option(std::string help) {
  auto o = option_spec{};
  o.key = "of";
  o.help = std::move(help);
  o.required = true;
  return o;
}

option_spec choice_option(std::string key, std::string help, std::vector<std::string> choices) {
  auto o = option_spec{};
  o.key = std::move(key);
  o.kind = option_kind::choice;
  o.help = std::move(help);
  o.choices = std::move(choices);
  return o;
}

}  // namespace

model simulated_thermometer_model() {
  return {{.name = "simulated-thermometer",
           .title = "a temperature of the simulated house",
           .bus_kinds = {simulated_bus().kind},
           .options = {point_option("what it measures: outdoor, heat_pump.leaving_water, "
                                    "store.layer.0 (hottest) …, loop.water, zone.<name>")},
           .channels = {{"temperature", unit::celsius,
                         "the temperature there, with the sensor's noise, bias and lag"}}},
          [](const layout& l, device_id d) -> std::unique_ptr<driver> {
            // By its name, so that adding a device changes no other.
            return std::make_unique<thermometer>(
                taps_of(l, d),
                simulated::sensor_error{l.simulation.value_or(simulation_layout{}),
                                        text_option(l[d].options, "of") + '/' + l[d].name});
          }};
}

model simulated_relay_model() {
  auto of = point_option("what it switches: heat_pump.enable, heat_pump.pump, zone.<name>.call");
  of.owned = true;
  auto fail_safe =
      choice_option("fail_safe", "the contact when nobody commands it", {"open", "closed"});
  fail_safe.fallback = "open";
  return {{.name = std::string{simulated_relay},
           .title = "a relay of the simulated house",
           .bus_kinds = {simulated_bus().kind},
           .options = {std::move(of), std::move(fail_safe)},
           .channels = {{"state", unit::on_off, "on when closed", true}}},
          [](const layout& l, device_id d) -> std::unique_ptr<driver> {
            const auto& options = l[d].options;
            return std::make_unique<relay>(taps_of(l, d), text_option(options, "of"),
                                           text_option(options, "fail_safe") == "closed");
          }};
}

model simulated_meter_model() {
  auto of = choice_option("of", "what it meters; the house includes the heat pump",
                          {"heat_pump", "house"});
  of.required = true;
  return {{.name = "simulated-meter",
           .title = "an electricity meter of the simulated house",
           .bus_kinds = {simulated_bus().kind},
           .options = {std::move(of)},
           .channels = {{"power", unit::watt, "active power"},
                        {"energy", unit::watt_hour, "consumed since the start"}}},
          [](const layout& l, device_id d) -> std::unique_ptr<driver> {
            auto taps = taps_of(l, d);
            for (auto& t : taps) t.point += "." + l[t.channel].key;
            return std::make_unique<meter>(std::move(taps));
          }};
}

}  // namespace hearth
