#include "drivers/ports/broker_address.hpp"
#include "drivers/ports/paho_client.hpp"
#include "drivers/probe/mqtt_survey.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/probe.hpp"

#include <iostream>
#include <mutex>
#include <unistd.h>

namespace hearth::tools {
namespace {

using namespace std::chrono_literals;

constexpr auto glance = 100ms;
/// Longer than the client tries to connect.
constexpr auto patience = 10s;

struct mqtt_probe_options {
  std::string broker;
  int seconds = 10;
  bool ask = false;
};

/// What the client's thread hears, for the main thread to look at.
class ear {
 public:
  struct news {
    bool connected = false;
    bool subscribed = false;
    std::optional<fault> lost = {};
    std::size_t topics = 0;
  };

  void hear(const mqtt_event& event) {
    const auto held = std::lock_guard{lock_};
    if (const auto* m = std::get_if<mqtt_message>(&event)) survey_.heard({m->topic, m->payload});
    if (std::get_if<mqtt_connected>(&event)) news_.connected = true;
    if (std::get_if<mqtt_subscribed>(&event)) news_.subscribed = true;
    if (const auto* e = std::get_if<mqtt_connect_failed>(&event)) news_.lost = e->why;
    if (const auto* e = std::get_if<mqtt_disconnected>(&event)) news_.lost = e->why;
  }
  news latest() {
    const auto held = std::lock_guard{lock_};
    news_.topics = survey_.topics();
    return news_;
  }
  probe_result result(const proposed_bus& bus) {
    const auto held = std::lock_guard{lock_};
    return survey_.result(bus);
  }

 private:
  std::mutex lock_;
  mqtt_survey survey_;
  news news_;
};

/// Waits until something is so, or is lost. False also when somebody ends it.
bool wait_for(ear& hears, stop_signals& stop, bool ear::news::*what) {
  for (auto waited = 0ms; waited < patience; waited += glance) {
    const auto news = hears.latest();
    if (news.lost) return false;
    if (news.*what) return true;
    if (stop.wait(glance)) return false;
  }
  return false;
}

/// Ends early at Ctrl-C or when the broker hangs up.
void listen_for(std::chrono::seconds time, ear& hears, interview& asks, stop_signals& stop) {
  const auto glances = static_cast<std::size_t>(time / glance);
  for (std::size_t i = 0; i < glances && !hears.latest().lost; ++i) {
    const auto topics = std::to_string(hears.latest().topics);
    if (!asks.goes_on("listening, " + topics + " topics so far", i, glances)) return;
    if (stop.wait(glance)) asks.end();
  }
}

int probe_broker(mqtt_probe_options m, const probe_options& options) {
  if (m.broker.find("://") == std::string::npos) m.broker = "mqtt://" + m.broker;
  const auto bus = proposed_bus{"broker", "mqtt", {{"broker", m.broker}}};
  if (const auto there = parse_broker(m.broker); !there) {
    std::cerr << "scada: " << there.error().detail << "\n";
    return wrong_usage;
  }
  if (!layout_for(bus, options)) return wrong_usage;

  auto stop = stop_signals{};
  auto asks = on_terminal(stop);
  auto hears = ear{};
  auto mine = mqtt_options{};
  mine.uri = m.broker;
  mine.client_id = "hearth-probe-" + std::to_string(::getpid());
  mine.keep_session = false;
  const auto client = make_paho_client(mine, [&hears](const mqtt_event& e) { hears.hear(e); });
  client->connect();
  auto there = wait_for(hears, stop, &ear::news::connected);
  if (there) {
    client->subscribe({"#"});
    there = wait_for(hears, stop, &ear::news::subscribed);
  }
  if (there && m.ask) client->publish("shellies/command", "announce", false);
  if (there) listen_for(std::chrono::seconds{m.seconds}, hears, asks, stop);
  client->disconnect();

  auto result = hears.result(bus);
  result.stopped = asks.stopped();
  if (const auto lost = hears.latest().lost) result.remarks.push_back(to_text(*lost));
  return tell(
      result, options,
      {"the broker's address, and whether it listens there: on its machine, ss -tln",
       "whether it lets everybody listen to everything: Hearth's mqtt bus knows no password",
       "whether the devices have this broker's address; some speak only every few minutes: "
       "--for 300"});
}

}  // namespace

void add_probe_mqtt(CLI::App& probe, int& exit) {
  auto* command = probe.add_subcommand("mqtt", "Which devices speak on an MQTT broker");
  auto m = std::make_shared<mqtt_probe_options>();
  command->add_option("BROKER", m->broker, "HOST, HOST:PORT or mqtt://HOST:PORT")->required();
  command->add_option("--for", m->seconds, "How long to listen, in seconds")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command->add_flag("--ask", m->ask,
                    "Publish 'announce' to shellies/command, which Shellies of the first "
                    "generation answer");
  auto options = std::make_shared<probe_options>();
  add_probe_options(*command, options);
  command->footer(
      "Listens to every topic and, without --ask, publishes nothing. Safe while a house runs.\n"
      "Knows Shelly, Tasmota, Zigbee2MQTT, OpenEVSE and OpenEnergyMonitor by what they say.\n"
      "Example: scada probe mqtt 127.0.0.1 --for 60");
  command->callback([m, options, &exit] { exit = probe_broker(*m, *options); });
}

}  // namespace hearth::tools
