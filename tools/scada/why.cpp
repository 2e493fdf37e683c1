#include "actors/record/why.hpp"

#include "tools/scada/commands.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace hearth::tools {
namespace {

struct why_command {
  std::string log, channel, at, layout;
  bool json = false;
};

int explain(const why_command& c) {
  auto question = why_question{c.channel, {}, {}};
  if (!c.at.empty()) {
    question.at = from_iso8601(c.at);
    if (!question.at) {
      std::cerr << "scada why: --at '" << c.at << "' is no time; write 2020-01-15T05:00:00Z\n";
      return wrong_usage;
    }
  }
  if (!c.layout.empty()) {
    question.house = load_or_complain(c.layout);
    if (!question.house) return wrong_usage;
  }
  auto log = std::ifstream{c.log, std::ios::binary};
  if (!log || std::filesystem::is_directory(c.log)) {
    std::cerr << "scada why: cannot read " << c.log << "\n";
    return wrong_usage;
  }
  const auto answer = why(log, question);
  if (!answer) {
    std::cerr << "scada why: " << c.log << ": " << answer.error() << "\n";
    return wrong_usage;
  }
  std::cout << (c.json ? to_json(*answer) : to_text(*answer));
  return ok;
}

}  // namespace

void add_why(CLI::App& app, int& exit) {
  auto* command =
      app.add_subcommand("why", "Say why the heat pump, or any actuator, stood as it did");
  const auto c = std::make_shared<why_command>();
  command->add_option("LOG", c->log, "What scada run --record or scada simulate --record wrote")
      ->required();
  command->add_option("CHANNEL", c->channel, "An actuator's channel (default: the heat pump's)");
  command->add_option("--at", c->at, "When: 2020-01-15T05:00:00Z (default: when the log ends)");
  command->add_option("--layout", c->layout,
                      "Read the log with this layout (default: the one in the log)");
  command->add_flag("--json", c->json, "One JSON object");
  command->footer(
      "First one sentence, then what is behind it: who was in charge, the plan of then and what "
      "the\n"
      "opposite would have cost, the interlock's last word, what the sensors said, what was "
      "before.\n"
      "Exit codes: 0 answered, 2 the log or the question cannot be read.");
  command->callback([c, &exit] { exit = explain(*c); });
}

}  // namespace hearth::tools
