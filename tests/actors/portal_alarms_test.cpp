#include "tests/actors/page_house.hpp"

#include <algorithm>

namespace {

using namespace hearth;
using namespace hearth::testing;

event failed_device(time_point at) {
  return {severity::alarm, "device-failed", "meters", "it is silent", at};
}

}  // namespace

TEST_CASE("an alarm says what it means and what to do, and is over when its cause is") {
  auto h = page_house{};
  // One that a single word ends.
  const auto kind = *std::ranges::find_if(alarm_kinds(), [](const alarm_kind& k) {
    return !k.ended_by.empty() && k.ended_by != "started" &&
           k.ended_by.find(' ') == std::string_view::npos;
  });
  const auto over = std::string{kind.ended_by};
  h.page->hear(event{severity::alarm, std::string{kind.kind}, "meters", "it is silent", h.now});
  auto alarms = h.get(h.viewer, "/api/v1/alarms");
  REQUIRE(alarms["active"].size() == 1);
  CHECK(alarms["active"][0]["severity"] == "alarm");
  CHECK(!alarms["active"][0]["meaning"].get<std::string>().empty());
  CHECK(!alarms["active"][0]["remedy"].get<std::string>().empty());
  CHECK(alarms["active"][0]["acknowledged"] == nullptr);
  h.pass(1min);
  h.page->hear(event{severity::info, over, "meters", "it answers again", h.now});
  alarms = h.get(h.viewer, "/api/v1/alarms");
  CHECK(alarms["active"].empty());
  REQUIRE(alarms["recent"].size() == 1);
  CHECK(alarms["recent"][0]["ended_ms"] == h.now.time_since_epoch().count());
}

TEST_CASE("an alarm that somebody has seen says who and when, over a restart too") {
  auto h = page_house{};
  h.page->hear(failed_device(h.now));
  const auto id = h.get(h.viewer, "/api/v1/alarms")["active"][0]["id"].get<std::string>();
  const auto path = "/api/v1/alarms/" + id + "/acknowledge";
  CHECK(h.ask(h.viewer, "POST", path).status == 403);
  CHECK(h.ask(h.household, "POST", "/api/v1/alarms/none/acknowledge").status == 404);
  CHECK(h.ask(h.household, "POST", path, page_json::object()).status == 204);
  CHECK(h.get(h.viewer, "/api/v1/now")["alarms"]["unacknowledged"] == 0);
  h.start();
  h.page->remember({failed_device(noon)});
  const auto alarm = h.get(h.viewer, "/api/v1/alarms")["active"][0];
  CHECK(alarm["acknowledged"]["by"] == "Hanna");
  CHECK(alarm["acknowledged"]["at_ms"] == noon.time_since_epoch().count());
}

TEST_CASE("what was said since the page began counts beside what the chronicle remembers") {
  auto h = page_house{};
  h.page->hear(event{severity::warning, "link-down", "mqtt://127.0.0.1:1883", "gone", h.now});
  h.page->remember({failed_device(h.now - 1h)});
  CHECK(h.get(h.viewer, "/api/v1/alarms")["active"].size() == 2);
}

TEST_CASE(
    "what the chronicle still has of the run before is nothing to a page that heard the house "
    "begin") {
  auto h = page_house{};
  h.page->hear(event{severity::info, "started", "house", "scada runs", h.now});
  h.page->hear(event{severity::warning, "link-down", "mqtt://127.0.0.1:1883", "gone", h.now});
  h.page->remember({failed_device(h.now - 1h)});
  const auto active = h.get(h.viewer, "/api/v1/alarms")["active"];
  REQUIRE(active.size() == 1);
  CHECK(active[0]["kind"] == "link-down");
}

TEST_CASE("devices say how they fare, and so do link, history and the program") {
  auto h = page_house{};
  h.seen.lose(at::hp_power);
  h.page->see(h.seen.now());
  h.page->hear(birth{false, "0123", "0.1"});
  auto waits = backlog{};
  waits.waiting = 12;
  waits.waiting_bytes = 3400;
  h.page->hear(waits);
  auto got = h.asked(h.viewer, "GET", "/api/v1/devices");
  REQUIRE(std::holds_alternative<asked_how_history_fares>(got));
  const auto& render = std::get<asked_how_history_fares>(got).render;
  auto fares = history_status{};
  fares.recording = false;
  fares.problem = "no space left on device";
  fares.waiting = 900;
  const auto body = body_of(render(&fares));
  CHECK(body["devices"][0]["quality"] == "good");
  CHECK(body["devices"][1]["quality"] == "fault");
  CHECK(body["devices"][1]["channels"][0]["fault"] == "timeout: no answer");
  CHECK(body["link"]["connected"] == false);
  CHECK(body["link"]["waiting"] == 12);
  CHECK(body["history"]["recording"] == false);
  CHECK(body["history"]["problem"] == "no space left on device");
  CHECK(body["software"]["layout_hash"] == "0123");
  h.page->hear(event{severity::warning, "actor-died", "planner", "it ended", h.now});
  h.page->hear(event{severity::info, "actor-restarted", "planner", "it runs again", h.now});
  h.page->hear(event{severity::warning, "actor-died", "reporter", "it ended", h.now});
  for (const auto& actor : body_of(render(&fares))["actors"]) {
    CHECK(actor["restarts"] == (actor["name"] == "planner" ? 1 : 0));
    CHECK(actor["up"] == (actor["name"] != "reporter"));
  }
  // A history that does not answer is not one that is well.
  CHECK(body_of(render(nullptr))["history"] == nullptr);
}
