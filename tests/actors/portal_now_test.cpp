#include "tests/actors/page_house.hpp"

namespace {

using namespace hearth;
using namespace hearth::testing;

page_json data_of(const std::string& event) {
  const auto begins = event.find("data: ");
  REQUIRE(begins != std::string::npos);
  return page_json::parse(event.substr(begins + 6));
}

state_report in_charge(authority who, time_point since) {
  return {who, "thermostat", "the store is warm", "", since};
}

}  // namespace

TEST_CASE("the page tells what the house is made of") {
  auto h = page_house{};
  const auto house = h.get(h.viewer, "/api/v1/house");
  CHECK(house["site"] == "small");
  CHECK(house["plant"]["store"]["layers"] == page_json{"tank.top", "tank.mid", "tank.bottom"});
  CHECK(house["plant"]["zones"][0]["temperature"] == "living.temp");
  CHECK(house["plant"]["heat_pump"]["max_power_w"] == 8000);
  CHECK(house["channels"][0]["actuator"] == true);
  CHECK(house["features"]["history"] == true);
  CHECK(house["features"]["home_assistant"] == false);
  CHECK(house["channels"].back()["derived"] == true);
}

TEST_CASE(
    "with what it is made of, the house tells its own date, not that of the people's sessions") {
  auto h = page_house{};
  const auto years = std::chrono::hours{6 * 8766};
  h.now = noon - years;
  const auto clock = [&] { return h.get(h.viewer, "/api/v1/house")["clock_ms"]; };
  CHECK(clock() == (noon - years).time_since_epoch().count());
  h.page->redate({std::chrono::hours{1}, date_trust::good, date_source::definition}, h.now);
  CHECK(clock() == (noon - years + std::chrono::hours{1}).time_since_epoch().count());
  CHECK(clock() == h.get(h.viewer, "/api/v1/now")["at_ms"]);
  CHECK(h.get(h.viewer, "/api/v1/session")["clock_ms"] == h.people.now.time_since_epoch().count());
}

TEST_CASE("now is every channel with its quality and its time") {
  auto h = page_house{};
  h.seen.lose(at::mid);
  h.page->see(h.seen.now());
  h.page->hear(in_charge(authority::local, noon));
  const auto now = h.get(h.viewer, "/api/v1/now");
  CHECK(now["points"].size() == h.house->channels.size());
  CHECK(now["points"]["tank.top"]["v"] == 50);
  CHECK(now["points"]["tank.top"]["q"] == "good");
  CHECK(now["points"]["tank.top"]["at_ms"] == noon.time_since_epoch().count());
  CHECK(now["points"]["tank.mid"]["v"] == nullptr);
  CHECK(now["points"]["tank.mid"]["fault"] == "timeout: no answer");
  CHECK(now["state"]["in_charge"] == "local");
  CHECK(now["price"]["total_usd_per_kwh"] == 0.15);
  CHECK(now["zones"][1]["setpoint_c"] == 20);
  CHECK(now["plan"] == nullptr);
}

TEST_CASE("before anything was heard, the page says so instead of numbers") {
  auto h = page_house{};
  h.page.reset();
  h.start();
  h.page->see({noon, std::vector<point>(h.house->channels.size())});
  const auto now = h.get(h.viewer, "/api/v1/now");
  CHECK(now["points"]["hp.power"]["q"] == "never");
  CHECK(now["points"]["hp.power"]["v"] == nullptr);
  CHECK(now["points"]["hp.power"]["at_ms"] == nullptr);
  CHECK(now["state"] == nullptr);
  CHECK(now["zones"][0]["setpoint_c"] == 20);
}

TEST_CASE("times of the page are UTC whatever house time is") {
  auto h = page_house{};
  h.page->redate({duration{3'600'000}, date_trust::good, date_source::network_time}, h.now);
  const auto now = h.get(h.viewer, "/api/v1/now");
  CHECK(now["at_ms"] == noon.time_since_epoch().count() + 3'600'000);
  CHECK(now["points"]["tank.top"]["at_ms"] == noon.time_since_epoch().count() + 3'600'000);
}

TEST_CASE("a live stream begins with everything and belongs to its session") {
  auto h = page_house{};
  const auto got = h.ask(h.viewer, "GET", "/api/v1/live");
  CHECK(got.status == 200);
  REQUIRE(got.stream);
  CHECK(!got.stream->empty());
  CHECK(header_in(got, "Content-Type") == "text/event-stream");
  CHECK(got.body.starts_with("event: now\ndata: {"));
  CHECK(got.body.ends_with("\n\n"));
  CHECK(data_of(got.body)["points"].size() == h.house->channels.size());
  // Asked for its head alone, it would never end.
  CHECK(!h.ask(h.viewer, "HEAD", "/api/v1/live").stream);
}

TEST_CASE("streams are told only what changed, and no more than once a second") {
  auto h = page_house{};
  auto outside = noon;
  REQUIRE(h.page->take_live(h.now, outside));
  h.seen.degrees(at::living, 20.5);
  h.page->see(h.seen.now());
  CHECK(!h.page->take_live(h.now, outside += 100ms));
  const auto text = h.page->take_live(h.now, outside += 1s);
  REQUIRE(text);
  const auto told = data_of(*text);
  CHECK(told["points"].size() == 1);
  CHECK(told["points"]["living.temp"]["v"] == 20.5);
  // Nothing has changed: nothing is said.
  CHECK(!h.page->take_live(h.now, outside += 5s));
}

TEST_CASE("whoever is in charge is told at once, and so is an alarm") {
  auto h = page_house{};
  auto outside = noon;
  REQUIRE(h.page->take_live(h.now, outside));
  h.page->hear(in_charge(authority::grid, h.now));
  auto text = h.page->take_live(h.now, outside += 300ms);
  REQUIRE(text);
  CHECK(data_of(*text)["state"]["in_charge"] == "grid");
  h.page->hear(event{severity::alarm, "device-failed", "meters", "it is silent", h.now});
  text = h.page->take_live(h.now, outside += 300ms);
  REQUIRE(text);
  CHECK(data_of(*text)["alarms"]["active"] == 1);
}

TEST_CASE("names and sentences that look like markup arrive as text within JSON") {
  auto l = house_with_page();
  const auto nasty = std::string{"<script>alert('x')</script>\n\"&"};
  l.devices[0].name = nasty;
  l.channels[0].name = nasty;
  l.plant->zones[0].name = nasty;
  auto h = page_house{l};
  h.page->hear(event{severity::alarm, "device-failed", nasty, nasty + "\xff", h.now});
  const auto house = h.ask(h.viewer, "GET", "/api/v1/house");
  CHECK(header_in(house, "Content-Type").starts_with("application/json"));
  CHECK(body_of(house)["channels"][0]["name"] == nasty);
  CHECK(body_of(house)["plant"]["zones"][0]["name"] == nasty);
  const auto alarms = h.get(h.viewer, "/api/v1/alarms");
  CHECK(alarms["active"][0]["subject"] == nasty);
  const auto live = h.ask(h.viewer, "GET", "/api/v1/live").body;
  // A line break inside a name would end the event's line.
  CHECK(std::count(live.begin(), live.end(), '\n') == 3);
  CHECK(data_of(live)["points"].contains(nasty));
}

TEST_CASE("a plan is told slot by slot, and that there is none is a sentence") {
  auto h = page_house{};
  CHECK(h.ask(h.viewer, "GET", "/api/v1/plan").status == 404);
  auto news = plan_news{};
  news.at = noon;
  news.plan.start = noon;
  news.plan.slot = 15min;
  news.plan.first = 5min;
  auto on = planned_slot{};
  on.part = 1;
  on.electricity = 500 * watt_hour;
  on.store = celsius(51);
  on.price = 150 * usd_per_mwh;
  on.more_otherwise = 0.2 * us_dollar;
  news.plan.slots = {on, planned_slot{}};
  news.outlook = {{celsius(-5), 4 * kilowatt, 150 * usd_per_mwh}};
  h.page->learn(news);
  const auto plan = h.get(h.viewer, "/api/v1/plan");
  REQUIRE(plan["slots"].size() == 2);
  CHECK(plan["slots"][0]["power_w"] == 6000);
  CHECK(plan["slots"][0]["load_w"] == 4000);
  CHECK(plan["slots"][1]["start_ms"] == (noon + 5min).time_since_epoch().count());
  CHECK(plan["slots"][1]["end_ms"] == (noon + 20min).time_since_epoch().count());
  const auto now = h.get(h.viewer, "/api/v1/now")["plan"];
  CHECK(now["on"] == true);
  CHECK(now["until_ms"] == (noon + 5min).time_since_epoch().count());
  CHECK(now["more_otherwise_usd"] == 0.2);
  h.pass(30min);
  CHECK(h.ask(h.viewer, "GET", "/api/v1/plan").status == 404);
}
