#include "tests/support/mqtt_session.hpp"
#include "tests/support/tls_mosquitto.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

using namespace hearth;
using namespace hearth::testing;
using namespace std::chrono_literals;

namespace {

/// Waits for a message; what has not come when a later one of the same road has, does not come.
std::string next_text(mqtt_session& session) {
  const auto message = session.heard.next<mqtt_message>();
  return message ? message->topic + " " + message->payload : "(nothing)";
}

/// A node that hears everything it may.
struct listening_node : mqtt_session {
  explicit listening_node(const tls_mosquitto& broker) : mqtt_session{broker.options("atn")} {
    REQUIRE(connect());
    REQUIRE(subscribe({"hearth/v1/+/birth", "hearth/v1/+/up/#"}));
  }
};

}  // namespace

TEST_CASE("house and node say to each other what the wire has, with certificates alone") {
  auto broker = tls_mosquitto{{"maple-12", "oak-1"}};
  auto node = listening_node{broker};
  auto maple = mqtt_session{broker.options("maple-12")};
  REQUIRE(maple.connect());
  REQUIRE(maple.subscribe({"hearth/v1/maple-12/down/#"}));
  REQUIRE(maple.client->publish("hearth/v1/maple-12/birth", "here", true));
  REQUIRE(maple.client->publish("hearth/v1/maple-12/up/report", "warm", false));
  CHECK(next_text(node) == "hearth/v1/maple-12/birth here");
  CHECK(next_text(node) == "hearth/v1/maple-12/up/report warm");
  REQUIRE(node.client->publish("hearth/v1/maple-12/down/contract", "4 kW", false));
  CHECK(next_text(maple) == "hearth/v1/maple-12/down/contract 4 kW");

  MESSAGE("a birth outlives the broker");
  broker.restart();
  auto late = mqtt_session{broker.options("atn", "late")};
  REQUIRE(late.connect());
  REQUIRE(late.subscribe({"hearth/v1/+/birth"}));
  CHECK(next_text(late) == "hearth/v1/maple-12/birth here");
}

TEST_CASE("a house can write no topic but its own") {
  auto broker = tls_mosquitto{{"maple-12", "oak-1"}};
  auto node = listening_node{broker};
  auto maple = mqtt_session{broker.options("maple-12")};
  auto oak = mqtt_session{broker.options("oak-1")};
  REQUIRE(maple.connect());
  REQUIRE(oak.connect());
  REQUIRE(oak.subscribe({"hearth/v1/oak-1/down/#"}));
  for (const auto* topic :
       {"hearth/v1/oak-1/birth", "hearth/v1/oak-1/up/report", "hearth/v1/oak-1/down/contract",
        "hearth/v1/maple-12/down/contract", "hearth/v1/node:atn/up/report", "hearth/v1/up/report",
        "$SYS/broker/uptime", "elsewhere"})
    REQUIRE(maple.client->publish(topic, "forged", true));
  REQUIRE(maple.client->publish("hearth/v1/maple-12/up/report", "true", false));
  CHECK(next_text(node) == "hearth/v1/maple-12/up/report true");
  REQUIRE(node.client->publish("hearth/v1/oak-1/down/contract", "true", false));
  CHECK(next_text(oak) == "hearth/v1/oak-1/down/contract true");

  MESSAGE("nothing of it was retained either");
  auto late = mqtt_session{broker.options("atn", "late")};
  REQUIRE(late.connect());
  REQUIRE(late.subscribe({"hearth/v1/#"}));
  REQUIRE(oak.client->publish("hearth/v1/oak-1/up/event", "now", false));
  CHECK(next_text(late) == "hearth/v1/oak-1/up/event now");
}

TEST_CASE("a house can read no topic but its own, by whatever subscription") {
  auto broker = tls_mosquitto{{"maple-12", "oak-1"}};
  auto node = mqtt_session{broker.options("atn")};
  auto oak = mqtt_session{broker.options("oak-1")};
  auto maple = mqtt_session{broker.options("maple-12")};
  REQUIRE(node.connect());
  REQUIRE(oak.connect());
  REQUIRE(oak.client->publish("hearth/v1/oak-1/birth", "retained", true));
  REQUIRE(maple.connect());
  REQUIRE(maple.subscribe({"hearth/v1/oak-1/down/#", "hearth/v1/oak-1/up/#", "hearth/v1/+/birth",
                           "hearth/v1/+/down/#", "#", "+/v1/oak-1/#"}));
  for (const auto* site : {"oak-1", "maple-12"})
    REQUIRE(node.client->publish("hearth/v1/" + std::string{site} + "/down/contract", site, false));
  REQUIRE(oak.client->publish("hearth/v1/oak-1/up/report", "secret", false));
  CHECK(next_text(maple) == "hearth/v1/maple-12/down/contract maple-12");
  REQUIRE(node.client->publish("hearth/v1/maple-12/down/contract", "last", false));
  MESSAGE("its own may come once for each subscription that fits; never another's");
  for (auto text = next_text(maple); text != "hearth/v1/maple-12/down/contract last";
       text = next_text(maple))
    REQUIRE(text == "hearth/v1/maple-12/down/contract maple-12");
}

TEST_CASE("a will on another house's birth is never published") {
  auto broker = tls_mosquitto{{"maple-12", "oak-1"}};
  auto node = listening_node{broker};
  auto options = broker.options("maple-12");
  options.will = mqtt_will{"hearth/v1/oak-1/birth", "oak-1 is dead"};
  auto forger = mqtt_session{options};
  REQUIRE(forger.connect());
  options.client_id = "maple-12-again";
  options.will = mqtt_will{"hearth/v1/maple-12/birth", "maple-12 is dead"};
  auto maple = mqtt_session{options};
  REQUIRE(maple.connect());
  REQUIRE(cut_connections_to(broker.port()) == 3);
  REQUIRE(node.heard.next<mqtt_disconnected>());
  REQUIRE(node.connect());
  CHECK(next_text(node) == "hearth/v1/maple-12/birth maple-12 is dead");
  auto oak = mqtt_session{broker.options("oak-1")};
  REQUIRE(oak.connect());
  REQUIRE(oak.client->publish("hearth/v1/oak-1/birth", "alive", true));
  MESSAGE("and its own may come again, because it is retained");
  auto text = next_text(node);
  while (text == "hearth/v1/maple-12/birth maple-12 is dead") text = next_text(node);
  CHECK(text == "hearth/v1/oak-1/birth alive");
}

TEST_CASE("a house that takes another's client id gets none of its messages") {
  auto broker = tls_mosquitto{{"maple-12", "oak-1"}};
  auto node = mqtt_session{broker.options("atn")};
  REQUIRE(node.connect());
  auto oak = mqtt_session{broker.options("oak-1", "hearth-oak-1-boot")};
  REQUIRE(oak.connect());
  REQUIRE(oak.subscribe({"hearth/v1/oak-1/down/#"}));
  MESSAGE("oak-1 vanishes; what is said to it waits in its session");
  REQUIRE(cut_connections_to(broker.port()) == 2);
  REQUIRE(oak.heard.next<mqtt_disconnected>());
  REQUIRE(node.heard.next<mqtt_disconnected>());
  REQUIRE(node.connect());
  REQUIRE(node.subscribe({"hearth/v1/+/down/#"}));
  REQUIRE(node.client->publish("hearth/v1/oak-1/down/contract", "secret", false));
  CHECK(next_text(node) == "hearth/v1/oak-1/down/contract secret");

  auto thief = mqtt_session{broker.options("maple-12", "hearth-oak-1-boot")};
  REQUIRE(thief.connect());
  REQUIRE(thief.subscribe({"hearth/v1/maple-12/down/#"}));
  REQUIRE(node.client->publish("hearth/v1/oak-1/down/contract", "secret too", false));
  REQUIRE(node.client->publish("hearth/v1/maple-12/down/contract", "its own", false));
  CHECK(next_text(thief) == "hearth/v1/maple-12/down/contract its own");
  CHECK(thief.heard.waiting() == 0);
}

TEST_CASE("a node hears every house and can speak for none") {
  auto broker = tls_mosquitto{{"maple-12"}, {"atn", "desk"}};
  auto node = listening_node{broker};
  auto desk = mqtt_session{broker.options("desk")};
  auto maple = mqtt_session{broker.options("maple-12")};
  REQUIRE(desk.connect());
  REQUIRE(maple.connect());
  REQUIRE(desk.client->publish("hearth/v1/maple-12/up/report", "forged", false));
  REQUIRE(desk.client->publish("hearth/v1/maple-12/birth", "forged", true));
  REQUIRE(maple.client->publish("hearth/v1/maple-12/up/report", "true", false));
  CHECK(next_text(node) == "hearth/v1/maple-12/up/report true");
}

TEST_CASE("a broker's own certificate opens nothing as a client") {
  auto broker = tls_mosquitto{{"maple-12"}};
  const auto why = mqtt_session{broker.options("broker")}.connect_fault();
  CHECK(why.code == fault_code::refused);
}

TEST_CASE("a revoked house is kept out after a reload, and loses its connection by a restart") {
  auto broker = tls_mosquitto{{"maple-12", "oak-1"}};
  auto maple = mqtt_session{broker.options("maple-12")};
  auto oak = mqtt_session{broker.options("oak-1")};
  REQUIRE(maple.connect());
  REQUIRE(oak.connect());
  REQUIRE(broker.keys().revoke("maple-12", revoke_which::all_of_the_name, today()) == 1U);
  broker.write_config();

  MESSAGE("a reload leaves the connection there is, and lets no new one in");
  broker.reload();
  auto node = listening_node{broker};
  REQUIRE(maple.client->publish("hearth/v1/maple-12/up/report", "still here", false));
  CHECK(next_text(node) == "hearth/v1/maple-12/up/report still here");
  CHECK(mqtt_session{broker.options("maple-12", "again")}.connect_fault().code ==
        fault_code::refused);

  broker.restart();
  REQUIRE(maple.heard.next<mqtt_disconnected>());
  REQUIRE(oak.heard.next<mqtt_disconnected>());
  const auto why = maple.connect_fault();
  CHECK(why.code == fault_code::refused);
  CHECK(why.detail.find("revoked") != std::string::npos);
  CHECK(oak.connect());

  MESSAGE("with a new certificate it is welcome again at once, and the old one stays out");
  auto old = broker.options("maple-12");
  for (auto* file : {&old.cert, &old.key})
    std::filesystem::copy_file(*file, *file + ".old"), *file += ".old";
  REQUIRE(broker.keys().renew("maple-12", {}, today()));
  CHECK(mqtt_session{old}.connect_fault().code == fault_code::refused);
  auto back = mqtt_session{broker.options("maple-12", "back")};
  CHECK(back.connect());
}

TEST_CASE("a house whose certificate has expired, or is not yet valid, says so and is kept out") {
  auto broker = tls_mosquitto{{}};
  broker.certify(key_role::site, "late", today() - 30 * 24h, key_days{10});
  auto why = mqtt_session{broker.options("late")}.connect_fault();
  CHECK(why.code == fault_code::refused);
  CHECK(why.detail.find("expired on") != std::string::npos);
  CHECK(why.detail.find("clock says") != std::string::npos);
  broker.certify(key_role::site, "early", today() + 30 * 24h, key_days{10});
  why = mqtt_session{broker.options("early")}.connect_fault();
  CHECK(why.code == fault_code::not_ready);
  CHECK(why.detail.find("valid only from") != std::string::npos);
}

TEST_CASE("houses of another authority, and self-made ones, are kept out") {
  auto broker = tls_mosquitto{{"maple-12"}};
  const auto elsewhere = tls_mosquitto{{"maple-12"}};
  auto options = broker.options("maple-12");
  options.cert = elsewhere.options("maple-12").cert;
  options.key = elsewhere.options("maple-12").key;
  auto why = mqtt_session{options}.connect_fault();
  CHECK(why.code == fault_code::refused);
  CHECK(why.detail.find("does not know the authority") != std::string::npos);

  MESSAGE("an authority's certificate is self-signed");
  options.cert = elsewhere.key_folder() / "ca.crt";
  options.key = elsewhere.key_folder() / "ca.key";
  why = mqtt_session{options}.connect_fault();
  CHECK(why.code == fault_code::refused);
}

TEST_CASE("a broker of another authority, of another name or out of date is told apart") {
  auto broker = tls_mosquitto{{"maple-12"}};
  auto options = broker.options("maple-12");

  SUBCASE("another authority") {
    const auto elsewhere = tls_mosquitto{{}};
    options.ca = elsewhere.options("atn").ca;
    const auto why = mqtt_session{options}.connect_fault();
    CHECK(why.code == fault_code::refused);
    CHECK(why.detail.find("signed by 'authority:") != std::string::npos);
    CHECK(why.detail.find(options.ca) != std::string::npos);
  }
  SUBCASE("another name") {
    auto other = tls_mosquitto{{"maple-12"}, {"atn"}, "broker.example.net"};
    const auto why = mqtt_session{other.options("maple-12")}.connect_fault();
    CHECK(why.code == fault_code::refused);
    CHECK(why.detail.find("is for broker.example.net and not for 127.0.0.1") != std::string::npos);
  }
  SUBCASE("out of date") {
    const auto folder = broker.key_folder();
    for (const auto* file : {"broker.crt", "broker.key"}) std::filesystem::remove(folder / file);
    broker.certify(key_role::broker, "broker", today() - 30 * 24h, key_days{10});
    broker.write_config();
    broker.restart();
    const auto why = mqtt_session{options}.connect_fault();
    CHECK(why.code == fault_code::refused);
    CHECK(why.detail.find("the certificate of mqtts://127.0.0.1") != std::string::npos);
    CHECK(why.detail.find("expired on") != std::string::npos);
  }
  SUBCASE("plain text on that port") {
    auto plain = mosquitto{};
    options.uri = "mqtts://127.0.0.1:" + std::to_string(plain.port());
    const auto why = mqtt_session{options}.connect_fault();
    CHECK(why.detail.find("TLS") != std::string::npos);
  }
}

TEST_CASE("a renewed certificate of the broker is taken with a reload") {
  auto broker = tls_mosquitto{{"maple-12"}};
  const auto folder = broker.key_folder();
  for (const auto* file : {"broker.crt", "broker.key"}) std::filesystem::remove(folder / file);
  broker.certify(key_role::broker, "broker", today() - 30 * 24h, key_days{10});
  broker.write_config();
  broker.reload();
  auto maple = mqtt_session{broker.options("maple-12")};
  CHECK(maple.connect_fault().detail.find("expired on") != std::string::npos);
  REQUIRE(broker.keys().renew("broker", key_days{100}, today()));
  broker.write_config();
  broker.reload();
  CHECK(maple.connect());
}

TEST_CASE("keys that others may read, that do not fit or that are none are not used") {
  auto broker = tls_mosquitto{{"maple-12", "oak-1"}};
  auto options = broker.options("maple-12");
  SUBCASE("open to others") {
    using std::filesystem::perms;
    std::filesystem::permissions(options.key, perms::owner_read | perms::owner_write |
                                                  perms::group_read | perms::others_read);
    const auto why = mqtt_session{options}.connect_fault();
    CHECK(why.code == fault_code::permission);
    CHECK(why.detail.find("mode 0644") != std::string::npos);
    CHECK(why.detail.find("chmod 600 " + options.key) != std::string::npos);
    std::filesystem::permissions(options.key, perms::owner_read | perms::owner_write);
    CHECK(mqtt_session{options}.connect());
  }
  SUBCASE("no pair") {
    options.key = broker.options("oak-1").key;
    const auto why = mqtt_session{options}.connect_fault();
    CHECK(why.code == fault_code::mismatch);
    CHECK(why.detail.find("is not that of the certificate") != std::string::npos);
  }
  SUBCASE("no key at all") {
    options.key = options.cert;
    std::filesystem::permissions(options.cert, std::filesystem::perms::owner_read);
    CHECK(mqtt_session{options}.connect_fault().code == fault_code::malformed);
  }
  SUBCASE("an empty certificate") {
    std::ofstream{options.cert, std::ios::trunc}.close();
    CHECK(mqtt_session{options}.connect_fault().code == fault_code::malformed);
  }
  SUBCASE("no authority") {
    options.ca = broker.key_folder() / "no-such.crt";
    const auto why = mqtt_session{options}.connect_fault();
    CHECK(why.code == fault_code::no_such_device);
    CHECK(why.detail.find(options.ca) != std::string::npos);
  }
  SUBCASE("no certificate where one is wanted") {
    options.cert.clear();
    options.key.clear();
    const auto why = mqtt_session{options}.connect_fault();
    CHECK(why.code == fault_code::refused);
    CHECK(why.detail.find("wants a certificate of this client") != std::string::npos);
  }
}
