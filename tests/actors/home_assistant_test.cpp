#include "actors/home_assistant.hpp"

#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <map>
#include <set>

using namespace hearth;
using namespace hearth::testing;

namespace {

using json = nlohmann::json;

layout told_house() {
  auto l = small_house();
  l.home_assistant = home_assistant_layout{bus_id{0}, "homeassistant"};
  return l;
}

/// Home Assistant's end of it.
struct fixture {
  explicit fixture(layout l = told_house()) : house{shared(std::move(l))} {}

  std::shared_ptr<const layout> house;
  home_assistant mind{house, "1.2.3"};
  image seen{*house};
  std::map<std::string, json> introduced;     ///< by topic
  std::map<std::string, std::string> states;  ///< newest, by topic
  std::map<std::string, int> messages;        ///< how many, by topic

  /// A picture; what it leads to.
  std::size_t look() {
    const auto batch = mind.say(seen.now());
    for (const auto& request : batch) {
      const auto& p = std::get<mqtt_publish>(request);
      ++messages[p.topic];
      if (p.retained)
        introduced[p.topic] = json::parse(p.payload);
      else
        states[p.topic] = p.payload;
    }
    return batch.size();
  }
  void run_for(duration d) {
    for (const auto end = seen.time() + d; seen.time() < end;) {
      seen.pass(1s);
      look();
    }
  }
  std::string state(const std::string& name) { return states["hearth/home/small/" + name]; }
};

}  // namespace

TEST_CASE_FIXTURE(fixture, "every channel is introduced once, retained, before it speaks") {
  CHECK(look() == 16);  // 12 channels, two setpoints, the heat pump, who is in charge
  CHECK(introduced.size() == 16);
  CHECK(states.empty());
  run_for(9s);
  CHECK(states.empty());
  run_for(3s);
  CHECK(states.size() == 16);
  CHECK(introduced.size() == 16);
  for (const auto& [topic, says] : introduced) CHECK(states.contains(says.at("state_topic")));
}

TEST_CASE_FIXTURE(fixture, "an introduction says what a unit means") {
  look();
  const auto& temperature = introduced.at("homeassistant/sensor/hearth_small/tank_top/config");
  CHECK(temperature.at("device_class") == "temperature");
  CHECK(temperature.at("unit_of_measurement") == "°C");
  CHECK(temperature.at("state_class") == "measurement");
  CHECK(temperature.at("unique_id") == "hearth_small_tank_top");
  CHECK(temperature.at("expire_after") == 660);
  CHECK(temperature.at("device").at("via_device") == "hearth_small");
  const auto& relay = introduced.at("homeassistant/binary_sensor/hearth_small/hp_enable/config");
  CHECK(relay.at("payload_on") == "ON");
  CHECK(relay.at("payload_off") == "OFF");
  CHECK_FALSE(relay.contains("unit_of_measurement"));
  CHECK(introduced.contains("homeassistant/sensor/hearth_small/setpoint_living/config"));
}

TEST_CASE_FIXTURE(fixture, "values come with the digits that mean something, and None for none") {
  seen.degrees(at::top, 51.23456).on(at::enable).set(at::valve, measured{0.25, unit::fraction});
  seen.lose(at::mid);
  mind.know({{celsius(21), celsius(21)}, {}});
  mind.hear(state_report{authority::contract, "planner", "using \"it\"", "c1", noon});
  run_for(12s);
  CHECK(state("tank_top") == "51.23");
  CHECK(state("tank_mid") == "None");
  CHECK(state("hp_enable") == "ON");
  CHECK(state("living_call") == "OFF");
  CHECK(state("valve_position") == "25.0");
  CHECK(state("setpoint_living") == "21.0");
  CHECK(state("setpoint_bed") == "None");
  const auto charge = json::parse(state("in_charge"));
  CHECK(charge.at("in_charge") == "contract");
  CHECK(charge.at("cause") == "using \"it\"");
}

TEST_CASE_FIXTURE(fixture, "the heat pump runs when its meter says so, else when it is let") {
  seen.on(at::enable).set(at::hp_power, of(60 * watt));
  run_for(12s);
  CHECK(state("heat_pump") == "OFF");
  seen.set(at::hp_power, of(3 * kilowatt));
  run_for(12s);
  CHECK(state("heat_pump") == "ON");
  seen.set(at::hp_power, of(0 * watt)).lose(at::hp_power);
  run_for(12s);
  CHECK(state("heat_pump") == "ON");
  seen.lose(at::enable);
  run_for(12s);
  CHECK(state("heat_pump") == "None");
}

TEST_CASE_FIXTURE(fixture,
                  "what does not move is said every five minutes, what moves every ten seconds") {
  run_for(12s);
  messages.clear();
  for (int i = 0; i < 600; ++i) {
    seen.degrees(at::top, 50 + (i % 2));
    run_for(1s);
  }
  const auto count = [&](const char* name) {
    return messages["hearth/home/small/" + std::string{name}];
  };
  CHECK(count("tank_bottom") == 2);
  CHECK(count("tank_top") <= 60);
  CHECK(count("tank_top") >= 50);
  CHECK(messages.size() == 32);
  CHECK(messages["homeassistant/sensor/hearth_small/tank_top/config"] == 1);
}

TEST_CASE_FIXTURE(fixture, "a creeping value is said when it has crept far enough") {
  run_for(12s);
  messages.clear();
  for (int i = 0; i < 100; ++i) {
    seen.degrees(at::top, 50 + 0.001 * i);
    run_for(1s);
  }
  CHECK(messages["hearth/home/small/tank_top"] == 0);
  seen.degrees(at::top, 50.2);
  run_for(2s);
  CHECK(messages["hearth/home/small/tank_top"] == 1);
}

TEST_CASE_FIXTURE(fixture, "a broker that was away hears all again, introductions first") {
  run_for(20s);
  mind.begin_again();
  introduced.clear();
  states.clear();
  look();
  CHECK(introduced.size() == 16);
  CHECK(states.empty());
  run_for(11s);
  CHECK(states.size() == 16);
}

TEST_CASE("a large house speaks in turns, and everybody has one") {
  auto l = told_house();
  for (int i = 0; i < 300; ++i) {
    auto c = l.channels[at::top.value];
    c.name = "more." + std::to_string(i);
    l.channels.push_back(c);
  }
  auto f = fixture{l};
  for (int i = 0; i < 120; ++i) {
    for (std::size_t c = 12; c < l.channels.size(); ++c)
      f.seen.degrees({static_cast<std::uint16_t>(c)}, 20 + i);
    f.seen.pass(1s);
    CHECK(f.look() <= home_assistant::most_at_once);
  }
  CHECK(f.introduced.size() == 316);
  CHECK(f.states.size() == 316);
}

TEST_CASE("names of every kind make topics that cannot be misunderstood") {
  auto l = told_house();
  l.site = "my house/+#";
  l.channels[at::top.value].name = "top_1";
  l.channels[at::mid.value].name = "top.1";
  l.channels[at::bottom.value].name = "<b>\"x\"/#+\n\xff";
  l.channels[at::living.value].name = "in.charge";
  auto f = fixture{l};
  f.look();
  CHECK(f.introduced.size() == 16);
  auto ids = std::set<std::string>{};
  auto topics = std::set<std::string>{};
  for (const auto& [topic, says] : f.introduced) {
    CHECK(topic.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-/") == std::string::npos);
    ids.insert(says.at("unique_id").get<std::string>());
    topics.insert(says.at("state_topic").get<std::string>());
  }
  CHECK(ids.size() == 16);
  CHECK(topics.size() == 16);
}

TEST_CASE_FIXTURE(fixture, "a reading that is no number is none there, too") {
  seen.set(at::top, of(celsius(HUGE_VAL))).set(at::mid, of(celsius(std::nan(""))));
  seen.set(at::bottom, of(celsius(1e300)));
  run_for(12s);
  CHECK(state("tank_top") == "None");
  CHECK(state("tank_mid") == "None");
  CHECK(state("tank_bottom") == "None");
}

TEST_CASE("a house without a plant tells of its channels") {
  auto l = told_house();
  l.plant.reset();
  auto f = fixture{l};
  f.run_for(12s);
  CHECK(f.introduced.size() == 12);
  CHECK(f.states.size() == 12);
}
