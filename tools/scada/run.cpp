#include "drivers/ports/all_ports.hpp"
#include "drivers/ports/kernel_clock.hpp"
#include "drivers/ports/paho_client.hpp"
#include "drivers/ports/service_manager.hpp"
#include "drivers/registry.hpp"
#include "protocol/limits.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/hosting.hpp"
#include "tools/scada/link_words.hpp"
#include "tools/scada/page.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <malloc.h>

namespace hearth::tools {
namespace {

struct run_options {
  std::string layout;
  bool dry_run = false;
  bool no_plan = false;
  std::string state = default_state_folder();
  log_options log;
  record_options record;
  clock_options clock;
};

/// How often the main thread looks whether the supervisor still lives.
constexpr auto look_every = std::chrono::milliseconds{250};
/// How often it repeats what the owner should hear of the link.
constexpr auto link_words_every = std::chrono::hours{24};

/// Keeps what a report needs for a moment from staying with the program: one heap for all threads,
/// which hardly ever allocate at one time, and what is free at its end goes back.
void keep_memory_small() {
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TRIM_THRESHOLD, 64 * 1024);
}

/// Takes the house's layout file as it is now. A wrong one changes nothing. What it says begins
/// with "reloaded" or "refused", for whoever asked.
std::string reload(const std::string& file, std::shared_ptr<const layout>& house,
                   hosted_house& hosted, const house_clock& clock) {
  const auto refused = [&](const std::string& why) {
    hosted.say({severity::warning, "layout-refused", house->site,
                "the house goes on by the layout it has: " + why, clock.now()});
    return "refused: " + why + "\n";
  };
  auto parsed = load_layout(file, known_catalog());
  if (!parsed.layout) {
    auto all = std::string{};
    for (const auto& d : parsed.diagnostics) all += to_text(d);
    return refused(all);
  }
  if (parsed.layout->site != house->site)
    return refused("it is another site's, " + parsed.layout->site + "; restart scada for that");
  const auto next = std::make_shared<const layout>(std::move(*parsed.layout));
  if (next->hash == house->hash) return "reloaded: the file is as it was\n";
  const auto words = hosted.reload(next);
  if (!words) return refused("the house could not change just now; try again");
  house = next;
  auto all = std::string{"reloaded\n"};
  for (const auto& word : *words) all += "  " + word + "\n";
  return all;
}

bool encrypted_page(const layout& house) { return house.portal && !house.portal->cert.empty(); }

int run(const run_options& options) {
  auto house = load_or_complain(options.layout);
  if (!house) return wrong_usage;
  if (options.dry_run) {
    print_plan(*house);
    if (house->portal)
      std::cout << "\nWho may enter the page\n" << who_may_enter(options.state, house->site);
    return ok;
  }
  const auto clock = clock_of(options.clock);
  if (!clock) return wrong_usage;
  const auto claim = site_claim{house->site};
  if (!claim.held()) {
    site_claim::explain(house->site);
    return already_running;
  }
  keep_memory_small();
  set_up_log(options.log);
  auto signals = stop_signals{};
  auto marker = run_marker{options.state, house->site};
  // A clock that the options made is right by definition.
  const auto dated_by = options.clock.start.empty() ? kernel_clock() : clock_source{};
  auto hosted = hosted_house{{.context = {house, *clock, dated_by},
                              .ports = all_ports(options.state),
                              .journal = journal_in(options.state, house->site),
                              .connect = make_paho_client,
                              .log = log_of_events(),
                              .first_words = first_words(marker, *house, clock->now()),
                              .boot_id = new_boot_id(),
                              .plans = !options.no_plan,
                              .seed = std::hash<std::string>{}(house->site),
                              .snapshot_observer = {},
                              .statement_observer = {},
                              .recording = recording_of(options.record),
                              .history = history_in(options.state, house->site),
                              .portal = page_in(options.state, house->site,
                                                page_in_log(house->site, encrypted_page(*house))),
                              .beat = service_manager::beat}};
  auto link_words_at = std::chrono::steady_clock::now() + link_words_every;
  for (;;) {
    const auto signal = signals.wait(look_every);
    if (signal && *signal != SIGHUP) break;
    if (hosted.alive()) {
      if (signal) reload(options.layout, house, hosted, *clock);
      if (const auto visitor = claim.next_visitor()) {
        const auto own = whole_path(options.layout);
        visitor->answer(visitor->line() == "reload " + own
                            ? own + " " + reload(options.layout, house, hosted, *clock)
                            : "refused: this house runs by " + own + "\n");
      }
      if (std::chrono::steady_clock::now() < link_words_at) continue;
      link_words_at += link_words_every;
      for (auto& word : link_words(*house, clock->now())) hosted.say(std::move(word));
      continue;
    }
    spdlog::error(
        "the supervisor has ended; every actuator was made safe. This is a bug: please report it.");
    return internal_error;
  }
  service_manager::stopping();
  end_in_time(ok);
  hosted.stop();
  marker.clear();
  return ok;
}

}  // namespace

void add_run(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand("run", "Run a house: read, decide, switch, report");
  auto options = std::make_shared<run_options>();
  command->add_option("LAYOUT", options->layout, "The house's layout file (YAML)")->required();
  auto* dry_run = command->add_flag(
      "--dry-run", options->dry_run,
      "Print the whole plan and the next 48 h of dispatch; open no device and no socket");
  command
      ->add_flag("--no-plan", options->no_plan,
                 "Local control by tariff timer and thermostat alone, without the planner")
      ->excludes(dry_run);
  command->add_option("--state", options->state, "Folder for what must survive a restart")
      ->capture_default_str();
  add_record_options(*command, options->record);
  command->add_option("--log-level", options->log.level, "debug, info, warning or alarm")
      ->check(CLI::IsMember({"debug", "info", "warning", "alarm"}))
      ->capture_default_str();
  command->add_flag("--log-json", options->log.json, "One JSON object per log line");
  add_clock_options(*command, options->clock);
  command->footer(
      "Ends on SIGINT or SIGTERM within 2 s, with every actuator made safe. SIGHUP and scada "
      "reload\n"
      "make it take its layout file anew.\n"
      "Exit codes: 0 ended in good order, 1 failed to run, 2 wrong usage or layout,\n"
      "3 another scada runs this site, 70 a bug.");
  command->callback([options, &exit] { exit = run(*options); });
}

}  // namespace hearth::tools
