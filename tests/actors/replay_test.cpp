#include "actors/record/replay.hpp"

#include "actors/record/replay_text.hpp"
#include "tests/actors/recorded_house.hpp"

#include <doctest/doctest.h>

#include <random>
#include <sstream>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Two hours of a house that hears contracts, sheds and is held by hand.
std::string a_log(layout l = small_house()) {
  auto h = recorded_house{std::move(l)};
  h.run_until(noon);
  h.ask(contract{"c1", noon, 60min, 4 * kilowatt});
  h.run_until(noon + 10min);
  h.ask(request{authority::admin, hold{"valve.position", {0.25, unit::fraction}}, 5min, "a try"});
  h.run_until(noon + 30min);
  h.live(device_returned{by::relays, h.seen.time()});
  h.ask(request{authority::grid, shed{}, 20min, "peak"});
  h.live(dates_told{{-1500ms, date_trust::good, date_source::network_time}, h.seen.time()});
  h.seen.lose(at::mid);
  h.run_until(noon + 75min);
  h.recorder.end(h.seen.time());
  return h.log.text;
}

struct replayed {
  replay_totals totals;
  std::vector<replay_news> news;

  template <class What>
  [[nodiscard]] std::vector<What> all() const {
    return only<What>(news);
  }
  [[nodiscard]] std::vector<comparison> with(likeness v) const {
    auto found = std::vector<comparison>{};
    for (const auto& input : all<input_replayed>())
      for (const auto& c : input.compared)
        if (c.likeness == v) found.push_back(c);
    return found;
  }
};

replayed again(const std::string& log, replay_options options = {shared(small_house()), {}, {}}) {
  auto in = std::istringstream{log};
  auto out = replayed{};
  out.totals = replay(in, options, [&](const replay_news& n) { out.news.push_back(n); });
  return out;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const auto found = text.find(what);
  REQUIRE(found != std::string::npos);
  return text.replace(found, what.size(), with);
}

/// The start of the nth line, from 0.
std::size_t line_start(const std::string& text, int number) {
  auto at = std::size_t{0};
  for (auto i = 0; i < number; ++i) at = text.find('\n', at) + 1;
  return at;
}

}  // namespace

/// Two hours in which a household wants this and that.
std::string a_lived_in_log() {
  auto h = recorded_house{};
  h.run_until(noon);
  h.ask(contract{"c1", noon, 60min, 4 * kilowatt});
  h.run_until(noon + 10min);
  auto wanted = household{};
  wanted.schedules["bed"] = {{{true, true, true, true, true, true, true}, 0min, celsius(22)}};
  wanted.wishes.push_back(
      {"w1", wish_kind::boost, "living", {}, "Ann", noon + 10min, noon + 70min});
  h.live(household_told{wanted, h.seen.time()});
  h.run_until(noon + 20min);
  wanted.wishes.push_back({"w2", wish_kind::hands_off, "", {}, "Bo", noon + 20min, noon + 40min});
  h.live(household_told{wanted, h.seen.time()});
  h.run_until(noon + 2h);
  h.recorder.end(h.seen.time());
  return h.log.text;
}

TEST_CASE("a past with wishes of the household is decided again to the last bit") {
  const auto log = a_lived_in_log();
  const auto r = again(log);
  CHECK_FALSE(r.totals.failure.has_value());
  CHECK(r.totals.all_same());
  auto heard = std::vector<std::string>{};
  for (const auto& input : r.all<input_replayed>())
    if (!input.heard.empty()) heard.push_back(input.heard);
  REQUIRE(heard.size() == 3);
  CHECK(heard[1] == "the household: 1 schedule, boost of living by Ann");
  CHECK(heard[2] == "the household: 1 schedule, boost of living by Ann, hands-off by Bo");
}

TEST_CASE("another wish of the household would have led to other decisions") {
  const auto log = replaced(a_lived_in_log(), "\"kind\":\"boost\"", "\"kind\":\"holiday\"");
  const auto r = again(log);
  CHECK_FALSE(r.totals.failure.has_value());
  CHECK(r.totals.different > 0);
}

TEST_CASE("a recorded past is decided again to the last bit") {
  const auto r = again(a_log());
  CHECK_FALSE(r.totals.failure.has_value());
  CHECK(r.totals.all_same());
  CHECK(r.totals.runs == 1);
  CHECK(r.totals.gaps == 0);
  CHECK(r.totals.same > 20);
  CHECK(r.totals.renewed > 500);
  REQUIRE(r.totals.end.has_value());
  CHECK_FALSE(r.totals.end->full);
  auto by_contract = 0;
  for (const auto& c : r.with(likeness::same)) by_contract += c.now->by == "contract";
  CHECK(by_contract >= 2);
}

TEST_CASE("a decision that was another one is found, once, and so is its end") {
  const auto log = a_log();
  const auto other =
      replaced(log, R"("to":"hp.enable","value":1.0,"unit":"on/off","by":"contract")",
               R"("to":"hp.enable","value":0.0,"unit":"on/off","by":"contract")");
  const auto r = again(other);
  CHECK_FALSE(r.totals.all_same());
  REQUIRE(r.with(likeness::different).size() == 1);
  const auto found = r.with(likeness::different)[0];
  CHECK(found.was->what == "off");
  CHECK(found.now->what == "on");
  CHECK(found.now->subject == "hp.enable");
  CHECK(r.with(likeness::agrees_again).size() == 1);
}

TEST_CASE("a reading that was another one leads to another decision") {
  auto h = recorded_house{};
  h.run_until(noon - 30min);
  h.seen.degrees(at::living, 17.875);
  h.run_until(noon - 20min);
  const auto same = again(h.log.text);
  CHECK(same.totals.all_same());
  const auto r = again(replaced(h.log.text, "17.875", "22.875"));
  CHECK(r.totals.different > 0);
  CHECK(r.with(likeness::different)[0].was->cause.find("calls for heat") != std::string::npos);
  CHECK(r.with(likeness::different)[0].now->cause.find("warm enough") != std::string::npos);
}

TEST_CASE("a statement that was never made, and one that no longer is, are told") {
  const auto log = a_log();
  const auto gone = again(replaced(log, R"("say":"contract")", R"("say":"outcome")"));
  auto appeared = 0, vanished = 0;
  for (const auto& c : gone.with(likeness::different)) (c.was ? vanished : appeared) += 1;
  CHECK(appeared == 1);
  CHECK(vanished == 1);
}

TEST_CASE("another layout decides otherwise, and where it does is told") {
  auto colder = small_house();
  colder.plant->zones[0].setpoint = celsius(15);
  colder.plant->store->min_top = celsius(60);
  const auto r = again(a_log(), {shared(colder), {}, {}});
  CHECK_FALSE(r.totals.failure.has_value());
  CHECK(r.totals.different > 0);
}

TEST_CASE("only what lies between from and to is told, and all of it is lived through") {
  const auto log = a_log();
  const auto whole = again(log);
  const auto part = again(log, {shared(small_house()), noon + 5min, noon + 20min});
  CHECK(part.totals.all_same());
  CHECK(part.totals.inputs == 15 * 12 + 1);
  CHECK(part.totals.inputs < whole.totals.inputs);
  CHECK(*part.totals.first == noon + 5min);
  CHECK(*part.totals.last < noon + 20min);
}

TEST_CASE("what was lost is told, and what differs behind it is marked") {
  auto h = recorded_house{};
  h.run_until(noon);
  h.recording = false;
  h.ask(contract{"c1", noon, 60min, 4 * kilowatt});
  h.recording = true;
  h.run_until(noon + 5min);
  const auto r = again(h.log.text);
  CHECK(r.totals.gaps == 1);
  CHECK(r.totals.lost == 1);
  CHECK(r.totals.different > 0);
  CHECK(r.totals.different_after_gap == r.totals.different);
  CHECK_FALSE(r.totals.end.has_value());
}

TEST_CASE("a dispatcher that begins anew is replayed as one") {
  auto h = recorded_house{};
  h.run_until(noon);
  h.ask(contract{"c1", noon, 60min, 4 * kilowatt});
  h.run_until(noon + 5min);
  h.live(dispatcher_begun{h.seen.time()});
  h.run_until(noon + 15min);
  CHECK(again(h.log.text).totals.all_same());
}

TEST_CASE("runs of a program that was killed follow each other in one log") {
  auto first = a_log();
  first.resize(first.size() - first.size() / 3);
  while (first.back() == '\n') first.pop_back();
  const auto r = again(first + "\n" + replaced(a_log(), "boot-1", "boot-2"));
  CHECK_FALSE(r.totals.failure.has_value());
  CHECK(r.totals.runs == 2);
  CHECK(r.totals.torn == 1);
  CHECK(r.totals.all_same());
}

TEST_CASE("a recorder that began anew in the middle of a run goes on with the same dispatcher") {
  auto h = recorded_house{};
  h.run_until(noon);
  h.recorder = {{h.log.maker(), limits::log_bytes}, h.house, "boot-1"};
  h.run_until(noon + 10min);
  const auto r = again(h.log.text);
  CHECK(r.totals.runs == 1);
  CHECK(r.totals.all_same());
}

TEST_CASE("a log whose beginning is missing says so and is replayed as far as it goes") {
  auto h = recorded_house{};
  h.log.text.clear();
  h.recorder = {{h.log.maker(), limits::log_bytes}, h.house, "boot-1"};
  h.run_until(noon);
  const auto r = again(h.log.text);
  CHECK_FALSE(r.totals.failure.has_value());
  REQUIRE(r.all<replay_note>().size() == 1);
  CHECK(r.all<replay_note>()[0].text.find("beginning of this run") != std::string::npos);
}

TEST_CASE("a last line that was cut off is told, and no failure") {
  const auto log = a_log();
  for (const auto cut : {1, 2, 10, 60, 200}) {
    const auto r = again(log.substr(0, log.size() - static_cast<std::size_t>(cut)));
    CHECK_FALSE(r.totals.failure.has_value());
    CHECK(r.totals.all_same());
    CHECK(r.totals.torn == (cut == 1 ? 0 : 1));
  }
  const auto zeros = again(log + std::string(300, '\0'));
  CHECK_FALSE(zeros.totals.failure.has_value());
  CHECK(zeros.totals.torn == 1);
}

TEST_CASE("damage in the middle is told with its line, and ends the replay there") {
  auto log = a_log();
  log[line_start(log, 40)] = '#';
  const auto r = again(log);
  REQUIRE(r.totals.failure.has_value());
  CHECK(r.totals.failure->line == 41);
  CHECK(r.totals.inputs == 39);
}

TEST_CASE("what is no decision log is told in one line") {
  const auto why = [](const std::string& text) {
    const auto r = again(text);
    REQUIRE(r.totals.failure.has_value());
    CHECK(r.totals.failure->line <= 1);
    CHECK(r.totals.failure->text.find('\n') == std::string::npos);
    return r.totals.failure->text;
  };
  CHECK(why("").find("nothing to replay") != std::string::npos);
  CHECK(why("site: maple-12\ntimezone: UTC\n").find("no decision log") != std::string::npos);
  CHECK(why("{\"at\":1}\n").find("no decision log") != std::string::npos);
  CHECK(why("[1,2]\n").find("no line") != std::string::npos);
  CHECK(why(std::string{"SQLite format 3\0\1\2\3", 19}).find("--record") != std::string::npos);
  CHECK(why(replaced(a_log(), "\"version\":1", "\"version\":2")).find("format 2") !=
        std::string::npos);
  CHECK(why(std::string(20'000'000, 'x')).find("no decision log") != std::string::npos);
}

TEST_CASE("a layout that today's program refuses is told, with a way round") {
  const auto r = again(a_log(), {});
  REQUIRE(r.totals.failure.has_value());
  CHECK(r.totals.failure->text.find("--layout FILE") != std::string::npos);
}

TEST_CASE("no bytes of a log stop the replay") {
  const auto whole = a_log();
  // As much of it as shows every kind of line.
  const auto head = whole.substr(0, line_start(whole, 60));
  const auto middle = whole.find("\"hear\"");
  const auto from = whole.rfind('\n', middle) + 1;
  const auto log = head + whole.substr(from, line_start(whole.substr(from), 40));
  auto random = std::mt19937_64{11};
  auto read_whole = 0;
  for (auto i = 0; i < 5000; ++i) {
    auto hurt = log;
    for (auto blows = random() % 4 + 1; blows > 0; --blows) {
      const auto at = random() % hurt.size();
      switch (random() % 6) {
      case 0: hurt[at] = static_cast<char>(random()); break;
      case 1: hurt.erase(at, random() % 20); break;
      case 2: hurt.insert(at, hurt.substr(random() % hurt.size(), random() % 60)); break;
      case 3: hurt.resize(at + 1); break;
      case 4: hurt[at] = "0123456789-[]{},:\"e."[random() % 20]; break;
      default: hurt.insert(at, std::to_string(random())); break;
      }
    }
    const auto r = again(hurt);
    if (!r.totals.failure) ++read_whole;
    if (r.totals.failure) CHECK_FALSE(r.totals.failure->text.empty());
    auto text = replay_text{{replay_form::lines, false, true}};
    for (const auto& n : r.news) CHECK(text.text(n).find('\x1b') == std::string::npos);
  }
  MESSAGE(read_whole, " of 5000 damaged logs could be read to their end");
}

TEST_CASE("people read one line per decision, in the time of the house") {
  const auto r =
      again(replaced(a_log(), R"("to":"hp.enable","value":1.0,"unit":"on/off","by":"contract")",
                     R"("to":"hp.enable","value":0.0,"unit":"on/off","by":"contract")"));
  auto text = replay_text{{replay_form::lines, false, false}};
  auto all = std::string{};
  for (const auto& n : r.news) all += text.text(n);
  CHECK(all.find("times are those of America/New_York") != std::string::npos);
  CHECK(all.find("≠ Wed 2020-01-15 07:00:05  hp.enable         was off by contract: using the 4.00 "
                 "kW of contract c1 → now on by contract: using the 4.00 kW of contract c1\n") !=
        std::string::npos);
  CHECK(all.find("← contract c1") != std::string::npos);
  CHECK(all.find("  Wed 2020-01-15 07:30:00  hp.enable         off by grid: the grid asks to shed: "
                 "peak  (agrees again)\n") != std::string::npos);
  const auto summary = text.summary(r.totals);
  CHECK(summary.find("1         are different") != std::string::npos);
  CHECK(summary.find("0         gaps") != std::string::npos);

  auto only = replay_text{{replay_form::lines, true, false}};
  auto lines = std::string{};
  for (const auto& n : r.news) lines += only.text(n);
  // The run; was → now, at the tick that saw the pump; a message heard, the end of the difference.
  CHECK(std::ranges::count(lines, '\n') == 4);
}

TEST_CASE("machines read JSON or a table") {
  const auto r = again(a_log());
  auto json = replay_text{{replay_form::json, false, false}};
  auto table = replay_text{{replay_form::tsv, false, false}};
  auto objects = std::string{}, rows = table.heading();
  for (const auto& n : r.news) {
    objects += json.text(n);
    rows += table.text(n);
  }
  CHECK(std::ranges::count(rows, '\n') == static_cast<long>(r.totals.same) + 1);
  CHECK(std::ranges::count(rows, '\t') == 13 * std::ranges::count(rows, '\n'));
  CHECK(std::ranges::count(objects, '\n') == static_cast<long>(r.totals.same) + 1);
  CHECK(objects.find(R"("verdict":"same","kind":"command","subject":"hp.enable")") !=
        std::string::npos);
  CHECK(json.summary(r.totals).starts_with(R"({"summary":{"runs":1,)"));
}
