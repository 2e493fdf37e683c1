#include "drivers/simulated/simulated_port.hpp"

#include "drivers/simulated/simulated_bus.hpp"
#include "drivers/simulated/simulated_devices.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/simulated_layout.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <thread>

namespace hearth {
namespace {

using namespace std::chrono_literals;
using testing::add_device;
using testing::simulated_layout;

constexpr auto start = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 12}} + 5h;

std::unique_ptr<port> port_of(const layout& l) {
  auto made = make_simulated_port(l, bus_id{0});
  REQUIRE(made.has_value());
  return std::move(*made);
}

double read(port& p, const std::string& point, time_point now) {
  const auto answer = p.transact(plant_read{point}, now);
  REQUIRE_MESSAGE(answer.has_value(), point);
  return std::get<double>(*answer);
}

fault_code refusal(port& p, const bus_request& request) {
  const auto answer = p.transact(request, start);
  REQUIRE_FALSE(answer.has_value());
  return answer.error().code;
}

/// What a driver reads on its next poll, as a bus actor would carry it.
std::vector<reading> poll(driver& d, port& p, time_point now) {
  auto answers = std::vector<result<bus_answer>>{};
  for (const auto& request : d.poll()) answers.push_back(p.transact(request, now));
  return d.decode(answers, now);
}

TEST_CASE("the points of a simulated house live on between transactions") {
  const auto house = port_of(simulated_layout());
  CHECK(read(*house, "outdoor", start) < 0);
  CHECK(read(*house, "zone.bath", start) == 20);
  CHECK(read(*house, "store.layer.5", start) == 45);
  CHECK(read(*house, "loop.water", start) == doctest::Approx(20));
  CHECK(read(*house, "heat_pump.power", start) == 0);
  const auto written = house->transact(plant_write{"heat_pump.enable", 1}, start);
  REQUIRE(written.has_value());
  CHECK(std::holds_alternative<done>(*written));
  CHECK(read(*house, "heat_pump.enable", start) == 1);
  CHECK(read(*house, "heat_pump.power", start + 1h) > 3000);
  CHECK(read(*house, "heat_pump.energy", start + 1h) > 2000);
  CHECK(read(*house, "house.energy", start + 1h) >
        read(*house, "heat_pump.energy", start + 1h) + 399);
  CHECK(read(*house, "heat_pump.leaving_water", start + 1h) > 50);
  CHECK(read(*house, "store.layer.0", start + 1h) > 46);
}

TEST_CASE("a simulated bus refuses what it does not have, and says what it has") {
  const auto house = port_of(simulated_layout());
  CHECK(refusal(*house, plant_read{"zone.cellar"}) == fault_code::no_such_device);
  CHECK(refusal(*house, plant_write{"store.layer.6", 1}) == fault_code::no_such_device);
  CHECK(refusal(*house, plant_write{"outdoor", 1}) == fault_code::refused);
  CHECK(refusal(*house, plant_write{"heat_pump.enable", 0.5}) == fault_code::refused);
  CHECK(refusal(*house, gpio_read{}) == fault_code::unsupported);
  const auto answer = house->transact(plant_read{"zone.cellar"}, start);
  CHECK(answer.error().detail.find("zone.living.call") != std::string::npos);
}

TEST_CASE("a simulated bus is a fault, not a crash, in a layout that cannot have it") {
  auto two = simulated_layout();
  two.buses.push_back(two.buses.front());
  CHECK(make_simulated_port(two, bus_id{1}).error().code == fault_code::unsupported);
  auto no_plant = simulated_layout();
  no_plant.plant.reset();
  CHECK(make_simulated_port(no_plant, bus_id{0}).error().code == fault_code::unsupported);
  auto no_weather = simulated_layout();
  no_weather.simulation->weather_file = "july.csv";
  const auto made = make_simulated_port(no_weather, bus_id{0});
  CHECK(made.error().code == fault_code::malformed);
  CHECK(made.error().detail.find("july.csv:1: cannot be read") != std::string::npos);
}

TEST_CASE(
    "a relay in the layout opens the circuit it drives; what no relay drives follows its rule") {
  auto l = simulated_layout();
  add_device(l, "pump", "simulated-relay", "heat_pump.pump", {{"state", unit::on_off}});
  add_device(l, "lost", "simulated-relay", "nowhere", {{"state", unit::on_off}});
  const auto driven = port_of(l);
  const auto undriven = port_of(simulated_layout());
  for (auto* house : {driven.get(), undriven.get()})
    CHECK(house->transact(plant_write{"heat_pump.enable", 1}, start));
  CHECK(read(*driven, "heat_pump.power", start + 5min) == 0);
  CHECK(read(*undriven, "heat_pump.power", start + 5min) > 0);
}

TEST_CASE("a house outlives its port, and may be looked at from another thread") {
  const auto house = make_simulated_house(simulated_layout());
  REQUIRE(house.has_value());
  auto bus = std::thread{[&] {
    const auto p = make_simulated_port(*house);
    CHECK(p->transact(plant_write{"heat_pump.enable", 1}, start));
    for (auto t = start; t <= start + 1h; t += 1s) CHECK(p->transact(plant_read{"outdoor"}, t));
  }};
  for (auto i = 0; i < 200; ++i) {
    const auto b = (*house)->truth().books();
    CHECK(std::abs(b.imbalance().in(joule)) <= 1e-9 * b.throughput().in(joule));
  }
  bus.join();
  CHECK((*house)->truth().phase() == simulated::heat_pump_phase::running);
}

TEST_CASE("the sun of a weather file shines if it has one, and a bad value of it is a fault") {
  const auto folder = testing::temporary_folder{};
  auto l = simulated_layout();
  for (auto& z : l.simulation->zones) z.window_m2 = 10;
  l.simulation->weather_file = folder.file("weather.csv");
  const auto gained = [&](const std::string& header, const std::string& sun) {
    auto csv = std::ofstream{folder.file("weather.csv")};
    csv << "\xEF\xBB\xBF\r\n" << header << "\r\n";
    for (auto hour = 10; hour < 20; ++hour)
      csv << "2020-01-12T" << hour << ":00:00Z,-5" << sun << "\r\n";
    csv.close();
    const auto house = make_simulated_house(l);
    if (!house) return result<energy>{tl::make_unexpected(house.error())};
    CHECK((*house)->read("outdoor", start + 5h) == -5);
    CHECK((*house)->read("outdoor", start + 15h) == -5);
    return result<energy>{(*house)->truth().books().solar_in};
  };
  const auto with = std::string{"time_utc,outdoor_c,solar_w_per_m2"};
  CHECK(gained(with, ",0") == energy{});
  CHECK(*gained(with, ",300") > *gained(with, ",100"));
  CHECK(*gained("time_utc,outdoor_c", "") > energy{});
  const auto bad = gained(with, ",bright");
  REQUIRE_FALSE(bad.has_value());
  CHECK(bad.error().detail.find("'bright' is no number for solar_w_per_m2") != std::string::npos);
}

TEST_CASE("a simulated thermometer reads its point with noise that its seed decides") {
  auto l = simulated_layout();
  l.simulation->sensor_noise_k = 0.1;
  const auto one =
      add_device(l, "t1", "simulated-thermometer", "zone.bed", {{"temperature", unit::celsius}});
  const auto two =
      add_device(l, "t2", "simulated-thermometer", "zone.bed", {{"temperature", unit::celsius}});
  const auto series_of = [&](device_id d) {
    const auto house = port_of(l);
    const auto sensor = simulated_thermometer_model().make(l, d);
    auto values = std::vector<double>{};
    for (auto i = 0; i < 1000; ++i) {
      // All within one step of the plant.
      const auto readings = poll(*sensor, *house, start + i * 9ms);
      REQUIRE(readings.size() == 1);
      REQUIRE(readings[0].value);
      CHECK(readings[0].value->unit == unit::celsius);
      CHECK(readings[0].at == start + i * 9ms);
      values.push_back(readings[0].value->amount);
    }
    return values;
  };
  const auto first = series_of(one);
  CHECK(first == series_of(one));
  CHECK(first != series_of(two));
  auto mean = 0.0;
  auto variance = 0.0;
  for (const auto v : first) mean += v / 1000;
  for (const auto v : first) variance += (v - mean) * (v - mean) / 1000;
  CHECK(mean == doctest::Approx(20).epsilon(0.001));
  CHECK(variance == doctest::Approx(0.01).epsilon(0.15));
  const auto before = first;
  l.simulation->seed = 2;
  CHECK(before != series_of(one));
  l.simulation->sensor_noise_k = 0;
  CHECK(series_of(one).back() == 20);
}

TEST_CASE("a simulated relay does what it is told, reads back, and makes itself safe") {
  auto l = simulated_layout();
  const auto id =
      add_device(l, "hp", "simulated-relay", "heat_pump.enable", {{"state", unit::on_off}});
  const auto house = port_of(l);
  const auto relay = simulated_relay_model().make(l, id);
  auto* actuator = relay->as_actuator();
  REQUIRE(actuator);
  const auto channel = l[id].channels.front();
  const auto state = [&] { return poll(*relay, *house, start).front().value; };
  CHECK(state() == result<measured>{switched(false)});

  auto on = command{};
  on.target = channel;
  on.value = switched(true);
  const auto requests = actuator->encode(on);
  REQUIRE(requests.has_value());
  for (const auto& request : *requests) CHECK(house->transact(request, start));
  CHECK(state() == result<measured>{switched(true)});
  for (const auto& request : actuator->make_safe(channel)) CHECK(house->transact(request, start));
  CHECK(state() == result<measured>{switched(false)});

  on.value = of(20 * watt);
  CHECK(actuator->encode(on).error().code == fault_code::unsupported);
  l.devices.front().options["fail_safe"] = std::string{"closed"};
  const auto closing = simulated_relay_model().make(l, id);
  CHECK(closing->as_actuator()->make_safe(channel) ==
        std::vector<bus_request>{plant_write{"heat_pump.enable", 1}});
}

TEST_CASE("a simulated meter reads only the channels its layout names, in their units") {
  auto l = simulated_layout();
  const auto hp =
      add_device(l, "hp-meter", "simulated-meter", "heat_pump", {{"power", unit::watt}});
  const auto all = add_device(l, "main-meter", "simulated-meter", "house",
                              {{"power", unit::watt}, {"energy", unit::watt_hour}});
  const auto house = port_of(l);
  const auto hp_meter = simulated_meter_model().make(l, hp);
  const auto main_meter = simulated_meter_model().make(l, all);
  CHECK(hp_meter->as_actuator() == nullptr);
  CHECK(hp_meter->poll() == std::vector<bus_request>{plant_read{"heat_pump.power"}});
  CHECK(poll(*hp_meter, *house, start).front().value == result<measured>{measured{0, unit::watt}});
  const auto readings = poll(*main_meter, *house, start + 90min);
  REQUIRE(readings.size() == 2);
  CHECK(readings[0].value == result<measured>{measured{400, unit::watt}});
  CHECK(readings[1].value->unit == unit::watt_hour);
  CHECK(readings[1].value->amount == doctest::Approx(600));
}

TEST_CASE("a device on a point that is not there reports the fault on each of its channels") {
  auto l = simulated_layout();
  const auto id =
      add_device(l, "t", "simulated-thermometer", "zone.cellar", {{"temperature", unit::celsius}});
  const auto house = port_of(l);
  const auto sensor = simulated_thermometer_model().make(l, id);
  const auto readings = poll(*sensor, *house, start);
  REQUIRE(readings.size() == 1);
  CHECK(readings[0].value.error().code == fault_code::no_such_device);
  auto garbage = std::vector<result<bus_answer>>{};
  garbage.emplace_back(true);
  CHECK(sensor->decode(garbage, start)[0].value.error().code == fault_code::malformed);
  const auto silent = std::vector<result<bus_answer>>{failed(fault_code::timeout)};
  CHECK(sensor->decode(silent, start)[0].value.error().code == fault_code::timeout);
}

TEST_CASE("the simulated models describe themselves for the layout parser") {
  CHECK(simulated_bus().kind == "simulated");
  for (const auto& m :
       {simulated_thermometer_model(), simulated_relay_model(), simulated_meter_model()}) {
    CHECK(m.spec.bus_kinds == std::vector<std::string>{"simulated"});
    CHECK(m.spec.options.front().key == "of");
    CHECK(m.spec.options.front().required);
    for (const auto& c : m.spec.channels) CHECK_FALSE(c.help.empty());
  }
  CHECK(simulated_relay_model().spec.options.front().owned);
  CHECK(simulated_relay_model().spec.channels.front().actuator);
  CHECK_FALSE(simulated_thermometer_model().spec.options.front().owned);
}

}  // namespace
}  // namespace hearth
