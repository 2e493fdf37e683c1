#include "drivers/simulated/emitter.hpp"
#include "drivers/simulated/room.hpp"
#include "drivers/simulated/sensor_error.hpp"
#include "drivers/simulated/sun.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <set>

namespace hearth::simulated {
namespace {

using namespace std::chrono_literals;
using compass = simulation_layout::compass;

constexpr auto step = seconds_real{10s};

time_point at(int year, int month, int day, double hour_utc) {
  return time_point{std::chrono::sys_days{std::chrono::year{year} / month / day}} +
         std::chrono::round<duration>(seconds_real{hour_utc * 3600});
}

simulation_layout::zone radiators(double exponent) {
  auto z = simulation_layout::zone{};
  z.emitter_w_per_k = 150;
  z.emitter_exponent = exponent;
  return z;
}

TEST_CASE(
    "emitters give what the layout says at 40 K, whatever their exponent, and return follows") {
  for (const auto exponent : {1.0, 1.1, 1.3}) {
    const auto e = emitter{radiators(exponent), 1e9, step};
    CHECK(e.stream_w_per_k() * e.part_left(40) == doctest::Approx(150));
    CHECK(e.part_left(40) == doctest::Approx(0.4));  // back at 0.6 of the excess
  }
  auto slow = radiators(1.3);
  slow.flow_l_per_min = 3;
  const auto e = emitter{slow, 1e9, step};
  CHECK(e.stream_w_per_k() == doctest::Approx(3.0 / 60 * 4186));
  CHECK(e.stream_w_per_k() * e.part_left(40) == doctest::Approx(150));
  CHECK(e.part_left(40) > 0.7);
}

TEST_CASE("emission is that of the mean water's excess to the exponent") {
  for (const auto exponent : {1.1, 1.3}) {
    const auto e = emitter{radiators(exponent), 1e9, step};
    const auto heat = [&](double excess) {
      return e.stream_w_per_k() * e.part_left(excess) * excess;
    };
    const auto mean = [&](double excess) { return excess * (1 - e.part_left(excess) / 2); };
    for (const auto excess : {10.0, 20.0, 30.0, 60.0})
      CHECK(heat(excess) / heat(40) ==
            doctest::Approx(std::pow(mean(excess) / mean(40), exponent)).epsilon(1e-6));
    auto last = 0.0;
    for (auto excess = 0.0; excess < 200; excess += 0.7) {
      CHECK(heat(excess) >= last);
      CHECK(e.part_left(excess) >= 0);
      CHECK(e.part_left(excess) <= 1);
      last = heat(excess);
    }
  }
}

TEST_CASE("a room and the water in its emitters at most meet") {
  auto z = radiators(1.3);
  z.emitter_w_per_k = 1e6;
  const auto closet_j_per_k = 3600.0;
  const auto e = emitter{z, closet_j_per_k, step};
  for (const auto excess : {0.5, 20.0, 90.0})
    CHECK(e.stream_w_per_k() * step.count() * e.part_left(excess) <= closet_j_per_k);
}

TEST_CASE(
    "a house of two masses loses in the long run what its conductance says, however it is split") {
  for (const auto through : {0.0, 0.3, 1.0}) {
    auto z = simulation_layout::zone{};
    z.conductance_w_per_k = 100;
    z.structure_wh_per_k = 8000;
    z.structure_w_per_k = 500;
    z.structure_loss = through;
    const auto body = room{z, step};
    auto s = room_state{20, 20};
    auto lost = 0.0;
    for (auto i = 0; i < 60 * 24 * 360; ++i) lost = body.live(s, 3000 * step.count(), 0, -10);
    CHECK(s.room_c == doctest::Approx(20));
    CHECK(lost / step.count() == doctest::Approx(3000));
    // What passes through the structure falls over its coupling.
    CHECK(s.room_c - s.structure_c == doctest::Approx(30 * through * 100 / 500));
    CHECK(body.settled(20, -10).structure_c == doctest::Approx(s.structure_c));
  }
}

TEST_CASE("two masses follow the exact solution: many small steps are one large one") {
  auto z = simulation_layout::zone{};
  z.conductance_w_per_k = 120;
  z.capacity_wh_per_k = 1500;
  z.structure_wh_per_k = 9000;
  const auto fine = room{z, seconds_real{10s}};
  const auto coarse = room{z, seconds_real{6h}};
  auto a = room_state{21, 17};
  auto b = a;
  auto lost_a = 0.0;
  auto lost_b = 0.0;
  for (auto i = 0; i < 4; ++i) {
    for (auto n = 0; n < 2160; ++n) lost_a += fine.live(a, 2000 * 10, 500 * 10, -15);
    lost_b += coarse.live(b, 2000 * 21600, 500 * 21600, -15);
  }
  CHECK(a.room_c == doctest::Approx(b.room_c).epsilon(1e-9));
  CHECK(a.structure_c == doctest::Approx(b.structure_c).epsilon(1e-9));
  CHECK(lost_a == doctest::Approx(lost_b).epsilon(1e-9));
}

TEST_CASE("heavy structure keeps a room warm for longer") {
  auto light = simulation_layout::zone{};
  auto heavy = light;
  heavy.structure_wh_per_k = 12'000;
  const auto one = room{light, step};
  const auto two = room{heavy, step};
  auto a = room_state{20, 20};
  auto b = a;
  for (auto i = 0; i < 360 * 24; ++i) {
    one.live(a, 0, 0, -10);
    two.live(b, 0, 0, -10);
  }
  CHECK(a.room_c < 8);
  CHECK(b.room_c > 12);
}

TEST_CASE("the sun is where an almanac has it: up at noon, down at night, low in winter") {
  // Millinocket, 45.7° N 68.7° W: solar noon is near 16:35 UTC.
  const auto midsummer = clear_sky(at(2020, 6, 21, 16.6), 45.7, -68.7);
  CHECK(std::asin(midsummer.up) * 57.29578 == doctest::Approx(67.7).epsilon(0.01));
  const auto midwinter = clear_sky(at(2020, 12, 21, 16.55), 45.7, -68.7);
  CHECK(std::asin(midwinter.up) * 57.29578 == doctest::Approx(20.9).epsilon(0.02));
  CHECK(std::abs(midwinter.east) < 0.02);
  CHECK(clear_sky(at(2020, 12, 21, 4.6), 45.7, -68.7).on_ground() == 0);
  const auto morning = clear_sky(at(2020, 3, 20, 12.7), 45.7, -68.7);
  CHECK(morning.on_wall(compass::east) > 2 * morning.on_wall(compass::south));
  CHECK(morning.on_wall(compass::west) < 100);
  CHECK(midwinter.on_wall(compass::south) > midsummer.on_wall(compass::south));
  // By hand: air mass 2.77, 664 W/m² direct at 21° to the wall's normal, and what scatters.
  CHECK(midwinter.on_wall(compass::south) == doctest::Approx(682).epsilon(0.01));
  CHECK(midsummer.on_ground() == doctest::Approx(930).epsilon(0.08));
}

TEST_CASE("the sun is finite everywhere, at every hour, and never negative") {
  for (auto latitude = -90; latitude <= 90; latitude += 15)
    for (auto hour = 0; hour < 8784; hour += 7) {
      const auto sky = clear_sky(at(2020, 1, 1, hour), latitude, 180 - latitude);
      for (const auto faces : {compass::north, compass::east, compass::south, compass::west}) {
        CHECK(sky.on_wall(faces) >= 0);
        CHECK(sky.on_wall(faces) < 1400);
      }
    }
}

TEST_CASE("noise is a function of seed, sensor and time alone") {
  auto s = simulation_layout{};
  s.sensor_noise_k = 0.1;
  auto one = sensor_error{s, "zone.a/t1"};
  auto forward = std::map<int, double>{};
  for (auto i = 0; i < 5000; ++i) forward[i] = one.shown(20, time_point{i * 1s});
  auto again = sensor_error{s, "zone.a/t1"};
  for (auto i = 4999; i >= 0; i -= 3) CHECK(again.shown(20, time_point{i * 1s}) == forward[i]);
  auto other = sensor_error{s, "zone.a/t2"};
  auto mean = 0.0;
  auto variance = 0.0;
  auto together = 0.0;
  for (const auto& [i, value] : forward) {
    mean += (value - 20) / 5000;
    variance += (value - 20) * (value - 20) / 5000;
    together += (value - 20) * (other.shown(20, time_point{i * 1s}) - 20) / 5000;
  }
  CHECK(std::abs(mean) < 0.005);
  CHECK(variance == doctest::Approx(0.01).epsilon(0.05));
  CHECK(std::abs(together) < 0.0006);
  s.seed = 2;
  CHECK(sensor_error{s, "zone.a/t1"}.shown(20, time_point{}) != forward[0]);
}

TEST_CASE("the same key gives the same noise on every machine") {
  CHECK(bell(0) == doctest::Approx(1.3917258041128).epsilon(1e-12));
  CHECK(bell(12345) == doctest::Approx(-1.207850549827).epsilon(1e-12));
}

TEST_CASE("sensors differ by a constant bias, and follow with their lag") {
  auto s = simulation_layout{};
  s.sensor_bias_k = 0.2;
  auto biases = std::set<double>{};
  auto variance = 0.0;
  for (auto i = 0; i < 500; ++i) {
    auto sensor = sensor_error{s, "t" + std::to_string(i)};
    const auto bias = sensor.shown(20, time_point{}) - 20;
    CHECK(sensor.shown(30, time_point{1h}) - 30 == doctest::Approx(bias));
    biases.insert(bias);
    variance += bias * bias / 500;
  }
  CHECK(biases.size() > 490);
  CHECK(variance == doctest::Approx(0.04).epsilon(0.15));

  auto slow = simulation_layout{};
  slow.sensor_lag = 60s;
  auto sensor = sensor_error{slow, "t"};
  CHECK(sensor.shown(20, time_point{}) == 20);
  CHECK(sensor.shown(30, time_point{60s}) == doctest::Approx(30 - 10 / std::exp(1)));
  CHECK(sensor.shown(30, time_point{600s}) == doctest::Approx(30).epsilon(1e-4));
  CHECK(sensor.shown(10, time_point{500s}) == 10);  // a clock set back starts anew
}

}  // namespace
}  // namespace hearth::simulated
