#include "actors/record/why.hpp"

#include "tests/actors/recorded_house.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <sstream>

using namespace hearth;
using namespace hearth::testing;

namespace {

heat_plan on_and_off(time_point start) {
  auto plan = heat_plan{start, 15min, 15min, {}, {}, {}};
  for (auto i = 0; i < 192; ++i)
    plan.slots.push_back({i % 8 < 4 ? 1.0 : 0.0,
                          1 * kilowatt_hour,
                          celsius(50),
                          {},
                          90 * usd_per_mwh,
                          0.25 * us_dollar});
  return plan;
}

struct asked_house : recorded_house {
  tl::expected<why_answer, std::string> ask_why(const std::string& channel = {},
                                                std::optional<time_point> at = {}) {
    auto text = std::istringstream{log.text};
    return why(text, {channel, at, house});
  }
  std::string told(const std::string& channel = {}, std::optional<time_point> at = {}) {
    const auto answer = ask_why(channel, at);
    return answer ? to_text(*answer) : answer.error();
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE_FIXTURE(asked_house, "why it runs is one sentence, and then the plan behind it") {
  live(plan_made{on_and_off(noon - 1h), noon - 1h});
  run_until(noon - 30min);
  const auto text = told();
  CHECK(has(text, "hp.enable was on, by the house itself: planned: electricity at 9.0 ¢/kWh now"));
  CHECK(has(text, "waiting would have cost 0.25 USD more"));
  CHECK(has(text, "off at Wed 2020-01-15 07:00:00"));
  CHECK(has(text, "tank.top 50.0 °C"));
}

TEST_CASE_FIXTURE(asked_house, "any moment of the past can be asked for, and what was before it") {
  live(plan_made{on_and_off(noon - 1h), noon - 1h});
  run_until(noon + 90min);
  const auto at_noon = ask_why({}, noon + 30min);
  REQUIRE(at_noon);
  CHECK(at_noon->standing->what.what == "off");
  REQUIRE(at_noon->before.size() >= 1);
  CHECK(at_noon->before.front().what.what == "on");
  CHECK(at_noon->at <= noon + 30min);
  CHECK(ask_why()->standing->what.what == "on");
}

TEST_CASE_FIXTURE(asked_house, "a hold by hand, a request of the grid and a contract are named") {
  run_until(noon - 30min);
  ask(request{authority::grid, shed{}, 1h, "peak"});
  run_until(noon);
  CHECK(has(told(), "by a request of the grid: the grid asks to shed"));
  ask(request{authority::admin, hold{"bed.call", switched(true)}, 30min, "the bed is cold"});
  run_until(noon + 1min);
  CHECK(has(told("bed.call"), "bed.call was on, by somebody's hand: held by hand"));
}

TEST_CASE_FIXTURE(asked_house, "the answer is JSON for machines") {
  live(plan_made{on_and_off(noon - 1h), noon - 1h});
  run_until(noon - 30min);
  const auto j = nlohmann::json::parse(to_json(*ask_why()));
  CHECK(j.at("channel") == "hp.enable");
  CHECK(j.at("standing").at("what") == "on");
  CHECK(j.at("plan").at("otherwise_usd") == doctest::Approx(0.25));
}

TEST_CASE_FIXTURE(asked_house, "a question that has no answer gets a sentence") {
  run_until(noon - 30min);
  CHECK(has(told("no.such"), "no channel 'no.such'"));
  CHECK(has(told("tank.top"), "read and never commanded"));
  CHECK(has(told({}, noon - 3h), "begins later"));
  auto nothing = std::istringstream{""};
  CHECK_FALSE(why(nothing, {}));
  auto noise = std::istringstream{"\x01\x02 no log\n{}\n"};
  CHECK_FALSE(why(noise, {}));
}

TEST_CASE_FIXTURE(asked_house, "a log that was cut off or damaged is answered as far as it goes") {
  live(plan_made{on_and_off(noon - 1h), noon - 1h});
  run_until(noon - 30min);
  const auto whole = log.text;
  for (const auto cut : {whole.size() / 2, whole.size() - 7}) {
    auto text = std::istringstream{whole.substr(0, cut)};
    const auto answer = why(text, {{}, {}, house});
    REQUIRE(answer);
    CHECK(answer->standing);
  }
}
