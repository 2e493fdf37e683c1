#include "actors/device.hpp"
#include "protocol/limits.hpp"
#include "tests/actors/houses.hpp"

#include <doctest/doctest.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// A relay that tells its state when it likes, as those on a house's broker do.
class talking_relay final : public actuator {
 public:
  std::vector<bus_request> poll() override { return {mqtt_publish{"relay/get", ""}}; }
  std::vector<reading> decode(std::span<const result<bus_answer>>, time_point) override {
    return {};
  }
  std::vector<reading> heard(const bus_message& message, time_point now) override {
    if (message.payload == "gone")
      return {{at::enable, failed(fault_code::disconnected, "gone"), now}};
    return {{at::enable, switched(message.payload == "on"), now}};
  }
  result<std::vector<bus_request>> encode(const command& c) override {
    return make(c.value.amount != 0);
  }
  std::vector<bus_request> make_safe(channel_id) override { return make(false); }

 private:
  static std::vector<bus_request> make(bool on) {
    return {mqtt_publish{"relay/set", on ? "on" : "off"}};
  }
};

command order(bool on, time_point now) {
  return {at::enable, switched(on), authority::local, "test", now, now + limits::command_life};
}

struct talking {
  std::shared_ptr<const layout> house = shared(small_house());
  device relay{house, by::relays, std::make_unique<talking_relay>()};
  time_point now = noon;

  /// The broker takes everything.
  bool write() {
    const auto work = relay.next_write(now);
    if (!work) return false;
    relay.answered(*work, std::vector<result<bus_answer>>(work->asked, done{}), now);
    return true;
  }
  void command(bool on) {
    CHECK(relay.take(order(on, now), now).empty());
    CHECK(write());
  }
  auto alarms(const char* state) {
    return count_kind(relay.heard({"relay", state}, now).events, "actuator-mismatch");
  }
};

}  // namespace

TEST_CASE_FIXTURE(
    talking,
    "a relay that says unasked what it was not commanded raises one alarm, and only a "
    "renewal is written again") {
  write();
  command(true);
  CHECK(alarms("on") == 0);
  CHECK_FALSE(write());
  now += 15s;
  const auto told = relay.heard({"relay", "off"}, now);
  REQUIRE(told.events.size() == 1);
  CHECK(told.events[0].kind == "actuator-mismatch");
  CHECK(told.events[0].severity == severity::alarm);
  CHECK(told.readings.size() == 1);
  for (auto i = 0; i < 3; ++i) {
    CHECK_FALSE(write());
    now += 1s;
    command(true);
    CHECK(alarms("off") == 0);
  }
  const auto obeys = relay.heard({"relay", "on"}, now);
  REQUIRE(obeys.events.size() == 1);
  CHECK(obeys.events[0].kind == "actuator-obeys");
  CHECK(obeys.events[0].severity == severity::info);
  CHECK_FALSE(write());
  CHECK(alarms("on") == 0);
  CHECK(alarms("off") == 1);
}

TEST_CASE_FIXTURE(talking,
                  "a status that was on its way when the command came contradicts nothing") {
  write();
  now += 60s;
  CHECK(alarms("off") == 0);
  command(true);
  CHECK(alarms("off") == 0);
  now += 9s;
  CHECK(alarms("off") == 0);
  CHECK_FALSE(write());
  now += 1s;
  CHECK(alarms("off") == 1);
}

TEST_CASE_FIXTURE(talking, "renewing a command does not put the alarm off for ever") {
  write();
  for (auto i = 0; i < 3; ++i, now += 10s) command(true);
  CHECK(alarms("off") == 1);
}

TEST_CASE_FIXTURE(talking,
                  "another value begins anew, and a relay without a command owes nothing") {
  write();
  command(true);
  now += 15s;
  command(false);
  now += 5s;
  CHECK(alarms("on") == 0);
  now += 5s;
  CHECK(alarms("on") == 1);
  relay.make_safe();
  write();
  now += 60s;
  CHECK(alarms("on") == 0);
}

TEST_CASE_FIXTURE(talking, "a command that the broker has not taken cannot be contradicted") {
  write();
  CHECK(relay.take(order(true, now), now).empty());
  const auto work = relay.next_write(now);
  relay.answered(*work, failed(fault_code::disconnected, "no broker"), now);
  now += 20s;
  CHECK(alarms("off") == 0);
  CHECK(alarms("gone") == 0);
}
