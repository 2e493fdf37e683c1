#include "tools/scada/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string_view>

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

bool terminal::there() {
  const auto* kind = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) == 1 && kind != nullptr && std::string_view{kind} != "dumb";
}

terminal::terminal() : colour_{!is_set("NO_COLOR")}, settings_{settings_now()} {
  if (settings_) {
    auto quiet = *settings_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDOUT_FILENO, TCSANOW, &quiet);
  }
  write_all("\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J");
}

terminal::~terminal() {
  write_all("\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l");
  // What was typed meanwhile was not meant for the shell.
  if (settings_) ::tcsetattr(STDOUT_FILENO, TCSAFLUSH, &*settings_);
}

canvas_size terminal::size() const {
  auto size = winsize{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    return {};
  return {size.ws_col, size.ws_row};
}

bool terminal::show(const std::vector<std::string>& lines) {
  // A synchronized update, where the terminal knows it, shows no half-drawn frame.
  auto text = std::string{"\x1b[?2026h\x1b[H"};
  for (std::size_t i = 0; i < lines.size(); ++i)
    text += lines[i] + "\x1b[K" + (i + 1 < lines.size() ? "\r\n" : "");
  return write_all(text + "\x1b[J\x1b[?2026l");
}

}  // namespace hearth::tools
