#include "actors/portal/people_by_hand.hpp"
#include "drivers/ports/password_hash.hpp"
#include "drivers/ports/sqlite_accounts.hpp"
#include "tools/scada/commands.hpp"
#include "tools/scada/hosting.hpp"

#include <filesystem>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace hearth::tools {
namespace {

struct portal_options {
  std::string layout, name, role = "household";
  std::string state = default_state_folder();
};

int say_no(const std::string& why) {
  std::cerr << "scada portal: " << why << "\n";
  return failed_to_run;
}

/// A line of a terminal that does not show it.
std::string typed_unseen(const std::string& question) {
  auto before = termios{};
  const auto hidden = ::tcgetattr(STDIN_FILENO, &before) == 0;
  auto quiet = before;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  if (hidden) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  std::cerr << question << std::flush;
  auto line = std::string{};
  std::getline(std::cin, line);
  if (hidden) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  std::cerr << "\n";
  return line;
}

/// Nothing if two that were typed differ.
std::optional<std::string> asked_password() {
  auto line = std::string{};
  if (::isatty(STDIN_FILENO) == 0) {
    std::getline(std::cin, line);
    return line;
  }
  line = typed_unseen("New password: ");
  if (typed_unseen("Once more: ") != line) return {};
  return line;
}

/// The people of a house that has been run with a page before. One that has not is not made here:
/// its file would belong to whoever runs this.
result<opened_accounts> people_of(const portal_options& o, const layout& house) {
  const auto file = std::filesystem::path{o.state} / (house.site + ".portal.db");
  auto error = std::error_code{};
  if (!std::filesystem::exists(file, error))
    return failed(fault_code::no_such_device,
                  "there is no " + file.string() +
                      "; the house makes it when it runs with a page, and --state says where it "
                      "keeps such files");
  return open_sqlite_accounts(file, {}, damaged_accounts::leave);
}

time_point now() {
  return std::chrono::time_point_cast<duration>(std::chrono::system_clock::now());
}

template <class Change>
int changed(const portal_options& o, const Change& change) {
  const auto house = load_or_complain(o.layout);
  if (!house) return wrong_usage;
  auto opened = people_of(o, *house);
  if (!opened) return say_no(opened.error().detail);
  const auto password = asked_password();
  if (!password) return say_no("the two are not the same; nothing was changed");
  const auto people = opened->store->accounts();
  if (!people) return say_no(people.error().detail);
  const auto changes = change(*people, *password);
  if (!changes) return say_no(changes.error().detail);
  if (const auto bad = opened->store->save(*changes)) return say_no(bad->detail);
  std::cout << changes->audit.front().detail << "\n";
  return ok;
}

int list(const portal_options& o) {
  const auto house = load_or_complain(o.layout);
  if (!house) return wrong_usage;
  auto opened = people_of(o, *house);
  if (!opened) return say_no(opened.error().detail);
  const auto people = opened->store->accounts();
  if (!people) return say_no(people.error().detail);
  if (people->empty())
    std::cout << "nobody yet: the house shows a claim code when it starts\n";
  else
    std::cout << people_text(*people, now());
  return ok;
}

int reset(const portal_options& o) {
  return changed(o, [&](const auto& people, const std::string& password) {
    return reset_by_hand(people, o.name, password, argon2id_hashing(), now());
  });
}

int add(const portal_options& o) {
  return changed(o, [&](const auto& people, const std::string& password) {
    return account_by_hand(people, account_bounds{}.accounts, o.name, *role_from(o.role), password,
                           argon2id_hashing(), now());
  });
}

}  // namespace

void add_portal(CLI::App& app, int& exit) {
  auto* command = app.add_subcommand(
      "portal", "Show who may sign in to a house's page, give a new password, add somebody");
  command->require_subcommand(1);
  command->footer(
      "For whoever owns the machine: run it as the user that the house runs as, or as root. It "
      "works\n"
      "while the house runs. A password is typed unseen, or read as one line of standard input.\n"
      "Exit codes: 0 done, 1 refused or no such file, 2 wrong usage.");
  const auto o = std::make_shared<portal_options>();
  const auto sub = [&](const char* name, const char* what, int (*run)(const portal_options&)) {
    auto* made = command->add_subcommand(name, what);
    made->add_option("LAYOUT", o->layout, "The house's layout file (YAML)")->required();
    made->add_option("--state", o->state, "Folder for what must survive a restart")
        ->capture_default_str();
    made->callback([o, run, &exit] { exit = run(*o); });
    return made;
  };
  sub("users", "List them", list);
  sub("reset", "Give somebody a new password; ends their sessions and a lock-out", reset)
      ->add_option("NAME", o->name, "Who")
      ->required();
  auto* adding = sub("add", "Add somebody", add);
  adding->add_option("NAME", o->name, "Who")->required();
  adding->add_option("--role", o->role, "What they may do")
      ->check(CLI::IsMember({"viewer", "household", "installer"}))
      ->capture_default_str();
}

}  // namespace hearth::tools
