#include "actors/commission/commissioning.hpp"
#include "actors/commission/record_json.hpp"
#include "actors/commission/safe_values.hpp"
#include "tools/scada/attended.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/installer.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

namespace hearth::tools {
namespace {

using namespace std::chrono_literals;

constexpr auto pace = 100ms;

struct commission_options {
  attended_options house;
  std::string report;
  std::string answers;
  bool resume = false;
};

std::optional<std::string> contents_of(const std::string& file) {
  auto in = std::ifstream{file, std::ios::binary};
  if (!in) return {};
  auto text = std::ostringstream{};
  text << in.rdbuf();
  return text.str();
}

/// All of it or, if the power fails meanwhile, what was there before.
bool write_whole(const std::filesystem::path& file, const std::string& text) {
  auto beside = file;
  beside += ".new";
  {
    auto out = std::ofstream{beside, std::ios::binary};
    out << text;
    if (!out.flush()) return false;
  }
  auto failure = std::error_code{};
  std::filesystem::rename(beside, file, failure);
  return !failure;
}

/// The two files of a report: for people, and beside it for machines and for going on.
struct report_files {
  std::filesystem::path text, json;

  bool write(const commission_record& r) const {
    if (write_whole(text, report_text(r)) && write_whole(json, report_json(r))) return true;
    std::cerr << "scada commission: " << text.string() << " cannot be written\n";
    return false;
  }
};

std::optional<report_files> files_of(const commission_options& o, const std::string& site) {
  auto out = report_files{o.report.empty() ? "commissioning-" + site + ".md" : o.report, {}};
  out.json = out.text;
  out.json.replace_extension(".json");
  if (out.json == out.text) {
    std::cerr << "scada commission: --report: the text has another ending than .json, which is for "
                 "the copy that machines read\n";
    return {};
  }
  // What somebody has signed is not written over.
  if (!o.resume && (std::filesystem::exists(out.text) || std::filesystem::exists(out.json))) {
    std::cerr << out.text.string() << ": exists already\n  hint: --resume goes on with it; or name "
              << "another file with --report\n";
    return {};
  }
  return out;
}

bool go_on(commissioning& mind, const report_files& files) {
  const auto text = contents_of(files.json.string());
  if (!text) {
    std::cerr << files.json.string() << ": cannot be read, so there is nothing to go on with\n";
    return false;
  }
  const auto former = commission_record_from(*text);
  const auto trouble = former ? mind.go_on_from(*former) : std::optional{former.error()};
  if (!trouble) return true;
  std::cerr << files.json.string() << ": " << *trouble << "\n";
  return false;
}

/// The conversation: what the house shows and the installer says, one after the other.
class dialogue {
 public:
  dialogue(attended_house& hosted, commissioning& mind, installer& who, const report_files& files)
      : hosted_{hosted}, mind_{mind}, who_{who}, files_{files} {}

  /// What it ends with, and why if not in good order.
  int run() {
    take(mind_.begin());
    while (!mind_.over()) {
      if (!hosted_.alive()) return internal_error;
      const auto fresh = hosted_.look();
      for (const auto& said : fresh.by_house)
        if (const auto* e = std::get_if<event>(&said)) hear(*e);
      if (fresh.image) take(mind_.look(*fresh.image, hosted_.clock().now()));
      if (!written_) return failed_to_run;
      if (!answered() || hosted_.signals().wait(asked_.empty() ? pace : 0ms)) return stopped();
    }
    return mind_.record(hosted_.clock().now()).passed() ? ok : failed_to_run;
  }

 private:
  void take(const commissioning::output& out) {
    for (const auto& wish : out.wishes) hosted_.ask(wish);
    for (const auto& line : out.lines) who_.say(line);
    if (out.found) written_ = files_.write(mind_.record(hosted_.clock().now()));
  }

  void hear(const event& e) {
    if (e.severity != severity::info || e.kind == "interlock")
      who_.say("  " + std::string{to_text(e.severity)} + " " + e.kind + " " + e.subject + ": " +
               e.text);
    take(mind_.hear(e));
  }

  /// False if there is nobody left to ask.
  bool answered() {
    const auto question = mind_.question().value_or("");
    if (asked_ != question && !question.empty()) who_.ask(question);
    asked_ = question;
    who_.show(mind_.status());
    if (asked_.empty()) return true;
    if (const auto said = who_.answer(pace)) {
      // A refused answer is asked for anew.
      asked_.clear();
      take(mind_.answer(*said));
    }
    return !who_.gone();
  }

  int stopped() {
    who_.say("stopped; every actuator is made safe. --resume goes on from here.");
    return failed_to_run;
  }

  attended_house& hosted_;
  commissioning& mind_;
  installer& who_;
  const report_files& files_;
  std::string asked_;
  bool written_ = true;
};

std::optional<std::deque<std::string>> lines_of(const std::string& file) {
  const auto text = contents_of(file);
  if (!text) {
    std::cerr << file << ": cannot be read\n";
    return {};
  }
  auto all = std::deque<std::string>{};
  auto in = std::istringstream{*text};
  for (auto line = std::string{}; std::getline(in, line);) all.push_back(line);
  return all;
}

int commission(const commission_options& o) {
  auto answers = std::optional<std::deque<std::string>>{};
  if (!o.answers.empty() && !(answers = lines_of(o.answers))) return wrong_usage;
  auto code = int{ok};
  const auto hosted = attended_house::open(o.house, code);
  if (!hosted) return code;
  const auto& house = hosted->house();
  const auto files = files_of(o, house->site);
  if (!files) return wrong_usage;
  auto mind = commissioning{house, safe_values(*house), hosted->clock().now()};
  if (o.resume && !go_on(mind, *files)) return wrong_usage;
  // Before anything moves: a report that cannot be written is none.
  if (!files->write(mind.record(hosted->clock().now()))) return failed_to_run;
  hosted->start();
  {
    auto who = installer{std::move(answers)};
    code = dialogue{*hosted, mind, who, *files}.run();
  }
  const auto record = mind.record(hosted->clock().now());
  files->write(record);
  if (code == internal_error) {
    std::cerr << "scada commission: the supervisor has ended; every actuator was made safe. This "
                 "is a bug: please report it.\n";
    return code;
  }
  std::cout << record.count(check_verdict::passed) << " passed, "
            << record.count(check_verdict::failed) << " failed, "
            << record.count(check_verdict::skipped) << " skipped; report: " << files->text.string()
            << std::endl;
  hosted->stop(code);
  return code;
}

}  // namespace

void add_commission(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "commission", "Go through every channel and actuator of a house and write a signed report");
  auto options = std::make_shared<commission_options>();
  add_attended_options(*command, options->house);
  command->add_option("--report", options->report,
                      "Markdown; the same in JSON goes beside it (default: commissioning-SITE.md)");
  command->add_option("--answers", options->answers,
                      "Answers from a file, one a line, instead of a terminal");
  command->add_flag("--resume", options->resume, "Go on where the report ends");
  command->footer(
      "While it runs every actuator is held in its fail-safe state with the rank of admin, so "
      "nothing\nstarts by itself; what is tried comes back after a minute. Ctrl-C makes everything "
      "safe and\nleaves the report of what was done.\n"
      "Exit codes: 0 all passed and signed, 1 something failed or was skipped, or it was stopped, "
      "2 wrong\nusage or layout, 3 another scada runs this site, 70 a bug.");
  command->callback([options, &exit] { exit = commission(*options); });
}

}  // namespace hearth::tools
