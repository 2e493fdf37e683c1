#include "actors/view/live_frame.hpp"
#include "tools/scada/attended.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/terminal.hpp"

#include <iostream>

namespace hearth::tools {
namespace {

using namespace std::chrono_literals;

/// A frame is drawn, and a line printed, at least so often.
constexpr auto pace = 100ms;

/// On a terminal. What it ends with.
int watch(attended_house& hosted) {
  auto screen = terminal{};
  auto state = live_state{hosted.house(), hosted.clock().now()};
  auto keys = key_reader{};
  while (!state.over()) {
    const auto typed = screen.keys().typed(pace);
    if (!typed || hosted.signals().wait(0ms)) return ok;
    if (!hosted.alive()) return internal_error;
    state.pass(hosted.clock().now());
    state.take(hosted.look());
    for (const auto& k : typed->empty() ? keys.rest() : keys.feed(*typed))
      if (auto wish = state.press(k)) hosted.ask(std::move(*wish));
    if (!screen.show(live_frame(state, screen.size(), screen.colour()))) return ok;
  }
  return ok;
}

/// For machines: changes to standard output, what the house says to standard error.
int print(attended_house& hosted) {
  auto lines = change_lines{};
  std::cout << change_lines::head() << std::flush;
  const auto log = log_of_events();
  while (!hosted.signals().wait(pace)) {
    if (!hosted.alive()) return internal_error;
    const auto fresh = hosted.look();
    if (fresh.image) std::cout << lines.next(*fresh.image, *hosted.house()) << std::flush;
    for (const auto& said : fresh.by_house)
      if (const auto* e = std::get_if<event>(&said)) log(*e);
    // Nobody reads any more.
    if (!std::cout) return ok;
  }
  return ok;
}

int live(const attended_options& options) {
  auto code = int{ok};
  const auto hosted = attended_house::open(options, code);
  if (!hosted) return code;
  hosted->start();
  code = terminal::has_keys() ? watch(*hosted) : print(*hosted);
  if (code == internal_error) {
    std::cerr << "scada live: the supervisor has ended; every actuator was made safe. This is a "
                 "bug: please report it.\n";
    return code;
  }
  hosted->stop(code);
  return code;
}

}  // namespace

void add_live(CLI::App& app, int& exit) {
  auto* command =
      app.add_subcommand("live", "Run a house in this terminal, see every channel, try actuators");
  auto options = std::make_shared<attended_options>();
  add_attended_options(*command, *options);
  command->footer(
      "Space or Enter on an actuator (marked *) holds it for 5 minutes with the rank of admin; "
      "? shows\nall keys. Where standard output is no terminal: one tab-separated line for each "
      "change, events to\nstandard error. q, Ctrl-C or SIGTERM end within 2 s, with every actuator "
      "made safe.\n"
      "Exit codes: 0 ended in good order, 2 wrong usage or layout, 3 another scada runs this site "
      "(stop\nthe service first: systemctl stop hearth), 70 a bug.");
  command->callback([options, &exit] { exit = live(*options); });
}

}  // namespace hearth::tools
