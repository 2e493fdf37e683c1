#include "layouts/parse.hpp"

#include "drivers/registry.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace hearth;

namespace {

const std::string smallest = R"(site: oak
timezone: America/New_York
buses:
  pins: { kind: gpio }
devices:
  - { id: relay, model: gpio-relay, bus: pins, line: 17, channels: { state: hp.enable } }
)";

parsed_layout parse(const std::string& yaml) {
  return parse_layout(yaml, "oak.yaml", "/houses", known_catalog());
}

layout good(const std::string& yaml) {
  const auto parsed = parse(yaml);
  auto complaints = std::string{};
  for (const auto& d : parsed.diagnostics) complaints += to_text(d);
  REQUIRE_MESSAGE(parsed.layout.has_value(), complaints);
  return *parsed.layout;
}

std::string first_error(const std::string& yaml) {
  const auto parsed = parse(yaml);
  REQUIRE_FALSE(parsed.diagnostics.empty());
  return parsed.diagnostics.front().message;
}

}  // namespace

TEST_CASE("a layout named without a folder stands in the present one") {
  const auto read = parse_layout(smallest, "oak.yaml", "", known_catalog());
  REQUIRE(read.layout);
  CHECK(read.layout->folder == ".");
}

TEST_CASE("the smallest house has one relay, and what it leaves away has its default") {
  const auto house = good(smallest);
  CHECK(house.folder == "/houses");
  CHECK_FALSE(house.link.has_value());
  CHECK_FALSE(house.tariff.energy.has_value());
  CHECK(house.tariff.distribution.in(usd_per_mwh) == 0);
  REQUIRE(house.devices.size() == 1);
  CHECK(house.devices[0].poll_every == std::chrono::seconds{10});
  CHECK(text_option(house.devices[0].options, "fail_safe") == "open");
  REQUIRE(house.channels.size() == 1);
  CHECK(house.channels[0].actuator);
  CHECK(house.channels[0].unit == unit::on_off);
  CHECK(house.channels[0].max_age == std::chrono::seconds{30});
  CHECK(house.channels[0].at.line == 6);
}

TEST_CASE("the hash of a layout is the SHA-256 of its bytes") {
  // What sha256sum says of the text above.
  CHECK(good(smallest).hash == "79d73b05db7d1f0b9dc43b55e4a517dfea9640d9f83921ef33da1ad2a2edb275");
}

TEST_CASE("a byte order mark and Windows line ends change nothing") {
  auto windows = std::string{"\xEF\xBB\xBF"};
  for (const auto c : smallest) windows += c == '\n' ? "\r\n" : std::string(1, c);
  CHECK(good(windows).channels.size() == 1);
}

TEST_CASE("columns count characters as an editor does, not bytes") {
  auto yaml = smallest;
  yaml.replace(yaml.find("pins: { kind: gpio }"), 20, "pins: { kind: gpio } # °");
  const auto parsed = parse(yaml + "tariff: { energy: °°°, distribution: °C }\n");
  REQUIRE(parsed.diagnostics.size() == 2);
  CHECK(parsed.diagnostics[0].at.column == 19);
  CHECK(parsed.diagnostics[1].at.column == 38);
}

TEST_CASE("an alias stands for what it names") {
  auto yaml = smallest;
  yaml.replace(yaml.find("hp.enable"), 9, "&name hp.enable");
  const auto house =
      good(yaml + "plant: { heat_pump: { enable: *name, max_power: 5 kW }, zones: [] }\n");
  CHECK(house[house.plant->heat_pump.enable].name == "hp.enable");
}

TEST_CASE(
    "generic registers become channels with their own unit, and writable ones can be commanded") {
  const auto house = good(R"(site: oak
timezone: America/New_York
buses: { tcp: { kind: modbus-tcp } }
devices:
  - id: pump
    model: modbus-generic
    bus: tcp
    address: 3
    registers:
      power: { table: input, address: 12, format: f32, unit: W, word_order: little, range: [0, 20000] }
      mode: { table: holding, address: 0x10, format: u16, unit: count, writable: true }
      on: { table: coil, address: 1, writable: true }
    channels: { power: hp.power, on: hp.on }
)");
  const auto& rows =
      std::get<std::vector<register_row>>(house.devices[0].options.find("registers")->second);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].low_word_first);
  CHECK(rows[0].highest == 20000.0);
  CHECK(rows[1].address == 16);
  CHECK(rows[2].as == register_row::format::bit);
  REQUIRE(house.channels.size() == 2);
  CHECK(house.channels[0].unit == unit::watt);
  CHECK_FALSE(house.channels[0].actuator);
  CHECK(house.channels[1].unit == unit::on_off);
  CHECK(house.channels[1].actuator);
}

TEST_CASE(
    "a setpoint may be a channel, and a zone the simulation does not describe is an average one") {
  const auto house = good(R"(site: oak
timezone: America/New_York
buses: { sim: { kind: simulated } }
devices:
  - { id: relay, model: simulated-relay, bus: sim, of: heat_pump.enable, channels: { state: hp.enable } }
  - { id: set, model: simulated-thermometer, bus: sim, of: zone.set, channels: { temperature: living.set } }
  - { id: sensor, model: simulated-thermometer, bus: sim, of: zone.living, channels: { temperature: living.temp } }
plant:
  heat_pump: { enable: hp.enable, max_power: 9.7 kW }
  zones: [ { id: living, temperature: living.temp, setpoint: living.set } ]
simulation: { weather: w.csv, prices: p.csv }
tariff: { energy: 0.1 USD/kWh, distribution: 30 USD/MWh }
)");
  REQUIRE(house.simulation->zones.size() == 1);
  CHECK(house.simulation->zones[0].conductance_w_per_k == 150);
  CHECK_FALSE(house.simulation->start.has_value());
  CHECK(house[std::get<channel_id>(house.plant->zones[0].setpoint)].name == "living.set");
  CHECK(house.tariff.energy->in(usd_per_mwh) == doctest::Approx(100));
  CHECK(house.tariff.distribution.in(usd_per_mwh) == doctest::Approx(30));
}

TEST_CASE("a simulation says its physics, and what it leaves away is the documented default") {
  const auto with = [](const std::string& simulation) {
    const auto house = good(R"(site: oak
timezone: America/New_York
buses: { sim: { kind: simulated } }
devices:
  - { id: relay, model: simulated-relay, bus: sim, of: heat_pump.enable, channels: { state: hp.enable } }
  - { id: tank, model: simulated-thermometer, bus: sim, of: store.layer.0, channels: { temperature: t0 } }
  - { id: tank2, model: simulated-thermometer, bus: sim, of: store.layer.1, channels: { temperature: t1 } }
  - { id: sensor, model: simulated-thermometer, bus: sim, of: zone.living, channels: { temperature: living.temp } }
plant:
  heat_pump: { enable: hp.enable, max_power: 9.7 kW }
  store: { volume: 600 L, layers: [t0, t1], max: 77 °C }
  zones: [ { id: living, temperature: living.temp, setpoint: 20 °C } ]
simulation:
  weather: w.csv
  prices: p.csv
)" + simulation);
    return *house.simulation;
  };
  const auto said = with(R"(  heat_pump:
    modulation_min: 0.3
    frost: 40 min
    table:
      - { outdoor: -7 °C, leaving_water: 35 °C, capacity: 8 kW, cop: 2.7 }
      - { outdoor: 7 °C, leaving_water: 35 °C, capacity: 10 kW, cop: 4.6 }
  store: { tanks: 1, buffer: 200 L, mixing: 0.2, loss_w_per_k: 2, surroundings: 15 °C }
  loop: { volume: 90 L, exposed_w_per_k: 2 }
  sensors: { bias: 0.2 K, lag: 30 s }
  place: { latitude: 60.2, longitude: 24.9, clearness: 0.4 }
  away: { from: "08:30", to: "17:00" }
  zones:
    - { id: living, emitter_exponent: 1.3, flow: 8 L/min, occupants: 2, structure_wh_per_k: 6000, window_m2: 4, windows_face: west }
)");
  CHECK(said.heat_pump.modulation_min == 0.3);
  CHECK(said.heat_pump.frost == std::chrono::minutes{40});
  CHECK(said.heat_pump.warm_up == std::chrono::minutes{10});
  REQUIRE(said.heat_pump.table.size() == 2);
  CHECK(said.heat_pump.table[1].capacity == 10 * kilowatt);
  CHECK(said.store.buffer->in(litre) == doctest::Approx(200));
  CHECK(said.store.loss_w_per_k == 2.0);
  CHECK(said.store.surroundings == celsius(15));
  CHECK(said.loop.loss_w_per_k == 5);
  CHECK(said.sensor_bias_k == 0.2);
  CHECK(said.sensor_lag == std::chrono::seconds{30});
  CHECK(said.longitude == 24.9);
  CHECK(said.window_transmittance == 0.5);
  REQUIRE(said.away.has_value());
  CHECK(said.away->from == std::chrono::minutes{510});
  const auto& zone = said.zones.front();
  CHECK(zone.flow_l_per_min == 8.0);
  CHECK(zone.windows_face == simulation_layout::compass::west);
  CHECK(zone.structure_w_per_k == 400);

  const auto unsaid = with("");
  const auto fallback = simulation_layout{};
  CHECK(unsaid.heat_pump.table.empty());
  CHECK(unsaid.heat_pump.modulation_min == 1);
  CHECK(unsaid.store.tanks == 1);
  CHECK(unsaid.loop.volume == fallback.loop.volume);
  CHECK(unsaid.latitude == fallback.latitude);
  CHECK_FALSE(unsaid.away.has_value());
  CHECK(unsaid.zones.front().emitter_exponent == 1);
  CHECK(unsaid.zones.front().structure_wh_per_k == 0);
}

TEST_CASE("what stands under a key and what is left away agree on every default of the physics") {
  // An empty section takes its values from the table of keys, a missing one from the struct.
  const auto house = good(R"(site: oak
timezone: America/New_York
buses: { sim: { kind: simulated } }
devices:
  - { id: relay, model: simulated-relay, bus: sim, of: heat_pump.enable, channels: { state: hp.enable } }
  - { id: sensor, model: simulated-thermometer, bus: sim, of: zone.living, channels: { temperature: living.temp } }
plant:
  heat_pump: { enable: hp.enable, max_power: 9.7 kW }
  zones: [ { id: living, temperature: living.temp, setpoint: 20 °C } ]
simulation: { weather: w.csv, prices: p.csv, heat_pump: {}, store: {}, loop: {}, sensors: {}, place: {}, zones: [ { id: living } ] }
)");
  const auto& said = *house.simulation;
  const auto fallback = simulation_layout{};
  CHECK(said.heat_pump_capacity == fallback.heat_pump_capacity);
  CHECK(said.heat_pump.modulation_min == fallback.heat_pump.modulation_min);
  CHECK(said.heat_pump.warm_up == fallback.heat_pump.warm_up);
  CHECK(said.heat_pump.frost == fallback.heat_pump.frost);
  CHECK(said.heat_pump.defrost == fallback.heat_pump.defrost);
  CHECK(said.store.tanks == fallback.store.tanks);
  CHECK(said.store.buffer == fallback.store.buffer);
  CHECK(said.store.layers_per_sensor == fallback.store.layers_per_sensor);
  CHECK(said.store.mixing == fallback.store.mixing);
  CHECK(said.store.loss_w_per_k == fallback.store.loss_w_per_k);
  CHECK(said.store.surroundings == fallback.store.surroundings);
  CHECK(said.loop.volume.in(litre) == doctest::Approx(fallback.loop.volume.in(litre)));
  CHECK(said.loop.loss_w_per_k == fallback.loop.loss_w_per_k);
  CHECK(said.loop.exposed_w_per_k == fallback.loop.exposed_w_per_k);
  CHECK(said.sensor_bias_k == fallback.sensor_bias_k);
  CHECK(said.sensor_lag == fallback.sensor_lag);
  CHECK(said.latitude == fallback.latitude);
  CHECK(said.longitude == fallback.longitude);
  CHECK(said.clearness == fallback.clearness);
  CHECK(said.window_transmittance == fallback.window_transmittance);
  const auto& zone = said.zones.front();
  const auto average = simulation_layout::zone{};
  CHECK(zone.conductance_w_per_k == average.conductance_w_per_k);
  CHECK(zone.capacity_wh_per_k == average.capacity_wh_per_k);
  CHECK(zone.emitter_w_per_k == average.emitter_w_per_k);
  CHECK(zone.emitter_exponent == average.emitter_exponent);
  CHECK(zone.flow_l_per_min == average.flow_l_per_min);
  CHECK(zone.structure_wh_per_k == average.structure_wh_per_k);
  CHECK(zone.structure_w_per_k == average.structure_w_per_k);
  CHECK(zone.structure_loss == average.structure_loss);
  CHECK(zone.window_m2 == average.window_m2);
  CHECK(zone.windows_face == average.windows_face);
  CHECK(zone.occupants == average.occupants);
  CHECK(zone.initial == average.initial);
}

TEST_CASE("plain text leaves the machine only for who says what that means") {
  const auto house = good(smallest +
                          "link: { broker: 'mqtt://192.168.1.7', "
                          "plain_text: anyone-may-listen-and-command }\n");
  CHECK(house.link->anyone_may_command);
  CHECK_FALSE(good(smallest + "link: { broker: 'mqtt://127.0.0.1' }\n").link->anyone_may_command);
  for (const auto* careless : {"true", "yes", "allowed", "''"})
    CHECK_FALSE(
        parse(smallest + "link: { broker: 'mqtt://192.168.1.7', plain_text: " + careless + " }\n")
            .layout);
}

TEST_CASE("a broker on loopback may be plain, in each of its spellings") {
  for (const auto* broker :
       {"mqtt://127.0.0.1:1883", "mqtt://127.1.2.3", "mqtt://localhost:1", "mqtt://[::1]:1883"})
    CHECK(good(smallest + "link: { broker: \"" + broker + "\" }\n").link->broker == broker);
  for (const auto* broker :
       {"mqtt://10.0.0.1", "mqtt://localhost.example.net", "mqtt://[::2]", "mqtt://",
        "mqtt://user:word@127.0.0.1", "mqtt://127.0.0.1:", "mqtt://[::1", "http://127.0.0.1"})
    CHECK_FALSE(parse(smallest + "link: { broker: \"" + broker + "\" }\n").layout.has_value());
}

TEST_CASE("a device with an unknown model does not make its channels unknown too") {
  auto yaml = smallest;
  yaml.replace(yaml.find("gpio-relay"), 10, "gpio-reley");
  const auto parsed =
      parse(yaml + "plant: { heat_pump: { enable: hp.enable, max_power: 5 kW }, zones: [] }\n");
  REQUIRE(parsed.diagnostics.size() == 1);
  CHECK(parsed.diagnostics[0].message == "unknown model 'gpio-reley'");
}

TEST_CASE("the compressor starts at most six times an hour unless the layout says otherwise") {
  const auto with = [](const std::string& said) {
    return smallest + "plant: { heat_pump: { enable: hp.enable, max_power: 5 kW" + said +
           " }, zones: [] }\n";
  };
  CHECK(good(with("")).plant->heat_pump.starts_per_hour == 6U);
  CHECK(good(with(", starts_per_hour: 1")).plant->heat_pump.starts_per_hour == 1U);
  CHECK(good(with(", starts_per_hour: 60")).plant->heat_pump.starts_per_hour == 60U);
  for (const auto* wrong : {"0", "61", "-1", "2.5", "often", "1e99"})
    CHECK_FALSE(parse(with(std::string{", starts_per_hour: "} + wrong)).layout.has_value());
}

TEST_CASE("a file that is too large, too deep or full of brackets ends quickly") {
  CHECK(first_error(std::string(1024 * 1024 + 1, ' ')) == "the file is larger than 1 MiB");
  const auto most = std::size_t{1024 * 1024};
  for (const auto* piece : {"[",   "{",     "- ",    "? ",    "a: ",   "&a ",  "!a ",  "'",  "\"",
                            "|\n", ": ",    "%",     "*a ",   "[[],",  "a: [", "{a: ", "x,", "\\",
                            "#",   "---\n", "...\n", "a:\n ", "- a\n", "\t",   "[a, "}) {
    auto bytes = std::string{};
    while (bytes.size() < most / 8) bytes += piece;
    INFO(piece);
    CHECK_FALSE(parse(bytes).layout.has_value());
  }
}

TEST_CASE("thousands of wrong references stay quick and end in one count") {
  auto yaml = smallest +
              "plant:\n  zones: []\n  heat_pump: { enable: hp.enable, max_power: 5 kW }\n  "
              "store:\n    volume: 100 L\n"
              "    max: 70 °C\n    layers:\n";
  for (int i = 0; i < 20'000; ++i) yaml += "      - tank.layer-" + std::to_string(i) + "\n";
  const auto parsed = parse(yaml);
  CHECK(parsed.diagnostics.size() == 101);
  CHECK(parsed.diagnostics.back().message == "and 19900 more errors");
}

TEST_CASE("a file that is not there, or is no file, is an error and not an exception") {
  const auto missing = load_layout("/no/such/oak.yaml", known_catalog());
  REQUIRE(missing.diagnostics.size() == 1);
  CHECK(
      to_text(missing.diagnostics[0]) ==
      "/no/such/oak.yaml: error: no such file\n"
      "/no/such/oak.yaml: hint: give the path of a layout, such as layouts/simulated-house.yaml\n");
  CHECK(load_layout("/", known_catalog()).diagnostics.at(0).message == "this is not a file");
  CHECK(load_layout("/dev/zero", known_catalog()).diagnostics.at(0).message ==
        "this is not a file");
}
