#include "drivers/ports/sensor_token.hpp"
#include "tools/scada/commands.hpp"

#include <iostream>

namespace hearth::tools {
namespace {

int print_token() {
  const auto token = make_sensor_token();
  if (!token) {
    std::cerr << "scada token: " << token.error().detail << "\n";
    return failed_to_run;
  }
  std::cout << "# For the sensor; nobody can show it again.\n"
            << "Authorization: Bearer " << *token << "\n"
            << "# For its device in the layout.\n"
            << "token_sha256: \"" << sensor_token_digest(*token) << "\"\n";
  return ok;
}

}  // namespace

void add_token(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "token", "Make a token for a sensor that posts over HTTP (model http-sensor)");
  command->callback([&exit] { exit = print_token(); });
}

}  // namespace hearth::tools
