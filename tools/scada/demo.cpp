#include "actors/view/frame.hpp"
#include "actors/view/lockstep.hpp"
#include "actors/view/words.hpp"
#include "drivers/ports/paho_client.hpp"
#include "drivers/simulated/simulated_port.hpp"
#include "protocol/limits.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/demo_stage.hpp"
#include "tools/scada/hosting.hpp"
#include "tools/scada/page.hpp"
#include "tools/scada/terminal.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

namespace hearth::tools {
namespace {

using namespace std::chrono_literals;

/// Prints what happened since it was last asked: the demo of pipes and build machines.
class line_printer {
 public:
  explicit line_printer(time_point start) : next_hour_{start + 1h} {}

  /// False if nobody reads any more.
  bool print(const demo_state& s) {
    const auto fresh = std::min<std::uint64_t>(s.events_seen() - events_told_, s.events().size());
    for (auto i = s.events().size() - fresh; i < s.events().size(); ++i)
      std::cout << event_line(s, s.events()[i]) << "\n";
    events_told_ = s.events_seen();
    if (s.now() >= next_hour_) {
      std::cout << status_line(s) << "\n";
      while (next_hour_ <= s.now()) next_hour_ += 1h;
    }
    return static_cast<bool>(std::cout << std::flush);
  }

 private:
  time_point next_hour_;
  std::uint64_t events_told_ = 0;
};

/// The whole demo from curtain to curtain.
class demo {
 public:
  demo(const demo_options& o, demo_house h, std::shared_ptr<simulated_house> world)
      : options_{o},
        home_{std::move(h)},
        world_{std::move(world)},
        stage_{options_, home_},
        anchor_{std::chrono::floor<duration>(std::chrono::system_clock::now())},
        clock_{house_clock::warped(home_.start, anchor_, o.speed, ticks_of(o.speed))},
        state_{home_.house, home_.start, home_.price_list} {}

  int run(stop_signals& signals) {
    stage_.start_node(clock_options());
    const auto live = !options_.plain && terminal::there();
    if (!live) std::cout << how_to_drive() << std::flush;
    auto hosted = hosted_house{[this](caf::actor_system& system) { return parts_in(system); }};
    if (!live && !options_.no_portal) print_page(signals);
    const auto code = live ? watch_live(signals, hosted) : watch_lines(signals, hosted);
    stage_.dismiss_node();
    hosted.stop();
    stage_.stop();
    if (code == internal_error)
      std::cerr << "scada demo: the supervisor has ended. This is a bug: please report it.\n";
    else
      std::cout << summary(state_) << std::flush;
    return code;
  }

  /// Before anything else is printed: it takes some milliseconds until the page is there.
  void print_page(stop_signals& signals) {
    constexpr auto patience = 3s;
    const auto end = steady::now() + patience;
    while (page_->line().empty() && steady::now() < end)
      if (const auto got = signals.wait(20ms)) return static_cast<void>(raise(*got));
    std::cout << "page     " << page_->line() << "\n" << std::flush;
  }

 private:
  using steady = std::chrono::steady_clock;

  /// The house may live on for two control ticks unseen; see lockstep.
  std::function<house_clock::ticks()> ticks_of(double speed) {
    const auto tick =
        house_clock::warped(home_.start, anchor_, speed).outside(limits::control_tick);
    steps_ = std::make_shared<lockstep>(steady::now(), 2 * tick);
    seen_ = std::make_shared<observations>([steps = steps_] { steps->beat(steady::now()); });
    return [steps = steps_] { return steps->now(steady::now()); };
  }

  /// Tells once when the machine is too slow for what was asked.
  void watch_pace() {
    const auto real = steady::now();
    if (too_slow_ || real - steps_->now(real) < lockstep::lag_longest) return;
    too_slow_ = true;
    state_.note({severity::warning, "demo", home_.house->site,
                 "this machine cannot keep up with this speed; try a lower --speed", state_.now()});
  }

  [[nodiscard]] std::string clock_options() const {
    char speed[32];
    std::snprintf(speed, sizeof speed, "%g", options_.speed);
    return "--clock-start " + to_iso8601(home_.start) + " --clock-anchor " +
           std::to_string(anchor_.time_since_epoch().count()) + " --speed " + speed;
  }

  [[nodiscard]] std::string how_to_drive() const {
    const auto& site = home_.house->site;
    return "broker   " + stage_.broker() + "\ndrive    atn --broker " + stage_.broker() + " " +
           clock_options() + " send " + site +
           " contract --start next --minutes 30 --power '4 kW'\nor       " +
           stage_.remote_control() + " watch\n";
  }

  house_parts parts_in(caf::actor_system& system) {
    const auto observer = spawn_observer(system, seen_);
    return {.context = {home_.house, clock_},
            .ports = {{"simulated",
                       [world = world_](const layout&, bus_id) -> result<std::unique_ptr<port>> {
                         return make_simulated_port(world);
                       }}},
            .journal = {},  // the demo forgets itself
            .connect = overheard(make_paho_client, seen_),
            // Events come with the statements that the observer hears.
            .log = [](const event&) {},
            .first_words = {},
            .boot_id = new_boot_id(),
            .blocking_ports = false,  // the simulated bus answers at once
            .seed = home_.house->simulation->seed,
            .snapshot_observer = observer,
            .statement_observer = observer,
            .recording = recording_of(options_.record),
            .history = history_in(stage_.folder(), home_.house->site),
            .portal = page_in(stage_.folder(), home_.house->site, page_notice::into(page_))};
  }

  /// Brings the state up to date. What ends the demo, if something does.
  std::optional<int> catch_up(hosted_house& hosted) {
    state_.take(seen_->take());
    state_.look(world_->truth(), clock_.now());
    for (auto& text : stage_.newly_lost())
      state_.note({severity::alarm, "demo", home_.house->site, std::move(text), state_.now()});
    watch_pace();
    if (!hosted.alive()) return internal_error;
    if (home_.length && state_.now() >= home_.start + *home_.length) return ok;
    return {};
  }

  int watch_lines(stop_signals& signals, hosted_house& hosted) {
    auto printer = line_printer{home_.start};
    const auto pace =
        std::clamp<duration>(std::chrono::floor<duration>(clock_.outside(1min)), 5ms, 100ms);
    auto code = std::optional<int>{};
    while (!code) {
      if (signals.wait(pace)) return ok;
      code = catch_up(hosted);
      if (!printer.print(state_)) return ok;
    }
    return *code;
  }

  int watch_live(stop_signals& signals, hosted_house& hosted) {
    auto screen = terminal{};
    auto notes = frame_notes{
        options_.speed, stage_.broker(),
        "$ " + stage_.remote_control() + " send " + home_.house->site + " request shed --lease 1h"};
    auto code = std::optional<int>{};
    auto next_frame = std::chrono::steady_clock::now();
    const auto pace =
        std::clamp<duration>(std::chrono::floor<duration>(clock_.outside(1min)), 5ms, 100ms);
    while (!code) {
      if (signals.wait(pace)) return ok;
      code = catch_up(hosted);
      if (std::chrono::steady_clock::now() < next_frame) continue;
      next_frame = std::chrono::steady_clock::now() + 100ms;
      notes.page = page_->line();
      if (!screen.show(frame(state_, screen.size(), screen.colour(), notes))) return ok;
    }
    return *code;
  }

  const demo_options& options_;
  demo_house home_;
  std::shared_ptr<simulated_house> world_;
  std::shared_ptr<lockstep> steps_;
  std::shared_ptr<observations> seen_;
  bool too_slow_ = false;
  std::shared_ptr<page_notice> page_ = std::make_shared<page_notice>();
  demo_stage stage_;
  time_point anchor_;
  house_clock clock_;
  demo_state state_;
};

int run_demo(const demo_options& o) {
  auto home = read_demo_house(o);
  if (!home) return wrong_usage;
  auto world = make_simulated_house(*home->house);
  if (!world) {
    std::cerr << "scada demo: " << to_text(world.error()) << "\n";
    return wrong_usage;
  }
  set_up_log({});
  auto signals = stop_signals{};
  try {
    return demo{o, std::move(*home), std::move(*world)}.run(signals);
  } catch (const std::runtime_error& e) {
    std::cerr << "scada demo: " << e.what() << "\n";
    return failed_to_run;
  }
}

}  // namespace

void add_demo(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "demo", "Everything on this machine: broker, simulated house, cloud node, one live view");
  auto o = std::make_shared<demo_options>();
  command->add_option("--layout", o->layout,
                      "A layout with a simulated bus (default: layouts/simulated-house.yaml)");
  command->add_option(
      "--weather", o->weather,
      "CSV: time_utc,outdoor_c (default: the layout's; beyond its end it starts over)");
  command->add_option(
      "--prices", o->prices,
      "CSV: time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh (default: the layout's)");
  command->add_option("--start", o->start,
                      "House time to start at, ISO 8601 (default: the layout's)");
  command->add_option("--speed", o->speed, "House time runs so many times as fast")
      ->check(CLI::Range(1.0, 3600.0))
      ->capture_default_str();
  command->add_option("--for", o->length, "End by itself after this much house time: 48h, 7d");
  command
      ->add_option("--contracts-per-day", o->contracts_per_day,
                   "The node buys so many of the cheapest hours of each day")
      ->check(CLI::Range(0, 24))
      ->capture_default_str();
  command->add_flag("--no-atn", o->no_atn, "Without the cloud node: local control alone");
  command->add_flag("--no-portal", o->no_portal, "Without the house's page");
  command->add_flag("--plain", o->plain, "Lines instead of the live view, on a terminal too");
  add_record_options(*command, o->record);
  command->footer(
      "On a terminal a live view, elsewhere a line per hour of the house and one per event; at "
      "the\n"
      "end a summary. Ctrl-C ends all of it within 2 s and leaves nothing behind.\n"
      "Exit codes: 0 ended in good order, 1 broker or node could not be started, 2 wrong options "
      "or\n"
      "files, 70 a bug.\n\n"
      "Examples:\n"
      "  scada demo\n"
      "  scada demo --speed 600 --for 7d\n"
      "  scada demo --weather winter.csv --prices winter-prices.csv --start "
      "2023-02-03T05:00:00Z\n");
  command->callback([o, &exit] { exit = run_demo(*o); });
}

}  // namespace hearth::tools
