#include "actors/record/replay_text.hpp"
#include "tools/scada/commands.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace hearth::tools {
namespace {

struct replay_command {
  std::string log, layout, from, to;
  bool json = false, tsv = false;
  replay_text::options text;
};

/// Exit codes of this command.
constexpr int all_the_same = ok;
constexpr int some_differ = 1;
constexpr int unreadable = 2;

/// False, with a word why, where it is no time.
bool read_bound(const std::string& word, const char* option, std::optional<time_point>& bound) {
  if (word.empty()) return true;
  bound = from_iso8601(word);
  if (!bound)
    std::cerr << "scada replay: " << option << " '" << word
              << "' is no time; write 2020-01-15 or 2020-01-15T05:00:00Z\n";
  return bound.has_value();
}

int replay_log(const replay_command& c) {
  auto options = replay_options{};
  if (!read_bound(c.from, "--from", options.from) || !read_bound(c.to, "--to", options.to))
    return unreadable;
  if (!c.layout.empty()) {
    options.house = load_or_complain(c.layout);
    if (!options.house) return unreadable;
  }
  auto log = std::ifstream{c.log, std::ios::binary};
  if (!log || std::filesystem::is_directory(c.log)) {
    std::cerr << "scada replay: cannot read " << c.log << "\n";
    return unreadable;
  }
  auto form = c.text;
  form.form = c.json ? replay_form::json : c.tsv ? replay_form::tsv : replay_form::lines;
  auto text = replay_text{form};
  std::cout << text.heading();
  const auto totals =
      replay(log, options, [&](const replay_news& news) { std::cout << text.text(news); });
  // Of what is no log there is nothing to sum up; a table has no place for what is no row.
  if (totals.inputs > 0 || !totals.failure)
    (c.tsv ? std::cerr : std::cout) << text.summary(totals) << std::flush;
  if (totals.failure) {
    std::cerr << c.log << ":" << totals.failure->line << ": " << totals.failure->text << "\n";
    return unreadable;
  }
  return totals.all_same() ? all_the_same : some_differ;
}

}  // namespace

void add_replay(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "replay", "Decide a recorded past again, and say where today's code differs");
  const auto c = std::make_shared<replay_command>();
  command->add_option("LOG", c->log, "What scada run --record wrote")->required();
  command->add_option("--layout", c->layout,
                      "What this layout would have decided (default: the one in the log)");
  command->add_option("--from", c->from, "Tell only what happened since: 2020-01-15T05:00:00Z");
  command->add_option("--to", c->to, "Tell only what happened before");
  command->add_flag("--only-different", c->text.only_different, "Leave away what is the same");
  command->add_flag("--all", c->text.routine, "Renewed commands and heartbeats too");
  auto* json = command->add_flag("--json", c->json, "One JSON object per line");
  command->add_flag("--tsv", c->tsv, "A table; its summary goes to stderr")->excludes(json);
  command->footer(
      "Readings and messages are those of the log: what would have come of another decision is "
      "not\n"
      "known, only what today's code would have thought of what happened then.\n"
      "Exit codes: 0 every decision is the same, 1 some differ, 2 the log cannot be read.");
  command->callback([c, &exit] { exit = replay_log(*c); });
}

}  // namespace hearth::tools
