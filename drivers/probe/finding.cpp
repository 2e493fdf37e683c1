#include "drivers/probe/finding.hpp"

#include "protocol/utf8.hpp"

#include <algorithm>

namespace hearth {

std::string_view to_text(certainty c) {
  switch (c) {
  case certainty::certain: return "certain";
  case certainty::likely: return "likely";
  case certainty::guess: return "guess";
  case certainty::unknown: return "unknown";
  }
  return "unknown";
}

std::string printable(std::string_view text) {
  auto line = mended(text);
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  // U+0080 to U+009F are control characters too: C2 and one more byte.
  for (std::size_t i = 0; i + 1 < line.size(); ++i)
    if (line[i] == '\xC2' && static_cast<unsigned char>(line[i + 1]) < 0xA0)
      line[i] = line[i + 1] = '?';
  return line;
}

}  // namespace hearth
