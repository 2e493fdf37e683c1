/// What a day of the 86-channel house weighs on the wire, both ways between house and broker: the
/// very actors of `scada run` on virtual time around living devices (living_ports.hpp), and a node
/// in memory that buys every hour, tells prices and weather every hour and acks what is journaled.
/// Prints for each kind "kind NAME MESSAGES PAYLOAD WIRE", in bytes of the day, and "good COUNT"
/// of "channels COUNT".
///
/// Wire bytes of one message of N payload bytes on topic T, TLS over TCP over IPv4 with the
/// timestamps Linux sends:
///   PUBLISH  = 1 + size of the length + 2 + |T| + 2 (packet id, QoS 1 only) + 1 (properties) + N
///   the way there   52 per segment of 1448 + 22 per TLS 1.3 record + PUBLISH
///   QoS 1           52 + 22 + 4 for the PUBACK, which carries the TCP ack of the way there
///   TCP ack         52, but for a heartbeat to the house: the answer, at once, carries it
/// No other ack is spared by riding on something that was due anyway: rather too much than too
/// little. Left out: the handshake of each new connection, some 5 KB.

#include "drivers/registry.hpp"
#include "layouts/parse.hpp"
#include "layouts/series.hpp"
#include "tests/bench/living_ports.hpp"
#include "tests/bench/virtual_time.hpp"
#include "tests/scenarios/memory_broker.hpp"

#include <cstdio>
#include <map>

namespace {

using namespace hearth;
using namespace std::chrono_literals;

constexpr auto simulated = duration{24h};
const auto start = time_point{std::chrono::sys_days{std::chrono::year{2020} / 1 / 15}};

constexpr std::size_t segment = 1448, segment_head = 52, record_head = 22, puback = 4;

struct tally {
  std::size_t messages = 0, payload = 0, wire = 0;

  void add(std::string_view topic, std::size_t bytes) {
    const auto confirmed = !goes_unconfirmed(topic);
    const auto rest = 2 + topic.size() + (confirmed ? 2 : 0) + 1 + bytes;
    const auto length = rest < 128 ? 1U : rest < 16'384 ? 2U : rest < 2'097'152 ? 3U : 4U;
    const auto there = record_head + 1 + length + rest;
    ++messages;
    payload += bytes;
    wire += there + (there + segment - 1) / segment * segment_head;
    if (confirmed) wire += segment_head + record_head + puback;
    if (!topic.ends_with("/down/heartbeat")) wire += segment_head;
  }
};
using tallies = std::map<std::string, tally>;

/// The house's connection, with a counter on both of its ways.
class weighed_client final : public mqtt_client {
 public:
  weighed_client(const mqtt_client_maker& make, mqtt_options options, mqtt_listener listener,
                 tallies& weighed)
      : weighed_{weighed},
        inner_{make(std::move(options), [this, listener = std::move(listener)](mqtt_event e) {
          if (const auto* m = std::get_if<mqtt_message>(&e)) weigh(m->topic, m->payload.size());
          listener(std::move(e));
        })} {}
  void connect() override { inner_->connect(); }
  void subscribe(std::vector<std::string> topics) override { inner_->subscribe(std::move(topics)); }
  bool publish(std::string_view topic, std::string_view payload, bool retained) override {
    weigh(topic, payload.size());
    return inner_->publish(topic, payload, retained);
  }
  void disconnect() override { inner_->disconnect(); }

 private:
  void weigh(std::string_view topic, std::size_t bytes) {
    const auto kind = topic.substr(topic.find('/', std::string_view{"hearth/v1/"}.size()) + 1);
    weighed_[std::string{kind}].add(topic, bytes);
  }
  tallies& weighed_;
  std::unique_ptr<mqtt_client> inner_;
};

/// What an aggregator's node says in an hour, besides its acks and answers.
void buy_an_hour(testing::memory_broker& node, const std::string& site, time_point now) {
  const auto hour = time_point{now.time_since_epoch() / 1h * 1h};
  auto told = prices{hour, 1h, {}, {}};
  auto forecast = weather{hour, 1h, {}};
  for (auto i = 0; i < 48; ++i) {
    told.energy.push_back((31.27 + i % 24) * usd_per_mwh);
    forecast.outdoor.push_back(celsius(-12.5 + 0.37 * i));
  }
  node.send(site, told, now);
  node.send(site, forecast, now);
  node.send(site, contract{"c-" + to_iso8601(hour + 1h), hour + 1h, 1h, 2500 * watt}, now);
}

int weigh_day(const std::shared_ptr<const layout>& house, const std::string& weather_file) {
  auto weather = load_series(weather_file, weather_columns);
  if (weather.columns.empty()) return std::fputs("wire_day: no weather\n", stderr), 1;
  const auto living = std::make_shared<bench::living_house>(
      *house, std::make_shared<const series>(std::move(weather.columns.front())));
  auto ports = std::map<std::string, port_maker>{};
  for (const auto& bus : house->buses)
    ports[bus.kind] = [&living, floats = bus.kind == "modbus-rtu"](
                          const layout&, bus_id) -> result<std::unique_ptr<port>> {
      return std::make_unique<bench::living_port>(living, floats);
    };
  auto time = bench::virtual_time{};
  auto node = testing::memory_broker{};
  auto weighed = tallies{};
  const auto clock = house_clock::driven(start, [&time] { return time.system.clock().now(); });
  const auto connect = [&, make = node.maker()](mqtt_options o, mqtt_listener l) {
    return std::make_unique<weighed_client>(make, std::move(o), std::move(l), weighed);
  };
  auto running = spawn_house(time.system, {.context = {house, clock},
                                           .ports = std::move(ports),
                                           .journal = {},
                                           .connect = connect,
                                           .log = [](const event&) {},
                                           .first_words = {},
                                           .boot_id = "690afe00-1c0ffee1",  // as long as any
                                           .blocking_ports = false,
                                           .seed = 1,
                                           .snapshot_observer = {},
                                           .statement_observer = {}});
  time.scheduler.run();
  auto good = 0;
  for (auto passed = duration{0}; passed < simulated; passed += 1min) {
    if (passed % 1h == 5min) buy_an_hour(node, house->site, clock.now());
    if (passed > 1h + 5min) node.send(house->site, heartbeat{"c"}, clock.now());  // as rule 5 asks
    time.pass(1min);
    for (const auto& said : node.all<snapshot_report>())
      if (said.points.size() == house->channels.size()) {
        good = 0;
        for (const auto& p : said.points) good += p.quality == quality::good;
      }
    node.heard.clear();
  }
  std::printf("good %d\nchannels %zu\n", good, house->channels.size());
  for (const auto& [kind, t] : weighed)
    std::printf("kind %s %zu %zu %zu\n", kind.c_str(), t.messages, t.payload, t.wire);
  time.end(running);
  return node.undecodable == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("usage: wire_day LAYOUT WEATHER\n", stderr), 2;
  auto parsed = load_layout(argv[1], known_catalog());
  if (!parsed.layout) return std::fputs("wire_day: the layout is wrong\n", stderr), 1;
  return weigh_day(std::make_shared<const layout>(std::move(*parsed.layout)), argv[2]);
}
