#include "actors/history/alarm_kinds.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace hearth;
using namespace std::chrono_literals;

namespace {

constexpr auto noon = time_point{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15} + 12h};

event warning(std::string kind, std::string subject, time_point at = noon) {
  return {severity::warning, std::move(kind), std::move(subject), "something is wrong", at};
}
event info(std::string kind, std::string subject, time_point at = noon) {
  return {severity::info, std::move(kind), std::move(subject), "it is well again", at};
}

}  // namespace

TEST_CASE("every kind of alarm is told once, with its meaning and a remedy, in a sentence each") {
  auto seen = std::set<std::string_view>{};
  for (const auto& k : alarm_kinds()) {
    CAPTURE(k.kind);
    CHECK(seen.insert(k.kind).second);
    CHECK(k.meaning.ends_with('.'));
    CHECK(k.remedy.ends_with('.'));
  }
}

TEST_CASE("an alarm is open until the word that ends it is said of the same subject") {
  auto alarms = open_alarms{};
  CHECK(alarms.take(warning("channel-fault", "tank.top")).empty());
  CHECK(alarms.take(warning("channel-fault", "tank.low")).empty());
  CHECK(alarms.take(info("channel-good", "living.temp")).empty());
  REQUIRE(alarms.open().size() == 2);
  const auto ended = alarms.take(info("channel-good", "tank.top", noon + 5min));
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].alarm.raised.subject == "tank.top");
  CHECK(ended[0].ended == noon + 5min);
  REQUIRE(alarms.open().size() == 1);
  CHECK(alarms.open()[0].raised.subject == "tank.low");
  // However long it takes.
  alarms.pass(noon + 1000h);
  CHECK(alarms.open().size() == 1);
}

TEST_CASE("the same said again is the same alarm, and another of its kind takes its place") {
  auto alarms = open_alarms{};
  alarms.take(warning("channel-stale", "tank.top"));
  const auto id = alarms.open()[0].id;
  alarms.take(warning("channel-stale", "tank.top", noon + 1min));
  REQUIRE(alarms.open().size() == 1);
  CHECK(alarms.open()[0].id == id);
  CHECK(alarms.open()[0].times == 2);
  CHECK(alarms.open()[0].raised.at == noon);
  const auto ended = alarms.take(warning("channel-fault", "tank.top", noon + 2min));
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].alarm.id == id);
  REQUIRE(alarms.open().size() == 1);
  CHECK(alarms.open()[0].id != id);
  CHECK(alarms.take(info("channel-good", "tank.top", noon + 3min)).size() == 1);
  CHECK(alarms.open().empty());
}

TEST_CASE("a limit's fail-safe is over when the limit is heard again, and when it ends") {
  for (const auto* word : {"limit-resumed", "lease-ended"}) {
    auto alarms = open_alarms{};
    alarms.take(warning("limit-failsafe", "limit"));
    CHECK(alarms.take(warning(word, "limit", noon + 1h)).size() == 1);
    CHECK(alarms.open().empty());
  }
}

TEST_CASE("what nothing ends is over a day after it was said last") {
  auto alarms = open_alarms{};
  alarms.take(warning("contract-given-up", "c-1"));
  alarms.take(warning("contract-given-up", "c-1", noon + 20h));
  CHECK(alarms.pass(noon + 43h).empty());
  const auto ended = alarms.pass(noon + 100h);
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].ended == noon + 44h);
  CHECK(alarms.open().empty());
}

TEST_CASE("a house that begins anew has no alarm but those it raises again") {
  auto alarms = open_alarms{};
  alarms.take(warning("link-down", "mqtt://a"));
  alarms.take(warning("plain-text-link", "mqtt://a"));
  alarms.take(warning("certificate-expiring", "house"));
  CHECK(alarms.open().size() == 3);
  CHECK(alarms.take(info("started", "house", noon + 1h)).size() == 3);
  CHECK(alarms.open().empty());
}

TEST_CASE("with another layout those alarms are over that are said again if they are still true") {
  auto alarms = open_alarms{};
  alarms.take(warning("channel-fault", "gone.power"));
  alarms.take(warning("page-closed", "house"));
  alarms.take(warning("layout-refused", "house.yaml"));
  alarms.take(warning("actor-died", "device meters"));
  alarms.take(warning("actuator-mismatch", "hp.enable"));
  // The journal stays as it is, and so does what it said.
  alarms.take(warning("journal-failing", "house"));
  alarms.take(warning("plain-text-link", "mqtt://a"));
  CHECK(alarms.take(info("layout-changed", "house", noon + 1h)).size() == 5);
  REQUIRE(alarms.open().size() == 2);
  CHECK(concerns_alarms(info("layout-changed", "house")));
}

TEST_CASE("who begins anew says anew what is wrong, and what he said before is over") {
  auto alarms = open_alarms{};
  alarms.take(warning("actor-died", "portal"));
  alarms.take(warning("page-closed", "house"));
  alarms.take(warning("channel-fault", "tank.top"));
  CHECK(alarms.take(info("actor-restarted", "device meters", noon + 1min)).empty());
  CHECK(alarms.take(info("actor-restarted", "portal", noon + 2min)).size() == 2);
  CHECK(alarms.take(info("actor-restarted", "reporter", noon + 3min)).size() == 1);
  alarms.take(warning("journal-failing", "house"));
  CHECK(alarms.take(info("actor-restarted", "journal", noon + 4min)).size() == 1);
  CHECK(alarms.open().empty());
}

TEST_CASE("a warning that nobody knows is an alarm, news and answers are none") {
  auto alarms = open_alarms{};
  alarms.take(warning("flux-capacitor-empty", "car"));
  REQUIRE(alarms.open().size() == 1);
  CHECK_FALSE(alarms.open()[0].kind->meaning.empty());
  alarms.take(info("house-learned", "planner"));
  alarms.take(warning("on-site-refused", "hp.enable"));
  alarms.take(info("interlock", "hp.enable"));
  CHECK(alarms.open().size() == 1);
  CHECK_FALSE(concerns_alarms(info("house-learned", "planner")));
  CHECK(concerns_alarms(info("link-up", "x")));
  CHECK(concerns_alarms(info("started", "x")));
}

TEST_CASE("of too many alarms the oldest is taken for over") {
  auto alarms = open_alarms{};
  for (std::size_t i = 0; i < open_alarms::most; ++i)
    alarms.take(warning("channel-fault", "c" + std::to_string(i)));
  const auto ended = alarms.take(warning("channel-fault", "one more"));
  REQUIRE(ended.size() == 1);
  CHECK(ended[0].alarm.raised.subject == "c0");
  CHECK(alarms.open().size() == open_alarms::most);
}

TEST_CASE("an alarm has the same id whenever its events are gone through again") {
  auto one = open_alarms{}, other = open_alarms{};
  one.take(warning("link-down", "mqtt://a"));
  other.take(info("house-learned", "planner"));
  other.take(warning("link-down", "mqtt://a"));
  CHECK(one.open()[0].id == other.open()[0].id);
}
