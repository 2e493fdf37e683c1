#include "actors/commission/judge.hpp"
#include "actors/commission/record_json.hpp"
#include "actors/commission/safe_values.hpp"
#include "layouts/parse.hpp"
#include "tests/actors/houses.hpp"
#include "tests/support/files.hpp"
#include "tests/support/one_device.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

void has(const std::string& text, const std::string& part) {
  CHECK_MESSAGE(text.find(part) != std::string::npos, "missing: ", part, " in ", text);
}

judgement tank(double top, double mid, double bottom) {
  const auto house = small_house();
  auto seen = image{house};
  seen.degrees(at::top, top).degrees(at::mid, mid).degrees(at::bottom, bottom);
  return tank_order(house, seen.now());
}

commission_record example() {
  return {"small",
          "0123",
          "0.1.0",
          noon,
          noon + 1h,
          true,
          "Ada | Lovelace\n",
          {{"sensor",
            "tank.top",
            check_verdict::passed,
            "shows 50.0 °C",
            noon,
            {{"shown", {50, unit::celsius}}, {"instrument", {51.5, unit::celsius}}}},
           {"meter", "hp.power", check_verdict::failed, "fell", noon + 1min, {}},
           {"actuator", "bed.call", check_verdict::skipped, "not tried", noon + 2min, {}}}};
}

}  // namespace

TEST_CASE("a store in order passes, warmer below than above it does not") {
  CHECK(tank(60, 50, 40).verdict == check_verdict::passed);
  CHECK(tank(50, 50.8, 49.9).verdict == check_verdict::passed);
  has(tank(50, 50.8, 49.9).why, "says little");
  const auto swapped = tank(60, 40, 50);
  CHECK(swapped.verdict == check_verdict::failed);
  has(swapped.why, "tank.mid is colder than tank.bottom below it");
}

TEST_CASE("tank sensors that are upside down are said to be so, with what to swap") {
  const auto is = tank(40, 50, 60);
  CHECK(is.verdict == check_verdict::failed);
  has(is.why, "tank sensors look upside down: swap tank.top with tank.bottom");
  CHECK(tank(40, 40.5, 44).verdict == check_verdict::failed);
  CHECK(tank(40, 41, 42).verdict == check_verdict::passed);
}

TEST_CASE("a meter counts when it moves by a twentieth of nameplate") {
  CHECK_FALSE(meter_moved(10 * watt, 300 * watt, 8 * kilowatt));
  CHECK(meter_moved(10 * watt, 410 * watt, 8 * kilowatt)->verdict == check_verdict::passed);
  const auto reversed = meter_moved(10 * watt, -4000 * watt, 8 * kilowatt);
  REQUIRE(reversed);
  CHECK(reversed->verdict == check_verdict::failed);
  has(reversed->why, "reversed");
  CHECK_FALSE(meter_moved(0 * watt, 49 * watt, 200 * watt));
}

TEST_CASE(
    "the report says who signed, what passed and what did not, and is a table whatever is in it") {
  const auto text = report_text(example());
  has(text, "# Commissioning of small");
  has(text, "| result | 1 passed, 1 failed, 1 skipped |");
  has(text, "| signed by | Ada \\| Lovelace  |");
  has(text, "| meter | hp.power | **failed** | fell |");
  auto interrupted = example();
  interrupted.complete = false;
  has(report_text(interrupted), "interrupted");
  CHECK_FALSE(example().passed());
}

TEST_CASE("a report in JSON comes back as it was") {
  const auto back = commission_record_from(report_json(example()));
  REQUIRE(back);
  CHECK(*back == example());
}

TEST_CASE("what is no report in JSON is refused with a word why, whatever it is") {
  const auto whole = report_json(example());
  for (std::size_t length = 0; length + 2 < whole.size(); ++length)
    CHECK_FALSE(commission_record_from(whole.substr(0, length)));
  for (const auto* text : {"null", "[]", "{}", "{\"hearth\":1}", "{\"hearth\":\"commissioning\"}"})
    CHECK_FALSE(commission_record_from(text));
  auto other = whole;
  other.replace(other.find("\"verdict\": \"passed\"") + 11, 8, "\"glad\"");
  CHECK_FALSE(commission_record_from(other));
}

TEST_CASE("every actuator of every example house has a fail-safe state that its driver tells") {
  for (const auto* name : {"simulated-house", "maine-house", "pi-bench", "cabin"}) {
    INFO(name);
    const auto parsed =
        load_layout(source("layouts/" + std::string{name} + ".yaml"), known_catalog());
    REQUIRE(parsed.layout);
    const auto safe = safe_values(*parsed.layout);
    for (std::uint16_t i = 0; i < parsed.layout->channels.size(); ++i)
      CHECK(safe.contains(channel_id{i}) == parsed.layout->channels[i].actuator);
  }
}

TEST_CASE("a fail-safe state that is not the usual one is told as it stands in the layout") {
  const auto safe_of = [](const char* model, const std::map<std::string, std::string>& options) {
    const auto house = one_device(find_model(model)->spec, options);
    const auto safe = safe_values(house);
    REQUIRE_MESSAGE(!safe.empty(), model);
    return safe.begin()->second;
  };
  CHECK(safe_of("gpio-relay", {{"line", "1"}, {"fail_safe", "closed"}}) == switched(true));
  CHECK(safe_of("shelly-relay", {{"topic", "t"}, {"fail_safe", "closed"}}) == switched(true));
  CHECK(safe_of("tasmota-relay", {{"topic", "t"}, {"fail_safe", "closed"}}) == switched(true));
  CHECK(safe_of("pcf8575-relays", {{"address", "32"}, {"fail_safe", "closed"}}) == switched(true));
  CHECK(safe_of("gp8403", {{"address", "95"}, {"fail_safe", "2.5"}}) == measured{2.5, unit::volt});
  CHECK(safe_of("shelly-relay", {{"topic", "t"}}) == switched(false));
}
