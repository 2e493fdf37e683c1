#pragma once

#include "actors/view/canvas.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <termios.h>
#include <vector>

namespace hearth::tools {

/// Keys of a terminal, each at once and without echo, until it is given back as it was. Ctrl-C
/// still is a signal.
class key_source {
 public:
  key_source();
  ~key_source();
  key_source(const key_source&) = delete;
  key_source& operator=(const key_source&) = delete;

  /// What was typed within `patience`, which may be nothing; nothing at all if the terminal is
  /// gone.
  [[nodiscard]] std::optional<std::string> typed(std::chrono::milliseconds patience);
  /// What was typed so far was not meant for what comes now.
  void forget();

 private:
  std::optional<termios> settings_;  ///< as they were
};

/// Takes a terminal over for a live view and gives it back as it was: the alternate screen, no
/// cursor, and its keys.
class terminal {
 public:
  /// Whether standard output is a terminal that can show a live view.
  static bool there();
  /// Whether somebody can press keys at it, too.
  static bool has_keys();

  terminal();
  ~terminal();
  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;

  static canvas_size size();
  /// Unless the user said NO_COLOR.
  [[nodiscard]] bool colour() const { return colour_; }
  [[nodiscard]] key_source& keys() { return keys_; }
  /// Replaces what is shown. False if the terminal is gone.
  bool show(const std::vector<std::string>& lines);

 private:
  bool colour_;
  key_source keys_;
};

}  // namespace hearth::tools
