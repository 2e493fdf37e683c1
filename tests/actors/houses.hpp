#pragma once

#include "actors/snapshot.hpp"
#include "layouts/layout.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// Houses for the tests of the pure cores, built by hand, and what is known of them at an instant.
namespace hearth::testing {

using namespace std::chrono_literals;

/// A Wednesday, on the hour.
inline constexpr auto noon =
    time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 15} + 12h};

/// The channels of `small_house`, in the order of its table.
namespace at {
inline constexpr channel_id enable{0}, pump{1}, hp_power{2}, house_power{3}, top{4}, mid{5},
    bottom{6}, living{7}, living_call{8}, bed{9}, bed_call{10}, valve{11};
}  // namespace at
namespace by {
inline constexpr device_id relays{0}, meters{1}, thermometers{2}, valve{3};
}  // namespace by

/// A heat pump of 8 kW with its pump, a store of three layers, two zones of which the living room
/// is critical, meters for heat pump and house, and a valve that belongs to nobody. The node may
/// ask as admin; the tariff is flat.
inline layout small_house() {
  auto l = layout{};
  l.site = "small";
  l.timezone = "America/New_York";
  l.hash = "0123";
  l.link = link_layout{.broker = "mqtt://127.0.0.1:1883",
                       .ca = {},
                       .cert = {},
                       .key = {},
                       .anyone_may_command = false,
                       .remote_admin = true};
  l.buses.push_back({"bus", "simulated", {}, {}});
  const auto device = [&](const char* name, const char* model) {
    auto& d = l.devices.emplace_back();
    d.name = name;
    d.model = model;
    d.poll_every = 10s;
  };
  device("relays", "relay-board");
  device("meters", "meter");
  device("thermometers", "thermometer");
  device("valve", "valve");
  const auto channel = [&](device_id of, const char* name, unit u, bool actuator) {
    l.devices[of.value].channels.push_back({static_cast<std::uint16_t>(l.channels.size())});
    auto& c = l.channels.emplace_back();
    c.name = c.key = name;
    c.device = of;
    c.unit = u;
    c.actuator = actuator;
    c.max_age = 30s;
  };
  channel(by::relays, "hp.enable", unit::on_off, true);
  channel(by::relays, "hp.pump", unit::on_off, true);
  channel(by::meters, "hp.power", unit::watt, false);
  channel(by::meters, "house.power", unit::watt, false);
  channel(by::thermometers, "tank.top", unit::celsius, false);
  channel(by::thermometers, "tank.mid", unit::celsius, false);
  channel(by::thermometers, "tank.bottom", unit::celsius, false);
  channel(by::thermometers, "living.temp", unit::celsius, false);
  channel(by::relays, "living.call", unit::on_off, true);
  channel(by::thermometers, "bed.temp", unit::celsius, false);
  channel(by::relays, "bed.call", unit::on_off, true);
  channel(by::valve, "valve.position", unit::fraction, true);
  auto& plant = l.plant.emplace();
  plant.heat_pump.enable = at::enable;
  plant.heat_pump.pump = at::pump;
  plant.heat_pump.power_meter = at::hp_power;
  plant.heat_pump.max_power = 8 * kilowatt;
  plant.heat_pump.min_on = 10min;
  plant.heat_pump.min_off = 5min;
  plant.house_power = at::house_power;
  plant.electrical_limit = 12 * kilowatt;
  auto& store = plant.store.emplace();
  store.volume = 900 * litre;
  store.layers = {at::top, at::mid, at::bottom};
  store.max = celsius(75);
  store.min_top = celsius(45);
  const auto zone = [&](const char* name, channel_id temperature, channel_id call, bool critical) {
    auto& z = plant.zones.emplace_back();
    z.name = name;
    z.temperature_channel = temperature;
    z.setpoint = celsius(20);
    z.call = call;
    z.critical = critical;
  };
  zone("living", at::living, at::living_call, true);
  zone("bed", at::bed, at::bed_call, false);
  l.tariff.energy = 50 * usd_per_mwh;
  l.tariff.distribution = 100 * usd_per_mwh;
  return l;
}

/// Dear from 07:00 to 12:00 and from 16:00 to 20:00 on weekdays, local time; else cheap.
inline tariff_layout two_price_tariff() {
  auto t = tariff_layout{};
  t.energy = 50 * usd_per_mwh;
  t.distribution = 50 * usd_per_mwh;
  t.windows = {{7h, 12h, true, 400 * usd_per_mwh}, {16h, 20h, true, 400 * usd_per_mwh}};
  return t;
}

inline std::shared_ptr<const layout> shared(layout l) {
  return std::make_shared<const layout>(std::move(l));
}

/// A process image that a test paints. It starts as a mild day: everything off, the store at
/// 50, 45 and 40 °C, both zones at their setpoint of 20 °C, the house drawing 500 W.
class image {
 public:
  explicit image(const layout& l, time_point now = noon)
      : seen_{now, std::vector<point>(l.channels.size())} {
    for (std::size_t i = 0; i < l.channels.size(); ++i)
      set({static_cast<std::uint16_t>(i)}, measured{0, l.channels[i].unit});
    if (l.channels.size() <= at::valve.value) return;
    degrees(at::top, 50);
    degrees(at::mid, 45);
    degrees(at::bottom, 40);
    degrees(at::living, 20);
    degrees(at::bed, 20);
    set(at::house_power, of(500 * watt));
  }

  /// Measured now.
  image& set(channel_id c, measured value) {
    seen_.points[c.value] = {value, quality::good, seen_.at, seen_.at};
    return *this;
  }
  image& degrees(channel_id c, double celsius_degrees) {
    return set(c, of(celsius(celsius_degrees)));
  }
  image& on(channel_id c, bool is_on = true) { return set(c, switched(is_on)); }
  image& lose(channel_id c) {
    seen_.points[c.value] = {failed(fault_code::timeout, "no answer"), quality::fault, seen_.at,
                             seen_.at};
    return *this;
  }
  image& lose_store() { return lose(at::top).lose(at::mid).lose(at::bottom); }
  /// Time goes on; what is good is measured again with the same result.
  image& pass(duration d) { return be(seen_.at + d); }
  image& be(time_point now) {
    seen_.at = now;
    for (auto& p : seen_.points)
      if (p.quality == quality::good) p.at = now;
    return *this;
  }

  [[nodiscard]] const snapshot& now() const { return seen_; }
  [[nodiscard]] time_point time() const { return seen_.at; }

 private:
  snapshot seen_;
};

/// Those of one kind among the things that were said.
template <class What, class Bodies>
std::vector<What> only(const Bodies& said) {
  auto found = std::vector<What>{};
  for (const auto& each : said)
    if (const auto* one = std::get_if<What>(&each)) found.push_back(*one);
  return found;
}

/// How many of `events` are of this kind.
template <class Events>
auto count_kind(const Events& events, std::string_view kind) {
  return std::count_if(events.begin(), events.end(), [&](const auto& e) { return e.kind == kind; });
}

}  // namespace hearth::testing
