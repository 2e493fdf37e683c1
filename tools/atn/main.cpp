#include "drivers/ports/broker_address.hpp"
#include "drivers/ports/tls_keys.hpp"
#include "tools/atn/commands.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>

namespace hearth::atn {
namespace {

std::atomic<bool> stop{false};
static_assert(std::atomic<bool>::is_always_lock_free);

void add_settings(CLI::App& app, settings& s) {
  app.add_option("--broker", s.broker, "mqtt://HOST[:PORT] or mqtts://HOST[:PORT]")
      ->envname("HEARTH_BROKER")
      ->capture_default_str();
  app.add_option("--ca", s.ca, "PEM file: who signed the broker's certificate");
  app.add_option("--cert", s.cert, "PEM file: this node's certificate");
  app.add_option("--key", s.key, "PEM file: this node's key");
  app.add_flag(
      "--plain-text-anyone-may-listen", s.plain_text,
      "Let mqtt:// leave this machine: whoever is on the way reads all and commands houses");
  app.add_flag("--json", s.json, "One JSON object per line instead of text");
  app.add_option("--log-level", s.log_level, "On stderr: debug, info, warning, error or off")
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "off"}))
      ->capture_default_str();
  auto* state = app.add_option("--state", s.state_file,
                               "Where to remember (default: $XDG_STATE_HOME/hearth/atn.db, else "
                               "~/.local/state/hearth/atn.db)");
  app.add_flag("--no-state", s.no_state, "Remember nothing beyond this run")->excludes(state);
  app.add_option("--clock-start", s.clock_start, "For demos: house time, ISO 8601, at the anchor")
      ->group("Clock");
  app.add_option("--clock-anchor", s.clock_anchor_unix_ms,
                 "Milliseconds since 1970 when house time was --clock-start (default: now)")
      ->group("Clock");
  app.add_option("--speed", s.clock_speed, "House time runs so many times as fast")
      ->check(CLI::Range(0.001, 100'000.0))
      ->capture_default_str()
      ->group("Clock");
}

/// Why the settings cannot be used, if so.
std::optional<std::string> finish(settings& s) {
  const auto broker = parse_broker(s.broker);
  if (!broker) return "--broker: " + broker.error().detail;
  if (!broker->tls && !is_on_loopback(*broker) && !s.plain_text)
    return "--broker: mqtt:// to " + broker->host +
           " would let anyone on the way command the houses; use mqtts:// with --ca, --cert and "
           "--key";
  if (s.clock_start.empty()) {
    if (s.clock_speed != 1 || s.clock_anchor_unix_ms != 0)
      return "--speed and --clock-anchor need --clock-start";
    s.clock = house_clock::real();
    return {};
  }
  const auto start = from_iso8601(s.clock_start);
  if (!start) return "--clock-start: write a time such as 2020-01-15T05:00:00Z";
  const auto anchor = s.clock_anchor_unix_ms != 0
                          ? time_point{std::chrono::milliseconds{s.clock_anchor_unix_ms}}
                          : std::chrono::floor<duration>(std::chrono::system_clock::now());
  s.clock = house_clock::warped(*start, anchor, s.clock_speed);
  return {};
}

void warn_of_the_link(const settings& s) {
  if (s.plain_text)
    spdlog::warn("plain text is allowed: whoever is on the way to {} reads all and commands houses",
                 s.broker);
  auto options = mqtt_options{};
  options.cert = s.cert;
  if (const auto notice = notice_about(options, certificate_time())) spdlog::warn(notice->text);
}

void begin_log(const std::string& level) {
  auto log =
      std::make_shared<spdlog::logger>("atn", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z atn %l: %v");
  log->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(log));
}

int start(int argc, char** argv) {
  auto app = CLI::App{
      "The cloud node of Hearth: speaks for houses, buys their energy, and lets you\n"
      "send every message by hand and watch every answer.",
      "atn"};
  app.set_version_flag("--version", HEARTH_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.failure_message([](const CLI::App*, const CLI::Error& e) {
    return "atn: " + std::string{e.what()} +
           "\natn: the commands are run, send, watch, sites, show, audit and settle; see 'atn "
           "COMMAND "
           "--help'\n";
  });
  auto s = settings{};
  auto todo = action{};
  add_settings(app, s);
  add_run(app, s, todo);
  add_send(app, s, todo);
  add_watch(app, s, todo);
  add_sites_and_show(app, s, todo);
  add_audit(app, s, todo);
  add_settle(app, s, todo);
  app.footer(
      "These options may stand before or after the command; 'atn COMMAND --help' tells the "
      "rest.\n\n"
      "Exit codes:\n"
      "  0  done; what was sent was accepted\n"
      "  1  no answer, no connection to the broker, or the state file cannot be used;\n"
      "     'atn audit': something is missing or was applied twice\n"
      "     'atn settle': the house's book is another\n"
      "  2  the command line or a file given on it is wrong\n"
      "  3  the house refused; the reason stands on stderr\n\n"
      "Examples:\n"
      "  atn watch\n"
      "  atn run --prices prices.csv --weather weather.csv\n"
      "  atn audit maple-12\n"
      "  atn settle maple-12\n"
      "  atn send maple-12 contract --start now --minutes 60 --power '4 kW'\n"
      "  atn --broker mqtts://broker.example.net --ca ca.crt --cert atn.crt --key atn.key watch\n");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? ok : bad_usage;
  }
  if (const auto why = finish(s)) return complain(bad_usage, *why);
  begin_log(s.log_level);
  warn_of_the_link(s);
  watch_for_stop();
  return todo();
}

}  // namespace

bool stop_asked() { return stop; }

void watch_for_stop() {
  std::signal(SIGINT, [](int) { stop = true; });
  std::signal(SIGTERM, [](int) { stop = true; });
  // Whoever read our output is gone: the write fails, and `print` ends the program in order.
  std::signal(SIGPIPE, SIG_IGN);
}

void print(const std::string& line) {
  std::cout << line << std::endl;
  if (!std::cout) stop = true;
}

int complain(exit_code code, const std::string& text) {
  std::cerr << "atn: " << text << '\n';
  return code;
}

}  // namespace hearth::atn

int main(int argc, char** argv) {
  try {
    return hearth::atn::start(argc, argv);
  } catch (const std::exception& e) {
    return hearth::atn::complain(hearth::atn::failed_to_reach, e.what());
  }
}
