#pragma once

#include "drivers/ports/paho_client.hpp"
#include "tests/support/heard_events.hpp"

#include <doctest/doctest.h>

namespace hearth::testing {

/// A client with what it hears.
struct mqtt_session {
  explicit mqtt_session(const mqtt_options& options)
      : client{make_paho_client(options, heard.listener())} {}

  bool connect() {
    client->connect();
    return heard.next<mqtt_connected>().has_value();
  }
  bool subscribe(std::vector<std::string> topics) {
    client->subscribe(std::move(topics));
    return heard.next<mqtt_subscribed>().has_value();
  }
  fault connect_fault() {
    client->connect();
    auto failed = heard.next<mqtt_connect_failed>();
    REQUIRE(failed);
    MESSAGE(to_text(failed->why));
    return failed->why;
  }

  heard_events heard;
  std::unique_ptr<mqtt_client> client;
};

}  // namespace hearth::testing
