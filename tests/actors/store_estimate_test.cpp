#include "actors/planner/store_estimate.hpp"

#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

struct fixture {
  std::shared_ptr<const layout> house = shared(small_house());
  image seen{*house, noon};
  const store_layout& store = *house->plant->store;

  std::optional<store_estimate> estimate(double top, double mid, double bottom) {
    seen.degrees(at::top, top).degrees(at::mid, mid).degrees(at::bottom, bottom);
    return estimate_store(store, seen.now());
  }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "a store is as warm as its layers on average") {
  const auto is = estimate(60, 50, 40);
  REQUIRE(is);
  CHECK(is->mean.in_celsius() == doctest::Approx(50));
  CHECK(is->top == celsius(60));
  CHECK(is->believed == 3);
  CHECK(is->doubted == 0);
}

TEST_CASE_FIXTURE(fixture, "a layer that cannot be seen lies between its neighbours") {
  estimate(60, 0, 40);
  seen.lose(at::mid);
  CHECK(estimate_store(store, seen.now())->mean.in_celsius() == doctest::Approx(50));
  seen.lose(at::bottom);
  CHECK(estimate_store(store, seen.now())->mean.in_celsius() == doctest::Approx(60));
  seen.lose(at::top);
  CHECK_FALSE(estimate_store(store, seen.now()));
}

TEST_CASE_FIXTURE(fixture, "warm water never lies under cold: the sensor that says so is doubted") {
  // The middle one says far too much.
  const auto hot = estimate(50, 90, 40);
  CHECK(hot->doubted == 1);
  CHECK(hot->top == celsius(50));
  CHECK(hot->mean.in_celsius() == doctest::Approx(45));
  // The upper one says far too little.
  const auto cold = estimate(5, 52, 50);
  CHECK(cold->doubted == 1);
  CHECK(cold->top == celsius(52));
  // A stream turns a few kelvin upside down.
  CHECK(estimate(50, 53, 48)->doubted == 0);
}

TEST_CASE_FIXTURE(fixture, "of two that contradict only each other the hotter is doubted") {
  estimate(30, 0, 60);
  seen.lose(at::mid);
  const auto is = estimate_store(store, seen.now());
  CHECK(is->doubted == 1);
  CHECK(is->top == celsius(30));
}

TEST_CASE_FIXTURE(fixture, "a reading that no water in a store has is not believed") {
  CHECK(estimate(140, 50, 40)->believed == 2);
  CHECK(estimate(60, 50, -40)->believed == 2);
}
