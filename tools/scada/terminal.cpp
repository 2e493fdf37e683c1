#include "tools/scada/terminal.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <poll.h>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>

namespace hearth::tools {
namespace {

bool write_all(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool is_set(const char* variable) {
  const auto* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::optional<termios> settings_now() {
  auto settings = termios{};
  if (::tcgetattr(STDOUT_FILENO, &settings) != 0) return {};
  return settings;
}

}  // namespace

key_source::key_source() : settings_{settings_now()} {
  if (!settings_) return;
  auto quiet = *settings_;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON);
  quiet.c_cc[VMIN] = 0;
  quiet.c_cc[VTIME] = 0;
  ::tcsetattr(STDOUT_FILENO, TCSANOW, &quiet);
}

key_source::~key_source() {
  // What was typed meanwhile was not meant for the shell.
  if (settings_) ::tcsetattr(STDOUT_FILENO, TCSAFLUSH, &*settings_);
}

void key_source::forget() { ::tcflush(STDIN_FILENO, TCIFLUSH); }

std::optional<std::string> key_source::typed(std::chrono::milliseconds patience) {
  auto keys = pollfd{STDIN_FILENO, POLLIN, 0};
  if (::poll(&keys, 1, static_cast<int>(patience.count())) <= 0) return std::string{};
  auto bytes = std::array<char, 256>{};
  const auto got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (got <= 0) return {};
  return std::string{bytes.data(), static_cast<std::size_t>(got)};
}

bool terminal::there() {
  const auto* kind = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && kind != nullptr && std::string_view{kind} != "dumb";
}

bool terminal::has_keys() { return there() && ::isatty(STDIN_FILENO) == 1; }

terminal::terminal() : colour_{!is_set("NO_COLOR")} {
  write_all("\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J");
}

terminal::~terminal() { write_all("\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l"); }

canvas_size terminal::size() {
  auto size = winsize{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return {};
  return {size.ws_col, size.ws_row};
}

bool terminal::show(const std::vector<std::string>& lines) {
  // One that takes nothing just now (Ctrl-S, a network that is gone) holds up nobody.
  auto there = pollfd{STDOUT_FILENO, POLLOUT, 0};
  if (::poll(&there, 1, 0) == 0) return true;
  // A synchronized update, where the terminal knows it, shows no half-drawn frame.
  auto text = std::string{"\x1b[?2026h\x1b[H"};
  for (std::size_t i = 0; i < lines.size(); ++i)
    text += lines[i] + "\x1b[K" + (i + 1 < lines.size() ? "\r\n" : "");
  return write_all(text + "\x1b[J\x1b[?2026l");
}

}  // namespace hearth::tools
