#pragma once

#include "drivers/driver.hpp"
#include "drivers/simulated/plant.hpp"

#include <bit>
#include <map>
#include <memory>
#include <random>
#include <string>

/// The devices of `layouts/maine-house.yaml` as they would answer in a winter: its plant is
/// simulated, its meters, sensors and thermometers speak in registers, files and JSON, each with
/// the noise such a device has.
namespace hearth::bench {

/// One load that comes and goes.
struct appliance {
  double watts = 0;
  duration on{}, off{};  ///< how long it usually does
  bool running = false;
  time_point next;
};

class living_house {
 public:
  living_house(const layout& house, std::shared_ptr<const series> weather)
      : plant_{*house.plant, simulation(), std::move(weather)} {}

  /// Lets everything live until `now`.
  void live(time_point now) {
    if (now <= now_) return;
    const auto hours = std::chrono::duration<double, std::ratio<3600>>(now - now_).count();
    plant_.advance(now);
    for (auto& [unit, load] : loads_) turn(load, now);
    if (now_ == time_point{})
      began_ = now;
    else
      for (unsigned unit = 1; unit <= 8; ++unit) energy_wh_[unit] += watts(unit) * hours;
    now_ = now;
  }
  void write(unsigned line, bool on) {
    lines_[line] = on;
    if (line == 5) plant_.enable(on);
    if (line == 7) plant_.pump(on);
    if (line == 13 || line == 17 || line == 20)
      plant_.call(line == 13 ? 0 : line == 17 ? 1 : 2, on);
  }
  [[nodiscard]] bool line(unsigned line) { return lines_[line]; }

  /// An Eastron meter's register pair.
  double meter(unsigned unit, unsigned address) {
    const auto volts = (unit == 1 ? 120.0 : 240.0) + noise(0.4);
    const auto drawn = std::abs(noisy(watts(unit)));
    switch (address) {
    case 0x00:
    case 0x02: return volts;
    case 0x06:
    case 0x08: return unit == 1 ? drawn / 2 / volts : drawn / volts;
    case 0x0C: return unit == 1 ? drawn / 2 + 40 : drawn;
    case 0x0E: return drawn / 2 - 40;
    case 0x34: return drawn;
    case 0x1E:
    case 0x3E: return 0.97 + noise(0.004);
    case 0x46: return 60 + noise(0.012);
    case 0x48: return 1000 + energy_wh_[unit] / 1000;
    default: return 0;
    }
  }
  /// The heat pump's own registers, unscaled.
  double gateway(unsigned address) {
    const auto running = plant_.heat_pump_power().in(watt) > 500;
    switch (address) {
    case 4: return 10 * (plant_.leaving_water().in_celsius() + noise(0.05));
    case 5: return 10 * (plant_.store().bottom().in_celsius() + noise(0.05));
    case 6: return 10 * (plant_.outdoor().in_celsius() + noise(0.1));
    case 9: return running ? 285 + noise(2) : 0;
    case 10: return running ? 62 + noise(1) : 0;
    case 12: return running ? 2350 + noise(15) : 1400;
    case 20: return 412;  // the low word comes first
    default: return 0;
    }
  }
  [[nodiscard]] bool gateway_bit(unsigned address) const {
    return address == 0 && plant_.heat_pump_power().in(watt) > 500;
  }
  /// The n-th sensor on the wire: twelve in the tanks, six on the pipes.
  double sensor_c(unsigned n) {
    const auto& store = plant_.store();
    const auto pipes = std::array{plant_.leaving_water(), store.bottom(), store.top(),
                                  store.bottom(),         store.top(),    store.bottom()};
    const auto is = n < store.size() ? store.layer(n) : pipes[(n - store.size()) % pipes.size()];
    return is.in_celsius() + noise(0.05);
  }
  double room_c(std::size_t zone) { return plant_.room(zone).in_celsius() + noise(0.05); }
  double outdoor_c() { return plant_.outdoor().in_celsius() + noise(0.1); }
  double plug_w(unsigned plug) {
    return noisy(loads_[10 + plug].running ? loads_[10 + plug].watts : 0.4);
  }
  /// It draws 20 W on average.
  [[nodiscard]] double plug_wh(unsigned plug) const {
    return 20 * std::chrono::duration<double, std::ratio<3600>>(now_ - began_).count() + plug;
  }
  double noise(double deviation) { return std::normal_distribution<>{0, deviation}(chance_); }

 private:
  static simulation_layout simulation() {
    auto s = simulation_layout{};
    s.zones = {{"living", 85, 4500, 170, 250 * watt, celsius(20.5)},
               {"upstairs", 58, 3000, 120, 100 * watt, celsius(19)},
               {"garage", 35, 5000, 80, 0 * watt, celsius(8)}};
    s.store_initial = celsius(55);
    return s;
  }
  double noisy(double watts) { return watts + noise(0.2 + 0.003 * watts); }
  [[nodiscard]] double watts(unsigned unit) {
    const auto pumping = plant_.pumping() ? 62.0 : 0.6;
    switch (unit) {
    case 1: {
      auto all = plant_.heat_pump_power().in(watt) + 3 * pumping + 180;
      for (const auto& [number, load] : loads_) all += load.running ? load.watts : 0;
      return all;
    }
    case 2: return plant_.heat_pump_power().in(watt);
    case 3:
    case 4: return pumping;
    case 5: return plant_.calling(0) ? 45 : 0.6;
    default: return loads_[unit].running ? loads_[unit].watts : 1.2;
    }
  }
  /// Each lasts between half and one and a half of its usual time.
  void turn(appliance& load, time_point now) {
    if (now < load.next) return;
    if (load.next != time_point{}) load.running = !load.running;
    const auto usual = static_cast<double>((load.running ? load.on : load.off).count());
    load.next = now + duration{static_cast<std::int64_t>(
                          usual * std::uniform_real_distribution<>{0.5, 1.5}(chance_))};
  }

  simulated::plant plant_;
  std::mt19937_64 chance_{86};
  time_point began_, now_;
  std::map<unsigned, double> energy_wh_;
  std::map<unsigned, bool> lines_;
  /// By the address of the meter that sees it; from 10 on the plugs, from 20 on what only the main
  /// meter sees: a refrigerator, a kettle, a stove, lights, a television.
  std::map<unsigned, appliance> loads_{
      {6, {4500, std::chrono::minutes{5}, std::chrono::hours{12}, false, {}}},
      {7, {4500, std::chrono::minutes{18}, std::chrono::hours{5}, false, {}}},
      {8, {7200, std::chrono::hours{3}, std::chrono::hours{20}, false, {}}},
      {10, {38, std::chrono::minutes{10}, std::chrono::minutes{50}, false, {}}},
      {11, {420, std::chrono::minutes{25}, std::chrono::minutes{70}, false, {}}},
      {20, {120, std::chrono::minutes{14}, std::chrono::minutes{31}, false, {}}},
      {21, {1500, std::chrono::minutes{3}, std::chrono::hours{4}, false, {}}},
      {22, {2200, std::chrono::minutes{6}, std::chrono::hours{3}, false, {}}},
      {23, {240, std::chrono::minutes{50}, std::chrono::minutes{80}, false, {}}},
      {24, {150, std::chrono::hours{2}, std::chrono::hours{5}, false, {}}}};
};

/// A bus of that house. The radio's devices are answered as soon as they are asked.
class living_port final : public port {
 public:
  living_port(std::shared_ptr<living_house> house, bool floats)
      : house_{std::move(house)}, floats_{floats} {}

  result<bus_answer> transact(const bus_request& request, time_point now) override {
    house_->live(now);
    if (const auto* read = std::get_if<modbus_read>(&request)) return registers(*read);
    if (const auto* read = std::get_if<gpio_read>(&request)) return house_->line(read->line);
    if (const auto* write = std::get_if<gpio_write>(&request))
      house_->write(write->line, write->on);
    if (const auto* read = std::get_if<onewire_read>(&request)) return file(read->slave);
    if (const auto* asked = std::get_if<mqtt_publish>(&request)) answer(asked->topic);
    return done{};
  }
  void listen(std::vector<std::string>, std::function<void(bus_message)> heard) override {
    heard_ = std::move(heard);
  }

 private:
  bus_answer registers(const modbus_read& read) {
    auto all = words(read.count);
    for (unsigned i = 0; i < all.size(); ++i) {
      const auto address = read.address + i;
      if (floats_) {
        if (i % 2 != 0) continue;
        const auto bits =
            std::bit_cast<std::uint32_t>(static_cast<float>(house_->meter(read.unit, address)));
        all[i] = static_cast<std::uint16_t>(bits >> 16);
        if (i + 1 < all.size()) all[i + 1] = static_cast<std::uint16_t>(bits);
      } else if (read.table == register_row::table::discrete) {
        all[i] = house_->gateway_bit(address);
      } else {
        all[i] = static_cast<std::uint16_t>(static_cast<int>(house_->gateway(address)));
      }
    }
    return all;
  }
  /// Sixteenths of a degree, as the sensor counts.
  bus_answer file(const std::string& slave) {
    const auto n = std::stoul(slave.substr(slave.size() - 2), nullptr, 16) - 1;
    const auto sixteenths = std::lround(house_->sensor_c(static_cast<unsigned>(n)) * 16);
    return "72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=" +
           std::to_string(sixteenths * 1000 / 16) + "\n";
  }
  void answer(const std::string& topic) {
    const auto tell = [this](std::string to, std::string_view before, double value, int digits,
                             std::string_view after) {
      auto text = std::array<char, 32>{};
      std::snprintf(text.data(), text.size(), "%.*f", digits, value);
      heard_({std::move(to), std::string{before} + text.data() + std::string{after}});
    };
    const auto is = [&](std::string_view word) { return topic.find(word) != std::string::npos; };
    if (!heard_) return;
    if (is("a8032ab1") || is("a8032ac7"))
      tell(topic.substr(0, topic.find('/')) + "/status/temperature:100", R"({"id":100,"tC":)",
           house_->room_c(is("a8032ab1") ? 0 : 1), 1, "}");
    else if (is("e86bea01"))
      tell(topic.substr(0, topic.find('/')) + "/status/switch:0",
           R"({"output":true,"aenergy":{"total":)" + std::to_string(house_->plug_wh(0)) +
               R"(},"apower":)",
           house_->plug_w(0), 1, "}");
    else if (is("dehumidifier/STATUS"))
      tell("stat/dehumidifier/STATUS10",
           R"({"StatusSNS":{"ENERGY":{"Total":)" + std::to_string(house_->plug_wh(1) / 1000) +
               R"(,"Power":)",
           house_->plug_w(1), 0, "}}}");
    else if (is("dehumidifier/POWER"))
      heard_({"stat/dehumidifier/POWER", "ON"});
    else if (is("garage-th10") || is("porch-th10"))
      tell("stat/" + std::string{is("porch") ? "porch-th10" : "garage-th10"} + "/STATUS10",
           R"({"StatusSNS":{"DS18B20":{"Temperature":)",
           is("porch") ? house_->outdoor_c() : house_->room_c(2), 1, "}}}");
  }

  std::shared_ptr<living_house> house_;
  bool floats_;
  std::function<void(bus_message)> heard_;
};

}  // namespace hearth::bench
