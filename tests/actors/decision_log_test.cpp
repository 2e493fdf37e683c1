#include "actors/record/log_reader.hpp"
#include "actors/record/log_writer.hpp"
#include "tests/actors/recorded_house.hpp"

#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <random>
#include <sstream>

using namespace hearth;
using namespace hearth::testing;

namespace {

struct fixture {
  std::shared_ptr<const layout> house = shared(small_house());
  log_writer writer{house, "boot-1"};
  log_reader reader;

  fixture() {
    const auto head = read(writer.head(noon));
    REQUIRE(std::holds_alternative<log_head>(head));
    reader.tell_in_terms_of(house);
  }
  log_entry read(const std::string& line) {
    REQUIRE(line.ends_with("\n"));
    auto entry = reader.read(std::string_view{line}.substr(0, line.size() - 1));
    if (!entry) FAIL(entry.error() << " in " << line);
    return *entry;
  }
  /// What the reader makes of what the writer writes.
  log_step there_and_back(const dispatcher_input& input, dispatcher::decisions decided = {}) {
    return std::get<log_step>(read(writer.lines({input, std::move(decided)})));
  }
};

void check_same(const snapshot& a, const snapshot& b) {
  CHECK(a.at == b.at);
  CHECK(a.points == b.points);
}

}  // namespace

TEST_CASE_FIXTURE(fixture, "a head says which house this is") {
  const auto head = std::get<log_head>(read(writer.head(noon)));
  CHECK(head.site == "small");
  CHECK(head.boot_id == "boot-1");
  CHECK(head.time_zone == "America/New_York");
  CHECK(head.layout_hash == "0123");
  CHECK(head.pace == house->pace);
  CHECK(head.channels.size() == house->channels.size());
  CHECK(head.at == noon);
  CHECK(head.tariff.energy == house->tariff.energy);
}

TEST_CASE("a head brings the tariff the house lived by, to the last bit") {
  auto l = small_house();
  l.tariff = two_price_tariff();
  l.tariff.energy.reset();
  const auto house = shared(l);
  auto writer = log_writer{house, "boot-1"};
  auto reader = log_reader{};
  const auto text = writer.head(noon);
  const auto entry = reader.read(std::string_view{text}.substr(0, text.size() - 1));
  REQUIRE(entry);
  const auto& back = std::get<log_head>(*entry).tariff;
  CHECK_FALSE(back.energy.has_value());
  CHECK(back.distribution == l.tariff.distribution);
  REQUIRE(back.windows.size() == 2);
  CHECK(back.windows[1].from == l.tariff.windows[1].from);
  CHECK(back.windows[1].to == l.tariff.windows[1].to);
  CHECK(back.windows[1].weekdays_only);
  CHECK(back.windows[1].price == l.tariff.windows[1].price);
}

TEST_CASE_FIXTURE(fixture, "readings come back to the last bit, whatever they are") {
  auto random = std::mt19937_64{7};
  const auto odd = std::array{
      0.1 + 0.2,          -0.0, 1.0 / 3, 5e-324, std::numeric_limits<double>::max(), -1e-9,
      123456789.12345678, 0.0};
  auto now = snapshot{noon, std::vector<point>(house->channels.size())};
  for (auto tick = 0; tick < 2000; ++tick) {
    now.at += duration{static_cast<int>(random() % 2000)};
    for (std::size_t i = 0; i < now.points.size(); ++i) {
      auto& p = now.points[i];
      const auto what = random() % 8;
      if (what > 4) continue;
      p.at = now.at - duration{static_cast<int>(random() % 5000)} + 500ms;
      if (what > 2) continue;
      p.value =
          measured{what == 0 ? odd[random() % odd.size()] : static_cast<double>(random()) / 1e15,
                   house->channels[i].unit};
      p.quality = quality::good;
      if (random() % 10 == 0) {
        p.quality = random() % 2 == 0 ? quality::stale : quality::fault;
        p.since = now.at;
      }
      if (random() % 20 == 0)
        p.value = failed(fault_code::checksum, "a \"quoted\" Ω\n line of\tthe world");
    }
    const auto back = there_and_back(now);
    check_same(std::get<snapshot>(*back.input), now);
  }
}

TEST_CASE_FIXTURE(fixture, "what has not changed is not said again") {
  auto seen = image{*house};
  const auto first = writer.lines({seen.now(), {}});
  seen.be(noon + 1s);
  auto still = seen.now();
  for (auto& p : still.points) p.at = noon;
  const auto second = writer.lines({still, {}});
  CHECK(first.size() > 20 * house->channels.size());
  CHECK(second ==
        "{\"at\":" + std::to_string((noon + 1s).time_since_epoch().count()) + ",\"see\":[]}\n");
  read(first);
  check_same(std::get<snapshot>(*std::get<log_step>(read(second)).input), still);
}

TEST_CASE_FIXTURE(fixture, "after a gap everything is said anew") {
  const auto seen = image{*house};
  read(writer.lines({seen.now(), {}}));
  const auto lines = writer.lines({seen.now(), {}, 17});
  const auto middle = lines.find('\n') + 1;
  const auto gap = std::get<log_gap>(read(lines.substr(0, middle)));
  CHECK(gap.lost == 17);
  const auto step = std::get<log_step>(read(lines.substr(middle)));
  check_same(std::get<snapshot>(*step.input), seen.now());
}

TEST_CASE_FIXTURE(fixture, "a message of the node comes back as it was heard") {
  const auto said = std::vector<body>{
      contract{"c1", noon, 60min, 4321.0 * watt},
      withdrawal{"c1", "sold"},
      prices{noon, 60min, {30.25 * usd_per_mwh, -1.0 / 3 * usd_per_mwh}, {}},
      weather{noon, 60min, {celsius(-12.3)}},
      request{authority::admin, hold{"hp.enable", switched(true)}, 30min, "by hand"},
      request{authority::grid, shed{}, 90min, "peak"},
      heartbeat{"c1"}};
  for (const auto& what : said) {
    const auto heard = directive_heard{{"small", "node", 3, "m3", noon - 250ms, "", what}, noon};
    const auto back = std::get<directive_heard>(*there_and_back(heard).input);
    CHECK(back.directive == heard.directive);
    CHECK(back.at == noon);
  }
}

TEST_CASE_FIXTURE(fixture,
                  "a wish of somebody in the house comes back, on a house without a date too") {
  const auto asked = asked_on_site{
      {authority::admin, hold{"valve.position", {0.25, unit::fraction}}, 1min, "try"}, "b-1", {}};
  const auto back = std::get<asked_on_site>(*there_and_back(asked).input);
  CHECK(back.wish == asked.wish);
  CHECK(back.id == asked.id);
  CHECK(back.at == asked.at);
}

TEST_CASE_FIXTURE(fixture, "dates and devices come back") {
  const auto dates = dating{-1234567ms, date_trust::assumed, date_source::system_clock};
  CHECK(std::get<dates_told>(*there_and_back(dates_told{dates, noon}).input).dates == dates);
  const auto back = there_and_back(device_returned{by::meters, noon});
  CHECK(std::get<device_returned>(*back.input).device == by::meters);
  CHECK(std::holds_alternative<dispatcher_begun>(*there_and_back(dispatcher_begun{noon}).input));
  const auto retell = there_and_back(reporter_returned{noon});
  CHECK(std::get<reporter_returned>(*retell.input).at == noon);
}

TEST_CASE_FIXTURE(fixture, "what the household wants comes back to the last bit") {
  auto wanted = household{};
  CHECK(std::get<household_told>(*there_and_back(household_told{wanted, noon}).input).wanted ==
        wanted);
  wanted.schedules["living"] = {
      {{true, false, false, false, false, false, true}, 390min, celsius(20.1 + 0.2)},
      {{false, true}, 0min, celsius(17)}};
  wanted.schedules["bed"] = {};
  wanted.wishes = {{"w1", wish_kind::holiday, "", celsius(1.0 / 3), "Ann \"Ω\"\n", noon, noon + 1h},
                   {"w2", wish_kind::hands_off, "", {}, "", noon - 3h, noon + 1ms},
                   {"w3", wish_kind::boost, "living", {}, "Bo", noon, noon + 2h}};
  const auto back = std::get<household_told>(*there_and_back(household_told{wanted, noon}).input);
  CHECK(back.wanted == wanted);
  CHECK(back.at == noon);
}

TEST_CASE_FIXTURE(fixture, "a household that cannot be is a line that means nothing") {
  const auto refused = [&](const std::string& what) {
    const auto entry = reader.read("{\"at\":1,\"household\":" + what + "}");
    return !entry;
  };
  const auto wish = [](const std::string& words) {
    return "{\"schedules\":{},\"wishes\":[{\"id\":\"a\",\"zone\":\"\",\"by\":\"b\"," + words +
           "}]}";
  };
  CHECK_FALSE(refused("{\"schedules\":{},\"wishes\":[]}"));
  CHECK_FALSE(refused(wish(R"("kind":"boost","setpoint_c":null,"since":1,"until":2)")));
  CHECK(refused(wish(R"("kind":"party","setpoint_c":null,"since":1,"until":2)")));
  CHECK(refused(wish(R"("kind":"boost","setpoint_c":"hot","since":1,"until":2)")));
  CHECK(refused(wish(R"("kind":"boost","setpoint_c":null,"since":1e300,"until":2)")));
  CHECK(refused(wish(R"("kind":"boost","setpoint_c":null,"since":1)")));
  CHECK(refused("[]"));
  CHECK(refused("7"));
  CHECK(refused(R"({"schedules":{"living":[[[true],0,20]]},"wishes":[]})"));
  CHECK(refused(
      R"({"schedules":{"living":[[[true,1,true,true,true,true,true],0,20]]},"wishes":[]})"));
  CHECK(refused(
      R"({"schedules":{"living":[[[true,true,true,true,true,true,true],1440,20]]},"wishes":[]})"));
}

TEST_CASE_FIXTURE(fixture, "a house without one of the channels or devices reads the others") {
  const auto seen = image{*house};
  auto less = small_house();
  less.channels[at::valve.value].name = "another.valve";
  less.channels[at::top.value].unit = unit::watt;
  less.devices[by::valve.value].name = "another-valve";
  reader.tell_in_terms_of(shared(less));
  const auto back = std::get<snapshot>(*there_and_back(seen.now()).input);
  CHECK(back[at::valve].quality == quality::never);
  CHECK(back[at::top].quality == quality::never);
  CHECK(back[at::mid] == seen.now()[at::mid]);
  CHECK_FALSE(there_and_back(device_returned{by::valve, noon}).input.has_value());
}

TEST_CASE_FIXTURE(fixture, "a command is said once and then only renewed, with the same words") {
  auto decided = dispatcher::decisions{};
  decided.commands.push_back(
      {at::enable, switched(true), authority::contract, "using 4 kW", noon, noon + 30s});
  const auto first = in_words(decided, *house, noon);
  auto step = there_and_back(image{*house}.now(), decided);
  REQUIRE(step.was.size() == 1);
  CHECK(step.was[0].words == first[0].words);
  CHECK(step.was[0].what == "on");
  CHECK(step.was[0].by == "contract");
  CHECK(step.was[0].expires == noon + 30s);

  const auto later = noon + 10s;
  decided.commands[0].issued = later;
  decided.commands[0].expires = later + 30s;
  const auto line = writer.lines({image{*house, later}.now(), decided});
  CHECK(line.find("\"again\":[0]") != std::string::npos);
  CHECK(line.find("using 4 kW") == std::string::npos);
  step = std::get<log_step>(read(line));
  CHECK(step.was[0].words == in_words(decided, *house, later)[0].words);
  CHECK(step.was[0].expires == later + 30s);

  decided.commands[0].cause = "another";
  CHECK(there_and_back(image{*house, later}.now(), decided).was[0].cause == "another");
}

TEST_CASE("a log that is as long as allowed ends, says so once, and the house goes on") {
  auto h = recorded_house{};
  h.recorder = {{h.log.maker(), 20'000}, h.house, "boot-1"};
  h.run_until(noon);
  CHECK(h.log.text.size() <= 20'000 + 100);
  CHECK(h.log.text.ends_with("\"full\":true}\n"));
  const auto events = h.recorder.take_events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == "decision-log-full");
}

TEST_CASE("a disk that fails costs a gap, which stands in the log when the disk is back") {
  auto h = recorded_house{};
  h.run_until(noon - 50min);
  h.log.broken = true;
  h.run_until(noon - 40min);
  auto events = h.recorder.take_events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == "decision-log-failing");
  CHECK(events[0].text.find("no space left") != std::string::npos);
  h.log.broken = false;
  h.run_until(noon - 30min);
  events = h.recorder.take_events();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == "decision-log-back");
  CHECK(h.log.text.find("\"lost\":1") != std::string::npos);
  CHECK(h.log.opened == 2);
}

TEST_CASE("a log that ended takes nothing more") {
  auto h = recorded_house{};
  h.run_until(noon - 50min);
  h.recorder.end(noon);
  h.run_until(noon - 40min);
  CHECK(h.log.text.ends_with("\"end\":true}\n"));
}
