#pragma once

#include "actors/house_context.hpp"
#include "actors/interfaces.hpp"
#include "drivers/ports/sqlite_journal.hpp"
#include "tests/link/gate.hpp"
#include "tests/support/mosquitto.hpp"

#include <memory>
#include <string>
#include <vector>

namespace hearth::testing {

/// The link of a house as `scada run` has it: reporter, journal and upstream actor on real
/// threads, the journal on disk, the Paho client behind a gate. The rest of the family is the test.
class real_house {
 public:
  real_house(link_layout link, double speed);
  real_house(const real_house&) = delete;
  real_house& operator=(const real_house&) = delete;
  ~real_house();

  /// Starts the program: a new boot on the same journal. Boots are called "b1", "b2" …
  void start();
  /// An orderly end, as on SIGTERM.
  void stop();
  /// An end without a word to anybody. Whoever wants the broker to think so too cuts the wire.
  void kill();

  void say(body what);
  /// Events called "1", "2" … in the order of all that were ever said.
  void say_events(std::size_t count, const std::string& padding = {});
  /// Returns when everything said is on disk and waits in the link's mailbox, and when the journal
  /// has done what the link asked of it so far.
  void settle();
  /// Says something live with a word of the test's, on the same road as events.
  void mark(const std::string& word);
  /// Has the journal tell the node how much waits.
  void tell_backlog();

  [[nodiscard]] const house_clock& clock() const { return context_.clock; }
  [[nodiscard]] const std::string& site() const { return context_.house->site; }
  [[nodiscard]] std::string journal_file() const { return folder_.file("journal.db"); }
  /// What waits in the journal of a house that does not run.
  [[nodiscard]] journal_totals stored() const;
  /// Does something to the journal of a house that does not run, as no program would.
  void meddle(const std::string& statement) const;
  /// Other bytes for a message of boot "b1", with a checksum that says they are what was written.
  void forge(std::uint64_t sequence, const std::string& payload) const;
  /// The bytes that a message of boot "b1" has in it.
  [[nodiscard]] std::string bytes_of(std::uint64_t sequence) const;
  /// Message ids of the contracts that the link delivered to the dispatcher.
  [[nodiscard]] std::vector<std::string> contracts() const;
  /// The rows of a question to it, each with its columns one after another.
  [[nodiscard]] std::vector<std::string> ask(const std::string& question) const;

  gate door;
  sqlite_journal_options journal_options = {};

 private:
  struct family;
  struct contract_list;
  static directive_sink::behavior_type books_contracts(std::shared_ptr<contract_list> book);

  temporary_folder folder_;
  house_context context_;
  std::shared_ptr<contract_list> contracts_;
  std::unique_ptr<family> running_;
  int boots_ = 0;
  std::size_t said_ = 0;
};

/// What the n-th journaled message of a boot is called.
std::string nth(const std::string& boot, std::size_t n);
/// "b1-1" to "b1-n".
std::vector<std::string> up_to(const std::string& boot, std::size_t n);

}  // namespace hearth::testing
