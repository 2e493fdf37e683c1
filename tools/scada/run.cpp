#include "drivers/ports/all_ports.hpp"
#include "drivers/ports/paho_client.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/hosting.hpp"

#include <spdlog/spdlog.h>

#include <iostream>

namespace hearth::tools {
namespace {

struct run_options {
  std::string layout;
  bool dry_run = false;
  std::string state = default_state_folder();
  log_options log;
};

/// How often the main thread looks whether the supervisor still lives.
constexpr auto look_every = std::chrono::milliseconds{250};

std::vector<event> first_words(const run_marker& marker, const layout& house, time_point now) {
  auto words = std::vector<event>{{severity::info, "started", house.site,
                                   "control runs; every actuator was made safe first", now}};
  if (marker.found_unfinished())
    words.push_back({severity::warning, "unclean-start", house.site,
                     "the run before did not end in good order; every actuator was made safe first", now});
  if (!marker.problem().empty())
    words.push_back({severity::warning, "state-unwritable", house.site,
                     marker.problem() + ": a crash of this run will go unnoticed by the next", now});
  return words;
}

int run(const run_options& options) {
  const auto house = load_or_complain(options.layout);
  if (!house) return wrong_usage;
  if (options.dry_run) {
    print_plan(*house);
    return ok;
  }
  const auto claim = site_claim{house->site};
  if (!claim.held()) {
    std::cerr << "scada: site " << house->site << " is already run by another scada on this machine; "
              << "two of them would fight over its relays. Stop that one first (systemctl stop hearth, or pgrep -a scada).\n";
    return already_running;
  }
  set_up_log(options.log);
  auto signals = stop_signals{};
  auto marker = run_marker{options.state, house->site};
  const auto clock = house_clock::real();
  auto hosted = hosted_house{{.context = {house, clock},
                              .ports = all_ports(),
                              .connect = make_paho_client,
                              .log = log_of_events(),
                              .first_words = first_words(marker, *house, clock.now()),
                              .boot_id = new_boot_id(),
                              .seed = std::hash<std::string>{}(house->site),
                              .snapshot_observer = {},
                              .statement_observer = {}}};
  while (!signals.wait(look_every)) {
    if (hosted.alive()) continue;
    spdlog::error("the supervisor has ended; every actuator was made safe. This is a bug: please report it.");
    return internal_error;
  }
  hosted.stop();
  marker.clear();
  return ok;
}

}  // namespace

void add_run(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("run", "Run a house: read, decide, switch, report");
  auto options = std::make_shared<run_options>();
  command->add_option("LAYOUT", options->layout, "The house's layout file (YAML)")->required();
  command->add_flag("--dry-run", options->dry_run,
                    "Print the whole plan and the next 48 h of dispatch; open no device and no socket");
  command->add_option("--state", options->state, "Folder for what must survive a restart")->capture_default_str();
  command->add_option("--log-level", options->log.level, "debug, info, warning or alarm")
      ->check(CLI::IsMember({"debug", "info", "warning", "alarm"}))->capture_default_str();
  command->add_flag("--log-json", options->log.json, "One JSON object per log line");
  command->footer("Ends on SIGINT or SIGTERM within 2 s, with every actuator made safe.\n"
                  "Exit codes: 0 ended in good order, 1 failed to run, 2 wrong usage or layout,\n"
                  "3 another scada runs this site, 70 a bug.");
  command->callback([options, &exit] { exit = run(*options); });
}

}  // namespace hearth::tools
