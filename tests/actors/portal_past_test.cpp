#include "tests/actors/page_house.hpp"

namespace {

using namespace hearth;
using namespace hearth::testing;

const auto from_ms = noon.time_since_epoch().count() - 86'400'000;
const auto to_ms = noon.time_since_epoch().count();

std::string window() {
  return "from_ms=" + std::to_string(from_ms) + "&to_ms=" + std::to_string(to_ms);
}

template <class Asked>
Asked question(page_house& h, const std::string& path) {
  auto got = h.asked(h.viewer, "GET", path);
  if (const auto* refused = std::get_if<web_response>(&got)) CAPTURE(refused->body);
  REQUIRE(std::holds_alternative<Asked>(got));
  return std::get<Asked>(std::move(got));
}

history_series series(std::string channel, std::vector<time_point> starts,
                      std::vector<std::optional<float>> values) {
  return {std::move(channel), "°C", std::move(starts), std::move(values)};
}

template <class Answer>
web_response rendered(const rendering<result<Answer>>& render, Answer answer) {
  const auto given = result<Answer>{std::move(answer)};
  return render(&given);
}

}  // namespace

TEST_CASE("a question about the past reaches the history as it was meant") {
  auto h = page_house{};
  const auto asked = question<asked_of_history>(
      h, "/api/v1/history?channel=tank.top&channel=hp.power&points=500&fold=highest&" + window());
  CHECK(asked.what.channels == std::vector<std::string>{"tank.top", "hp.power"});
  CHECK(asked.what.from.time_since_epoch().count() == from_ms);
  CHECK(asked.what.to.time_since_epoch().count() == to_ms);
  CHECK(asked.what.points == 500);
  CHECK(asked.what.how == fold::highest);
  CHECK(asked.what.by == bucket::interval);
  const auto days = question<asked_of_history>(
      h, "/api/v1/history?channel=hp.power&by=day&fold=integral&" + window());
  CHECK(days.what.by == bucket::day);
  CHECK(days.what.how == fold::integral);
  const auto minutes =
      question<asked_of_history>(h, "/api/v1/history?channel=hp.power&interval_s=60&" + window());
  CHECK(minutes.what.interval == 60s);
}

TEST_CASE("what is out of bounds or unknown in a question is refused with its name") {
  auto h = page_house{};
  auto many = std::string{};
  for (int i = 0; i < 33; ++i) many += "&channel=c" + std::to_string(i);
  struct wrong {
    std::string path, field;
  };
  const auto all = std::vector<wrong>{
      {"/history?" + window(), "channel"},
      {"/history?channel=a&from_ms=5", "to_ms"},
      {"/history?channel=a&from_ms=10&to_ms=5", "to_ms"},
      {"/history?channel=a&from_ms=-1&to_ms=5", "from_ms"},
      {"/history?channel=a&from_ms=1e3&to_ms=5000", "from_ms"},
      {"/history?channel=a&from_ms=99999999999999999999&to_ms=5", "from_ms"},
      {"/history?channel=a&points=10001&" + window(), "points"},
      {"/history?channel=a&points=0&" + window(), "points"},
      {"/history?channel=a&points=1&points=2&" + window(), "points"},
      {"/history?" + window() + many, "channel"},
      {"/history?channel=a&fold=median&" + window(), "fold"},
      {"/history?channel=a&by=week&" + window(), "by"},
      {"/history?channel=a&interval_s=1&" + window(), "interval_s"},
      {"/history?channel=a&by=day&interval_s=60&" + window(), "interval_s"},
      {"/history?channel=a&colour=red&" + window(), "colour"},
      {"/history?channel=" + std::string(200, 'x') + "&" + window(), "channel"},
      {"/chronicle?limit=1001&" + window(), "limit"},
      {"/chronicle?severity=worse&" + window(), "severity"},
      {"/moment", "at_ms"},
      {"/moment?at_ms=yesterday", "at_ms"},
      {"/money?by=interval&" + window(), "interval_s"},
      {"/money?by=day", "from_ms"},
  };
  for (const auto& each : all) {
    CAPTURE(each.path);
    const auto got = h.ask(h.viewer, "GET", "/api/v1" + each.path);
    CHECK(got.status == 422);
    CHECK(body_of(got)["field"] == each.field);
  }
  // Ten thousand values each of 32 channels are too many together.
  const auto together =
      "/api/v1/history?points=10000&channel=a&channel=b&channel=c&channel=d"
      "&channel=e&channel=f&channel=g&channel=h&channel=i&channel=j&channel=k&";
  CHECK(h.ask(h.viewer, "GET", together + window()).status == 422);
}

TEST_CASE("the past is told with regular times as a start, others one by one, and gaps as null") {
  auto h = page_house{};
  const auto asked =
      question<asked_of_history>(h, "/api/v1/history?channel=a&channel=b&" + window());
  const auto got =
      rendered(asked.render,
               history_answer{{series("a", {noon, noon + 10s, noon + 20s}, {{20.5F}, {}, {0.1F}}),
                               series("b", {noon, noon + 20s}, {{1.F}, {-2.F}})},
                              10s});
  CHECK(got.status == 200);
  const auto body = body_of(got);
  CHECK(body["interval_s"] == 10);
  CHECK(body["series"][0]["start_ms"] == noon.time_since_epoch().count());
  CHECK(body["series"][0]["values"].dump() == "[20.5,null,0.1]");
  CHECK(body["series"][0]["unit"] == "°C");
  CHECK(body["series"][1]["starts_ms"][1] == (noon + 20s).time_since_epoch().count());
  CHECK(!body["series"][1].contains("start_ms"));
}

TEST_CASE("a channel that the history does not know is said to be unknown") {
  auto h = page_house{};
  const auto asked =
      question<asked_of_history>(h, "/api/v1/history?channel=a&channel=b&" + window());
  const auto got = rendered(asked.render, history_answer{{series("a", {noon}, {{1.F}})}, 10s});
  CHECK(got.status == 404);
  CHECK(body_of(got)["error"].get<std::string>().find("b") != std::string::npos);
}

TEST_CASE("a history that fails or keeps silent is a sentence, not an empty page") {
  auto h = page_house{};
  const auto asked = question<asked_of_history>(h, "/api/v1/history?channel=a&" + window());
  CHECK(asked.render(nullptr).status == 503);
  const auto failure = result<history_answer>{failed(fault_code::io, "no space left on device")};
  const auto got = asked.render(&failure);
  CHECK(got.status == 503);
  CHECK(body_of(got)["error"] == "io: no space left on device");
}

TEST_CASE("what no history could answer is the fault of who asks") {
  auto h = page_house{};
  const auto asked = question<asked_of_history>(h, "/api/v1/history?channel=a&" + window());
  for (const auto code : {fault_code::overflow, fault_code::out_of_range, fault_code::refused}) {
    const auto too_much = result<history_answer>{failed(code, "that would be too many rows")};
    CHECK(asked.render(&too_much).status == 422);
  }
}

TEST_CASE("a table has a row for every time that any channel has") {
  auto h = page_house{};
  const auto asked =
      question<asked_of_history>(h, "/api/v1/history.csv?channel=a&channel=b&" + window());
  const auto got =
      rendered(asked.render, history_answer{{series("a", {noon, noon + 10s}, {{20.5F}, {}}),
                                             series("b", {noon + 10s, noon + 20s}, {{1.F}, {2.F}})},
                                            10s});
  CHECK(got.body ==
        "time_utc,\"a [°C]\",\"b [°C]\"\r\n"
        "2020-01-15T12:00:00Z,20.5,\r\n"
        "2020-01-15T12:00:10Z,,1\r\n"
        "2020-01-15T12:00:20Z,,2\r\n");
  CHECK(header_in(got, "Content-Disposition") == "attachment; filename=\"small-2020-01-14.csv\"");
}

TEST_CASE("a name that a spreadsheet would take for a formula is no formula in a table") {
  auto h = page_house{};
  const auto asked = question<asked_of_history>(h, "/api/v1/history.csv?channel=a&" + window());
  auto named = series("=HYPERLINK(\"http://x\")", {noon}, {{1.F}});
  const auto got = rendered(asked.render, history_answer{{named}, 10s});
  CHECK(got.body.find("\"'=HYPERLINK(\"\"http://x\"\")") != std::string::npos);
}

TEST_CASE("the chronicle is asked by kind and severity, and told item by item with its data") {
  auto h = page_house{};
  const auto asked = question<asked_of_chronicle>(
      h, "/api/v1/chronicle?kind=state&kind=plan&severity=warning&before=77&limit=20&" + window());
  CHECK(asked.what.kinds == std::vector<std::string>{"state", "plan"});
  CHECK(asked.what.at_least == severity::warning);
  CHECK(asked.what.before == 77);
  CHECK(asked.what.most == 20);
  const auto item = chronicle_item{
      76, noon, "state", severity::warning, "house", "the grid asks", R"({"in_charge":"grid"})"};
  auto broken = item;
  broken.data = "{";
  const auto body = body_of(rendered(asked.render, chronicle_page{{item, broken}, true}));
  CHECK(body["items"][0]["data"]["in_charge"] == "grid");
  CHECK(body["items"][0]["at_ms"] == to_ms);
  CHECK(body["items"][1]["data"] == nullptr);
  CHECK(body["more"] == true);
}

TEST_CASE("a moment of the past is told with what was known of it and what was not") {
  auto h = page_house{};
  const auto asked = question<asked_of_moment>(h, "/api/v1/moment?at_ms=" + std::to_string(to_ms));
  CHECK(asked.what.at == noon);
  auto known = moment_answer{};
  known.at = noon;
  known.resolution = 10s;
  known.values = {{"a", 1.5F}, {"b", std::nullopt}};
  const auto body = body_of(rendered(asked.render, known));
  CHECK(body["values"]["a"] == 1.5);
  CHECK(body["values"]["b"] == nullptr);
  CHECK(body["state"] == nullptr);
  CHECK(body["resolution_s"] == 10);
}

TEST_CASE("money is told with what is known, what is compared, and nothing for what is neither") {
  auto h = page_house{};
  const auto asked = question<asked_of_money>(h, "/api/v1/money?by=day&" + window());
  CHECK(asked.what.by == bucket::day);
  auto row = money_row{};
  row.start = noon;
  row.end = noon + 24h;
  row.used = 10 * kilowatt_hour;
  row.cost = 2 * us_dollar;
  row.slots = 96;
  row.unknown = 6;
  row.covered = 0.94;
  // Half of it is compared.
  row.compared =
      money_compared{48, 5 * kilowatt_hour, 6 * kilowatt_hour, 1 * us_dollar, 1.5 * us_dollar};
  auto lost = money_row{};
  lost.start = row.end;
  lost.end = lost.start + 24h;
  lost.slots = lost.unknown = 96;
  auto total = row;
  total.end = lost.end;
  total.unknown += 96;
  const auto body = body_of(rendered(asked.render, money_answer{{row, lost}, total}));
  REQUIRE(body["rows"].size() == 2);
  const auto& first = body["rows"][0];
  CHECK(first["used_kwh"] == 10);
  CHECK(first["cost_usd"] == 2);
  CHECK(first["saved_usd"] == 0.5);
  CHECK(first["compared_usd"] == 1);
  CHECK(first["compared_slots"] == 48);
  // Elsewhere the thermostat is taken to have done what the house did.
  CHECK(first["thermostat_usd"] == 2.5);
  CHECK(first["thermostat_kwh"] == 11);
  CHECK(first["slots"] == 96);
  CHECK(first["unknown_slots"] == 6);
  for (const auto* field : {"used_kwh", "cost_usd", "saved_usd", "thermostat_usd", "compared_usd"})
    CHECK(body["rows"][1][field] == nullptr);
  CHECK(body["total"]["unknown_slots"] == 102);
  CHECK(body["total"]["saved_usd"] == 0.5);
  CHECK(body["method"] == "/help/money");
}
