#include "tools/simulate/report.hpp"

#include "layouts/series.hpp"
#include "tests/support/files.hpp"
#include "tests/support/january_record.hpp"
#include "tools/simulate/figures.hpp"
#include "tools/simulate/words.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <unistd.h>

using namespace hearth;
using namespace hearth::simulate;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;

constexpr auto noon = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 15}} + 12h;

/// Ten minutes of a house with two layers and one zone, in numbers that can be checked by eye.
run_record small_run() {
  auto r = run_record{};
  r.site = "maple-12";
  r.layout = "maple.yaml";
  r.layout_hash = "ab12";
  r.version = "0.1.0";
  r.control = "timer";
  r.seed = 7;
  r.time_zone = "America/New_York";
  r.from = noon;
  r.to = noon + 10min;
  r.wall = seconds_real{0.25};
  r.slots = slot_table{noon, 5min, 2, {"living"}};
  auto s = told_slot{celsius(-3.25),
                     80.5 * usd_per_mwh,
                     6 * kilowatt,
                     6.5 * kilowatt,
                     15 * kilowatt,
                     4 * kilowatt,
                     12.5 * kilowatt_hour,
                     {celsius(60), celsius(40)},
                     {{celsius(19), celsius(20)}},
                     authority::contract,
                     simulated::heat_pump_phase::running};
  r.slots.push(s);
  s.price = {};
  s.outdoor = celsius(-0.001);
  s.rooms = {{celsius(19.75), {}}};
  s.in_charge = authority::local;
  s.phase = simulated::heat_pump_phase::off;
  r.slots.push(s);
  r.events.push({severity::alarm, "device-failed", "hp-meter", "it failed", noon + 1min});
  auto& t = r.totals;
  t.energy_cost = 0.04 * us_dollar;
  t.unpriced = 0.5 * kilowatt_hour;
  t.electricity = 1 * kilowatt_hour;
  t.heat_delivered = 2.5 * kilowatt_hour;
  t.heat_lost = 0.25 * kilowatt_hour;
  t.store_start = 12 * kilowatt_hour;
  t.store_end = 12.5 * kilowatt_hour;
  t.balance_error = 0 * kilowatt_hour;
  t.comfort_below = 0.125 * kelvin_hour;
  t.unserved_heat = 0.75 * kilowatt_hour;
  t.heat_pump_starts = 1;
  t.interlock_interventions = 2;
  t.in_charge[3] = 5min;
  t.in_charge[5] = 5min;
  t.messages = 9;
  t.event_log_sha256 = "cd34";
  r.baselines.thermostat = 0.05 * us_dollar;
  r.baselines.bound = failed(fault_code::timeout, "the solver gave up");
  return r;
}

/// A folder of its own, gone after the test.
class scratch_folder {
 public:
  scratch_folder()
      : path_{fs::temp_directory_path() / ("hearth-report-" + std::to_string(::getpid()))} {
    fs::remove_all(path_);
    fs::create_directories(path_);
  }
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder() {
    auto ignored = std::error_code{};
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

TEST_CASE("summary.json of a small run is this, key by key") {
  CHECK(summary_json(small_run()) == R"({
  "site": "maple-12",
  "layout": "maple.yaml",
  "layout_hash": "ab12",
  "version": "0.1.0",
  "control": "timer",
  "with_node": false,
  "faults": null,
  "seed": 7,
  "time_zone": "America/New_York",
  "from": "2020-01-15T12:00:00Z",
  "to": "2020-01-15T12:10:00Z",
  "slots": 2,
  "filled": [],
  "energy_cost_usd": 0.04,
  "unpriced_kwh": 0.5,
  "electricity_kwh": 1.0,
  "heat_delivered_kwh": 2.5,
  "heat_lost_kwh": 0.25,
  "store_start_kwh": 12.0,
  "store_end_kwh": 12.5,
  "balance_error_kwh": 0.0,
  "comfort_below_k_h": 0.125,
  "comfort_by_zone": [
    {
      "zone": "living",
      "below_k_h": 0.041666666666666664,
      "below_h": 0.08333333333333333,
      "coldest_c": 19.0,
      "coldest_at": "2020-01-15T12:05:00Z",
      "warmest_c": 19.75
    }
  ],
  "unserved_heat_kwh": 0.75,
  "heat_pump_starts": 1,
  "shortest_run_min": null,
  "interlock_interventions": 2,
  "authority_hours": {
    "safety": 0.0,
    "admin": 0.0,
    "grid": 0.0,
    "contract": 0.08333333333333333,
    "policy": 0.0,
    "local": 0.08333333333333333
  },
  "alarms": 1,
  "warnings": 0,
  "messages": 9,
  "thermostat_usd": 0.05,
  "thermostat_missing": null,
  "timer_usd": null,
  "timer_missing": "not-ready: not simulated",
  "bound_usd": null,
  "bound_missing": "timeout: the solver gave up",
  "wall_s": 0.25,
  "event_log_sha256": "cd34"
}
)");
}

TEST_CASE("summary.json is JSON whatever the names are, and its page explains every key") {
  auto r = small_run();
  r.site = "\"\\\xff\n</script>";
  const auto parsed = nlohmann::json::parse(summary_json(r));
  CHECK(parsed["site"] == "\"\\?\n</script>");
  const auto page = contents_of(source("docs/simulate/report.md"));
  for (const auto& [key, value] : parsed.items()) {
    CAPTURE(key);
    CHECK(page.find("`" + key + "`") != std::string::npos);
  }
}

TEST_CASE("series.csv of a small run is this; what is not known is left empty") {
  CHECK(series_csv(small_run()) ==
        "time_utc,outdoor_c,price_usd_per_mwh,heat_pump_w,house_w,heat_to_water_w,heat_to_zones_w,"
        "stored_kwh,layer_1_c,layer_2_c,room_living_c,setpoint_living_c,authority_rank,"
        "heat_pump_phase\n"
        "2020-01-15T12:00:00Z,-3.25,80.50,6000,6500,15000,4000,12.500,60.00,40.00,19.00,20.00,3,2\n"
        "2020-01-15T12:05:00Z,0.00,,6000,6500,15000,4000,12.500,60.00,40.00,19.75,,5,0\n");
}

TEST_CASE("every column of a series can be read again") {
  const auto r = january_house{}.live(3);
  const auto columns = r.slots.columns();
  auto names = std::vector<std::string_view>{};
  for (const auto& c : columns) names.push_back(c.name);
  const auto parsed = parse_series(series_csv(r), "series.csv", names);
  CHECK(parsed.diagnostics.empty());
  REQUIRE(parsed.columns.size() == columns.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& read = parsed.columns[i];
    CHECK(read.start == r.from);
    CHECK(read.step == 5min);
    REQUIRE(read.values.size() == 3 * 288);
    for (std::size_t slot = 0; slot < read.values.size(); ++slot)
      REQUIRE(std::abs(read.values[slot] - *columns[i].numbers->at(slot)) <=
              0.501 * std::pow(10.0, -columns[i].digits));
  }
}

TEST_CASE("zones of odd or equal names have columns of their own") {
  const auto table = slot_table{noon, 5min, 0, {"a,b", "a;b", "a b\n"}};
  auto names = std::vector<std::string>{};
  for (const auto& c : table.columns())
    if (c.name.starts_with("room_")) names.push_back(c.name);
  CHECK(names == std::vector<std::string>{"room_a_b_c", "room_a_b_2_c", "room_a_b__c"});
}

TEST_CASE("a slot comes back as it was pushed") {
  const auto r = small_run();
  const auto first = r.slots.at(0), second = r.slots.at(1);
  CHECK(first.price.has_value());
  CHECK(!second.price);
  CHECK(first.rooms[0].setpoint == celsius(20));
  CHECK(!second.rooms[0].setpoint);
  CHECK(first.in_charge == authority::contract);
  CHECK(first.phase == simulated::heat_pump_phase::running);
  CHECK(first.layers == std::vector{celsius(60), celsius(40)});
  CHECK(r.slots.time(1) == noon + 5min);
}

TEST_CASE("a flood of notes hides no alarm, and events are told in order") {
  auto events = event_list{};
  for (std::size_t i = 0; i < 3 * event_list::most; ++i)
    events.push({severity::info, "note", "", "again", noon + std::chrono::seconds{i}});
  events.push({severity::alarm, "fire", "", "late", noon + 24h});
  events.push({severity::alarm, "fire", "", "early", noon - 1h});
  CHECK(events.count(severity::info) == 3 * event_list::most);
  CHECK(events.count(severity::alarm) == 2);
  REQUIRE(events.kept().size() == event_list::most + 2);
  CHECK(events.kept().front().text == "early");
  CHECK(events.kept().back().text == "late");
}

TEST_CASE("the clock of a house follows summer time, and one of an unknown zone shows UTC") {
  const auto march = time_point{std::chrono::sys_days{std::chrono::year{2020} / 3 / 7}} + 5h;
  const auto clock = local_clock{"America/New_York", march, march + 48h};
  REQUIRE(clock.offsets().size() == 2);
  CHECK(clock.text(march + 25h + 59min) == "Sun 8 Mar 2020, 01:59");
  CHECK(clock.text(march + 26h) == "Sun 8 Mar 2020, 03:00");
  CHECK(clock.offsets()[1].name == "EDT");
  const auto lost = local_clock{"Nowhere/At-All", march, march + 48h};
  CHECK(lost.zone() == "UTC");
  CHECK(lost.text(march) == "Sat 7 Mar 2020, 05:00");
  CHECK(local_clock{"UTC", march, march}.offsets().size() == 1);
}

TEST_CASE("a short run is told by the day, a long one by the month, both by the house's clock") {
  const auto week = january_house{}.live(7);
  const auto days = calendar_of(week.slots, {week.time_zone, week.from, week.to});
  REQUIRE(days.size() == 7);
  CHECK(days.front().name == "Sun 12 Jan 2020");
  auto cost = money{};
  for (const auto& day : days) cost += day.cost;
  CHECK(cost.si() == doctest::Approx(week.totals.energy_cost.si()));
  const auto year = january_house{}.live(366);
  const auto months = calendar_of(year.slots, {year.time_zone, year.from, year.to});
  REQUIRE(months.size() == 13);
  CHECK(months[6].name == "July 2020");
}

TEST_CASE("comparisons are told by their size and their sign") {
  auto r = small_run();
  r.totals.energy_cost = 30 * us_dollar;
  CHECK(comparison_text(*compared(r, 40 * us_dollar)) == "$10.00 less (25 %)");
  CHECK(comparison_text(*compared(r, 25 * us_dollar)) == "$5.00 more (20 %)");
  CHECK(comparison_text(*compared(r, 30.001 * us_dollar)) == "the same");
  CHECK(comparison_text(*compared(r, -2 * us_dollar)) == "$32.00 more");
  CHECK(!compared(r, failed(fault_code::not_ready)));
  CHECK(money_text(-0.45 * us_dollar) == "−$0.45");
  CHECK(money_text(-0.001 * us_dollar) == "$0.00");
  r.baselines.thermostat = 40 * us_dollar;
  CHECK(!part_of_possible(r));
  r.baselines.bound = 20 * us_dollar;
  CHECK(part_of_possible(r) == 0.5);
  r.baselines.bound = 40 * us_dollar;
  CHECK(!part_of_possible(r));
}

TEST_CASE("the terminal is told what matters, and nothing that would steer it") {
  auto r = small_run();
  r.site = "a\x1b[2Jb";
  const auto text = summary_text(r);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("a?[2Jb, Wed 15 Jan 2020, 07:00 to Wed 15 Jan 2020, 07:10 (America/New_York)") ==
        0);
  CHECK(text.find("heating cost         $0.04") != std::string::npos);
  CHECK(text.find("with a thermostat    $0.05   Hearth: $0.01 less (20 %)") != std::string::npos);
  CHECK(text.find("the least possible   not known: the solver gave up") != std::string::npos);
  CHECK(text.find("1 alarm, 0 warnings") != std::string::npos);
  CHECK(text.find("Rooms asked for 0.8 kWh") != std::string::npos);
}

TEST_CASE("a report is written whole, over an older one, and leaves nothing else behind") {
  const auto folder = scratch_folder{};
  const auto place = folder.path() / "new" / "report";
  REQUIRE(write_report(place, january_house{}.live(1)));
  REQUIRE(write_report(place, small_run()));
  CHECK(contents_of(place / "summary.json") == summary_json(small_run()));
  CHECK(contents_of(place / "series.csv") == series_csv(small_run()));
  CHECK(contents_of(place / "report.html") == report_html(small_run()));
  CHECK(std::distance(fs::directory_iterator{place}, fs::directory_iterator{}) == 3);
}

TEST_CASE("a report that cannot be written says which file and why, and spoils none") {
  const auto folder = scratch_folder{};
  std::ofstream{folder.path() / "file"} << "mine";
  const auto blocked = write_report(folder.path() / "file", small_run());
  REQUIRE(!blocked);
  CHECK(blocked.error().detail.find("cannot write " + (folder.path() / "file").string()) == 0);

  fs::create_directories(folder.path() / "report.html" / "in the way");
  const auto half = write_report(folder.path(), small_run());
  REQUIRE(!half);
  CHECK(half.error().code == fault_code::io);
  CHECK(half.error().detail.find("report.html") != std::string::npos);
  CHECK(!fs::exists(folder.path() / "report.html.part"));
  CHECK(contents_of(folder.path() / "file") == "mine");
}
