#include "tools/scada/demo_stage.hpp"

#include "actors/node/by_hand.hpp"
#include "layouts/series.hpp"
#include "tools/scada/commands.hpp"

#include <fstream>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace hearth::tools {
namespace {

using namespace std::chrono_literals;

constexpr auto example_layout = "simulated-house.yaml";
/// Of nameplate: what the heat pump of a cold house really draws, so that contracts can be kept.
constexpr auto power_percent = "60";
constexpr auto broker_patience = 3s;
constexpr auto broker_tries = 3;
/// How long a child may take to end by itself. Both need some milliseconds.
constexpr auto farewell = 300ms;

/// The example house: in the source tree this program was built in or beside, where it is
/// installed, or where the user stands.
std::optional<std::string> find_layout() {
  for (auto from : {program_folder(), std::filesystem::current_path()}) {
    for (auto depth = 0; depth < 4; ++depth, from = from.parent_path())
      for (const auto* folder : {"layouts", "share/hearth/layouts"})
        if (const auto file = from / folder / example_layout; std::filesystem::exists(file))
          return file.string();
  }
  return {};
}

std::string absolute(const std::string& file, const std::string& folder) {
  return std::filesystem::absolute(std::filesystem::path{folder} / file).string();
}

template <class Columns>
std::optional<std::vector<series>> read_series(const std::string& file, const Columns& columns) {
  auto read = load_series(file, columns);
  for (const auto& d : read.diagnostics) std::cerr << to_text(d);
  if (!read.diagnostics.empty()) return {};
  return std::move(read.columns);
}

std::optional<demo_house> refuse(const std::string& why) {
  std::cerr << "scada demo: " << why << "\n";
  return {};
}

}  // namespace

std::optional<demo_house> read_demo_house(const demo_options& o) {
  const auto file = o.layout.empty() ? find_layout() : std::optional{o.layout};
  if (!file)
    return refuse(std::string{"found no layouts/"} + example_layout + "; give --layout FILE");
  const auto written = load_or_complain(*file);
  if (!written) return {};
  auto out = demo_house{std::make_shared<layout>(*written), {}, {}, {}};
  auto& house = *out.house;
  // Whatever the layout keeps, the demo has a history as long as it lasts.
  if (!house.history) house.history.emplace();
  // A page too, on this machine alone, at any port that is free.
  house.portal.reset();
  if (!o.no_portal) house.portal.emplace().listen = "127.0.0.1:0";
  if (!house.simulation || !house.plant)
    return refuse(*file + " has no simulated bus; start from layouts/" + example_layout);

  auto& simulation = *house.simulation;
  if (!o.weather.empty()) simulation.weather_file = absolute(o.weather, ".");
  if (!o.prices.empty()) simulation.price_file = absolute(o.prices, ".");
  simulation.weather_file = absolute(simulation.weather_file, house.folder);
  const auto weather = read_series(simulation.weather_file, weather_columns);
  if (!weather) return {};
  if (!simulation.price_file.empty()) {
    simulation.price_file = absolute(simulation.price_file, house.folder);
    const auto columns = read_series(simulation.price_file, price_columns);
    if (!columns) return {};
    out.price_list = prices_of(*columns);
  }

  const auto& outdoor = weather->front();
  out.start = simulation.start && outdoor.at(*simulation.start) ? *simulation.start : outdoor.start;
  if (!o.start.empty()) {
    const auto start = from_iso8601(o.start);
    if (!start) return refuse("--start: write a time such as 2020-01-15T05:00:00Z");
    out.start = *start;
  }
  if (!o.length.empty()) {
    const auto length = duration_by_hand(o.length);
    if (!length) return refuse("--for: " + length.error().detail);
    out.length = *length;
  }
  return out;
}

demo_stage::demo_stage(const demo_options& o, const demo_house& h) : options_{o}, home_{h} {
  start_broker();
  if (!home_.house->link) home_.house->link.emplace();
  *home_.house->link = {.broker = broker_address_,
                        .ca = {},
                        .cert = {},
                        .key = {},
                        .remote_admin = home_.house->link->remote_admin};
}

void demo_stage::start_broker() {
  // Debian keeps daemons out of a user's PATH.
  const auto program =
      ::access("/usr/sbin/mosquitto", X_OK) == 0 ? "/usr/sbin/mosquitto" : "mosquitto";
  for (auto tries = 0; tries < broker_tries; ++tries) {
    const auto port = free_port();
    if (!port) break;
    std::ofstream{folder_.file("mosquitto.conf")}
        << "listener " << *port << " 127.0.0.1\nallow_anonymous true\npersistence false\n"
        << "set_tcp_nodelay true\nlog_dest stderr\n"
        << (::geteuid() == 0 ? "user root\n" : "");
    broker_ = std::make_unique<child>(
        std::vector<std::string>{program, "-c", folder_.file("mosquitto.conf")},
        folder_.file("mosquitto.log"));
    for (auto waited = 0ms; waited < broker_patience && !broker_->ended(); waited += 10ms) {
      if (accepts(*port)) {
        broker_address_ = "mqtt://127.0.0.1:" + std::to_string(*port);
        return;
      }
      std::this_thread::sleep_for(10ms);
    }
  }
  throw std::runtime_error{
      "the broker did not start; is mosquitto installed (apt-get install mosquitto)?"};
}

void demo_stage::start_node(const std::string& clock_options) {
  const auto program = beside_us("atn");
  const auto common =
      " --broker " + broker_address_ + " --state '" + folder_.file("atn.db") + "' " + clock_options;
  std::ofstream{remote_control()}
      << "#!/bin/sh\n# atn, with the broker and the clock of this demo.\n"
      << "exec '" << program << "'" << common << " \"$@\"\n";
  std::filesystem::permissions(remote_control(), std::filesystem::perms::owner_all);
  if (options_.no_atn) return;
  const auto& house = *home_.house;
  auto words =
      std::vector<std::string>{remote_control(),
                               "run",
                               "--all",
                               "--site",
                               house.site,
                               "--weather",
                               house.simulation->weather_file,
                               "--timezone",
                               house.timezone,
                               "--nameplate",
                               std::to_string(house.plant->heat_pump.max_power.in(watt)) + " W",
                               "--power-percent",
                               power_percent,
                               "--contracts-per-day",
                               std::to_string(home_.price_list ? options_.contracts_per_day : 0)};
  if (home_.price_list) words.insert(words.end(), {"--prices", house.simulation->price_file});
  node_ = std::make_unique<child>(words, folder_.file("atn.log"));
}

void demo_stage::dismiss_node() const {
  if (node_) node_->ask_to_stop();
}

void demo_stage::stop() {
  if (node_) node_->stop(farewell);
  broker_->stop(farewell);
}

std::vector<std::string> demo_stage::newly_lost() {
  auto out = std::vector<std::string>{};
  const auto look = [&](const std::unique_ptr<child>& c, bool& lost, const std::string& text) {
    if (lost || !c || !c->ended()) return;
    lost = true;
    out.push_back(text);
  };
  look(broker_, broker_lost_, "the broker has ended; the house goes on without its node");
  look(node_, node_lost_, "the node (atn) has ended; the house goes on without it");
  return out;
}

}  // namespace hearth::tools
