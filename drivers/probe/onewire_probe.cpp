#include "drivers/probe/onewire_probe.hpp"

#include "drivers/device_parts.hpp"
#include "drivers/ds18b20.hpp"

#include <array>
#include <cstdio>

namespace hearth {
namespace {

/// The first byte of a slave's number, which Maxim gives to each kind.
struct family {
  std::string_view code;
  std::string_view what;
};
/// Those that the kernel's w1-therm reads in the same words as a DS18B20, and some that are no
/// thermometers.
constexpr std::array thermometers{
    family{"10", "DS18S20 thermometer"}, family{"22", "DS1822 thermometer"},
    family{"3b", "MAX31850 thermocouple"}, family{"42", "DS28EA00 thermometer"}};
constexpr std::array others{
    family{"01", "DS2401 serial number"}, family{"26", "DS2438 battery monitor"},
    family{"29", "DS2408 with eight switches"}, family{"3a", "DS2413 with two switches"}};

std::string degrees(temperature t) {
  auto text = std::array<char, 32>{};
  std::snprintf(text.data(), text.size(), "%.2f °C now", t.in_celsius());
  return text.data();
}

finding recognise(port& io, interview& asks, const std::string& slave) {
  auto f = finding{.where = slave, .what = "answers, unknown"};
  const auto code = std::string_view{slave}.substr(0, 2);
  for (const auto& o : others)
    if (o.code == code) f.what = o.what, f.sure = certainty::likely;
  for (const auto& t : thermometers)
    if (t.code == code) f.what = t.what, f.sure = certainty::guess;
  if (code == "28") f.what = "DS18B20 thermometer", f.sure = certainty::certain;
  const auto is_thermometer = f.sure == certainty::certain || f.sure == certainty::guess;
  if (!is_thermometer) return f;

  const auto answer = std::array{asks.ask(io, onewire_read{slave})};
  const auto now = only_answer<std::string>(answer).and_then(decode_ds18b20);
  f.evidence = now ? degrees(*now) : to_text(now.error());
  f.propose = {{.id = "thermometer-" + slave.substr(slave.size() > 4 ? slave.size() - 4 : 0),
                .model = "ds18b20",
                .options = {{"slave", slave}}}};
  if (f.sure == certainty::guess)
    f.propose[0].note = "the kernel gives it as it gives a DS18B20; not tried with Hearth";
  return f;
}

}  // namespace

probe_result probe_onewire(port& io, interview& asks, proposed_bus bus,
                           const std::vector<std::string>& slaves) {
  auto result = probe_result{.bus = std::move(bus)};
  for (std::size_t i = 0; i < slaves.size(); ++i) {
    if (slaves[i].starts_with("w1_bus_master")) continue;
    if (slaves[i].starts_with("00-")) {
      result.remarks.push_back(slaves[i] +
                               " is no slave but noise: is the pull-up there, 4.7 kΩ from data to "
                               "3.3 V, and the cable in order?");
      continue;
    }
    if (!asks.goes_on("slave " + slaves[i], i, slaves.size())) break;
    result.found.push_back(recognise(io, asks, slaves[i]));
  }
  return asks.ended(std::move(result));
}

}  // namespace hearth
