#include "tools/scada/commands.hpp"
#include "tools/scada/hosting.hpp"

#include <iostream>

namespace hearth::tools {
namespace {

int reload(const std::string& file) {
  // Whoever asks sees every error here, and the house that runs is not even troubled.
  const auto house = load_or_complain(file);
  if (!house) return wrong_usage;
  const auto answer =
      ask_running(house->site, "reload " + whole_path(file), std::chrono::seconds{10});
  if (!answer) {
    std::cerr << "scada: " << answer.error().detail << "\n";
    return failed_to_run;
  }
  std::cout << *answer;
  return answer->find(" reloaded") != std::string::npos ? ok : failed_to_run;
}

}  // namespace

void add_reload(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "reload", "Make the running scada of this house take its layout file anew");
  auto file = std::make_shared<std::string>();
  command->add_option("LAYOUT", *file, "The layout file that the house runs by")->required();
  command->footer(
      "The file is checked first; a wrong one changes nothing. Buses and devices that the layout\n"
      "leaves as they are go on undisturbed, and their relays do not move. What changed begins "
      "anew,\n"
      "what is gone is made safe. Run it as the house's user or as root.\n"
      "Exit codes: 0 reloaded, 1 no house of this site runs or it refused, 2 wrong layout.");
  command->callback([file, &exit] { exit = reload(*file); });
}

}  // namespace hearth::tools
