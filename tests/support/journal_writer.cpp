// Writes a journal until it is killed, for tests.
//
// usage: journal_writer FILE BOOT
//
// Prints a line once the call has returned: "a N" a message with sequence N is kept, "e" drafts are
// ended, "d TEXT" a draft is kept, "f N" message N of this boot may be forgotten (printed before
// the call). What it writes it takes from the sequence alone, so that the reader knows it too.

#include "drivers/ports/sqlite_journal.hpp"
#include "tests/support/journal_text.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/prctl.h>
#include <unistd.h>

namespace {

void say(const std::string& line) {
  const auto text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) std::exit(EXIT_FAILURE);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace hearth;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (argc != 3) return EXIT_FAILURE;
  const auto boot = std::string{argv[2]};
  say("start");
  auto opened = open_sqlite_journal(argv[1]);
  if (!opened) {
    say("! " + to_text(opened.error()));
    return EXIT_FAILURE;
  }
  auto& j = *opened->store;
  for (auto n = std::uint64_t{1};; n += 2) {
    const auto text = testing::draft_text(boot, n);
    if (!j.keep({text})) return EXIT_FAILURE;
    say("d " + text);
    const auto ends = n % 5 == 0;
    const auto batch = std::vector{testing::journaled(boot, n), testing::journaled(boot, n + 1)};
    if (ends) say("?");
    if (!j.append(batch, ends)) return EXIT_FAILURE;
    if (ends) say("e");
    say("a " + std::to_string(n + 1));
    say("f " + std::to_string(n));
    if (!j.forget(std::vector{boot + "-" + std::to_string(n)})) return EXIT_FAILURE;
  }
}
