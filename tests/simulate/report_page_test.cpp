#include "tests/support/files.hpp"
#include "tests/support/january_record.hpp"
#include "tools/simulate/html.hpp"
#include "tools/simulate/report.hpp"
#include "tools/simulate/report_data.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <regex>

using namespace hearth;
using namespace hearth::simulate;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

/// What the page's own JavaScript does with it.
std::vector<double> unpacked(const std::string& text, double finest) {
  const auto letters =
      std::string{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"};
  auto bytes = std::vector<unsigned>{};
  auto bits = 0u, held = 0u;
  for (const auto c : text) {
    if (c == '=') break;
    bits = bits << 6 | static_cast<unsigned>(letters.find(c));
    if (held += 6; held >= 8) bytes.push_back(bits >> (held -= 8) & 0xff);
  }
  auto numbers = std::vector<double>{};
  auto steps = std::int64_t{0};
  for (auto at = std::size_t{0}; at < bytes.size(); ++at) {
    auto zigzag = std::uint32_t{0};
    for (auto shift = 0;; shift += 7, ++at) {
      zigzag |= (bytes[at] & 127) << shift;
      if (bytes[at] < 128) break;
    }
    steps += (zigzag & 1) != 0 ? -std::int64_t{zigzag >> 1} - 1 : std::int64_t{zigzag >> 1};
    numbers.push_back(static_cast<double>(steps) * finest);
  }
  return numbers;
}

nlohmann::json data_of(const std::string& page) {
  const auto open = std::string{"<script type=\"application/json\" id=\"run\">"};
  const auto from = page.find(open) + open.size();
  return nlohmann::json::parse(page.substr(from, page.find("</script>", from) - from));
}

run_record hostile() {
  auto r = january_house{}.live(1);
  const auto bad =
      std::string{"</script><script>alert(1)</script>\"'<img src=x onerror=y>{{cost}}"};
  r.site = r.layout = r.layout_hash = r.version = r.control = r.time_zone = bad;
  r.faults = bad;
  r.totals.event_log_sha256 = bad;
  r.baselines.timer = failed(fault_code::io, bad);
  auto zones = slot_table{r.from, 5min, 1, {bad, "a\"b\xff", bad}};
  auto s = r.slots.at(0);
  s.layers.resize(1);
  for (auto& room : s.rooms) room.is = celsius(3);
  for (auto i = 0; i < 12; ++i) zones.push(s);
  r.slots = zones;
  r.events.push({severity::alarm, bad, bad, bad + "\x1b[2J\n", r.from});
  return r;
}

}  // namespace

TEST_CASE("a report is one page: nothing in it points outside of it") {
  const auto page = report_html(january_house{}.live(7));
  CHECK(page.find("http:") == std::string::npos);
  CHECK(page.find("https:") == std::string::npos);
  CHECK(page.find("@import") == std::string::npos);
  CHECK(page.find("url(") == std::string::npos);
  CHECK(page.find("{{") == std::string::npos);
  const auto link = std::regex{"\\s(src|href)\\s*=\\s*\"([^\"]*)\""};
  for (auto found = std::sregex_iterator{page.begin(), page.end(), link};
       found != std::sregex_iterator{}; ++found)
    CHECK((*found)[2].str().starts_with("#"));
  CHECK(page.find("default-src 'none'") != std::string::npos);
}

TEST_CASE("a report says in words what it cost, whether it was warm and who was in charge") {
  auto r = january_house{}.live(7);
  r.totals.energy_cost = 31.2 * us_dollar;
  r.baselines.thermostat = 40.0 * us_dollar;
  r.baselines.timer = 30.0 * us_dollar;
  r.baselines.bound = 20.0 * us_dollar;
  const auto page = report_html(r);
  CHECK(page.find("<p class=\"amount\">$31.20</p>") != std::string::npos);
  CHECK(page.find("$8.80 less (22 %)") != std::string::npos);
  CHECK(page.find("$1.20 more (4 %)") != std::string::npos);
  CHECK(page.find("Hearth saved <strong>44 %</strong>") != std::string::npos);
  CHECK(page.find("a contract with the market for 16 hours (10&nbsp;%)") != std::string::npos);
  CHECK(page.find("12 Jan 2020 to 18 Jan 2020") != std::string::npos);
  CHECK(page.find("hp-meter: failed three times") != std::string::npos);
  CHECK(page.find("Tue 14 Jan 2020, 17:20") != std::string::npos);  // by the clock of the house
}

TEST_CASE("whatever names and texts are, they only show themselves") {
  const auto r = hostile();
  const auto page = report_html(r);
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  CHECK(page.find('\x1b') == std::string::npos);
  CHECK(page.find("is not known here") != std::string::npos);
  CHECK(page.find("&lt;/script&gt;&lt;script&gt;alert(1)") != std::string::npos);
  // The template's scripts and no other.
  auto scripts = 0;
  for (auto at = page.find("<script"); at != std::string::npos; at = page.find("<script", at + 1))
    ++scripts;
  CHECK(scripts == 3);
  const auto data = data_of(page);
  CHECK(data["zones"][0] == r.slots.zones()[0]);
  CHECK(data["zones"][1] == "a\"b?");
  CHECK(escaped("<a href='x'>&\"\x01") == "&lt;a href=&#39;x&#39;&gt;&amp;&quot;?");
}

TEST_CASE("a place of a page is filled once, and what fills it is not looked into") {
  CHECK(filled("<{{a}}|{{b}}|{{c}}>", {{"a", "{{b}}"}, {"b", "2"}}) == "<{{b}}|2|{{c}}>");
  CHECK(filled("{{a", {{"a", "1"}}) == "{{a");
  CHECK(filled("", {}).empty());
}

TEST_CASE("what the plots are drawn from is what was recorded, to a plot's precision") {
  const auto r = january_house{}.live(2);
  const auto data = data_of(report_html(r));
  CHECK(data["start"] == r.from.time_since_epoch().count());
  CHECK(data["slots"] == 576);
  CHECK(data["layers"].size() == 9);
  CHECK(data["offsets"][0][1] == -5 * 3'600'000);
  CHECK(data["offsets"][0][2] == "EST");
  auto seen = 0;
  for (const auto& c : r.slots.columns()) {
    if (c.name.starts_with("layer_")) continue;
    const auto& told = data["columns"][static_cast<std::size_t>(seen++)];
    REQUIRE(told["name"] == c.name);
    const auto numbers = unpacked(told["data"], told["finest"]);
    REQUIRE(numbers.size() == 576);
    for (std::size_t i = 0; i < numbers.size(); ++i)
      REQUIRE(std::abs(numbers[i] - *c.numbers->at(i)) <= 0.5001 * c.finest);
  }
}

TEST_CASE("a gap is told apart from a number, and a huge number does no harm") {
  auto c = column{};
  for (const auto value : {std::optional{5.0}, std::optional<double>{}, std::optional<double>{},
                           std::optional{-7.0}, std::optional{1e30}, std::optional{-1e30}})
    c.push(value);
  CHECK(c.at(0) == 5.0);
  CHECK(!c.at(1));
  CHECK(!c.at(2));
  CHECK(c.at(3) == -7.0);
  CHECK(c.gaps() == std::vector<column::gap>{{1, 3}});
  const auto numbers = unpacked(packed(c, 1), 1);
  REQUIRE(numbers.size() == 6);
  CHECK(numbers[1] == 5);
  CHECK(numbers[3] == -7);
  CHECK(numbers[4] == double{1 << 29});
  CHECK(numbers[5] == -double{1 << 29});
}

TEST_CASE("many layers are told as sixteen, and no layer, no zone and no slot are told too") {
  auto r = january_house{}.live(1);
  auto s = r.slots.at(0);
  s.layers.clear();
  for (auto i = 0; i < 40; ++i) s.layers.push_back(celsius(80 - i));
  r.slots = slot_table{r.from, 5min, 40, r.slots.zones()};
  r.slots.push(s);
  const auto data = data_of(report_html(r));
  REQUIRE(data["layers"].size() == layers_shown);
  CHECK(unpacked(data["layers"][0]["data"], 0.1)[0] == doctest::Approx(79.5));

  s.layers.clear();
  s.rooms.clear();
  r.slots = slot_table{r.from, 5min, 0, {}};
  r.slots.push(s);
  CHECK(data_of(report_html(r))["zones"].empty());
  r.slots = slot_table{r.from, 5min, 0, {}};
  CHECK(data_of(report_html(r))["slots"] == 0);
}

TEST_CASE("a page of a whole year has less than 8 MB and tells it by the month") {
  const auto r = january_house{}.live(366);
  const auto page = report_html(r);
  MESSAGE("a year's report.html has " << page.size() / 1000 << " kB, a week's "
                                      << report_html(january_house{}.live(7)).size() / 1000);
  CHECK(page.size() < 8'000'000);
  CHECK(page.find("January 2020") != std::string::npos);
  CHECK(page.find("EST and EDT") != std::string::npos);
  CHECK(data_of(page)["offsets"].size() == 3);
}

// For eyes: HEARTH_REPORT_FOLDER=folder simulate_test -tc="*for a person*"
TEST_CASE("a page for a person to look at is written where the environment says") {
  const auto* folder = std::getenv("HEARTH_REPORT_FOLDER");
  if (folder == nullptr) return;
  const auto at = std::filesystem::path{folder};
  CHECK(write_report(at / "week", january_house{}.live(7)));
  CHECK(write_report(at / "year", january_house{}.live(366)));
  CHECK(write_report(at / "hostile", hostile()));
}
