#pragma once

#include "actors/view/canvas.hpp"

#include <optional>
#include <string>
#include <vector>

#include <termios.h>

namespace hearth::tools {

/// Takes a terminal over for a live view and gives it back as it was: the alternate screen, no
/// cursor, no echo of what is typed. Ctrl-C still is a signal.
class terminal {
 public:
  /// Whether standard output is a terminal that can show a live view.
  static bool there();

  terminal();
  ~terminal();
  terminal(const terminal&) = delete;
  terminal& operator=(const terminal&) = delete;

  [[nodiscard]] canvas_size size() const;
  /// Unless the user said NO_COLOR.
  [[nodiscard]] bool colour() const { return colour_; }
  /// Replaces what is shown. False if the terminal is gone.
  bool show(const std::vector<std::string>& lines);

 private:
  bool colour_;
  std::optional<termios> settings_;  ///< as they were
};

}  // namespace hearth::tools
