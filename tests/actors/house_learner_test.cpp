#include "actors/planner/house_learner.hpp"

#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace hearth;
using namespace hearth::testing;

namespace {

constexpr channel_id outdoor_channel{12};

layout with_outdoor() {
  auto l = small_house();
  auto& c = l.channels.emplace_back(l.channels.back());
  c.name = c.key = "outdoor.temp";
  c.unit = unit::celsius;
  c.actuator = false;
  l.plant->outdoor = outdoor_channel;
  l.plant->heat_pump.cop = {{celsius(0), celsius(50), 2.5}};
  l.plant->store->heating_curve = {{celsius(-20), celsius(50)}, {celsius(10), celsius(35)}};
  return l;
}

/// A house that is simpler than any: its store is of one temperature, it takes 1.5 kW and 0.2 kW
/// more for each degree below zero, and its heat pump of 4 kW makes 3 of 1, where its table says
/// 2.5.
struct simple_house {
  std::shared_ptr<const layout> is = shared(with_outdoor());
  image seen{*is, noon};
  house_learner learner{is};
  std::mt19937 random{3};
  double store = 50;
  double draws_kw = 4;
  bool running = false;

  void live(int days) {
    const auto j_per_k = learner.model().heat_j_per_k;
    for (auto minute = 0; minute < days * 24 * 60; ++minute) {
      const auto hour = minute / 60;
      const auto outdoor = -5 + 6 * ((hour / 12) % 2) + 3 * ((hour / 96) % 2);
      const auto load_w = 1500 - 200.0 * outdoor;
      const auto lost_w = 0.005 / 3600 * j_per_k * (store - 12);
      store += ((running ? 12'000 : 0) - load_w - lost_w) * 60 / j_per_k;
      if (store < 42) running = true;
      if (store > 60) running = false;
      seen.pass(1min);
      const auto noise = std::normal_distribution{0.0, 0.03};
      for (const auto layer : {at::top, at::mid, at::bottom})
        seen.degrees(layer, store + std::normal_distribution{noise}(random));
      seen.degrees(outdoor_channel, outdoor).on(at::enable, running);
      seen.set(at::hp_power, of((running ? draws_kw : 0) * kilowatt));
      const auto estimate = estimate_store(*is->plant->store, seen.now());
      learner.observe(seen.now(), estimate, static_cast<std::size_t>(hour % 24));
    }
  }
};

}  // namespace

TEST_CASE_FIXTURE(simple_house,
                  "what a house takes and what its heat pump gives is learned in days") {
  live(6);
  const auto m = learner.model();
  CHECK(m.load.in(kilowatt) == doctest::Approx(1.5).epsilon(0.05));
  CHECK(m.load_w_per_outdoor_k == doctest::Approx(-200).epsilon(0.1));
  CHECK(m.electric_at(celsius(-3), celsius(50)).in(kilowatt) == doctest::Approx(4).epsilon(0.02));
  CHECK(m.heat_per_electricity(celsius(0), celsius(45)) == doctest::Approx(3).epsilon(0.05));
  CHECK_FALSE(learner.misfit());
}

TEST_CASE_FIXTURE(simple_house,
                  "every learned number is shown with its doubt, which gets smaller") {
  const auto before = learner.numbers();
  live(6);
  const auto after = learner.numbers();
  REQUIRE(before.size() == after.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    CAPTURE(after[i].name);
    CHECK(after[i].doubt < before[i].doubt);
    CHECK(after[i].samples > 20);
  }
}

TEST_CASE_FIXTURE(simple_house, "a house that cannot be seen teaches nothing") {
  for (auto minute = 0; minute < 600; ++minute) {
    seen.pass(1min).lose(at::hp_power).lose(outdoor_channel);
    learner.observe(seen.now(), {}, 0);
  }
  for (const auto& n : learner.numbers()) CHECK(n.samples == 0);
}

TEST_CASE_FIXTURE(simple_house, "how cold the store is when its top gets too cold is learned") {
  const auto before = learner.model().empty_at(celsius(-5));
  for (auto round = 0; round < 40; ++round)
    for (const auto top : {60.0, 40.0}) {
      seen.pass(1min).degrees(outdoor_channel, -5).degrees(at::top, top);
      seen.degrees(at::mid, 30).degrees(at::bottom, 27);
      learner.observe(seen.now(), estimate_store(*is->plant->store, seen.now()), 0);
    }
  CHECK(learner.model().empty_at(celsius(-5)) < before);
  CHECK(learner.model().empty_at(celsius(-5)).in_celsius() ==
        doctest::Approx(97.0 / 3).epsilon(0.02));
}

TEST_CASE_FIXTURE(simple_house, "a house that behaves like none is called misunderstood") {
  auto dice = std::mt19937{4};
  for (auto minute = 0; minute < 20 * 24 * 60; ++minute) {
    // Somebody fills the bath from the store and heats it with a fire.
    if (minute % 60 == 0) store = std::uniform_real_distribution{30.0, 70.0}(dice);
    seen.pass(1min).degrees(outdoor_channel, 0).on(at::enable, false);
    for (const auto layer : {at::top, at::mid, at::bottom}) seen.degrees(layer, store);
    learner.observe(seen.now(), estimate_store(*is->plant->store, seen.now()), 0);
  }
  CHECK(learner.misfit());
}

TEST_CASE("a heat pump that uses less today than it used to is expected to go on like that") {
  auto house = simple_house{};
  house.live(20);
  const auto before = house.learner.model().electric_at(celsius(-5), celsius(50));
  CHECK(before.in(kilowatt) == doctest::Approx(4).epsilon(0.01));
  house.draws_kw = 3.6;
  house.live(1);
  const auto now = house.learner.model().electric_at(celsius(-5), celsius(50));
  CHECK(now.in(kilowatt) == doctest::Approx(3.6).epsilon(0.01));
}

TEST_CASE("a line is learned from noisy samples, and forgotten for a new one") {
  auto fit = linear_fit<2>{{0, 0}, {10, 10}, 1, 0.98};
  auto random = std::mt19937{7};
  const auto sample = [&](double a, double b) {
    const auto x = std::uniform_real_distribution{-5.0, 5.0}(random);
    fit.learn({1, x}, a + b * x + std::normal_distribution{0.0, 0.5}(random));
  };
  for (auto i = 0; i < 400; ++i) sample(3, -2);
  CHECK(fit.parameters()[0] == doctest::Approx(3).epsilon(0.1));
  CHECK(fit.parameters()[1] == doctest::Approx(-2).epsilon(0.1));
  CHECK(fit.noise() == doctest::Approx(0.5).epsilon(0.3));
  CHECK(std::abs(fit.parameters()[0] - 3) < 4 * fit.doubt(0));
  for (auto i = 0; i < 400; ++i) sample(1, 1);
  CHECK(fit.parameters()[1] == doctest::Approx(1).epsilon(0.1));
}

TEST_CASE("what is no number teaches a line nothing") {
  auto fit = linear_fit<1>{{2}, {1}, 1, 0.99};
  fit.learn({1}, std::nan(""));
  fit.learn({std::nan("")}, 1);
  CHECK(fit.parameters()[0] == 2);
  CHECK(fit.samples() == 0);
}
