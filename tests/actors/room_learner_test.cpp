#include "actors/planner/room_learner.hpp"

#include "drivers/registry.hpp"
#include "drivers/simulated/plant.hpp"
#include "layouts/parse.hpp"
#include "layouts/series.hpp"
#include "tests/actors/houses.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

namespace {

using namespace hearth;
using namespace hearth::testing;

constexpr auto midnight = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 12}} + 5h;
constexpr auto hysteresis_k = 0.2;

std::size_t hour_of(time_point t) { return static_cast<std::size_t>((t - time_point{}) / 1h % 24); }

/// The shipped house of rooms with heavy walls and sunny windows, living through its January by a
/// schedule that lets two of its rooms cool at night.
struct heavy_house {
  parsed_layout read = load_layout(source("layouts/maine-house.yaml"), known_catalog());
  const plant_layout& plant = *read.layout->plant;
  simulated::plant true_house{plant, *read.layout->simulation, january()};
  std::vector<bool> calls = std::vector<bool>(plant.zones.size());
  std::vector<room_learner> learners{plant.zones.size()};
  snapshot seen{midnight, std::vector<point>(read.layout->channels.size())};
  std::mt19937 random{7};
  std::normal_distribution<double> noise{0, 0.05};

  static std::shared_ptr<const series> january() {
    auto weather = load_series(source("layouts/samples/january-weather.csv"), weather_columns);
    REQUIRE(weather.columns.size() == 1);
    return std::make_shared<const series>(std::move(weather.columns.front()));
  }
  static double setpoint_c(std::size_t zone, time_point t) {
    constexpr auto by_day = std::array{20.5, 19.0, 8.0}, by_night = std::array{17.0, 16.0, 8.0};
    const auto since_midnight = (t - midnight) % 24h;
    return since_midnight >= 390min && since_midnight < 22h ? by_day[zone] : by_night[zone];
  }
  /// A minute of thermostats, over a store that is kept warm.
  static void minute(simulated::plant& house, std::vector<bool>& calls, time_point t) {
    for (std::size_t z = 0; z < calls.size(); ++z) {
      const auto off_by = house.room(z).in_celsius() - setpoint_c(z, t);
      if (std::abs(off_by) > hysteresis_k) calls[z] = off_by < 0;
      house.call(z, calls[z]);
    }
    if (house.layer(0) < celsius(50)) house.enable(true);
    if (house.layer(house.layer_count() - 1) > celsius(52)) house.enable(false);
    house.advance(t + 1min);
  }
  void set(channel_id c, measured value) {
    seen.points[c.value] = {value, quality::good, seen.at, seen.at};
  }
  void live(time_point until) {
    true_house.advance(seen.at);
    while (seen.at < until) {
      minute(true_house, calls, seen.at);
      seen.at += 1min;
      for (std::size_t z = 0; z < calls.size(); ++z) {
        const auto warmth = true_house.room(z).in_celsius() + noise(random);
        set(plant.zones[z].temperature_channel, of(celsius(warmth)));
        set(*plant.zones[z].call, switched(calls[z]));
        learners[z].observe(plant.zones[z], seen, true_house.outdoor(), hour_of(seen.at), true);
      }
    }
  }
};

/// A room without any structure, in an even cold.
struct even_room {
  layout l = small_house();
  const zone_layout& zone = l.plant->zones.front();
  image seen{l};
  room_learner learner;
  double room_c = 20;
  bool heated = false;

  void live(duration length, std::optional<temperature> outdoor = celsius(-5),
            bool call_heats = true) {
    for (auto t = duration{}; t < length; t += 1min) {
      if (room_c < 19) heated = true;
      if (room_c > 21) heated = false;
      room_c += ((heated ? 1.5 : 0) - 0.03 * (room_c + 5)) / 60;
      seen.pass(1min);
      seen.degrees(at::living, room_c).on(at::living_call, heated);
      learner.observe(zone, seen.now(), outdoor, hour_of(seen.now().at), call_heats);
    }
  }
};

}  // namespace

TEST_CASE("a day ahead rooms are expected far better than by their setpoints") {
  auto house = heavy_house{};
  house.live(midnight + 72h);
  const auto zones = house.calls.size();
  auto off_k = std::vector<double>(zones), setpoint_off_k = std::vector<double>(zones);
  auto compared = 0;
  for (auto from = midnight + 72h; from < midnight + 12 * 24h; from += 5h) {
    house.live(from);
    auto truth = house.true_house;
    auto calls = house.calls;
    auto slots = std::vector<room_slot>{};
    auto warmth = std::vector<std::vector<double>>(zones);
    for (auto t = from; t < from + 24h; t += 15min) {
      slots.push_back({15min, hour_of(t), truth.outdoor(), {}, 1});
      for (auto m = t; m < t + 15min; m += 1min) heavy_house::minute(truth, calls, m);
      for (std::size_t z = 0; z < zones; ++z) warmth[z].push_back(truth.room(z).in_celsius());
    }
    for (std::size_t z = 0; z < zones; ++z) {
      const auto learned = house.learners[z].learned();
      REQUIRE(learned);
      for (std::size_t i = 0; i < slots.size(); ++i)
        slots[i].setpoint = celsius(heavy_house::setpoint_c(z, from + static_cast<int>(i) * 15min));
      const auto is = house.true_house.room(z);
      const auto expected = expected_room(learned->model, {is, learned->structure}, slots);
      for (std::size_t i = 0; i < slots.size(); ++i) {
        off_k[z] += std::abs(expected[i]->in_celsius() - warmth[z][i]);
        setpoint_off_k[z] += std::abs(slots[i].setpoint->in_celsius() - warmth[z][i]);
      }
    }
    compared += static_cast<int>(slots.size());
  }
  for (std::size_t z = 0; z < zones; ++z) {
    MESSAGE(house.true_house.zone_name(z), ": expected off by ", off_k[z] / compared,
            " K on the mean, the setpoint by ", setpoint_off_k[z] / compared, " K");
    // A thermostat that swings by 0.2 K is off by half of that, whatever is expected.
    CHECK(off_k[z] / compared < 0.2);
    if (heavy_house::setpoint_c(z, midnight) != heavy_house::setpoint_c(z, midnight + 12h))
      CHECK(off_k[z] < 0.4 * setpoint_off_k[z]);
  }
}

TEST_CASE_FIXTURE(even_room, "what a room loses and what heating gives it is learned in days") {
  live(72h);
  const auto learned = learner.learned();
  REQUIRE(learned);
  CHECK(learned->model.heating_k_per_h == doctest::Approx(1.5).epsilon(0.15));
  // At −5 °C outdoors; how that parts into losses and gains one weather does not tell.
  const auto loses = 25 * learned->model.loss_per_h - learned->model.free_k_per_h;
  CHECK(loses == doctest::Approx(0.75).epsilon(0.1));
  CHECK(learned->structure.in_celsius() == doctest::Approx(20).epsilon(0.02));
}

TEST_CASE_FIXTURE(even_room, "nothing is expected before half a day was seen") {
  live(11h);
  CHECK_FALSE(learner.learned());
  live(3h);
  CHECK(learner.learned());
}

TEST_CASE_FIXTURE(even_room, "a room whose heat or air nobody sees is not learned") {
  live(48h, {});
  CHECK_FALSE(learner.learned());
  l.plant->zones.front().call.reset();
  live(48h);
  CHECK_FALSE(learner.learned());
}

TEST_CASE_FIXTURE(even_room, "what happened while a thermometer was silent teaches nothing") {
  live(72h);
  const auto before = learner.learned()->model;
  // It comes back ten kelvin colder: somebody had all windows open.
  seen.pass(3h);
  room_c -= 10;
  live(59min);
  CHECK(learner.learned()->model == before);
}

TEST_CASE_FIXTURE(even_room, "a thermometer that says what no room is is not believed") {
  live(72h);
  const auto before = learner.learned();
  for (auto i = 0; i < 600; ++i) {
    seen.pass(1min);
    seen.degrees(at::living,
                 std::array{85.0, -127.0, std::nan("")}[static_cast<std::size_t>(i % 3)]);
    learner.observe(zone, seen.now(), celsius(-5), 0, true);
  }
  CHECK(learner.learned()->model == before->model);
  CHECK(learner.learned()->structure == before->structure);
}

TEST_CASE_FIXTURE(even_room, "while something else heats, or no call does, nothing is learned") {
  live(72h);
  const auto before = learner.learned()->model;
  // Hands are off: a thermostat on the wall keeps the room warm, and no relay says so.
  for (auto i = 0; i < 24 * 60; ++i) {
    seen.pass(1min);
    seen.degrees(at::living, 20).on(at::living_call, false);
    learner.observe(zone, seen.now(), celsius(-5), hour_of(seen.now().at), false);
  }
  CHECK(learner.learned()->model == before);
}

TEST_CASE("a room in clear, even weather is never expected to freeze or to boil") {
  // Sun that comes at the same hours each day says nothing of what the room loses.
  auto l = small_house();
  auto seen = image{l};
  auto learner = room_learner{};
  auto room_c = 19.0, structure_c = 19.0;
  auto heated = false;
  for (auto minute = 0; minute < 14 * 24 * 60; ++minute) {
    const auto hour = minute / 60.0;
    const auto day = std::sin((hour - 9) / 24 * 2 * 3.14159);
    const auto outdoor_c = -2 + 5 * day;
    const auto wanted = std::fmod(hour, 24) >= 6 && std::fmod(hour, 24) < 22 ? 20 : 17;
    if (std::abs(room_c - wanted) > 0.2) heated = room_c < wanted;
    const auto sun = 2 * std::max(0.0, day);
    room_c += (sun + 1.6 * (heated ? 1 : 0) - 0.03 * (room_c - outdoor_c) +
               0.1 * (structure_c - room_c)) /
              60;
    structure_c += (room_c - structure_c) / (12 * 60);
    seen.pass(1min);
    seen.degrees(at::living, room_c).on(at::living_call, heated);
    learner.observe(l.plant->zones.front(), seen.now(), celsius(outdoor_c),
                    static_cast<std::size_t>(minute / 60 % 24), true);
    if (minute % (6 * 60) != 0 || minute < 24 * 60) continue;
    const auto learned = learner.learned();
    REQUIRE(learned);
    auto slots = std::vector<room_slot>{};
    for (auto h = minute / 60; h < minute / 60 + 48; ++h) {
      const auto air = -2 + 5 * std::sin((h - 9) / 24.0 * 2 * 3.14159);
      const auto setpoint = h % 24 >= 6 && h % 24 < 22 ? 20 : 17;
      slots.push_back({1h, static_cast<std::size_t>(h % 24), celsius(air), celsius(setpoint), 1});
    }
    for (const auto& each :
         expected_room(learned->model, {celsius(room_c), learned->structure}, slots)) {
      REQUIRE(each);
      INFO("day ", minute / 1440);
      CHECK(*each > celsius(15));
      CHECK(*each < celsius(27));
    }
  }
}

TEST_CASE("whatever was learned, what is expected of a room is a temperature that rooms have") {
  auto random = std::mt19937{11};
  auto learned_of = 0;
  for (auto room = 0; room < 300; ++room) {
    auto l = small_house();
    auto seen = image{l};
    auto learner = room_learner{};
    // What happens has little to do with what is measured, by more and more from room to room.
    const auto wild = room / 100.0;
    auto warmth = 20.0;
    for (auto i = 0; i < 2000; ++i) {
      const auto any = [&] { return static_cast<double>(random() % 2001) / 1000 - 1; };
      warmth = std::clamp(warmth + wild * any() / 20, -25.0, 45.0);
      seen.pass(1min);
      seen.degrees(at::living, warmth).on(at::living_call, random() % 2 == 0);
      learner.observe(l.plant->zones.front(), seen.now(), celsius(20 * any()), random() % 24, true);
    }
    const auto learned = learner.learned();
    if (!learned) continue;
    ++learned_of;
    const auto slots = std::vector<room_slot>(192, {15min, 12, celsius(-10), celsius(20), 1});
    for (const auto& each :
         expected_room(learned->model, {celsius(20), learned->structure}, slots)) {
      REQUIRE(each);
      CHECK(*each > celsius(-30));
      CHECK(*each < celsius(70));
    }
  }
  CHECK(learned_of > 100);
}

TEST_CASE_FIXTURE(even_room, "hours that were others are forgotten, what the room is like is not") {
  live(72h);
  const auto before = learner.learned()->model;
  learner.forget_hours();
  const auto after = learner.learned()->model;
  for (const auto each : after.usual_k_per_h) CHECK(each == 0);
  CHECK(after.loss_per_h == before.loss_per_h);
}

TEST_CASE("a parameter beyond its bound takes those along that were seen with it") {
  // Only the sum of the two was ever seen: 3.
  auto fit = linear_fit<2>{{0, 0}, {10, 10}, 0.1, 1};
  for (auto i = 0; i < 100; ++i) fit.learn({1, 1}, 3);
  const auto free = fit.within({-10, -10}, {10, 10});
  CHECK(free == fit.parameters());
  const auto bound = fit.within({-10, -10}, {1, 10});
  CHECK(bound[0] == 1);
  CHECK(bound[1] == doctest::Approx(2).epsilon(0.01));
  // Where both are held, both are.
  CHECK(fit.within({0, 0}, {1, 1}) == linear_fit<2>::vector{1, 1});
}
