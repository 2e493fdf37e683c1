#pragma once

#include "actors/view/canvas.hpp"
#include "actors/view/live_state.hpp"

#include <string>
#include <vector>

namespace hearth {

/// The live view of a real house as lines of text, exactly as many as the terminal has rows: who
/// is in charge, every channel that finds room around the cursor, the latest events, the keys.
std::vector<std::string> live_frame(const live_state& s, canvas_size size, bool colour);

/// The same for machines: one tab-separated line for each channel whose value or quality is not
/// what was said last.
class change_lines {
 public:
  /// time, channel, value, unit, quality, cause; with its end.
  static std::string head();
  std::string next(const snapshot& image, const layout& house);

 private:
  std::vector<point> told_;
};

}  // namespace hearth
