#pragma once

#include "actors/view/canvas.hpp"
#include "actors/view/demo_state.hpp"

#include <string>
#include <vector>

namespace hearth {

/// What stands at the foot of the live view, and how fast its house lives.
struct frame_notes {
  double speed = 1;
  std::string broker;        ///< its address
  std::string how_to_drive;  ///< a command line to try
  /// Where the house's page is, and the code that opens it; empty: there is none.
  std::string page = {};
};

/// The whole live view as lines of text, exactly as many as the terminal has rows. Whatever the
/// size, the first lines say what matters most; what is not known is shown as "–".
std::vector<std::string> frame(const demo_state& s, canvas_size size, bool colour,
                               const frame_notes& notes);

}  // namespace hearth
