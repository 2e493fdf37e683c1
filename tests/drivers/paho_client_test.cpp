#include "drivers/ports/paho_client.hpp"

#include "drivers/ports/broker_address.hpp"
#include "protocol/limits.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/mqtt_session.hpp"
#include "tests/support/names.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

mqtt_options options_for(const mosquitto& broker, std::string id) {
  auto options = mqtt_options{};
  options.uri = broker.uri();
  options.client_id = std::move(id);
  return options;
}

using session = mqtt_session;

}  // namespace

TEST_CASE("a broker's address has a scheme, a host and perhaps a port") {
  CHECK(parse_broker("mqtt://127.0.0.1:1884") == broker_address{false, "127.0.0.1", 1884});
  CHECK(parse_broker("mqtt://broker") == broker_address{false, "broker", 1883});
  CHECK(parse_broker("mqtts://broker.example.net") ==
        broker_address{true, "broker.example.net", 8883});
  CHECK(parse_broker("mqtts://[::1]:8884") == broker_address{true, "::1", 8884});
  for (const auto* wrong :
       {"", "broker", "http://broker", "mqtt://", "mqtt://:1883", "mqtt://a:0", "mqtt://a:65536",
        "mqtt://a:18x3", "mqtt://a:", "mqtt://[::1", "mqtt://a/b", "mqtt://me@a", "mqtt://[]:1"}) {
    INFO(wrong);
    const auto parsed = parse_broker(wrong);
    REQUIRE(!parsed);
    CHECK(parsed.error().code == fault_code::malformed);
  }
}

TEST_CASE("a client hears what it publishes on topics it has subscribed to, in order") {
  auto broker = mosquitto{};
  auto house = session{options_for(broker, "house")};
  CHECK_FALSE(house.client->publish("before", "connected", false));
  REQUIRE(house.connect());
  REQUIRE(house.subscribe({"a/#", "b/+/c"}));
  for (auto i = 0; i < 100; ++i) REQUIRE(house.client->publish("a/x", std::to_string(i), false));
  CHECK(house.client->publish("nobody/listens", "", false));
  CHECK(house.client->publish("b/1/c", std::string{"\0\xff binary", 9}, false));
  for (auto i = 0; i < 100; ++i) {
    const auto message = house.heard.next<mqtt_message>();
    REQUIRE(message);
    CHECK(message->topic == "a/x");
    CHECK(message->payload == std::to_string(i));
  }
  const auto last = house.heard.next<mqtt_message>();
  REQUIRE(last);
  CHECK(last->topic == "b/1/c");
  CHECK(last->payload == std::string{"\0\xff binary", 9});
}

TEST_CASE("an oversized payload arrives cut just beyond the limit") {
  auto broker = mosquitto{};
  auto house = session{options_for(broker, "house")};
  REQUIRE(house.connect());
  REQUIRE(house.subscribe({"big"}));
  REQUIRE(house.client->publish("big", std::string(1'000'000, 'x'), false));
  REQUIRE(house.client->publish("big", std::string(limits::message_bytes, 'y'), false));
  auto message = house.heard.next<mqtt_message>();
  REQUIRE(message);
  CHECK(message->payload == std::string(limits::message_bytes + 1, 'x'));
  message = house.heard.next<mqtt_message>();
  REQUIRE(message);
  CHECK(message->payload == std::string(limits::message_bytes, 'y'));
}

TEST_CASE("the will is published when a house vanishes and not when it says goodbye") {
  auto broker = mosquitto{};
  auto node = session{options_for(broker, "node")};
  REQUIRE(node.connect());
  REQUIRE(node.subscribe({"house/birth"}));

  auto options = options_for(broker, "house");
  options.will = mqtt_will{"house/birth", "offline"};
  auto house = session{options};
  REQUIRE(house.connect());
  MESSAGE("an orderly end, with a last message that is still delivered");
  REQUIRE(house.client->publish("house/birth", "goodbye", true));
  house.client->disconnect();
  CHECK_FALSE(house.client->publish("house/birth", "too late", true));
  auto message = node.heard.next<mqtt_message>();
  REQUIRE(message);
  CHECK(message->payload == "goodbye");

  MESSAGE("a destroyed client leaves in order too");
  REQUIRE(house.connect());
  house.client.reset();
  CHECK(house.heard.waiting() == 0);

  MESSAGE("a cut connection: both lose it, the node is told of the house's end when it is back");
  auto again = session{options};
  REQUIRE(again.connect());
  REQUIRE(cut_connections_to(broker.port()) == 2);
  CHECK(again.heard.next<mqtt_disconnected>());
  CHECK(node.heard.next<mqtt_disconnected>());
  REQUIRE(node.connect());
  message = node.heard.next<mqtt_message>();
  REQUIRE(message);
  CHECK(message->payload == "offline");
}

TEST_CASE("a client survives its broker's stop and finds it again, with its subscriptions") {
  auto broker = mosquitto{mosquitto::security::plain, "persistence false\n"};
  auto house = session{options_for(broker, "house")};
  REQUIRE(house.connect());
  REQUIRE(house.subscribe({"a"}));
  broker.stop();
  const auto lost = house.heard.next<mqtt_disconnected>();
  REQUIRE(lost);
  MESSAGE(to_text(lost->why));
  CHECK(lost->why.code == fault_code::disconnected);
  CHECK_FALSE(house.client->publish("a", "into the void", false));
  for (auto tries = 0; tries < 3; ++tries)
    CHECK(house.connect_fault().code == fault_code::disconnected);
  broker.start();
  REQUIRE(house.connect());
  REQUIRE(house.subscribe({"a"}));
  REQUIRE(house.client->publish("a", "1", false));
  CHECK(house.heard.next<mqtt_message>());
}

TEST_CASE("messages for a house that is away wait at the broker for its return") {
  auto broker = mosquitto{};
  auto house = session{options_for(broker, "house")};
  REQUIRE(house.connect());
  REQUIRE(house.subscribe({"down"}));
  REQUIRE(cut_connections_to(broker.port()) == 1);
  REQUIRE(house.heard.next<mqtt_disconnected>());
  auto node = session{options_for(broker, "node")};
  REQUIRE(node.connect());
  REQUIRE(node.client->publish("down", "while you were away", false));
  REQUIRE(house.connect());
  const auto message = house.heard.next<mqtt_message>();
  REQUIRE(message);
  CHECK(message->payload == "while you were away");
}

TEST_CASE("a broker that accepts but stays silent is a timeout") {
  auto broker = mosquitto{};
  auto house = session{options_for(broker, "house")};
  broker.pause();
  CHECK(house.connect_fault().code == fault_code::timeout);
  broker.resume();
  CHECK(house.connect());
}

TEST_CASE("publishes nobody confirms are bounded") {
  auto broker = mosquitto{};
  auto house = session{options_for(broker, "house")};
  REQUIRE(house.connect());
  REQUIRE(house.subscribe({"a"}));
  broker.pause();
  auto taken = std::size_t{0};
  while (taken < 10 * paho_outstanding && house.client->publish("a", "x", false)) ++taken;
  CHECK(taken == paho_outstanding);
  broker.resume();
  for (auto i = std::size_t{0}; i < taken; ++i) REQUIRE(house.heard.next<mqtt_message>());
}

TEST_CASE("what is published does not wait for the broker's delayed ack") {
  auto broker = mosquitto{};
  auto house = session{options_for(broker, "house")};
  REQUIRE(house.connect());
  const auto port = parse_broker(broker.uri()).value().port;
  auto prompt = 0;
  for (auto descriptor = 0; descriptor < 1024; ++descriptor) {
    auto peer = sockaddr_in{};
    auto length = socklen_t{sizeof peer};
    if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &length) != 0 ||
        peer.sin_family != AF_INET || ntohs(peer.sin_port) != port)
      continue;
    auto on = 0;
    length = sizeof on;
    REQUIRE(::getsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, &length) == 0);
    prompt += on != 0;
  }
  CHECK(prompt == 1);
}

TEST_CASE("a flood of live messages leaves room for what must arrive") {
  auto broker = mosquitto{};
  auto house = session{options_for(broker, "house")};
  REQUIRE(house.connect());
  broker.pause();
  auto taken = std::size_t{0};
  while (taken < 10 * paho_outstanding && house.client->publish_live("a", "x")) ++taken;
  CHECK(taken == paho_outstanding_live);
  CHECK(house.client->publish("a", "a report", false));
  broker.resume();
}

TEST_CASE("a broker that does not answer holds a disconnect for a second or so, not longer") {
  auto broker = mosquitto{};
  auto house = session{options_for(broker, "house")};
  REQUIRE(house.connect());
  broker.pause();
  REQUIRE(house.client->publish("a", "unconfirmed", false));
  const auto begin = std::chrono::steady_clock::now();
  house.client->disconnect();
  const auto took = std::chrono::steady_clock::now() - begin;
  MESSAGE("ms: " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count());
  CHECK(took < 3s);
  CHECK(house.heard.waiting() == 0);
}

TEST_CASE("a client may be destroyed in any state") {
  auto broker = mosquitto{};
  for (auto round = 0; round < 10; ++round) {
    auto never = session{options_for(broker, "never")};
    auto starting = session{options_for(broker, "starting")};
    starting.client->connect();
    auto connected = session{options_for(broker, "connected")};
    REQUIRE(connected.connect());
    connected.client->subscribe({"a"});
    for (auto i = 0; i < 20; ++i) connected.client->publish("a", "x", false);
    connected.client.reset();
    const auto heard = connected.heard.waiting();
    starting.client.reset();
    never.client.reset();
    CHECK(connected.heard.waiting() == heard);
  }
  auto lost = session{options_for(broker, "lost")};
  REQUIRE(lost.connect());
  broker.kill();
  REQUIRE(lost.heard.next<mqtt_disconnected>());
  lost.client.reset();
  broker.start();
  auto waiting = session{options_for(broker, "waiting")};
  broker.pause();
  waiting.client->connect();
  CHECK_FALSE(waiting.heard.next<mqtt_connected>(200ms));
  waiting.client.reset();
  CHECK(waiting.heard.waiting() == 0);
}

TEST_CASE("a given-up attempt says nothing, and the next one works") {
  auto broker = mosquitto{};
  auto house = session{options_for(broker, "house")};
  broker.pause();
  house.client->connect();
  CHECK_FALSE(house.heard.next<mqtt_connected>(200ms));
  house.client->disconnect();
  broker.resume();
  CHECK(house.heard.waiting() == 0);
  CHECK(house.connect());
}

TEST_CASE("an address that is none, or a host that does not exist, is a failed connection") {
  auto options = mqtt_options{};
  options.client_id = "house";
  options.uri = "broker";
  CHECK(session{options}.connect_fault().code == fault_code::malformed);
  options.uri = "mqtt://no-such-host.invalid";
  CHECK(session{options}.connect_fault().code == fault_code::disconnected);
}

TEST_CASE("the broker's reason for a refusal is told") {
  auto broker = mosquitto{mosquitto::security::plain, "allow_anonymous false\n"};
  const auto why = session{options_for(broker, "house")}.connect_fault();
  CHECK(why.code == fault_code::refused);
  CHECK(why.detail.find("ot authorized") != std::string::npos);
}

TEST_CASE("with TLS both sides are verified") {
  auto broker = mosquitto{mosquitto::security::tls};
  auto options = options_for(broker, "house");
  options.ca = broker.file("ca.crt");
  options.cert = broker.file("client.crt");
  options.key = broker.file("client.key");

  SUBCASE("a house with the right keys is heard") {
    auto house = session{options};
    REQUIRE(house.connect());
    REQUIRE(house.subscribe({"a"}));
    REQUIRE(house.client->publish("a", "secret", false));
    const auto message = house.heard.next<mqtt_message>();
    REQUIRE(message);
    CHECK(message->payload == "secret");
    house.client->disconnect();
    CHECK(house.connect());
  }
  SUBCASE("a broker is verified by its name too") {
    if (!hearth::testing::resolves_localhost()) {
      MESSAGE("skipped: this system cannot look up localhost");
      return;
    }
    options.uri = "mqtts://localhost:" + std::to_string(broker.port());
    CHECK(session{options}.connect());
  }
  SUBCASE("a broker of another authority is refused") {
    options.ca = broker.file("other-ca.crt");
    CHECK(session{options}.connect_fault().code == fault_code::refused);
  }
  SUBCASE("a broker unknown to the system is refused") {
    options.ca.clear();
    CHECK(session{options}.connect_fault().code == fault_code::refused);
  }
  SUBCASE("a house without a certificate is refused by the broker") {
    options.cert.clear();
    options.key.clear();
    CHECK(session{options}.connect_fault().code == fault_code::refused);
  }
  SUBCASE("a missing key is told by its path") {
    options.key = broker.file("no-such.key");
    const auto why = session{options}.connect_fault();
    CHECK(why.code == fault_code::no_such_device);
    CHECK(why.detail.find(options.key) != std::string::npos);
  }
  SUBCASE("a folder is no key") {
    options.key = "/tmp";
    CHECK(session{options}.connect_fault().code == fault_code::io);
  }
  SUBCASE("a text that is no certificate is refused") {
    options.ca = broker.file("mosquitto.conf");
    CHECK(session{options}.connect_fault().code == fault_code::malformed);
  }
}

TEST_CASE("a broker whose certificate is for another host is refused") {
  auto broker = mosquitto{mosquitto::security::tls_for_another_host};
  auto options = options_for(broker, "house");
  options.ca = broker.file("ca.crt");
  options.cert = broker.file("client.crt");
  options.key = broker.file("client.key");
  const auto why = session{options}.connect_fault();
  CHECK(why.code == fault_code::refused);
  CHECK(why.detail.find("host name") != std::string::npos);
}
