#include "tests/actors/page_house.hpp"

#include <cmath>

namespace {

using namespace hearth;
using namespace hearth::testing;

/// Two days from a little after noon UTC, 07:05 of the house, on; the heat of one slot is missing.
plan_news two_days() {
  auto news = plan_news{};
  news.at = noon + 5min;
  news.plan.start = noon + 5min;
  news.plan.slot = 15min;
  news.plan.first = 10min;
  auto slot = planned_slot{};
  slot.store = celsius(50);
  news.plan.slots.assign(192, slot);
  news.plan.slots[8].unserved = 750 * watt_hour;
  return news;
}

std::int64_t ms(time_point t) { return t.time_since_epoch().count(); }

page_json room(page_house& h, std::size_t zone) {
  return h.get(h.viewer, "/api/v1/plan")["rooms"][zone];
}

}  // namespace

TEST_CASE("a plan says of each room what it is and what it should be, and what heat is missing") {
  auto h = page_house{};
  h.seen.degrees(at::living, 19.4);
  h.seen.lose(at::bed);
  h.pass(5min);
  h.page->learn(two_days());
  const auto plan = h.get(h.viewer, "/api/v1/plan");
  REQUIRE(plan["rooms"].size() == 2);
  const auto living = plan["rooms"][0], bed = plan["rooms"][1];
  CHECK(living["zone"] == "living");
  CHECK(living["temperature_c"] == 19.4);
  CHECK(bed["temperature_c"] == nullptr);
  const auto by_layout =
      page_json::array({{{"from_ms", ms(noon + 5min)}, {"setpoint_c", 20}, {"why", ""}}});
  CHECK(living["setpoints"] == by_layout);
  CHECK(bed["setpoints"] == by_layout);
  CHECK(plan["slots"][8]["unserved_wh"] == 750);
  CHECK(plan["slots"][7]["unserved_wh"] == 0);
}

TEST_CASE("what a room should be changes when a wish ends and when its schedule says so") {
  auto h = page_house{};
  h.pass(5min);
  h.page->learn(two_days());
  REQUIRE(h.ask(h.household, "POST", "/api/v1/control/leases",
                {{"kind", "boost"}, {"zone", "living"}, {"for_s", 1980}})
              .status == 201);  // until 07:38
  const auto entries =
      page_json::array({{{"days", {1, 2, 3, 4, 5, 6, 7}}, {"from", "06:30"}, {"setpoint_c", 20.5}},
                        {{"days", {1, 2, 3, 4, 5, 6, 7}}, {"from", "22:10"}, {"setpoint_c", 17}}});
  REQUIRE(h.ask(h.household, "PUT", "/api/v1/control/schedules/living", {{"entries", entries}})
              .status == 200);
  const auto line = room(h, 0)["setpoints"];
  // Both days, each time in the house's zone, five hours behind.
  auto expected = page_json::array();
  const auto add = [&](time_point from, double c, const char* why) {
    expected.push_back({{"from_ms", ms(from)}, {"setpoint_c", c}, {"why", why}});
  };
  const auto midnight = noon - 7h;
  add(noon + 5min, 22.5, "boost by Hanna until 07:38");
  add(noon + 38min, 20.5, "by its schedule, since 06:30");
  add(midnight + 22h + 10min, 17, "by its schedule, since 22:10");
  add(midnight + 30h + 30min, 20.5, "by its schedule, since 06:30");
  add(midnight + 46h + 10min, 17, "by its schedule, since 22:10");
  add(midnight + 54h + 30min, 20.5, "by its schedule, since 06:30");
  CHECK(line == expected);
  // Nobody wished anything of the other.
  CHECK(room(h, 1)["setpoints"].size() == 1);
}

TEST_CASE("a plan says how warm each room will be that was learned") {
  auto h = page_house{};
  h.seen.degrees(at::living, 20);
  h.pass(20min);
  auto news = two_days();
  news.outlook.assign(192, {celsius(-10), 3 * kilowatt, 100 * usd_per_mwh});
  const auto model = room_model{0, 0.05, 0, 2, {}};
  news.rooms = {learned_room{model, celsius(20)}, std::nullopt};
  h.page->learn(news);
  const auto expected = room(h, 0)["expected_c"];
  REQUIRE(expected.size() == 192);
  // The first slot is over; the next holds; in the ninth all of its heat is missing.
  CHECK(expected[0] == nullptr);
  CHECK(expected[1] == 20);
  CHECK(expected[7] == 20);
  CHECK(expected[8].get<double>() == doctest::Approx(-10 + 30 * std::exp(-0.05 / 4)).epsilon(1e-3));
  CHECK(expected[9] > expected[8]);
  CHECK(expected[191] == 20);
  // Of the other nothing was learned.
  CHECK(room(h, 1)["expected_c"] == page_json::array());

  // A wish counts at once; while hands are off nobody knows.
  REQUIRE(h.ask(h.household, "POST", "/api/v1/control/leases",
                {{"kind", "boost"}, {"zone", "living"}, {"for_s", 7200}})
              .status == 201);
  CHECK(room(h, 0)["expected_c"][3] > 20.3);
  REQUIRE(
      h.ask(h.household, "POST", "/api/v1/control/leases", {{"kind", "hands-off"}, {"for_s", 3600}})
          .status == 201);
  for (const auto& each : room(h, 0)["expected_c"]) CHECK(each == nullptr);
  h.seen.lose(at::living);
  h.pass(10s);
  CHECK(room(h, 0)["expected_c"] == page_json::array());
}

TEST_CASE("rooms are told from now on, in UTC, whatever house time is") {
  auto h = page_house{};
  h.page->redate({duration{3'600'000}, date_trust::good, date_source::network_time}, h.now);
  h.page->learn(two_days());
  h.pass(61min);
  const auto line = room(h, 0)["setpoints"];
  REQUIRE(line.size() == 1);
  CHECK(line[0]["from_ms"] == ms(noon + 61min + 1h));
}

TEST_CASE("before anything was measured a plan has no rooms") {
  auto h = page_house{};
  h.page.emplace(
      h.house, guard{h.disk, {}, [](std::size_t n) { return std::string(n, 'x'); }, {}}, h.disk,
      [](std::size_t n) { return std::string(n, 'x'); }, some_pages);
  h.page->redate(exact_dates, h.now);
  h.page->learn(two_days());
  CHECK(h.get(h.viewer, "/api/v1/plan")["rooms"] == page_json::array());
}

TEST_CASE("the store's heat is told in kWh beyond water that warms nobody") {
  auto h = page_house{};
  h.page->learn(two_days());
  const auto store = h.get(h.viewer, "/api/v1/house")["plant"]["store"];
  CHECK(store["spent_c"] == 20);
  // 900 L of water, 4186 J/(kg K).
  const auto kwh_per_k = 900 * 4186 / 3.6e6;
  CHECK(store["kwh_per_k"].get<double>() == doctest::Approx(kwh_per_k).epsilon(1e-4));
  const auto slot = h.get(h.viewer, "/api/v1/plan")["slots"][0];
  CHECK(slot["store_kwh"].get<double>() == doctest::Approx(30 * kwh_per_k).epsilon(1e-4));
}
