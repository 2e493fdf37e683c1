#include "actors/view/live_frame.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// The small house as its installer sees it at noon.
struct watched {
  watched() {
    auto l = small_house();
    l.timezone = "UTC";
    house = shared(std::move(l));
    state.emplace(house, noon);
    seen.emplace(*house);
    seen->degrees(at::top, 62.13).set(at::hp_power, {-1234.5, unit::watt}).on(at::living_call);
    seen->set(at::valve, {0.25, unit::fraction}).lose(at::mid);
    state->see(seen->now());
  }

  std::optional<request> press(const std::string& keys) {
    auto last = std::optional<request>{};
    for (const auto& k : reader.feed(keys)) last = state->press(k);
    return last;
  }
  void choose(channel_id c) {
    press("\x1b[H");
    for (auto i = 0; i < c.value; ++i) press("j");
    CHECK(state->cursor() == c.value);
  }
  [[nodiscard]] std::string text(canvas_size size = {80, 24}) const {
    auto all = std::string{};
    for (const auto& line : live_frame(*state, size, false)) all += line + "\n";
    return all;
  }

  std::shared_ptr<const layout> house;
  std::optional<live_state> state;
  std::optional<image> seen;
  key_reader reader;
};

void has(const std::string& text, const std::string& part) {
  CHECK_MESSAGE(text.find(part) != std::string::npos, "missing: ", part, " in\n", text);
}

}  // namespace

TEST_CASE("the live view of 80 by 24 is this page") {
  auto w = watched{};
  w.state->hear(
      state_report{authority::local, "tariff-timer", "the store is warm enough", "", noon - 1h});
  w.state->hear(event{severity::alarm, "device-failed", "thermometers", "no answer", noon - 1min});
  w.choose(at::pump);
  REQUIRE(w.press(" "));
  w.state->pass(noon + 5s);
  CHECK(w.text() ==
        R"( HEARTH  small  live                                                  Wed 12:00
 ● local · tariff-timer   since Wed 11:00
   the store is warm enough
  CHANNEL              VALUE STATE               AGE BY HAND  DEVICE       BUS
 *hp.enable              off good                5 s          relays       bus
>*hp.pump                off good                5 s on 4:55  relays       bus
  hp.power           −1235 W good                5 s          meters       bus
  house.power          500 W good                5 s          meters       bus
  tank.top           62.1 °C good                5 s          thermometers bus
  tank.mid                 – ! timeout           5 s          thermometers bus
  tank.bottom        40.0 °C good                5 s          thermometers bus
  living.temp        20.0 °C good                5 s          thermometers bus
 *living.call             on good                5 s          relays       bus
  bed.temp           20.0 °C good                5 s          thermometers bus
 *bed.call               off good                5 s          relays       bus
 *valve.position       0.250 good                5 s          valve        bus

 Wed 11:59  device-failed thermometers: no answer





 ↑↓ choose   space switch *   r release   ? help   q end
)");
}

TEST_CASE("the live view fills any terminal exactly and writes no line beyond its edge") {
  auto w = watched{};
  for (const auto size : {canvas_size{80, 24}, canvas_size{30, 8}, canvas_size{1, 1},
                          canvas_size{200, 60}, canvas_size{10, 3}}) {
    const auto lines = live_frame(*w.state, size, false);
    CHECK(lines.size() == static_cast<std::size_t>(size.rows));
    for (const auto& line : lines)
      CHECK(characters(line).size() <= static_cast<std::size_t>(size.columns));
  }
}

TEST_CASE("more channels than lines scroll with the cursor, and the page says which it shows") {
  auto w = watched{};
  const auto size = canvas_size{80, 10};
  has(w.text(size), ">*hp.enable");
  has(w.text(size), "1–5 of 12");
  w.press("\x1b[F");
  has(w.text(size), ">*valve.position");
  has(w.text(size), "8–12 of 12");
  CHECK(w.text(size).find("hp.enable") == std::string::npos);
  w.press("\x1b[B\x1b[6~jj");
  CHECK(w.state->cursor() == 11);
  w.press("\x1b[5~k\x1b[A");
  CHECK(w.state->cursor() == 0);
}

TEST_CASE("quality is a word, and a colour where there are colours") {
  auto w = watched{};
  has(w.text(), "! timeout");
  auto old = w.seen->now();
  old.points[at::top.value].quality = quality::stale;
  old.points[at::bottom.value] = {};
  w.state->see(old);
  has(w.text(), "62.1 °C stale");
  has(w.text(), "– nothing yet");
  auto coloured = std::string{};
  for (const auto& line : live_frame(*w.state, {80, 24}, true)) coloured += line;
  has(coloured, "\x1b[0;1;38;5;203m! timeout");
  has(coloured, "\x1b[0;38;5;214mstale");
  has(coloured, "\x1b[0;38;5;77mgood");
}

TEST_CASE(
    "space on a switch asks for the other way for five minutes as admin, again for the first") {
  auto w = watched{};
  w.choose(at::living_call);
  const auto off = w.press(" ");
  REQUIRE(off);
  CHECK(off->rank == authority::admin);
  CHECK(off->lease == 5min);
  CHECK(std::get<hold>(off->wish) == hold{"living.call", switched(false)});
  // What was asked a moment ago is not read back yet.
  const auto on = w.press("\r");
  REQUIRE(on);
  CHECK(std::get<hold>(on->wish) == hold{"living.call", switched(true)});
}

TEST_CASE("what is held by hand counts down and ends, is refused, or is released") {
  auto w = watched{};
  w.choose(at::living_call);
  w.press(" ");
  w.state->pass(noon + 61s);
  has(w.text(), "off 3:59");
  SUBCASE("it ends by itself") { w.state->pass(noon + 5min); }
  SUBCASE("it is refused") {
    w.state->hear(event{severity::warning, "on-site-refused", "living.call", "not that", noon});
    has(w.text(), "living.call: not that");
  }
  SUBCASE("its end is told") {
    w.state->hear(event{severity::info, "lease-ended", "living.call", "has ended", noon});
  }
  SUBCASE("the dispatcher that knew of it is gone") {
    w.state->hear(event{severity::warning, "actor-died", "dispatcher", "ended", noon});
  }
  SUBCASE("r releases") {
    const auto wish = w.press("r");
    REQUIRE(wish);
    CHECK(std::holds_alternative<release>(wish->wish));
  }
  CHECK_FALSE(w.state->held(at::living_call));
  CHECK(w.text().find("3:59") == std::string::npos);
}

TEST_CASE("an actuator that is no switch asks for a number in its unit, and takes nothing else") {
  auto w = watched{};
  w.choose(at::valve);
  CHECK_FALSE(w.press("\r"));
  CHECK_FALSE(w.press("0,7x"));
  has(w.text(), "valve.position from 0 to 1 for 5 min, then Enter (Esc: no): 0,7x_");
  CHECK_FALSE(w.press("\r"));
  has(w.text(), "'0,7x' is no number");
  w.press("\r");
  const auto wish = w.press("0,7x\x7f\r");
  REQUIRE(wish);
  CHECK(std::get<hold>(wish->wish) == hold{"valve.position", {0.7, unit::fraction}});
  w.press(" ");
  w.press("q\x1b");
  for (const auto& k : w.reader.rest()) w.state->press(k);
  CHECK(w.state->shown() == live_state::page::channels);
  CHECK_FALSE(w.state->over());
}

TEST_CASE("nothing is asked of what only measures, nor of a switch that cannot be read") {
  auto w = watched{};
  w.choose(at::top);
  CHECK_FALSE(w.press(" "));
  has(w.text(), "tank.top can be read and not commanded");
  w.seen->lose(at::pump);
  w.state->see(w.seen->now());
  w.choose(at::pump);
  CHECK_FALSE(w.press(" "));
  has(w.text(), "hp.pump cannot be read");
}

TEST_CASE("? explains the keys, any key leaves the page, q leaves the view") {
  auto w = watched{};
  w.press("?");
  has(w.text(), "release everything that is held by hand");
  CHECK_FALSE(w.press(" "));
  CHECK(w.text().find("release everything") == std::string::npos);
  w.press("q");
  CHECK(w.state->over());
}

TEST_CASE("keys are read in pieces, and what is no key is none") {
  auto reader = key_reader{};
  CHECK(reader.feed("\x1b").empty());
  CHECK(reader.feed("[").empty());
  CHECK(reader.feed("A") == std::vector<key>{{key::kind::up}});
  CHECK(reader.feed("\x1b").empty());
  CHECK(reader.rest() == std::vector<key>{{key::kind::escape}});
  CHECK(reader.feed("\x1b[99;99;99~\x1b[Zx") == std::vector<key>{{key::kind::character, "x"}});
  CHECK(reader.feed("\xc3").empty());
  CHECK(reader.feed("\xa9") == std::vector<key>{{key::kind::character, "é"}});
  CHECK(reader.feed(std::string_view{"\0\x01\x1f", 3}).empty());
  CHECK(reader.feed(std::string(1000, '\x1b')).size() <= 1000);
}

TEST_CASE("for machines a line tells each change of a value or a quality, and nothing else") {
  auto w = watched{};
  auto lines = change_lines{};
  CHECK(change_lines::head() == "time\tchannel\tvalue\tunit\tquality\tcause\n");
  const auto first = lines.next(w.seen->now(), *w.house);
  CHECK(std::ranges::count(first, '\n') == 12);
  has(first, "2020-01-15T12:00:00Z\ttank.top\t62.13\t°C\tgood\t\n");
  has(first, "2020-01-15T12:00:00Z\ttank.mid\t\t°C\tfault\ttimeout: no answer\n");
  w.seen->pass(10s);
  CHECK(lines.next(w.seen->now(), *w.house).empty());
  w.seen->on(at::pump);
  CHECK(lines.next(w.seen->now(), *w.house) ==
        "2020-01-15T12:00:10Z\thp.pump\t1\ton/off\tgood\t\n");
  auto broken = w.seen->now();
  broken.points[at::pump.value].value = failed(fault_code::io, "a\tb\nc");
  broken.points[at::pump.value].quality = quality::fault;
  CHECK(lines.next(broken, *w.house) ==
        "2020-01-15T12:00:10Z\thp.pump\t\ton/off\tfault\tio: a b c\n");
}
