#pragma once

#include "layouts/parse.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>

/// The subcommands of `scada`: each file of this folder adds one. What a command does is decided
/// in `actors/`; here options are read and results printed.
namespace hearth::tools {

/// Exit codes, as in docs/operating/manual.md.
enum exit_code : int {
  ok = 0,
  failed_to_run = 1,    ///< the world said no: a port, a broker, a file
  wrong_usage = 2,      ///< options or layout are wrong; nothing was started
  already_running = 3,  ///< another scada runs this site on this machine
  internal_error = 70,  ///< our bug
};

/// Each adds its subcommand to `app`; its callback leaves the exit code in `exit`.
void add_check(CLI::App& app, int& exit);
void add_show(CLI::App& app, int& exit);
void add_run(CLI::App& app, int& exit);
void add_demo(CLI::App& app, int& exit);
void add_keys(CLI::App& app, int& exit);
void add_token(CLI::App& app, int& exit);
void add_portal(CLI::App& app, int& exit);
void add_simulate(CLI::App& app, int& exit);
void add_swarm(CLI::App& app, int& exit);
void add_replay(CLI::App& app, int& exit);
void add_why(CLI::App& app, int& exit);
void add_import(CLI::App& app, int& exit);
void add_safe(CLI::App& app, int& exit);
void add_reload(CLI::App& app, int& exit);
void add_probe(CLI::App& app, int& exit);
void add_live(CLI::App& app, int& exit);
void add_commission(CLI::App& app, int& exit);
void add_history(CLI::App& app, int& exit);

/// Loads a layout with all known models, or prints every diagnostic to stderr, compiler style.
std::shared_ptr<const layout> load_or_complain(const std::string& file);

/// Prints the whole plan (`scada run --dry-run`): opens no device and no socket.
void print_plan(const layout& house);

}  // namespace hearth::tools
