#include "drivers/ports/sqlite_journal.hpp"
#include "tests/support/journal_model.hpp"
#include "tests/support/mosquitto.hpp"
#include "tests/support/places.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

using namespace hearth;
using namespace hearth::testing;

namespace {

/// Runs `journal_writer` and kills it some time after its first word. Everything it said.
std::string life_of_a_writer(const std::string& file, const std::string& boot,
                             std::chrono::microseconds after) {
  auto ends = std::array<int, 2>{};
  REQUIRE(::pipe(ends.data()) == 0);
  const auto program = testing::built("tests/journal_writer").string();
  auto words = std::array{program, file, boot};
  auto arguments = std::array<char*, 4>{words[0].data(), words[1].data(), words[2].data(), nullptr};
  auto actions = posix_spawn_file_actions_t{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  auto child = pid_t{0};
  const auto failed =
      ::posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  REQUIRE_MESSAGE(failed == 0, program, " cannot be started");
  auto said = std::string{};
  auto some = std::array<char, 4096>{};
  const auto listen = [&] {
    const auto n = ::read(ends[0], some.data(), some.size());
    if (n > 0) said.append(some.data(), static_cast<std::size_t>(n));
    return n > 0;
  };
  listen();
  ::usleep(static_cast<useconds_t>(after.count()));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  while (listen()) {
  }
  ::close(ends[0]);
  return said;
}

/// Takes what a writer said into the model of what the journal must hold.
void believe(journal_model& model, const std::string& boot, const std::string& said) {
  auto lines = std::istringstream{said};
  auto kept = std::uint64_t{0};
  auto forgotten = std::vector<std::uint64_t>{};
  for (auto line = std::string{}; std::getline(lines, line);) {
    REQUIRE_MESSAGE(line[0] != '!', line);
    if (line[0] == 'd') model.drafts.push_back(line.substr(2));
    if (line[0] == 'a') kept = std::stoull(line.substr(2));
    if (line[0] == 'f') forgotten.push_back(std::stoull(line.substr(2)));
    model.drafts_may_have_ended = line[0] == '?';
    if (line[0] == 'e') model.drafts.clear();
  }
  const auto before = model.promises.size();
  // Two more may have been kept without a word.
  for (auto n = std::uint64_t{1}; n <= kept + 2; ++n)
    model.promises.push_back({journaled(boot, n), n <= kept, false});
  for (const auto n : forgotten) model.promises[before + n - 1].forgotten = true;
  // The draft that comes next may have been kept without a word, before those messages.
  model.uncertain_draft = draft_text(boot, kept + 1);
}

}  // namespace

TEST_CASE("what a journal said it kept survives kill -9 at 500 random moments") {
  const auto folder = temporary_folder{};
  const auto file = folder.file("journal.db");
  const auto seed = std::uint64_t{20261121};
  auto random = std::mt19937_64{seed};
  auto model = journal_model{};
  auto said_anything = 0;
  for (auto n = 0; n < 500; ++n) {
    CAPTURE(n);
    const auto boot = "boot-" + std::to_string(n);
    const auto after = std::chrono::microseconds{random() % 45'000};
    const auto said = life_of_a_writer(file, boot, after);
    said_anything += said.find("\na ") != std::string::npos ? 1 : 0;
    believe(model, boot, said);
    auto opened = open_sqlite_journal(file);
    REQUIRE_MESSAGE(opened, (opened ? std::string{} : to_text(opened.error())));
    CHECK_FALSE(opened->put_aside);
    model.check(*opened->store);
    auto ids = std::vector<std::string>{};
    for (const auto& p : model.promises) ids.push_back(id_of(p.entry));
    CHECK(opened->store->forget(ids));
    REQUIRE(opened->store->append({}, true));
    model = {};
  }
  CHECK(said_anything > 50);
}
