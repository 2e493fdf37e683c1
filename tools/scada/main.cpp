#include "tools/scada/commands.hpp"

#include <exception>
#include <iostream>

int main(int argc, char** argv) {
  using namespace hearth::tools;
  auto app = CLI::App{
      "Hearth: a transactive SCADA. Runs the heat pump, store and other loads of a house\n"
      "from one layout file, and buys their energy when the grid has it cheap.",
      "scada"};
  app.set_version_flag("--version", "scada " HEARTH_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Start with:  scada check layouts/simulated-house.yaml\n"
      "             scada run layouts/simulated-house.yaml --dry-run\n"
      "             scada demo\n"
      "Manual: docs/operating/manual.md");
  auto exit = int{ok};
  try {
    add_run(app, exit);
    add_check(app, exit);
    add_show(app, exit);
    add_demo(app, exit);
    add_keys(app, exit);
    add_token(app, exit);
    add_portal(app, exit);
    add_simulate(app, exit);
    add_swarm(app, exit);
    add_replay(app, exit);
    add_why(app, exit);
    add_import(app, exit);
    add_safe(app, exit);
    add_reload(app, exit);
    add_probe(app, exit);
    add_live(app, exit);
    add_commission(app, exit);
    add_history(app, exit);
    app.parse(argc, argv);
    return exit;
  } catch (const CLI::ParseError& e) {
    const auto code = app.exit(e);
    return code == 0 ? ok : wrong_usage;
  } catch (const std::exception& e) {
    std::cerr << "scada: " << e.what() << "\n";
    return internal_error;
  }
}
