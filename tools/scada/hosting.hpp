#pragma once

#include "actors/topology.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace CLI {
class App;
}

namespace hearth::tools {

/// Where logs go and how loud they are. Events of the house become one line each on stderr:
/// "2026-11-21T04:00:00Z warning channel-fault hp.power: timeout: …", or one JSON object each.
struct log_options {
  std::string level = "info";  ///< debug, info, warning, alarm
  bool json = false;
};
void set_up_log(const log_options& options);
event_log log_of_events();

/// SIGINT, SIGTERM and SIGHUP (the terminal was closed, or a service is to reload), blocked for
/// every thread that is started afterwards, so that only the main thread ever sees them.
class stop_signals {
 public:
  stop_signals();
  /// Waits for one of them; nothing if none came within `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience);

 private:
  sigset_t set_;
};

/// House time as a demo or a test wants it.
struct clock_options {
  std::string start;  ///< ISO 8601; empty: the clock of the day
  std::int64_t anchor_unix_ms = 0;
  double speed = 1;
};
void add_clock_options(CLI::App& command, clock_options& options);
/// Nothing, with a word why on stderr, if the options make no clock.
std::optional<house_clock> clock_of(const clock_options& options);

/// A running house in this process: actor system, supervisor, orderly end.
class hosted_house {
 public:
  explicit hosted_house(house_parts parts);
  /// The same for parts that are actors of the house's own system, such as observers.
  explicit hosted_house(const std::function<house_parts(caf::actor_system&)>& parts_in);
  ~hosted_house();
  hosted_house(const hosted_house&) = delete;

  /// False when the supervisor has ended by itself: a bug, after which the family has made itself
  /// safe.
  bool alive();
  /// The house says this, to its log and its node.
  void say(event what);
  /// The same house by another layout; what differs, in words. Nothing if it could not be changed.
  std::optional<std::vector<std::string>> reload(const checked_layout& house);
  /// Somebody in the house wants this; the answer is an event.
  void ask(request_on_site what);
  /// Makes every actuator safe, says goodbye and ends all actors, within
  /// `limits::shutdown_longest`.
  void stop();

  [[nodiscard]] caf::actor_system& system() { return system_; }

 private:
  caf::actor_system_config config_;
  caf::actor_system system_;
  caf::scoped_actor self_;
  running_house house_;
  bool alive_ = true;
};

/// Somebody on this machine who asks something of the running scada: one line, one answer. Only its
/// own user and root are heard.
class visitor {
 public:
  visitor(int socket, std::string line) : socket_{socket}, line_{std::move(line)} {}
  visitor(visitor&& other) noexcept
      : socket_{std::exchange(other.socket_, -1)}, line_{std::move(other.line_)} {}
  visitor& operator=(visitor&&) = delete;
  ~visitor();
  [[nodiscard]] const std::string& line() const { return line_; }
  void answer(const std::string& text) const;

 private:
  int socket_;
  std::string line_;
};

/// The only scada of a site on this machine. Held by an abstract socket name, which the kernel
/// gives back whatever way the program ends, and at which visitors knock.
class site_claim {
 public:
  explicit site_claim(const std::string& site);
  ~site_claim();
  site_claim(const site_claim&) = delete;
  [[nodiscard]] bool held() const { return held_; }
  /// Whoever waits; does not wait itself, but a moment for a visitor who hesitates.
  [[nodiscard]] std::optional<visitor> next_visitor() const;
  /// Says on stderr who holds it and how to stop that one.
  static void explain(const std::string& site);

 private:
  int socket_ = -1;
  bool held_ = false;
};

/// What the scada that runs `site` on this machine answers to a line; a fault if there is none, or
/// if it does not answer this user within `patience`.
result<std::string> ask_running(const std::string& site, const std::string& line,
                                std::chrono::seconds patience);

/// Remembers, in the state folder, that a run has begun and not yet ended in good order.
class run_marker {
 public:
  /// An unwritable folder is no reason not to heat: `problem` then says why nothing is remembered.
  run_marker(const std::string& state_folder, const std::string& site);
  /// The run has ended in good order.
  void clear();
  [[nodiscard]] bool found_unfinished() const { return found_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::string path_;
  bool found_ = false;
  std::string problem_;
};

/// What a house says as soon as it runs: that it does, and what was odd about its start.
std::vector<event> first_words(const run_marker& marker, const layout& house, time_point now);

/// A bus in the middle of a call on a peer that hangs lets go only when that call's timeout is
/// over. Whoever asked the program to end is not kept waiting for it: it ends with `code`.
void end_in_time(int code);

/// The journal of a site, in its state folder.
journal_maker journal_in(const std::string& state_folder, const std::string& site);

/// The history of a site: its feeds in a folder of the state folder, its chronicle beside it.
history_disk history_in(const std::string& state_folder, const std::string& site);

/// Where `--record` writes the decision log, and how much of it.
struct record_options {
  std::string file;  ///< empty: nothing is recorded
  std::uint64_t limit_mb = limits::log_bytes / (1024 * 1024);
};
void add_record_options(CLI::App& command, record_options& options);
recording_plan recording_of(const record_options& options);

/// $STATE_DIRECTORY (systemd), else $XDG_STATE_HOME/hearth, else ~/.local/state/hearth.
std::string default_state_folder();

/// The file's path from the root, without links, so that two programs mean the same one.
std::string whole_path(const std::string& file);

/// New at every start: seconds since 1970 and a random part, in hex.
std::string new_boot_id();

}  // namespace hearth::tools
