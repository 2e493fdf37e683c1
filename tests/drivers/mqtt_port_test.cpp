#include "drivers/ports/mqtt_port.hpp"

#include "drivers/mqtt_bus.hpp"
#include "drivers/ports/paho_client.hpp"
#include "drivers/shelly.hpp"
#include "drivers/shelly_gen1.hpp"
#include "tests/support/heard_events.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/one_device.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

/// A broker in memory that answers at once.
struct memory_broker {
  mqtt_listener tell;
  bool there = true;
  int attempts = 0;
  std::vector<std::vector<std::string>> subscriptions;
  std::vector<std::string> published;

  mqtt_client_maker maker() {
    return [this](const mqtt_options&, mqtt_listener listener) {
      tell = std::move(listener);
      return std::make_unique<client>(*this);
    };
  }

  class client final : public mqtt_client {
   public:
    explicit client(memory_broker& b) : broker_{b} {}
    void connect() override {
      ++broker_.attempts;
      if (broker_.there)
        broker_.tell(mqtt_connected{});
      else
        broker_.tell(mqtt_connect_failed{{fault_code::disconnected, "nobody there"}});
    }
    void subscribe(std::vector<std::string> topics) override {
      broker_.subscriptions.push_back(std::move(topics));
      broker_.tell(mqtt_subscribed{});
    }
    bool publish(std::string_view topic, std::string_view payload, bool) override {
      if (broker_.there)
        broker_.published.push_back(std::string{topic} + " " + std::string{payload});
      return broker_.there;
    }
    void disconnect() override {}

   private:
    memory_broker& broker_;
  };
};

const auto start = time_point{};
const auto question = mqtt_publish{"a/command", "status_update"};

}  // namespace

TEST_CASE("the topics of several devices add up, and each hears its own") {
  auto broker = memory_broker{};
  const auto bus = make_mqtt_port({}, broker.maker());
  auto a = std::vector<std::string>{};
  auto b = std::vector<std::string>{};
  bus->listen({"a/1", "a/2"}, [&](const bus_message& m) { a.push_back(m.topic + m.payload); });
  CHECK(broker.attempts == 0);
  CHECK(bus->transact(question, start) == result<bus_answer>{done{}});
  bus->listen({"b/1"}, [&](const bus_message& m) { b.push_back(m.topic + m.payload); });
  CHECK(broker.subscriptions == std::vector<std::vector<std::string>>{{"a/1", "a/2"}, {"b/1"}});
  CHECK(broker.published == std::vector<std::string>{"a/command status_update"});
  broker.tell(mqtt_message{"a/2", "!"});
  broker.tell(mqtt_message{"b/1", "?"});
  broker.tell(mqtt_message{"c", ""});
  CHECK(a == std::vector<std::string>{"a/2!"});
  CHECK(b == std::vector<std::string>{"b/1?"});
}

TEST_CASE("a lost broker is found again with growing pauses and all topics") {
  auto broker = memory_broker{};
  const auto bus = make_mqtt_port({}, broker.maker());
  bus->listen({"a"}, [](const bus_message&) {});
  bus->listen({"b"}, [](const bus_message&) {});
  REQUIRE(bus->transact(question, start));
  broker.there = false;
  broker.tell(mqtt_disconnected{{fault_code::disconnected, "gone"}});
  auto now = start;
  auto faults = 0;
  for (; now < start + 10min; now += 500ms) {
    const auto answer = bus->transact(question, now);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == fault_code::disconnected);
    ++faults;
  }
  MESSAGE(broker.attempts << " attempts in 10 min");
  CHECK(faults == 1200);
  CHECK(broker.attempts > 10);
  CHECK(broker.attempts < 20);
  broker.there = true;
  REQUIRE(bus->transact(question, now + 60s));
  CHECK(broker.subscriptions.back() == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a broker that takes no more is a fault, and so is a request of another bus") {
  auto broker = memory_broker{};
  const auto bus = make_mqtt_port({}, broker.maker());
  REQUIRE(bus->transact(question, start));
  broker.there = false;
  CHECK_FALSE(bus->transact(question, start));
  const auto other = bus->transact(gpio_read{1}, start);
  REQUIRE_FALSE(other);
  CHECK(other.error().code == fault_code::unsupported);
}

TEST_CASE("a Shelly on a real broker is switched and heard, across the broker's restart") {
  auto broker = mosquitto{};
  auto house = one_device(shelly_relay_model().spec, {{"topic", "shelly"}});
  house.buses[0].options["broker"] = broker.uri();
  const auto bus = std::move(make_mqtt_port(house, {0}).value());
  const auto relay = shelly_relay_model().make(house, {0});
  auto heard = heard_events{};
  bus->listen(relay->topics(), [tell = heard.listener()](bus_message m) {
    tell(mqtt_message{std::move(m.topic), std::move(m.payload)});
  });
  auto device_heard = heard_events{};
  const auto device =
      make_paho_client({broker.uri(), "shelly", "", "", "", {}}, device_heard.listener());
  auto now = start;
  for (auto round = 0; round < 2; ++round) {
    device->connect();
    REQUIRE(device_heard.next<mqtt_connected>());
    device->subscribe({"shelly/command"});
    REQUIRE(device_heard.next<mqtt_subscribed>());
    auto asked = bus->transact(relay->poll().front(), now);
    for (auto tries = 0; !asked && tries < 10; ++tries)
      asked = bus->transact(relay->poll().front(), now += 60s);
    REQUIRE(asked);
    CHECK(device_heard.next<mqtt_message>()->payload == "status_update");
    REQUIRE(device->publish("shelly/status/switch:0", R"({"output":true})", false));
    const auto message = heard.next<mqtt_message>();
    REQUIRE(message);
    const auto readings = relay->heard({message->topic, message->payload}, now);
    REQUIRE(readings.size() == 1);
    CHECK(readings.front().value == result<measured>{switched(true)});
    if (round > 0) break;
    broker.kill();
    REQUIRE(device_heard.next<mqtt_disconnected>());
    broker.start();
  }
}

TEST_CASE("whoever only listens asks whether the broker is there, and is heard from then on") {
  auto broker = memory_broker{};
  const auto bus = make_mqtt_port({}, broker.maker());
  auto heard = 0;
  bus->listen({"a"}, [&](const bus_message&) { ++heard; });
  broker.there = false;
  const auto away = bus->transact(bus_presence{}, start);
  REQUIRE_FALSE(away);
  CHECK(away.error().code == fault_code::disconnected);
  broker.there = true;
  CHECK(bus->transact(bus_presence{}, start + 60s) == result<bus_answer>{done{}});
  CHECK(broker.subscriptions == std::vector<std::vector<std::string>>{{"a"}});
  CHECK(broker.published.empty());
  broker.tell(mqtt_message{"a", ""});
  CHECK(heard == 1);
}

TEST_CASE("a message of 1 MB over a real broker is cut short, and is a fault of its device") {
  auto broker = mosquitto{};
  auto house = one_device(shelly_gen1_relay_model().spec, {{"topic", "s"}});
  house.buses[0].options["broker"] = broker.uri();
  const auto bus = std::move(make_mqtt_port(house, {0}).value());
  const auto relay = shelly_gen1_relay_model().make(house, {0});
  auto heard = heard_events{};
  bus->listen(relay->topics(), [tell = heard.listener()](bus_message m) {
    tell(mqtt_message{std::move(m.topic), std::move(m.payload)});
  });
  REQUIRE(bus->transact(bus_presence{}, start));
  for (const auto* const topic : {"s/relay/0", "s/relay/0/power", "s/online"}) {
    REQUIRE(bus->transact(mqtt_publish{topic, std::string(1024 * 1024, '1')}, start));
    const auto message = heard.next<mqtt_message>();
    REQUIRE(message);
    CHECK(message->topic == topic);
    CHECK(message->payload.size() == longest_device_message + 1);
    for (const auto& r : relay->heard({message->topic, message->payload}, start))
      CHECK_FALSE(r.value);
  }
  CHECK(relay->heard({"s/relay/0", std::string(1024 * 1024, '1')}, start).size() == 1);
}

TEST_CASE("what devices said while nobody listened is not taken for what they say now") {
  auto broker = mosquitto{};
  auto house = one_device(shelly_gen1_relay_model().spec, {{"topic", "s"}});
  house.buses[0].options["broker"] = broker.uri();
  const auto listening = [&](heard_events& heard) {
    auto bus = std::move(make_mqtt_port(house, {0}).value());
    bus->listen({"s/relay/0"}, [tell = heard.listener()](bus_message m) {
      tell(mqtt_message{std::move(m.topic), std::move(m.payload)});
    });
    auto there = bus->transact(bus_presence{}, start);
    for (auto tries = 1; !there && tries < 10; ++tries)
      there = bus->transact(bus_presence{}, start + tries * 60s);
    REQUIRE(there);
    return bus;
  };
  auto before = heard_events{};
  auto bus = listening(before);
  bus.reset();
  auto device_heard = heard_events{};
  const auto device =
      make_paho_client({broker.uri(), "shelly", "", "", "", {}}, device_heard.listener());
  device->connect();
  REQUIRE(device_heard.next<mqtt_connected>());
  device->subscribe({"s/relay/0"});
  REQUIRE(device_heard.next<mqtt_subscribed>());
  REQUIRE(device->publish("s/relay/0", "long ago", false));
  REQUIRE(device_heard.next<mqtt_message>());
  auto after = heard_events{};
  bus = listening(after);
  REQUIRE(bus->transact(mqtt_publish{"s/relay/0", "now"}, start));
  const auto first = after.next<mqtt_message>();
  REQUIRE(first);
  CHECK(first->payload == "now");
}

TEST_CASE("what is to be retained is given to whoever subscribes later, all else is not") {
  auto broker = mosquitto{};
  auto house = one_device(shelly_relay_model().spec, {{"topic", "shelly"}});
  house.buses[0].options["broker"] = broker.uri();
  const auto bus = std::move(make_mqtt_port(house, {0}).value());
  auto echo = heard_events{};
  bus->listen({"a/config"}, [tell = echo.listener()](bus_message m) {
    tell(mqtt_message{std::move(m.topic), std::move(m.payload)});
  });
  REQUIRE(bus->transact(bus_presence{}, start));
  REQUIRE(bus->transact(mqtt_publish{"a/state", "42"}, start));
  REQUIRE(bus->transact(mqtt_publish{"a/config", "{}", true}, start));
  REQUIRE(echo.next<mqtt_message>());  // the broker has both
  auto heard = heard_events{};
  const auto late = make_paho_client({broker.uri(), "late", "", "", "", {}}, heard.listener());
  late->connect();
  REQUIRE(heard.next<mqtt_connected>());
  late->subscribe({"a/state", "a/config"});
  auto first = heard.next<mqtt_message>();  // or the confirmation, which may come before or after
  if (!first) first = heard.next<mqtt_message>();
  REQUIRE(first);
  CHECK(first->topic == "a/config");
  CHECK(first->payload == "{}");
}
