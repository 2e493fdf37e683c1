#include "actors/view/frame.hpp"
#include "actors/view/lockstep.hpp"
#include "actors/view/words.hpp"
#include "drivers/registry.hpp"
#include "drivers/simulated/simulated_port.hpp"
#include "layouts/parse.hpp"
#include "protocol/codec.hpp"
#include "tests/support/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

const auto frame_notes_here =
    frame_notes{60, "mqtt://127.0.0.1:1883", "try  atn send maple-12 request shed"};

/// The example house at a moment, as a demo would know it.
struct watched_house {
  watched_house() {
    auto parsed = load_layout(source("layouts/simulated-house.yaml"), known_catalog());
    REQUIRE(parsed.layout.has_value());
    house = std::make_shared<const layout>(std::move(*parsed.layout));
    start = *house->simulation->start;
    image = {start, std::vector<point>(house->channels.size())};
    state.emplace(house, start, prices{start, 1h, {32 * usd_per_mwh, 60 * usd_per_mwh}, {}});
  }

  void measure(const std::string& channel, double amount) {
    const auto id = *house->find_channel(channel);
    image.points[id.value] = {measured{amount, (*house)[id].unit}, quality::good, start, start};
  }
  void fail(const std::string& channel, fault_code why) {
    image.points[house->find_channel(channel)->value] = {failed(why, "no answer"), quality::fault,
                                                         start, start};
  }
  void measure_all() {
    for (const auto& c : house->channels) measure(c.name, c.unit == unit::on_off ? 0 : 50);
    measure("outdoor.temp", -12.34);
    measure("living.temp", 20.4);
    measure("bedrooms.temp", 19.0);
    measure("basement.temp", 17.25);
    measure("store.top", 62.1);
    measure("hp.power", 6910);
    measure("house.power", 7310);
    measure("hp.enable", 1);
    measure("living.call", 1);
  }

  [[nodiscard]] std::vector<std::string> lines(canvas_size size = {80, 24}, bool colour = false) {
    state->see(image);
    return frame(*state, size, colour, frame_notes_here);
  }
  [[nodiscard]] std::string text(canvas_size size = {80, 24}) {
    auto all = std::string{};
    for (const auto& line : lines(size)) all += line + "\n";
    return all;
  }

  std::shared_ptr<const layout> house;
  time_point start;
  snapshot image;
  std::optional<demo_state> state;
};

void has(const std::string& text, const std::string& part) {
  CHECK_MESSAGE(text.find(part) != std::string::npos, "missing: ", part, " in\n", text);
}

/// The wire knows no times before the year 2000.
constexpr auto a_day = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 13}};

std::string wire(const body& b, std::uint64_t sequence) {
  return encode({"maple-12", "boot1", sequence, "boot1-" + std::to_string(sequence), a_day, "", b});
}

const auto an_event = event{severity::info, "test", "house", "something", a_day};

}  // namespace

TEST_CASE("a frame fills the terminal exactly, whatever its size") {
  auto house = watched_house{};
  house.measure_all();
  for (const auto size : {canvas_size{80, 24}, canvas_size{140, 50}, canvas_size{40, 10},
                          canvas_size{1, 1}, canvas_size{300, 100}}) {
    const auto lines = house.lines(size);
    CHECK(lines.size() == static_cast<std::size_t>(size.rows));
    for (const auto& line : lines)
      CHECK(characters(line).size() <= static_cast<std::size_t>(size.columns));
  }
}

TEST_CASE("the small view shows rooms, tank, power, price, link, money and the time line") {
  auto house = watched_house{};
  house.measure_all();
  const auto text = house.text();
  has(text, "HEARTH  maple-12   mqtt://127.0.0.1:1883 ");
  has(text, "Mon 00:00   day 1   ×60");
  has(text, "living       20.4   20.5   −0.1  heat");
  has(text, "bedrooms     19.0   19.0    0.0");
  has(text, "basement     17.3   16.0   +1.3");
  has(text, "outdoor     −12.3");
  has(text, "TANK  1360 L, keep 45, at most 77 °C");
  has(text, "62.1  ██████");
  has(text, "heat pump  6.91 kW █████████");
  has(text, "house 7.31 kW");
  has(text, "8.2 ct/kWh  energy 3.2 + grid 5.0");
  has(text, "none in force");
  has(text, "no broker");
  has(text, "$0.00 so far for 0.0 kWh");
  has(text, "▲now");
  has(text, "Ctrl-C ends");
}

TEST_CASE("without colour a frame holds no escape sequence, with colour every line ends its own") {
  auto house = watched_house{};
  house.measure_all();
  CHECK(house.text().find('\x1b') == std::string::npos);
  for (const auto& line : house.lines({80, 24}, true))
    if (const auto last = line.rfind('\x1b'); last != std::string::npos)
      CHECK(line.substr(last, 4) == "\x1b[0m");
}

TEST_CASE("what is not known is shown as a dash, and a fault with its cause") {
  auto house = watched_house{};
  has(house.text(), "nobody has decided yet");
  has(house.text(), "living          –");
  has(house.text(), "nothing heard yet");
  house.measure_all();
  house.fail("living.temp", fault_code::timeout);
  house.fail("store.2", fault_code::disconnected);
  house.fail("hp.power", fault_code::timeout);
  const auto text = house.text();
  has(text, "living          – fault: timeout");
  has(text, "– fault: disconnected");
  has(text, "heat pump     – kW");
}

TEST_CASE("a contract in force is shown with what was promised and what is metered") {
  auto house = watched_house{};
  house.measure_all();
  const auto terms = contract{"c-7", house.start, 1h, 6 * kilowatt};
  house.state->overhear(terms);
  house.state->hear(state_report{authority::contract, "tariff-timer", "the contract wants 6 kW",
                                 "c-7", house.start});
  house.state->hear(
      contract_report{"c-7", contract_status::active, "", terms.promised(), {}, house.start});
  house.state->see(house.image);
  house.image.at += 30min;
  auto text = house.text();
  has(text, "● contract   heat pump ON   since Mon 00:00");
  has(text, "the contract wants 6 kW");
  has(text, "6.0 kW until 01:00  promised 6.00  metered 3.46 kWh ████");

  house.state->hear(contract_report{"c-7", contract_status::given_up, "too cold", terms.promised(),
                                    3.5 * kilowatt_hour, house.start + 31min});
  text = house.text();
  has(text, "none; the last given-up: 3.50 of 6.00 kWh");
  has(text, "1 given-up");
  has(text, "Mon 00:31  contract c-7: given-up: too cold");
}

TEST_CASE("an offer that is answered again does not start a contract again") {
  auto house = watched_house{};
  const auto active =
      contract_report{"c-7", contract_status::active, "", 6 * kilowatt_hour, {}, house.start};
  house.state->hear(active);
  house.state->hear(active);
  CHECK(house.state->contracts(contract_status::active) == 1);
  CHECK(house.state->events_seen() == 1);
}

TEST_CASE("a wide view shows more events, and a hostile text moves no cursor") {
  auto house = watched_house{};
  house.measure_all();
  for (auto i = 0; i < 200; ++i)
    house.state->note({severity::alarm, "device-failed", "number " + std::to_string(i),
                       "\x1b[2J\xff gone", house.start});
  const auto lines = house.lines({140, 50});
  const auto shown = std::ranges::count_if(
      lines, [](const std::string& l) { return l.find("device-failed") != std::string::npos; });
  CHECK(shown > 15);
  CHECK(house.state->events().size() == demo_state::events_kept);
  CHECK(house.state->events_seen() == 200);
  has(house.text({140, 50}), "device-failed number 199: ?[2J? gone");
}

TEST_CASE("money is energy times the price of its hour, and unpriced energy is told apart") {
  auto house = watched_house{};
  auto world = make_simulated_house(*house.house);
  REQUIRE(world.has_value());
  auto plant = (*world)->truth();
  // Two hours have a price; in the third only the grid's is known.
  for (auto t = house.start; t <= house.start + 3h; t += 1min) {
    plant.advance(t);
    house.state->look(plant, t);
  }
  const auto& s = *house.state;
  CHECK(s.bought().in(kilowatt_hour) == doctest::Approx(3 * 0.4).epsilon(0.01));
  CHECK(s.unpriced().in(kilowatt_hour) == doctest::Approx(0.4).epsilon(0.05));
  CHECK(s.spent().in(us_dollar) == doctest::Approx(0.4 * (82.13 + 110.13) / 1000).epsilon(0.02));
  REQUIRE(s.worst().has_value());
  const auto text = summary(s);
  has(text, "3 h");
  has(text, "no price was known for 0.4 kWh");
  has(text, "imbalance");
  has(text, "zone " + s.worst()->zone);
}

TEST_CASE("a status line says the house in one line, with dashes before anything is known") {
  auto house = watched_house{};
  has(status_line(*house.state), "outdoor – °C  living – °C");
  house.measure_all();
  house.state->see(house.image);
  const auto line = status_line(*house.state);
  has(line, "2020-01-13T05:00:00Z Mon 00:00  outdoor −12.3 °C  living 20.4 °C (−0.1)");
  has(line, "tank 62/50 °C  heat pump 6.91 kW  price 8.2 ct/kWh");
  CHECK(line.find('\n') == std::string::npos);
}

TEST_CASE("a watcher gets the newest snapshot and all words since it last asked") {
  auto beats = 0;
  auto seen = observations{[&] { ++beats; }};
  seen.saw({time_point{1s}, {}});
  seen.saw({time_point{2s}, {}});
  seen.said(an_event);
  seen.said(heartbeat{"c-1"});
  const auto first = seen.take();
  REQUIRE(first.image.has_value());
  CHECK(first.image->at == time_point{2s});
  CHECK(first.by_house == std::vector<body>{an_event, heartbeat{"c-1"}});
  CHECK(beats == 2);
  const auto second = seen.take();
  CHECK_FALSE(second.image.has_value());
  CHECK(second.by_house.empty());
}

TEST_CASE("a watcher that stays away misses the oldest words, and is told how many") {
  auto seen = observations{};
  for (std::size_t i = 0; i < observations::words_kept + 3; ++i)
    seen.said(heartbeat{std::to_string(i)});
  const auto all = seen.take();
  CHECK(all.by_house.size() == observations::words_kept);
  CHECK(all.by_house.front() == body{heartbeat{"3"}});
  CHECK(all.missed == 3);
}

TEST_CASE("journaled messages are waiting, then in flight, then acknowledged") {
  auto seen = observations{};
  seen.happened(mqtt_connected{});
  seen.said(an_event);
  seen.said(an_event);
  CHECK(seen.take().traffic.waiting == 2);
  seen.published(wire(an_event, 4));
  seen.published(wire(an_event, 5));
  seen.published(wire(an_event, 4));
  auto t = seen.take().traffic;
  CHECK(t.waiting == 0);
  CHECK(t.in_flight == 2);
  CHECK(t.repeated == 1);
  CHECK(t.up == 3);
  CHECK(t.connected);
  CHECK_FALSE(t.node_heard);
  seen.happened(mqtt_message{"down/ack", wire(ack{"boot1-4"}, 1)});
  seen.happened(mqtt_message{"down/ack", wire(ack{"boot1-4"}, 2)});
  seen.happened(mqtt_message{"down/ack", "garbage"});
  t = seen.take().traffic;
  CHECK(t.acknowledged == 1);
  CHECK(t.in_flight == 1);
  CHECK(t.down == 3);
  CHECK(t.node_heard);
  seen.happened(mqtt_disconnected{});
  CHECK_FALSE(seen.take().traffic.connected);
}

TEST_CASE("a house in lockstep sees no leap, catches up, and is never held back for ever") {
  const auto start = lockstep::ticks{1h};
  auto steps = lockstep{start, 2ms};
  CHECK(steps.now(start + 1ms) == start + 1ms);
  // The program was not let run for 20 ms.
  CHECK(steps.now(start + 20ms) == start + 2ms);
  steps.beat(start + 20ms);
  CHECK(steps.now(start + 21ms) == start + 4ms);
  for (auto i = 0; i < 20; ++i) steps.beat(start + 21ms);
  CHECK(steps.now(start + 22ms) == start + 22ms);
  CHECK(steps.now(start + 1min) == start + 1min - lockstep::lag_longest);
}
