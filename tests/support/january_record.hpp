#pragma once

#include "tools/simulate/record.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>

namespace hearth::testing {

/// A run that was never simulated and looks as if: a house in Maine with a store of nine layers and
/// three zones, from a January on. Rough physics, but the figures fit each other.
class january_house {
 public:
  simulate::run_record live(std::int64_t days) {
    using namespace simulate;
    using namespace std::chrono_literals;
    auto r = run_record{};
    r.site = "birch-4";
    r.layout = "maine-house.yaml";
    r.layout_hash = "7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730";
    r.version = "0.1.0";
    r.control = "planner";
    r.with_node = true;
    r.seed = 42;
    r.time_zone = "America/New_York";
    r.from = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 12}} + 5h;
    r.to = r.from + days * 24h;
    r.wall = seconds_real{1.5};
    const auto slots = static_cast<std::size_t>(days * 288);
    r.slots = slot_table{r.from, 5min, 9, {"living", "bedrooms", "workshop"}};
    r.slots.reserve(slots);
    auto& t = r.totals;
    t.store_start = stored();
    auto steady_cost = money{};
    for (std::size_t i = 0; i < slots; ++i) {
      const auto s = next(i);
      r.slots.push(s);
      const auto step = r.slots.step();
      t.electricity += s.heat_pump * step;
      t.energy_cost += s.heat_pump * step * s.price.value_or(energy_price{});
      t.heat_delivered += s.heat_to_zones * step;
      steady_cost += s.heat_to_zones * step / 2.6 * s.price.value_or(energy_price{});
      t.in_charge[static_cast<std::size_t>(s.in_charge)] += step;
      for (const auto& room : s.rooms)
        if (room.setpoint && *room.setpoint - room.is > comfort_tolerance)
          t.comfort_below += (*room.setpoint - room.is - comfort_tolerance) * step;
    }
    t.store_end = stored();
    t.heat_lost = 0.06 * t.heat_delivered;
    t.balance_error = 0.0004 * kilowatt_hour;
    t.heat_pump_starts = starts_;
    t.shortest_run = 35min;
    t.interlock_interventions = 4;
    t.messages = 2231;
    t.event_log_sha256 = "0b1f04e1a2d9b7c8d3a3f8f0c9e7b6a5948372615049382716f5e4d3c2b1a090";
    r.baselines.thermostat = 1.02 * steady_cost;
    r.baselines.timer = 0.71 * steady_cost;
    r.baselines.bound = 0.62 * t.energy_cost;
    happen(r);
    return r;
  }

 private:
  simulate::told_slot next(std::size_t slot) {
    const auto hour_of_run = static_cast<double>(slot) / 12;
    const auto hour = std::fmod(hour_of_run, 24);
    const auto day = static_cast<int>(hour_of_run / 24);
    const auto season = std::cos(2 * std::numbers::pi * (day - 5) / 365);
    auto s = simulate::told_slot{};
    const auto sun = std::cos(2 * std::numbers::pi * (hour - 14.5) / 24);
    s.outdoor = celsius(6 - 14 * season + 4 * sun + 5 * std::sin(day * 0.9 + hour / 40) + noise());
    const auto weekday = day % 7;  // the run begins on a Sunday
    const auto dear =
        weekday > 0 && weekday < 6 && ((hour >= 7 && hour < 12) || (hour >= 16 && hour < 20));
    if (slot % 12 == 0)
      market_ = 32 + 12 * std::sin(hour / 3.8) + 9 * season + 14 * std::abs(noise());
    s.price = (market_ + (dear ? 487.63 : 50.13)) * usd_per_mwh;

    const auto need = std::max(0.0, 0.23 * (19 - s.outdoor.in_celsius()));  // kW
    const auto wanted = !dear && (filled_ < 7.4 || running_) && filled_ < 8.95;
    const auto starved = filled_ < 0.6;
    const auto run = need > 0.2 && (wanted || starved || (running_ && ran_ < 7));
    if (run && !running_) ++starts_, ran_ = 0;
    running_ = run;
    ++ran_;
    using enum simulated::heat_pump_phase;
    const auto frosty = s.outdoor > celsius(-10) && s.outdoor < celsius(5);
    s.phase = !run ? off : ran_ <= 2 ? warming_up : frosty && ran_ % 12 == 0 ? defrosting : running;
    const auto cop = 2.1 + 0.045 * (s.outdoor.in_celsius() + 15);
    const auto electric = s.phase == off          ? 0.02
                          : s.phase == warming_up ? 2.5 + ran_
                          : s.phase == defrosting ? 1.1
                                                  : 6.2 + 0.4 * noise();
    const auto heat = s.phase == running ? electric * cop : s.phase == defrosting ? -3.0 : 0.0;
    s.heat_pump = electric * kilowatt;
    s.house = s.heat_pump +
              (0.35 + 0.2 * std::abs(noise()) + (hour > 17 && hour < 22 ? 0.6 : 0)) * kilowatt;
    s.heat_to_water = heat * kilowatt;
    s.heat_to_zones = (filled_ > 0.05 ? need : 0.4 * need) * kilowatt;
    // One layer of the store holds 4.6 kWh between its return at 38 °C and its supply at 68 °C.
    filled_ = std::clamp(filled_ + (heat - s.heat_to_zones.in(kilowatt)) / 12 / 4.6, 0.0, 9.0);
    s.stored = stored();
    for (auto layer = 0; layer < 9; ++layer) {
      const auto hot = 1 / (1 + std::exp((layer + 0.5 - filled_) * 3.2));
      s.layers.push_back(celsius(37 + 31 * hot + (running_ ? 2.5 * hot : 0) - 0.4 * layer));
    }
    for (auto zone = 0; zone < 3; ++zone) {
      const auto asked = zone == 2                ? 16.0
                         : hour < 6 || hour >= 22 ? 18.5 + 0.5 * (1 - zone)
                                                  : 20.5 - 0.5 * zone;
      const auto pull = filled_ > 0.05 ? 0.07 : 0.006;
      rooms_[zone] += pull * (asked + 0.25 - rooms_[zone]) + 0.02 * noise() - 0.0015 * (zone == 2);
      if (weekday == 3 && hour > 16 && hour < 20 && day < 8) rooms_[zone] -= 0.02;
      s.rooms.push_back({celsius(rooms_[zone]), celsius(asked)});
    }
    s.in_charge = weekday >= 1 && weekday <= 4 && hour >= 1 && hour < 5 ? authority::contract
                  : day % 30 == 5 && hour >= 18 && hour < 18.5          ? authority::admin
                  : day % 30 == 3 && hour >= 17 && hour < 19            ? authority::grid
                                                                        : authority::local;
    return s;
  }

  static void happen(simulate::run_record& r) {
    using namespace std::chrono_literals;
    const auto say = [&](severity s, const char* kind, const char* subject, const char* text,
                         duration at) {
      if (r.from + at < r.to) r.events.push({s, kind, subject, text, r.from + at});
    };
    say(severity::info, "started", "house", "the house is up", 1min);
    say(severity::warning, "sensor", "tank2.middle",
        "has not answered for 2 min; its value is stale", 42h);
    say(severity::info, "sensor", "tank2.middle", "answers again", 42h + 11min);
    say(severity::alarm, "device-failed", "hp-meter",
        "failed three times within a minute and is being restarted", 65h + 20min);
    say(severity::info, "restarted", "hp-meter", "answers again", 65h + 21min);
    say(severity::warning, "cold", "workshop", "is 0.7 K under its setpoint", 91h);
    say(severity::info, "outage", "link", "the node has been silent for 5 min", 120h);
  }

  [[nodiscard]] energy stored() const { return filled_ * 4.6 * kilowatt_hour; }
  /// From −1 to 1, the same in every run.
  double noise() {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<double>(state_ >> 40) / static_cast<double>(1 << 23) - 1;
  }

  std::uint64_t state_ = 7;
  double market_ = 40;
  double filled_ = 5;
  double rooms_[3] = {20, 19, 16};
  bool running_ = false;
  int ran_ = 0;
  std::uint64_t starts_ = 0;
};

}  // namespace hearth::testing
