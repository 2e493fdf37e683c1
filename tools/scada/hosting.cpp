#include "tools/scada/hosting.hpp"

#include "drivers/ports/appended_file.hpp"
#include "drivers/ports/posix_history_files.hpp"
#include "drivers/ports/sqlite_chronicle.hpp"
#include "drivers/ports/sqlite_journal.hpp"
#include "protocol/limits.hpp"
#include "tools/scada/link_words.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

namespace hearth::tools {
namespace {

auto json_lines = false;

spdlog::level::level_enum level_of(severity s) {
  switch (s) {
  case severity::info: return spdlog::level::info;
  case severity::warning: return spdlog::level::warn;
  case severity::alarm: return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string line_of(const event& e) {
  if (!json_lines)
    return to_iso8601(e.at) + " " + std::string{to_text(e.severity)} + " " + e.kind + " " +
           e.subject + ": " + e.text;
  return nlohmann::json{{"at", to_iso8601(e.at)},
                        {"severity", to_text(e.severity)},
                        {"kind", e.kind},
                        {"subject", e.subject},
                        {"text", e.text}}
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

caf::actor_system_config& configured(caf::actor_system_config& config) {
  configure(config);
  return config;
}

}  // namespace

void set_up_log(const log_options& options) {
  auto log = spdlog::stderr_logger_mt("scada");
  log->set_pattern("%v");
  const auto quiet = options.level == "alarm" ? "err" : options.level;
  log->set_level(spdlog::level::from_str(quiet));
  log->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(log));
  json_lines = options.json;
}

event_log log_of_events() {
  return [](const event& e) { spdlog::log(level_of(e.severity), "{}", line_of(e)); };
}

stop_signals::stop_signals() {
  sigemptyset(&set_);
  sigaddset(&set_, SIGINT);
  sigaddset(&set_, SIGTERM);
  sigaddset(&set_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  // A peer that closes its connection is a fault of that call, not the end of the program.
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<int> stop_signals::wait(std::chrono::milliseconds patience) {
  const auto limit = timespec{patience.count() / 1000, (patience.count() % 1000) * 1'000'000};
  const auto got = sigtimedwait(&set_, nullptr, &limit);
  if (got < 0) return {};
  return got;
}

void add_clock_options(CLI::App& command, clock_options& options) {
  command
      .add_option("--clock-start", options.start,
                  "For demos and tests: house time, ISO 8601, at the anchor")
      ->group("Clock");
  command
      .add_option("--clock-anchor", options.anchor_unix_ms,
                  "Milliseconds since 1970 when house time was --clock-start (default: now)")
      ->group("Clock");
  command.add_option("--speed", options.speed, "House time runs so many times as fast")
      ->check(CLI::Range(0.001, 100'000.0))
      ->capture_default_str()
      ->group("Clock");
}

std::optional<house_clock> clock_of(const clock_options& options) {
  const auto anchor = options.anchor_unix_ms;
  if (options.start.empty()) {
    if (options.speed == 1 && anchor == 0) return house_clock::real();
    std::cerr << "scada: --speed and --clock-anchor need --clock-start\n";
    return {};
  }
  const auto start = from_iso8601(options.start);
  if (!start) {
    std::cerr << "scada: --clock-start: write a time such as 2020-01-15T05:00:00Z\n";
    return {};
  }
  return house_clock::warped(*start,
                             anchor != 0
                                 ? time_point{std::chrono::milliseconds{anchor}}
                                 : std::chrono::floor<duration>(std::chrono::system_clock::now()),
                             options.speed);
}

hosted_house::hosted_house(house_parts parts)
    : hosted_house{[&](caf::actor_system&) { return std::move(parts); }} {}

hosted_house::hosted_house(const std::function<house_parts(caf::actor_system&)>& parts_in)
    : system_{configured(config_)}, self_{system_} {
  house_ = spawn_house(system_, parts_in(system_));
  self_->monitor(house_.supervisor);
}

hosted_house::~hosted_house() {
  if (alive_) caf::anon_send_exit(house_.supervisor, caf::exit_reason::user_shutdown);
}

bool hosted_house::alive() {
  self_->receive([this](const caf::down_msg&) { alive_ = false; },
                 caf::after(std::chrono::milliseconds{0}) >> [] {});
  return alive_;
}

void hosted_house::say(event what) { caf::anon_send(house_.supervisor, body{std::move(what)}); }

std::optional<std::vector<std::string>> hosted_house::reload(const checked_layout& house) {
  auto words = std::optional<std::vector<std::string>>{};
  // Whoever has to end for it is given as long as a whole house.
  self_->request(house_.supervisor, 3 * limits::shutdown_longest, house)
      .receive([&](std::vector<std::string>& differs) { words = std::move(differs); },
               [](const caf::error& e) {
                 spdlog::warn("the house did not take the layout: {}", to_string(e));
               });
  return words;
}

void hosted_house::ask(request_on_site what) { caf::anon_send(house_.supervisor, std::move(what)); }

void hosted_house::stop() {
  if (!alive_) return;
  alive_ = false;
  self_->request(house_.supervisor, limits::shutdown_longest, atom::stop::value)
      .receive([](atom::done) {},
               [](const caf::error& e) {
                 spdlog::warn("the house did not stop in time: {}", to_string(e));
               });
}

namespace {

/// A leading zero byte puts the name into the kernel's abstract namespace: no file stays behind.
std::pair<sockaddr_un, socklen_t> address_of(const std::string& site) {
  auto address = sockaddr_un{};
  address.sun_family = AF_UNIX;
  const auto name = "hearth-scada-" + site;
  const auto length = std::min(name.size(), sizeof address.sun_path - 1);
  std::copy_n(name.begin(), length, address.sun_path + 1);
  return {address, static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length)};
}

/// Calls on `socket` give up after this.
void bound_patience(int socket, std::chrono::milliseconds patience) {
  const auto limit = timeval{patience.count() / 1000, (patience.count() % 1000) * 1000};
  setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/// Until `end`, the peer's end or silence; at most 64 kB.
std::string read_until(int socket, char end) {
  auto text = std::string{};
  auto part = std::array<char, 1024>{};
  while (text.size() < 64 * 1024 && text.find(end) == std::string::npos) {
    const auto got = recv(socket, part.data(), part.size(), 0);
    if (got <= 0) break;
    text.append(part.data(), static_cast<std::size_t>(got));
  }
  return text.substr(0, text.find(end));
}

}  // namespace

visitor::~visitor() {
  if (socket_ >= 0) close(socket_);
}

void visitor::answer(const std::string& text) const {
  send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
}

site_claim::site_claim(const std::string& site) {
  socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket_ < 0) return;
  const auto [address, size] = address_of(site);
  held_ = bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
          listen(socket_, 4) == 0;
}

site_claim::~site_claim() {
  if (socket_ >= 0) close(socket_);
}

std::optional<visitor> site_claim::next_visitor() const {
  const auto who = accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
  if (who < 0) return {};
  auto credentials = ucred{};
  auto size = socklen_t{sizeof credentials};
  if (getsockopt(who, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 ||
      (credentials.uid != geteuid() && credentials.uid != 0)) {
    close(who);
    return {};
  }
  bound_patience(who, std::chrono::milliseconds{200});
  return visitor{who, read_until(who, '\n')};
}

result<std::string> ask_running(const std::string& site, const std::string& line,
                                std::chrono::seconds patience) {
  const auto socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto [address, size] = address_of(site);
  if (socket < 0 || connect(socket, reinterpret_cast<const sockaddr*>(&address), size) != 0) {
    if (socket >= 0) close(socket);
    return failed(fault_code::disconnected, "no scada runs site " + site + " on this machine");
  }
  bound_patience(socket, patience);
  const auto words = line + "\n";
  send(socket, words.data(), words.size(), MSG_NOSIGNAL);
  auto answer = read_until(socket, '\0');
  close(socket);
  if (answer.empty())
    return failed(fault_code::timeout, "the scada of site " + site +
                                           " did not answer; only its own user and root are heard");
  return answer;
}

void site_claim::explain(const std::string& site) {
  std::cerr << "scada: site " << site << " is already run by another scada on this machine; "
            << "two of them would fight over its relays. Stop that one first (systemctl stop "
               "hearth, or pgrep -a scada).\n";
}

run_marker::run_marker(const std::string& state_folder, const std::string& site)
    : path_{state_folder + "/" + site + ".running"} {
  auto failure = std::error_code{};
  std::filesystem::create_directories(state_folder, failure);
  found_ = std::filesystem::exists(path_, failure);
  auto file = std::ofstream{path_};
  file << getpid() << "\n";
  if (!file.flush()) problem_ = "cannot write " + path_;
}

void run_marker::clear() {
  auto failure = std::error_code{};
  std::filesystem::remove(path_, failure);
}

std::vector<event> first_words(const run_marker& marker, const layout& house, time_point now) {
  auto words = std::vector<event>{{severity::info, "started", house.site,
                                   "control runs; every actuator was made safe first", now}};
  if (marker.found_unfinished())
    words.push_back({severity::warning, "unclean-start", house.site,
                     "the run before did not end in good order; every actuator was made safe first",
                     now});
  if (!marker.problem().empty())
    words.push_back({severity::warning, "state-unwritable", house.site,
                     marker.problem() + ": a crash of this run will go unnoticed by the next",
                     now});
  for (auto& word : link_words(house, now)) words.push_back(std::move(word));
  return words;
}

void end_in_time(int code) {
  static constexpr auto margin = std::chrono::milliseconds{300};
  std::thread{[code] {
    std::this_thread::sleep_for(limits::shutdown_longest - margin);
    spdlog::warn(
        "a bus still waits for a device that does not answer; ending without it: "
        "what hangs there falls back to its own fail-safe, and the next start makes it safe first");
    std::_Exit(code);
  }}.detach();
}

journal_maker journal_in(const std::string& state_folder, const std::string& site) {
  return [file = std::filesystem::path{state_folder} / (site + ".journal")] {
    return open_sqlite_journal(file);
  };
}

history_disk history_in(const std::string& state_folder, const std::string& site) {
  const auto folder = std::filesystem::path{state_folder};
  return {[in = folder / (site + ".history")](
              const feed_plan& plan, time_point now) -> result<std::unique_ptr<feed_store>> {
            auto files = open_history_files(in, history_access::write);
            if (!files) return tl::make_unexpected(files.error());
            return feed_store::open(std::move(*files), plan, now);
          },
          [file = folder / (site + ".chronicle")] { return open_sqlite_chronicle(file); }};
}

void add_record_options(CLI::App& command, record_options& options) {
  command.add_option("--record", options.file,
                     "Append what is decided, and upon what, to this file; see scada replay");
  command.add_option("--record-limit", options.limit_mb, "MB after which recording stops")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
}

recording_plan recording_of(const record_options& options) {
  if (options.file.empty()) return {};
  const auto most = options.limit_mb * 1024 * 1024;
  // A run that begins with more than half of it used up gets a file of its own.
  const auto plan = appended_file_plan{options.file, std::string{decision_log_begins}, most / 2};
  return {[plan] { return open_appended_file(plan); }, most};
}

std::string default_state_folder() {
  const auto* given = std::getenv("STATE_DIRECTORY");
  if (given && *given) return given;
  const auto* xdg = std::getenv("XDG_STATE_HOME");
  if (xdg && *xdg) return std::string{xdg} + "/hearth";
  const auto* home = std::getenv("HOME");
  return (home && *home ? std::string{home} : std::string{"/var/lib"}) + "/.local/state/hearth";
}

std::string whole_path(const std::string& file) {
  auto failure = std::error_code{};
  const auto path = std::filesystem::canonical(file, failure);
  return failure ? file : path.string();
}

std::string new_boot_id() {
  auto text = std::array<char, 40>{};
  std::snprintf(
      text.data(), text.size(), "%llx-%08x",
      static_cast<unsigned long long>(house_clock::real().now().time_since_epoch().count() / 1000),
      std::random_device{}());
  return text.data();
}

}  // namespace hearth::tools
